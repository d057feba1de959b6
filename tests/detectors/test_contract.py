"""What every check owes: it survives anything, changes nothing, does not depend on units, is quiet on healthy runs."""

from __future__ import annotations

import ast
import json
import math
import re
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import curveread as cr
from curveread.detectors.base import Detector
from curveread.detectors.registry import all_detectors, detector, rules
from curveread.diagnose import diagnose
from curveread.errors import UsageError
from curveread.run.model import Attempt, Curve, Run
from curveread.testing import check_detector
from tests.conftest import SAMPLES
from tests.support.curves import decay, normal, run_of
from tests.support.samples import one_run

CASES = sorted(p.parent for p in SAMPLES.glob("*/labels.json"))

number = st.floats(allow_nan=True, allow_infinity=True, width=32) | st.sampled_from(
    [0.0, math.nan, math.inf, 1.0, 1e-30]
)
values = st.lists(number, max_size=200).map(lambda v: np.array(v, dtype=float))


@pytest.mark.parametrize("check", all_detectors(), ids=lambda c: c.rule)
def test_a_check_keeps_to_its_contract(check: type[Detector]) -> None:
    check_detector(check)
    assert check.rule == check.__module__.rsplit(".", 1)[-1].replace("_", "-")


@pytest.mark.parametrize("check", all_detectors(), ids=lambda c: c.rule)
def test_a_check_leaves_the_wording_to_arguments(check: type[Detector]) -> None:
    tree = ast.parse(Path(sys.modules[check.__module__].__file__ or "").read_text(encoding="utf-8"))
    by_hand = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.JoinedStr)]
    modules = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert not by_hand, "a sentence is text(template, name=argument), so that it can be told on another axis"
    assert "curveread.findings.wording" not in modules


@pytest.mark.parametrize(
    ("sample", "axis"), [("divergence-slow", "epoch"), ("overfitting-small-data", "epoch"), ("nan-loss", "time")]
)
def test_on_another_axis_no_finding_speaks_of_steps(sample: str, axis: str) -> None:
    for found in cr.diagnose(cr.read(SAMPLES / sample, x=axis)).findings:
        sentences = [found.message, *found.advice, *found.also_explained_by]
        pairs = [f"{e.name}: {e.to_json()['value']}" for e in found.evidence if e.key != "moved-first"]
        for words in (*sentences, *pairs):
            assert not re.search(r"\bsteps?\b", words), words


@settings(max_examples=30)
@example(train=np.array([np.nan]), evaluation=np.empty(0), norm=np.array([1.0]), rate=np.empty(0))
@given(train=values, evaluation=values, norm=values, rate=values)
def test_any_floats_survive_and_inputs_are_untouched(
    train: np.ndarray, evaluation: np.ndarray, norm: np.ndarray, rate: np.ndarray
) -> None:
    curves = {
        tag: Curve(tag, np.arange(v.size), v)
        for tag, v in {"train/loss": train, "eval/loss": evaluation, "grad_norm": norm, "lr": rate}.items()
    }
    half = {t: c.take(slice(0, len(c) // 2)) for t, c in curves.items()}
    attempts = (Attempt(0, 50, half), Attempt(10, 199, curves))
    before = {tag: c.value.copy() for tag, c in curves.items()}
    dx = diagnose(Run("any", "any", curves, attempts=attempts))
    assert dx.failed == ()
    for tag, value in before.items():
        np.testing.assert_array_equal(curves[tag].value, value)
    outcomes = {f.rule for f in dx.findings} | {f.rule for e in dx.findings for f in e.folded}
    outcomes |= {q.rule for q in dx.quiet} | {n.rule for n in dx.not_checked}
    assert outcomes == set(rules())
    json.loads(dx.to_json(), parse_constant=lambda s: pytest.fail(f"{s} in the JSON"))


@pytest.mark.parametrize("case", CASES[:4], ids=lambda p: p.name)
def test_twice_gives_equal(case: Path) -> None:
    assert diagnose(one_run(case)).to_json() == diagnose(one_run(case)).to_json()


def test_a_broken_check_is_reported_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object, subject: object) -> list[object]:
        raise ZeroDivisionError("made to fail")

    monkeypatch.setattr(detector("plateau"), "detect", broken)
    value = decay()
    value[1500] *= 3
    dx = diagnose(run_of(train_loss=value))
    assert [(f.rule, f.error) for f in dx.failed] == [("plateau", "ZeroDivisionError: made to fail")]
    assert [f.rule for f in dx.findings] == ["loss-spike"]


def test_a_long_run_needs_little_memory() -> None:
    n = 300_000
    run = run_of(train_loss=decay(n), grad_norm=decay(n, 0.3, seed=1), eval_loss=decay(1000, 0.002), lr=decay(n))
    tracemalloc.start()
    try:
        dx = diagnose(run)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert dx.failed == ()
    assert peak < 60 * 8 * n  # sixty arrays as long as the loss


def test_a_check_without_its_curves_says_which() -> None:
    dx = diagnose(run_of(train_loss=decay()))
    reasons = {n.rule: n.reason for n in dx.not_checked}
    assert reasons["overfitting"] == "no eval loss among the curves"
    short = diagnose(run_of(train_loss=decay(12)))
    assert "the train loss has 12 usable points; at least 30 are needed" in [n.reason for n in short.not_checked]


def test_select_ignore_and_options() -> None:
    value = decay()
    value[1500] *= 1.25
    run = run_of(train_loss=value)
    assert [f.rule for f in diagnose(run, select=["loss-spike"]).findings] == ["loss-spike"]
    assert diagnose(run, ignore=["loss-spike"]).findings == ()
    assert diagnose(run, options={"loss-spike": {"floor": "50"}}).findings == ()
    with pytest.raises(UsageError, match="there is no check 'loss-spikes'; did you mean 'loss-spike'"):
        diagnose(run, select=["loss-spikes"])
    with pytest.raises(
        UsageError, match="loss-spike has no option 'flor'; it has: fewest, floor, false_events, narrow, "
    ):
        diagnose(run, options={"loss-spike": {"flor": 1}})
    with pytest.raises(UsageError, match=r"loss-spike.floor takes float, not 'high'"):
        diagnose(run, options={"loss-spike": {"floor": "high"}})


def test_a_badly_defined_check_is_refused() -> None:
    with pytest.raises(TypeError, match="must be kebab-case"):
        type("Bad", (Detector,), {"rule": "Bad_Rule", "__doc__": "x", "detect": lambda s, x: []})
    with pytest.raises(TypeError, match="lacks: What it finds"):
        type("Bad", (Detector,), {"rule": "bad", "__doc__": "x", "detect": lambda s, x: []})


@pytest.mark.parametrize("tag", ["approx_kl", "entropy", "reward", "eval/reward", "epoch", "train/tokens_per_second"])
def test_any_floats_survive_in_the_other_roles(tag: str) -> None:
    rng = np.random.default_rng(0)
    other = run_of(train_loss=decay(120), reward=normal(120), entropy=np.full(120, 0.5)).curves
    for n in (0, 1, 11, 60, 119):
        for value in (rng.standard_normal(n), np.zeros(n), np.full(n, np.nan), np.full(n, 1e38), -np.full(n, 1e-300)):
            value[n // 2 : n // 2 + 2] = [np.inf, -np.inf][: value[n // 2 : n // 2 + 2].size]
            wall = np.where(np.arange(n) % 7 == 3, np.nan, 1e9 - 30.0 * np.arange(n))
            dx = diagnose(Run("r", "r", {**other, tag: Curve(tag, np.arange(n), value, wall)}))
            assert dx.failed == ()


def test_a_gradient_norm_that_is_mostly_zero_at_first_breaks_no_check() -> None:
    norm = np.zeros(600)
    norm[100:] = 1.0
    assert diagnose(run_of(train_loss=decay(600), grad_norm=norm)).failed == ()


@pytest.mark.parametrize("check", [c for c in all_detectors() if c.needs and c.least > 1], ids=lambda c: c.rule)
def test_one_point_too_few_is_said_to_be_too_few(check: type[Detector]) -> None:
    def run(n: int) -> Run:
        roles = [min(need) for need in check.needs]
        return Run(
            "r", "r", {r.value: Curve(r.value, np.arange(n), decay(n), 1e9 + np.arange(n), role=r) for r in roles}
        )

    lacking = diagnose(run(check.least - 1), select=[check.rule])
    assert lacking.findings == ()
    assert f"at least {check.least} are needed" in str(lacking.not_checked[0].reason)
    enough = diagnose(run(check.least), select=[check.rule])
    assert not any("are needed" in str(n.reason) for n in enough.not_checked)
