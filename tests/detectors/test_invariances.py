"""A verdict does not depend on units, offsets, rounding, the logging interval, or the order of curves and files."""

from __future__ import annotations

import dataclasses
import functools
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curveread.diagnose import diagnose
from curveread.discovery.discover import read_runs
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding, Severity
from curveread.run.model import Curve, Run
from curveread.run.roles import Role
from tests.conftest import SAMPLES
from tests.support.curves import decay, run_of
from tests.support.samples import CASES, diagnosed, everything, run_of_case
from tests.support.turns import one_of

LOSS = (Role.TRAIN_LOSS, Role.EVAL_LOSS, Role.COMPONENT_LOSS)
METRICS = (*LOSS, Role.TRAIN_ACCURACY, Role.EVAL_ACCURACY, Role.REWARD, Role.KL, Role.ENTROPY)
Change = Callable[[Run], Run]


def mapped(run: Run, change: Callable[[Curve], Curve]) -> Run:
    """Return the run with every curve changed, those of its attempts as well."""

    def each(curves: object) -> dict[str, Curve]:
        return {tag: change(curve) for tag, curve in dict(curves).items()}  # type: ignore[call-overload]

    return dataclasses.replace(
        run,
        curves=each(run.curves),
        attempts=tuple(
            dataclasses.replace(a, curves=each(a.curves), superseded=each(a.superseded)) for a in run.attempts
        ),
    )


def scaled(factor: float) -> Change:
    return lambda run: mapped(run, lambda c: dataclasses.replace(c, value=c.value * factor) if c.role in LOSS else c)


def shifted(offset: int) -> Change:
    def change(run: Run) -> Run:
        moved = mapped(run, lambda c: dataclasses.replace(c, step=c.step + offset))
        attempts = tuple(
            dataclasses.replace(a, first_step=a.first_step + offset, last_step=a.last_step + offset)
            for a in moved.attempts
        )
        return dataclasses.replace(moved, attempts=attempts)

    return change


def in_float32(run: Run) -> Run:
    return mapped(run, lambda c: dataclasses.replace(c, value=c.value.astype(np.float32).astype(np.float64)))


def in_four_decimals(run: Run) -> Run:
    return mapped(run, lambda c: dataclasses.replace(c, value=c.value.round(4)) if c.role in METRICS else c)


def thinned(every: int) -> Change:
    """Keep one point of so many of the dense curves; evaluations stay as they are."""

    def change(run: Run) -> Run:
        most = max(len(c) for c in run.curves.values())
        return mapped(run, lambda c: c.take(slice(every - 1, None, every)) if 2 * len(c) >= most else c)

    return change


INTERVALS = {Role.GRAD_NORM: 3, Role.LEARNING_RATE: 5, Role.TRAIN_ACCURACY: 2, Role.KL: 2, Role.ENTROPY: 3}


def with_intervals_of_their_own(run: Run) -> Run:
    return mapped(run, lambda c: c.take(slice(None, None, INTERVALS.get(c.role or Role.OTHER, 1))))


def reversed_order(run: Run) -> Run:
    return dataclasses.replace(run, curves=dict(reversed(list(run.curves.items()))))


def told(dx: Diagnosis) -> dict[tuple[str, str, str | None], int | None]:
    """Return (rule, severity, tag) -> onset."""
    return {(f.rule, f.severity.value, f.tag): f.first_step for f in dx.findings}


def alarms(dx: Diagnosis) -> set[str]:
    return {f.rule for f in dx.findings if f.severity is not Severity.INFO}


EXACT: dict[str, Change] = {
    "x1000": scaled(1000.0),
    "x0.001": scaled(0.001),
    "float32": in_float32,
    "four decimals": in_four_decimals,
    "intervals": with_intervals_of_their_own,
    "order": reversed_order,
}
TOGETHER: dict[str, Change] = {  # what there is time for
    "order, x1000, float32": lambda run: in_float32(scaled(1000.0)(reversed_order(run))),
    "four decimals, x0.001": lambda run: scaled(0.001)(in_four_decimals(run)),
    "intervals": with_intervals_of_their_own,
}
EACH_ONE = [(case, list(TOGETHER)[i % len(TOGETHER)]) for i, case in enumerate(CASES)]
"""Every case with one of them in turn; all of them are in the slow sweep."""
SWEEP = {"x1000": 0, "x0.001": 0, "float32": 0, "four decimals": 1, "intervals": 0, "order": 0, "2:1": 8}
"""Runs of the trained corpus, of 112, whose alarms may change: spikes of two points."""
READS_UNITS = {"implausible-loss", "underfitting", "eval-below-train", "perplexity-mismatch", "unnormalized-loss"}
"""Rules that read the level of a loss itself: ln K of guessing, what only memorising reaches, exp of it."""


def unchanged(run: Run, name: str, change: Change, want: Diagnosis) -> None:
    """Assert that the same is told, and that it begins at most 3 % of the run, or an evaluation, elsewhere."""
    dx = diagnose(change(run))
    besides = READS_UNITS if "x" in name else set()
    assert dx.failed == ()
    before = {key: first for key, first in told(want).items() if key[0] not in besides}
    after = {key: first for key, first in told(dx).items() if key[0] not in besides}
    assert set(after) == set(before)
    gaps = [float(np.diff(c.step).max()) for c in run.of(Role.EVAL_LOSS) if len(c) > 1]
    near = max(0.03 * ((run.last_step or 0) - (run.first_step or 0)), *gaps, 0.0)
    for key, first in before.items():
        assert first is None or abs((after[key] or 0) - first) <= near, key


@pytest.mark.parametrize(("case", "name"), one_of(2, EACH_ONE))
def test_units_rounding_intervals_and_order_change_nothing(case: str, name: str) -> None:
    unchanged(run_of_case(case), name, TOGETHER[name], diagnosed(case))


@pytest.mark.slow
@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("case", CASES)
def test_each_of_them_changes_nothing(case: str, name: str) -> None:
    unchanged(run_of_case(case), name, EXACT[name], diagnosed(case))


@functools.cache
def alarms_of(path: Path) -> tuple[tuple[Run, frozenset[str]], ...]:
    """Return the runs below a path, each with its alarms."""
    return tuple((run, frozenset(alarms(diagnose(run)))) for run in read_runs(path))


def changed(folders: list[Path], name: str, change: Change) -> list[tuple[str, frozenset[str]]]:
    """Return the folders whose alarms change, with those that do."""
    besides = READS_UNITS if "x" in name else set()
    return [
        (folder.name, other)
        for folder in folders
        for run, want in alarms_of(folder)
        if (other := (want ^ alarms(diagnose(change(run)))) - besides)
    ]


def test_a_part_of_the_trained_corpus_does_not_change(corpus_trained: Path) -> None:
    some = sorted((corpus_trained / "runs").iterdir())[::12]
    for i, (name, change) in enumerate(TOGETHER.items()):
        assert changed(some[i :: len(TOGETHER)], name, change) == [], name


@pytest.mark.slow
@pytest.mark.parametrize("name", SWEEP)
def test_nothing_changes_on_the_trained_corpus(corpus_trained: Path, name: str) -> None:
    found = changed(sorted((corpus_trained / "runs").iterdir()), name, EXACT.get(name) or thinned(2))
    assert len(found) <= SWEEP[name], found


@pytest.mark.parametrize("case", one_of(2, CASES))
def test_steps_that_begin_elsewhere_move_the_findings_along(case: str) -> None:
    offset = 10_000
    dx = diagnose(shifted(offset)(run_of_case(case)))
    want = {key: first if first is None else first + offset for key, first in told(diagnosed(case)).items()}
    want = {key: first for key, first in want.items() if key[0] != "missing-warmup"}  # a run that begins there resumed
    assert told(dx) == want


TOO_FEW = {
    (2, "gradient-vanishing"): {"no-learning"},  # 75 points of a noisy loss can hide a slow fall
    (5, "gradient-explosion"): {"divergence"},  # four points between the first burst and NaN
    (5, "reward-hacking"): {"reward-hacking"},  # told as the collapse of the evaluated reward
    (5, "labels-visible"): {"implausible-loss"},  # its first point is then below what a model begins at
    (5, "entropy-collapse"): {"metric-collapse"},  # 30 points of a return that peaks at once
}
"""(every, case) -> alarms that may go missing where so many points are left out."""
OTHER_WORDS = {
    # Not folded into the collapse of the return, which is not told of few points: there it never rose.
    "entropy-collapse": {"entropy-collapse", "no-learning"},
    "divergence-slow": {"metric-collapse"},  # the accuracy falls before the thinned loss can be told to rise
    "reward-hacking": {"metric-collapse"},  # the same fall, of the curve that is now among the densest
    "resumed-lost-head": {"loss-spike", "restart"},  # whether the jump is the restart's harm or a spike beside it
}
"""case -> alarms that may come instead: the same event by another name."""


@pytest.mark.parametrize(
    ("case", "every"),
    [
        pytest.param(c, n, marks=[pytest.mark.slow] * (i % 4 != 2 * j))
        for i, c in enumerate(CASES)
        for j, n in enumerate((2, 5))
    ],
)
def test_a_thinned_log_gives_the_same_alarms(case: str, every: int) -> None:
    dx = diagnose(thinned(every)(run_of_case(case)))
    assert dx.failed == ()
    want, got = alarms(diagnosed(case)), alarms(dx)
    assert got - want <= OTHER_WORDS.get(case, set())
    seen = {f.rule for f in everything(dx)}
    assert want - seen <= TOO_FEW.get((every, case), set())


@pytest.mark.parametrize("case", ["resumed-overlap", "resumed-with-a-hole", "concurrent-writers"])
def test_the_order_of_file_names_does_not_matter(case: str, tmp_path: Path) -> None:
    files = sorted((SAMPLES / case).glob("events.out.tfevents.*"))
    assert len(files) == 2
    for number, file in enumerate(reversed(files)):
        shutil.copy(file, tmp_path / f"part-{number}.tfevents")
    (run,) = read_runs(tmp_path)
    dx = diagnose(run)
    assert alarms(dx) == alarms(diagnosed(case))
    of_the_files = {"restart", "concurrent-writers"}
    want = {key: first for key, first in told(diagnosed(case)).items() if key[0] in of_the_files}
    assert {key: first for key, first in told(dx).items() if key[0] in of_the_files} == want


def spiked() -> np.ndarray:
    value = decay(1500)
    value[700:706] *= 1.6
    return value


def diverged() -> np.ndarray:
    value = decay(1500)
    value[900:] *= np.linspace(1.0, 1.7, 600)
    return value


SHAPES = {"loss-spike": spiked(), "divergence": diverged(), "": decay(1500)}


@functools.cache
def plain_findings(rule: str) -> tuple[Finding, ...]:
    return diagnose(run_of(train_loss=SHAPES[rule])).findings


@settings(max_examples=15)
@given(
    rule=st.sampled_from(sorted(SHAPES)),
    power=st.floats(-6.0, 6.0),
    offset=st.integers(0, 10**9),
    stride=st.integers(1, 1000),
)
def test_any_unit_and_any_step_counter_give_the_same(rule: str, power: float, offset: int, stride: int) -> None:
    value = SHAPES[rule]
    (plain,) = plain_findings(rule) if rule else (None,)
    step = offset + stride * np.arange(value.size)
    dx = diagnose(Run("r", "r", {"train_loss": Curve("train_loss", step, value * 10.0**power)}))
    if plain is None:
        assert dx.findings == ()
    else:
        (f,) = dx.findings
        assert (f.rule, f.first_step, f.last_step) == (
            rule,
            offset + stride * (plain.first_step or 0),
            offset + stride * (plain.last_step or 0),
        )
        assert f.severity is plain.severity
