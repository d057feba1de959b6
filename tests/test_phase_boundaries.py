"""Phases begin where the labels say: within 5 % of the run. ``python -m tests.benchmarks.phases`` prints the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.corpora import Case, sample_logs, trained
from tests.benchmarks.phases import Boundary, boundaries, part, table
from tests.support.samples import CASES, diagnosed, labels_of


def judged(cases: list[Case], *, missed: int) -> list[Boundary]:
    found = boundaries(cases)
    assert found
    away = [b for b in found if b.found is not None and not b.near]
    assert not away, "\n".join(f"{b.run}: {b.kind} at {b.label:g}, phase at {b.found}" for b in away)
    absent = [b for b in found if b.found is None]
    assert len(absent) <= missed, [f"{b.run}: {b.kind}" for b in absent]
    return found


def test_sample_logs() -> None:
    found = judged(sample_logs(), missed=0)
    assert {b.kind for b in found} == {"overfit", "divergence", "plateau"}
    assert "within 5%" in table({"samples": found})


@pytest.mark.slow
def test_made_runs() -> None:
    assert len(judged(part(), missed=3)) > 25


@pytest.mark.corpus
@pytest.mark.slow
def test_trained_runs(corpus_trained: Path) -> None:
    assert len(judged(trained(), missed=8)) > 30


@pytest.mark.parametrize("case", [case for case in CASES if labels_of(case)["healthy"] and "stall" not in case])
def test_a_healthy_run_warms_up_learns_and_converges_and_nothing_else(case: str) -> None:
    assert {p.name for p in diagnosed(case).phases} <= {"warmup", "learning", "converged"}


def test_cadence_and_units_are_no_noise_on_the_sample_logs() -> None:
    rules = {"sparse-eval", "dense-eval", "sparse-logging", "eval-overhead", "unnormalized-loss", "perplexity-mismatch"}
    for case in CASES:
        told = {f.rule for f in diagnosed(case).findings}
        assert told & rules <= {event["rule"] for event in labels_of(case)["events"]}, case
