"""The figure of a sweep."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.colors import to_rgb

from curveread.findings.sweep.analysis import Setting
from tests.report.page.browsing import TAGS
from tests.report.sweeps import grid, sweep, unread


def test_the_outcome_stands_over_each_setting_and_the_curves_below() -> None:
    made = sweep((*grid(), unread("lost")))
    outcomes, curves = made.plot().axes
    assert outcomes.get_title(loc="left") == "lr"
    assert (outcomes.get_xscale(), outcomes.get_yscale()) == ("log", "log")
    sound, broken = (c for c in outcomes.collections[:2])
    assert len(np.asarray(sound.get_offsets())) == 12
    assert len(np.asarray(broken.get_offsets())) == 2
    rail = [line for line in outcomes.lines if line.get_marker() == "x"]
    assert [line.get_ydata()[0] for line in rail] == [1.0]  # the run that ended as NaN
    assert sum(len(line.get_xdata()) > 2 for line in curves.lines) == 15


def test_a_rate_that_one_log_wrote_as_a_text_stands_among_the_others() -> None:
    said = [replace(r, settings=dict(r.settings) | {"lr": "1e-3"}) if r.settings["lr"] == 0.001 else r for r in grid()]
    outcomes, curves = sweep(said).plot().axes
    assert len(np.asarray(outcomes.collections[0].get_offsets())) == 12
    inks = [line.get_color() for line in curves.lines if len(line.get_xdata()) > 2]
    assert inks == [line.get_color() for line in sweep().plot().axes[1].lines if len(line.get_xdata()) > 2]


def test_on_dark_paper_marks_curves_and_ramp_are_in_light_inks() -> None:
    with style.context("dark_background"):
        dark = sweep().plot()
    for panel, bright in ((sweep().plot(), False), (dark, True)):
        outcomes, curves = panel.axes
        found = [c.get_facecolor()[0] for c in outcomes.collections[:2]] + [line.get_color() for line in curves.lines]
        assert {contrast(c, "black" if bright else "white") > 2.0 for c in found} == {True}


def contrast(ink: Any, paper: str) -> float:
    """Return the ratio of luminances, as WCAG has it."""
    a, b = sorted(float(np.dot([0.2126, 0.7152, 0.0722], np.square(to_rgb(c)))) for c in (ink, paper))
    return (b + 0.05) / (a + 0.05)


def test_hostile_names_are_drawn_without_a_warning() -> None:
    made = sweep([replace(r, settings=dict(r.settings) | {TAGS[4]: TAGS[i % 8]}) for i, r in enumerate(grid())])
    odd = Setting(TAGS[4], "category", TAGS)
    made = replace(made, analysis=replace(made.analysis, settings=(odd, *made.analysis.settings)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert made.plot()._repr_png_()[:4] == b"\x89PNG"


def test_nothing_to_draw_is_said() -> None:
    made = sweep((), settings=(), groups=(), outcome=None).plot()
    assert made.texts[0].get_text() == "nothing to draw"
