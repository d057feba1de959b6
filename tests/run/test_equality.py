"""Runs and curves are values: equal when what was logged is, copied whole, and shown in a line."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest

from curveread.findings.finding import Evidence, Finding, Severity
from curveread.run.axes import with_axis
from curveread.run.equality import equal
from curveread.run.model import Attempt, Curve, Run

NAN = float("nan")


def _curve(*values: float, tag: str = "train/loss") -> Curve:
    step = np.arange(len(values))
    return Curve(tag, step, np.array(values, dtype=np.float64), wall_time=step + 0.5)


def _run(*values: float) -> Run:
    curve = _curve(*values)
    attempt = Attempt(0, 2, {curve.tag: curve}, superseded={"lr": _curve(NAN, tag="lr")})
    return Run(
        "a", "runs/a", {curve.tag: curve}, config={"lr": 0.1, "decay": NAN, "deep": {"n": [1]}}, attempts=(attempt,)
    )


def test_nan_equals_nan_and_every_point_counts() -> None:
    assert _curve(1.0, NAN, 2.0) == _curve(1.0, NAN, 2.0)
    assert hash(_curve(1.0)) == hash(_curve(1.0))
    for other in (
        _curve(1.0, NAN, 2.5),
        _curve(1.0, NAN),
        _curve(1.0, NAN, 2.0, tag="lr"),
        replace(_curve(1.0, NAN, 2.0), wall_time=None),
        replace(_curve(1.0, NAN, 2.0), step=np.array([0, 1, 3])),
    ):
        assert _curve(1.0, NAN, 2.0) != other
    assert _curve(1.0) != "train/loss"
    assert _run(1.0, NAN) == _run(1.0, NAN)
    assert _run(1.0, NAN) != _run(1.0, 2.0)
    assert _run(1.0) != replace(_run(1.0), config={"lr": 0.1})


def test_findings_that_differ_in_their_evidence_alone_are_told_apart_by_their_hashes() -> None:
    lost = [Evidence("lost", "lost", value) for value in (NAN, 1.0, 2.0)]
    found = [Finding("restart", Severity.INFO, 1.0, "again", "loss", evidence=(e,)) for e in lost]
    assert len(set(map(hash, found))) == 3
    assert hash(found[0]) == hash(replace(found[0], evidence=(Evidence("lost", "lost", float("nan")),)))
    assert hash(found[1]) == hash(replace(found[1], evidence=(Evidence("lost", "lost", 1),)))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": NAN, "b": 1}, {"b": 1, "a": NAN}, True),
        ([1, (NAN,)], [1, (NAN,)], True),
        ([1], [1, 2], False),
        (np.arange(2), np.arange(2.0), False),
        (np.arange(2), [0, 1], False),
        (np.array([NAN]), np.array([NAN]), True),
        (1.0, 1, True),
        (NAN, 1.0, False),
    ],
)
def test_values_are_compared_by_what_they_hold(one: object, other: object, same: bool) -> None:
    assert equal(one, other) is same
    assert equal(other, one) is same


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_is_equal_and_as_frozen(copied: object) -> None:
    run = with_axis(_run(1.0, NAN, 2.0), "time")
    again = copied(run)  # type: ignore[operator]
    assert again == run
    assert again.placement == run.placement
    curve = again["train/loss"]
    assert curve is not run["train/loss"]
    with pytest.raises(ValueError, match="read-only"):
        curve.value[0] = 3.0
    with pytest.raises(TypeError):
        again.curves["x"] = curve


def test_each_shows_itself_in_a_line() -> None:
    curve = Curve("train/loss", np.arange(0, 100_000, 10), np.linspace(3, 1, 10_000))
    assert repr(curve) == "<Curve 'train/loss' (train-loss): 10,000 points, steps 0–99,990, 3 → 1>"
    assert repr(curve.take(slice(0))) == "<Curve 'train/loss' (train-loss): 0 points>"
    assert "1 point," in repr(curve.take(slice(1)))
    attempt = Attempt(0, 2, {"train/loss": curve}, superseded={"train/loss": curve})
    assert repr(attempt) == "<Attempt: 1 curve, steps 0–2, 10,000 points logged again later>"
    placed = with_axis(_run(1.0, 2.0), "time")
    assert len(repr(placed)) < 100
    assert len(repr(placed.placement)) < 100
