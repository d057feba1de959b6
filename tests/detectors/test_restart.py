"""Whether the learning rate went on at a restart, and what there is to advise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import curveread as cr
from curveread.findings.finding import Finding
from tests.support.curves import decay


def restart(folder: Path, rate: np.ndarray, resumed: np.ndarray, *, stop: int = 800, back: int = 700) -> Finding:
    """Write two attempts of a run (the second from ``back`` on, under ``resumed``) into a CSV, and diagnose it."""
    loss = decay(1300)
    rows = [f"{i},{loss[i]:.6g},{rate[i]:.6g}" for i in range(stop)]
    rows += [f"{i},{loss[i]:.6g},{resumed[i]:.6g}" for i in range(back, 1300)]
    (folder / "log.csv").write_text("step,loss,lr\n" + "\n".join(rows) + "\n")
    (found,) = (f for f in cr.diagnose(cr.read(folder)).findings if f.rule == "restart")
    return found


COSINE = 1e-3 * 0.5 * (1 + np.cos(np.pi * np.arange(1300) / 1300)) + 1e-5


def test_a_schedule_that_went_on_is_not_mentioned(tmp_path: Path) -> None:
    found = restart(tmp_path, COSINE, COSINE)
    assert "learning rate" not in found.message
    assert found.get("learning rate after") is None
    assert found.advice == ("Save checkpoints more often: 100 steps had to be computed again.",)


def test_a_schedule_that_began_again_is(tmp_path: Path) -> None:
    warm = np.minimum(1.0, (np.arange(1300) - 690.0) / 100.0) * 1e-3
    found = restart(tmp_path, COSINE, warm)
    assert found.message.endswith("; the loss went on where it was; the learning rate went from 4.5e−4 to 1e−4")
    assert found.get("learning rate after") == pytest.approx(1e-4)


def test_a_counter_that_began_again_is_compared_with_the_last_rate(tmp_path: Path) -> None:
    loss = decay(1300)
    rows = [f"{i},{loss[i]:.6g},{COSINE[i]:.6g}" for i in range(700)]
    rows += [f"{i - 700},{loss[i]:.6g},{COSINE[i]:.6g}" for i in range(700, 1300)]
    (tmp_path / "log.csv").write_text("step,loss,lr\n" + "\n".join(rows) + "\n")
    (found,) = (f for f in cr.diagnose(cr.read(tmp_path)).findings if f.rule == "restart")
    assert "learning rate" not in found.message


def test_nothing_is_advised_where_nothing_was_computed_twice(tmp_path: Path) -> None:
    from tests.support.event_files import scalar, write

    loss = decay(1300)
    write(tmp_path, [scalar("loss", i, float(loss[i])) for i in range(700)], "events.out.tfevents.1700000000.h.1.0")
    later = [scalar("loss", i, float(loss[i]), wall=1.7e9 + 90_000 + i) for i in range(700, 1300)]
    write(tmp_path, later, "events.out.tfevents.1700090000.h.2.0")
    (found,) = (f for f in cr.diagnose(cr.read(tmp_path)).findings if f.rule == "restart")
    assert found.advice == ()
