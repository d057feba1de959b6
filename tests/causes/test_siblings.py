"""The same step in sibling runs is the data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import curveread as cr
from curveread.causes.siblings import with_siblings
from curveread.findings.cause import Cause
from curveread.findings.diagnosis import Diagnosis
from tests.support.curves import decay, run_of


def spiked(*at: int, seed: int, dataset: str = "same") -> Diagnosis:
    loss = decay(2000, seed=seed)
    for step in at:
        loss[step : step + 60] += 3.0 * np.exp(-np.arange(60) / 15.0)
    return cr.diagnose(replace(run_of(train_loss=loss), config={"dataset": dataset}))


def data(d: Diagnosis) -> float:
    spike = next(f for f in d.findings if f.rule == "loss-spike")
    return sum(c.share for c in spike.causes if c.cause in ("bad-batch", "data-changed"))


def test_a_shared_step_speaks_for_the_data() -> None:
    runs = [spiked(900, seed=1), spiked(900, seed=2), spiked(1500, seed=3)]
    after = with_siblings(runs)
    assert data(after[0]) > data(runs[0])
    assert data(after[1]) > data(runs[1])
    assert after[2].findings == runs[2].findings
    first = next(f for f in after[0].findings if f.rule == "loss-spike").causes[0]
    assert str(first.speaks_for[0]) == "1 other run had it at the same step"
    assert sum(c.share for c in first_causes(after[0])) < 1.0


def first_causes(d: Diagnosis) -> tuple[Cause, ...]:
    return next(f for f in d.findings if f.rule == "loss-spike").causes


def test_a_comparison_weighs_it_but_not_of_other_data() -> None:
    for dataset, more in (("same", True), ("other", False)):
        runs = [spiked(900, seed=1), spiked(900, seed=2, dataset=dataset)]
        compared = cr.compare(runs)
        assert (data(compared.runs[0].diagnosis) > data(runs[0])) is more
