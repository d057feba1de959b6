"""Several runs in one figure: lines, groups with bands, what broke, and what does not fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import curveread as cr
from curveread.comparing.overlay import overlay
from curveread.errors import ArgumentError, UsageError

LOGS = Path(__file__).parents[2] / "notebooks" / "logs"


def run(name: str, value: list[float], **config: object) -> cr.Run:
    return cr.Run.from_dict({"loss": ([10 * i for i in range(len(value))], value)}, name=name, config=config)


SEEDS = [run("a", [3.0, 2.0, 1.0], lr=0.1, seed=0), run("b", [4.0, 3.0], lr=0.1, seed=1), run("c", [9.0, 9.0], lr=1.0)]


def test_each_run_is_a_line_of_its_own() -> None:
    made = overlay([*SEEDS, run("a", [1.0, float("nan")])])
    assert made.labels == ("a", "b", "c", "a #2")
    (panel,) = made.panels
    assert panel.title == "loss"
    assert [s.value.tolist() for s in panel.drawn] == [[3.0, 2.0, 1.0], [4.0, 3.0], [9.0, 9.0], [1.0]]
    assert [s.broke.tolist() for s in panel.drawn] == [[], [], [], [[0.0, 1.0]]]


def test_a_group_is_its_median_within_its_lowest_and_highest_run() -> None:
    made = overlay(SEEDS[::-1], by="lr")
    assert (made.labels, made.title, made.ramp) == (("0.1 (2 runs)", "1.0 (1 run)"), "lr", True)
    band, alone = made.panels[0].drawn
    assert band.step.tolist() == [0.0, 10.0, 20.0]
    assert band.low.tolist() == [3.0, 2.0, 1.0]
    assert band.value.tolist() == [3.5, 2.5, 1.0]  # the run that ended is in the band as long as it went
    assert band.high.tolist() == [4.0, 3.0, 1.0]
    assert alone.low.size == 0
    assert overlay(SEEDS, by=["lr", "seed"]).labels[0] == "lr=0.1, seed=0 (1 run)"
    assert overlay(SEEDS, by=lambda run: run.name in "ab").labels == ("False (1 run)", "True (2 runs)")


def test_a_long_curve_is_the_means_of_blocks() -> None:
    long = cr.Run.from_dict({"loss": np.tile([1.0, 3.0], 4000)})
    (strand,) = overlay([long, SEEDS[0]]).panels[0].drawn[:1]
    assert strand.value.size == 400
    assert set(strand.value) == {2.0}
    assert strand.step[0] == 9.5


def test_what_no_run_has_is_refused_with_what_there_is() -> None:
    with pytest.raises(ArgumentError, match="tags='val': no run has a curve of that name; there are: loss"):
        cr.plot(SEEDS, tags="val")
    with pytest.raises(ArgumentError, match="by='wd': no run has this setting; there are: lr, seed"):
        cr.plot(SEEDS, by="wd")
    with pytest.raises(ArgumentError, match="by='lr': one run has no groups"):
        cr.plot(SEEDS[0], by="lr")
    with pytest.raises(ArgumentError, match="diagnosis='Run'"):
        cr.plot(SEEDS[0], SEEDS[1])  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no curve 'val' to draw"):
        cr.plot(SEEDS[0], tags="val")


def test_the_figure_names_its_lines_and_shows_itself() -> None:
    figure = cr.plot([LOGS / f"lr{lr}-seed{n}" for lr in (0.01, 1) for n in range(3)], by="lr")
    assert [t.get_text().strip() for t in figure.legends[0].get_texts()] == ["0.01 (3 runs)", "1.0 (3 runs)"]
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["eval/loss", "train/loss"]
    for ax in figure.axes:  # the runs that blow up to 1e300 leave the picture
        assert ax.get_ylim()[1] < 10.0
        assert len(ax.collections) == 2
    assert figure._repr_png_()[:4] == b"\x89PNG"  # type: ignore[attr-defined]


def test_axes_of_the_callers_are_drawn_into() -> None:
    ax = Figure().subplots()
    assert cr.plot({"one": SEEDS[0], "two": SEEDS[2]}, ax=ax) is ax.figure
    legend = ax.get_legend()
    assert legend is not None
    assert [t.get_text().strip() for t in legend.get_texts()] == ["one", "two"]
    assert ax.get_xlabel() == "step"
