"""What the user may want to name: curves that are not understood, and losses that are a guess."""

from __future__ import annotations

import numpy as np

from curveread.diagnose import diagnose
from curveread.run.model import Curve, Run

FALLING = 2.0 * np.exp(-np.arange(60) / 20.0) + 0.5


def told(*tags: str) -> str:
    run = Run("r", "r", {t: Curve(t, np.arange(60), FALLING) for t in tags})
    return " ".join(str(s.text) for s in diagnose(run).statements if s.topic == "curves")


def test_curves_that_are_not_understood_are_listed() -> None:
    assert told("loss", "zork") == "1 curve not understood, so drawn and checked for NaN only: zork."
    many = told("loss", *(f"zork/{c}" for c in "abcefhij"))
    assert many.startswith("8 curves not understood")
    assert many.endswith(": zork/a, zork/b, zork/c, zork/e, zork/f, zork/h and 2 more.")


def test_a_guess_is_said_to_be_one() -> None:
    text = told("train/zork", "val/zork")
    assert text.startswith("train/zork and val/zork are taken for losses, though their names are not known")


def test_nothing_is_said_where_all_is_known() -> None:
    assert told("loss", "lr", "val_acc") == ""


def test_a_curve_that_is_not_understood_is_checked_for_nan_and_nothing_else() -> None:
    broken = FALLING.copy()
    broken[40:] = np.nan
    wild = np.where(np.arange(60) < 30, FALLING, 1e6)
    curves = {t: Curve(t, np.arange(60), v) for t, v in {"loss": FALLING, "zork": broken, "qwertz": wild}.items()}
    found = [(f.rule, f.tag, f.severity.value) for f in diagnose(Run("r", "r", curves)).findings if f.tag != "loss"]
    assert found == [("nonfinite-loss", "zork", "info")]


def test_settings_and_counters_are_no_riddle() -> None:
    step = np.arange(60)
    curves = {t: Curve(t, step, v) for t, v in {"zork_pid": np.full(60, 14650.0), "zork_seen": 8.0 * step}.items()}
    run = Run("r", "r", {"loss": Curve("loss", step, FALLING)} | curves)
    assert not [s for s in diagnose(run).statements if s.topic == "curves"]
