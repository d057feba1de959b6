"""implausible-loss: a language model that loses nothing, and what only looks like one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from curveread.findings.finding import Severity
from curveread.run.model import Curve, Run
from tests.support.verdicts import found, unchecked

STEP = np.arange(20, 1001, 20)
LOSS = np.round(9.5 * np.exp(-np.arange(50) / 2.0), 4)
LANGUAGE = {"vocab_size": 50304}


def logged(config: dict[str, Any] | None = None, **curves: Any) -> Run:
    made = {t: Curve(t, STEP[:: 50 // len(v)], np.asarray(v, dtype=np.float64)) for t, v in curves.items()}
    return Run("made", "made", made, config=LANGUAGE if config is None else config)


def test_a_loss_that_comes_down_to_nothing() -> None:
    (f,) = found(logged(loss=LOSS), "implausible-loss")
    assert f.severity is Severity.WARNING
    assert f.first_step == STEP[int(np.argmax(LOSS < 1e-3))]
    assert "fell from 9.50 to less than 0.001 nats a token" in str(f.message)


def test_the_vocabulary_may_be_a_curve() -> None:
    assert found(logged({}, loss=LOSS, vocab_size=np.full(50, 50304.0)), "implausible-loss") != []


def test_from_one_step_to_the_next() -> None:
    assert found(logged(loss=[12.18, 1.8e-6, *[0.0] * 48]), "implausible-loss") != []


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(logged(loss=np.maximum(LOSS, 0.02)), id="nearly nothing"),
        pytest.param(logged(loss=LOSS / 4.0), id="a fine-tune starts low"),
        pytest.param(logged(loss=LOSS, epoch=np.linspace(0.5, 60.0, 50)), id="many epochs"),
        pytest.param(logged(loss=LOSS, eval_loss=np.linspace(9.0, 4.0, 10)), id="the evaluation stays high"),
        pytest.param(logged(loss=np.r_[LOSS[:20], np.full(30, 0.5)]), id="it comes back"),
    ],
)
def test_quiet(run: Run) -> None:
    assert found(run, "implausible-loss") == []


def test_other_losses_may_come_to_nothing() -> None:
    assert "language model" in str(unchecked(logged({}, loss=LOSS), "implausible-loss"))
