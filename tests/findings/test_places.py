"""Axes that sentences can be worded on."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.arguments import Length, Place, PlaceList, Span
from curveread.findings.places import Places, places
from curveread.findings.text import text
from curveread.run.model import Run
from curveread.run.placement import Placement

_RUN = Run("r", "r", {})


def _axis(axis: str) -> Places:
    steps, ends = np.array([0, 10_000]), {"epoch": 4.0, "tokens": 2.5e9, "seconds": 7200.0}
    found = places(axis, Placement(_RUN, steps, np.array([0.0, ends[axis]]), whole=axis != "epoch"))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("axis", "argument", "reads"),
    [
        ("epoch", Place(6025), "epoch 2.41"),
        ("epoch", Place(2500), "epoch 1"),
        ("epoch", Place(-100), "epoch 0"),
        ("epoch", Span(250, 1250), "epochs 0.1–0.5"),
        ("epoch", PlaceList((0, 5000)), "epochs 0 and 2"),
        ("epoch", Length(28), "28 steps"),
        ("tokens", Place(5), "1.25M tokens"),
        ("tokens", Span(4000, 10_000), "1G–2.5G tokens"),
        ("seconds", Place(7500), "1 h 30 min"),
        ("seconds", PlaceList((100, 200)), "1 min 12 s and 2 min 24 s"),
    ],
)
def test_a_placed_run_has_its_places_on_the_axis(axis: str, argument: Place, reads: str) -> None:
    assert text("at {it}.", it=argument).on(_axis(axis)) == f"at {reads}."


def test_a_log_that_counts_epochs_has_its_lengths_in_epochs() -> None:
    axis = places("Epochs", None)
    assert axis is not None
    rose = text("rose after {onset}, {later} later; {one}", onset=Place(12), later=Length(5), one=Length(1))
    assert rose.on(axis) == "rose after epoch 12, 5 epochs later; 1 epoch"
    assert places("step", None) is places("train/global_step", None) is None
