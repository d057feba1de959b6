"""Diagnoses and comparisons are values: they pass through pickle, copies and other processes unchanged."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

import curveread as cr
from tests.conftest import SAMPLES
from tests.support.samples import CASES

SOME = ("nan-loss", "resumed-overlap", "overfitting", "healthy-epoch-staircase")


@pytest.fixture(scope="module", params=SOME)
def dx(request: pytest.FixtureRequest) -> cr.Diagnosis:
    return cr.diagnose(cr.read(SAMPLES / request.param))


def test_a_diagnosis_passes_through_pickle_and_deepcopy(dx: cr.Diagnosis) -> None:
    for again in (pickle.loads(pickle.dumps(dx)), copy.deepcopy(dx)):
        assert again == dx
        assert again.to_json() == dx.to_json()
        assert again.drawings == dx.drawings
        assert again.rulers == dx.rulers
        assert again.digests == dx.digests != {}
        assert again._repr_html_() == dx._repr_html_()


def test_two_diagnoses_of_one_run_are_equal_and_of_two_are_not() -> None:
    one, other = (cr.read(SAMPLES / case) for case in SOME[:2])
    assert cr.diagnose(one) == cr.diagnose(one)
    assert cr.diagnose(one) != cr.diagnose(other)
    assert cr.diagnose(one) != cr.diagnose(one, ignore=["nonfinite-loss"])


@pytest.mark.parametrize("x", ["epoch", "time"])
def test_a_diagnosis_on_another_axis_keeps_its_drawings_there(x: str) -> None:
    run = cr.read(SAMPLES / "overfitting", x=x)
    dx = pickle.loads(pickle.dumps(cr.diagnose(run)))
    assert dx == cr.diagnose(run)
    loss = next(d for d in dx.drawings if d.role == "train-loss")
    curve = dx.run[loss.tag]
    assert loss.step[0] == pytest.approx(curve.step[0], abs=1)
    assert loss.step[-1] == pytest.approx(curve.step[-1], abs=1)
    assert np.isin(loss.step, curve.step).mean() > 0.9
    assert dx.rulers == ()


def test_a_comparison_passes_through_pickle() -> None:
    made = cr.compare([cr.read(SAMPLES / case) for case in SOME[:2]])
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert again._repr_html_() == made._repr_html_()
    assert len(repr(made)) < 200


def _judged(case: str) -> cr.Diagnosis:
    return cr.diagnose(cr.read(SAMPLES / case))


def test_twenty_samples_are_judged_in_other_processes() -> None:
    cases = CASES[:20]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        far = list(pool.map(_judged, cases))
    assert [d.run.name for d in far] == cases
    assert far[::5] == [_judged(case) for case in cases[::5]]


def test_what_a_notebook_prints_of_a_result_fits_one_screen(dx: cr.Diagnosis) -> None:
    shown = [dx, dx.run, *dx.run.curves.values(), *dx.run.attempts, *dx.findings, *dx.drawings, *dx.rulers]
    assert max(len(repr(thing)) for thing in shown) < 24 * 80
