"""Forecasts of the ends of labelled runs: enough answers, honest intervals, errors below those of the rivals."""

from __future__ import annotations

from pathlib import Path

import pytest

from curveread.run.roles import LOSSES
from tests.benchmarks import forecast, synthetic
from tests.benchmarks.corpora import sample_logs, trained
from tests.benchmarks.forecast import Judged, Score


def _score(name: str, cases: list[Judged]) -> Score:
    found = forecast.score(cases)
    assert found.answered >= 0.6, name
    assert 0.7 <= found.covered <= 0.9, name
    ours, last, line = found.errors[:3]
    assert ours < last, name
    assert ours < line, name
    return found


@pytest.mark.slow
def test_the_samples_and_a_part_of_the_made_runs() -> None:
    real = [c for c in sample_logs() if c.label.healthy and any(run.of(role) for run in c.runs() for role in LOSSES)]
    cases = [*real, *synthetic.healthy(1, (1_000,))]
    mixed = [j for _, j in forecast.judged(("mixed", c) for c in cases)]
    assert len(mixed) == 3 * len(cases) > 60
    _score("mixed", mixed)


@pytest.mark.slow
@pytest.mark.corpus
def test_the_trained_runs(corpus_trained: Path) -> None:
    cases = [("trained", c) for c in trained(corpus_trained) if c.label.healthy]
    found = _score("trained", [j for _, j in forecast.judged(cases)])
    assert found.errors[0] < found.errors[3]
