"""The scene as data, and that every painter shows all of its words."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import matplotlib as mpl
import numpy as np
import pytest

from curveread.findings.diagnosis import Diagnosis, Phase, TimelineEntry
from curveread.report.chart.chart import chart
from curveread.report.chart.layout import scene
from curveread.report.chart.palette import SHADES
from curveread.report.chart.scene import Badge, Boxes, Glyphs, Group, Hatch, Part, Scene, Stroke, Words
from curveread.report.chart.size import MEDIUM, NARROW, WIDE, Size
from curveread.report.figure.mpl import figure
from curveread.report.figure.paper import size
from curveread.report.page.svg.picture import picture
from curveread.run.model import Checkpoint
from tests.report.handmade import diagnosis, finding, run_of, spiky

SHEET = size("sheet", 10.0, 0.72, 0.2)


def eventful() -> Diagnosis:
    """Two holes, the first one short; a wild value, a restart, a checkpoint, phases and three findings."""
    d = spiky(at=(300, 600, 900))
    value = d.run["train/loss"].value.copy()
    value[700] = 3.2e9
    value[100:102] = value[950:1150] = np.nan
    curves = {c.tag: (c.step, value if c.tag == "train/loss" else c.value) for c in d.run.curves.values()}
    events = [TimelineEntry(i, "eval", "eval") for i in range(0, 1200, 50)]
    return diagnosis(
        run_of(curves, checkpoints=(Checkpoint(500, "c"),)),
        [*d.findings, finding("nonfinite-loss", "error", 950, 1149, tag="train/loss")],
        timeline=(TimelineEntry(400, "restart", "again"), *events),
        phases=(Phase("warmup", 0, 60), Phase("learning", 60, 1199)),
    )


def flat(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, Group):
            yield from flat(part.parts)
        else:
            yield part


def everything(made: Scene) -> list[Part]:
    return list(flat((*made.under, *made.over)))


def texts(made: Scene) -> list[str]:
    said = [p for p in everything(made) if isinstance(p, Words | Badge)]
    return sorted(str(p.number) if isinstance(p, Badge) else p.text for p in said)


@pytest.mark.parametrize("measures", [WIDE, MEDIUM, NARROW, SHEET])
def test_everything_lies_inside_the_picture(measures: Size) -> None:
    made = scene(chart(eventful()), measures)
    for part in everything(made):
        match part:
            case Boxes():
                spots = [(x, y) for x, y, _, _ in part.boxes] + [(x + w, y + h) for x, y, w, h in part.boxes]
            case Hatch():
                spots = [part.box[:2]]
            case Stroke():
                spots = [(part.x0, part.y0), (part.x1, part.y1)]
            case Glyphs():
                spots = list(part.spots)
            case _:
                spots = [(part.x, part.y)]
        for x, y in spots:
            assert -1e-6 <= x <= made.width + 1e-6, part
            assert -1e-6 <= y <= made.height + 1e-6, part
    tops = [plot.box[1] for plot in made.plots]
    assert tops == sorted(tops)
    assert [plot.index for plot in made.plots] == list(range(len(made.spec.panels)))


@pytest.mark.parametrize("measures", [WIDE, MEDIUM, SHEET])
def test_the_hole_that_is_wide_enough_says_that_it_has_no_numbers(measures: Size) -> None:
    """The first of two holes is short: it is hatched and has no room for a text; the second has."""
    made = scene(chart(eventful()), measures)
    holes = [p for p in everything(made) if isinstance(p, Hatch)]
    assert len(holes) == 2
    (said,) = [p for p in everything(made) if isinstance(p, Words) and p.text == "no number"]
    left, _, width, _ = holes[1].box
    assert said.x == pytest.approx(left + width / 2)


def test_marks_events_and_spots_stand_where_they_happened() -> None:
    made = scene(chart(eventful()), WIDE)
    spec, (left, top, width, height) = made.spec, made.plots[0].box

    def at(step: float) -> float:
        return left + spec.x.at(step) * width

    parts = everything(made)
    glyphs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for part in parts:
        if isinstance(part, Glyphs):
            glyphs[part.shape] += part.spots
    assert [x for x, _ in glyphs["checkpoint"]] == [at(500)]
    assert [x for x, _ in glyphs["eval"]] == [at(s) for s in range(0, 1200, 50)]
    assert glyphs["above"] == [(at(700), top + 1)]
    highest = [m.peak[1] for m in spec.marks if m.peak is not None]
    spots = [at(step) for step in (300, 600, 900)]
    assert glyphs["peak"] == [
        (x, top + (1 - spec.panels[0].y.at(y)) * height) for x, y in zip(spots, highest, strict=True)
    ]
    dashed = [p for p in parts if isinstance(p, Stroke) and p.dash == "4 3"]
    assert [p.x0 for p in dashed] == [at(400)] * len(spec.panels)
    badges = {p.number: (p.x, p.severity) for p in parts if isinstance(p, Badge)}
    assert badges == {1: (at(300), "warning"), 2: (at(600), "warning"), 3: (at(900), "warning"), 4: (at(950), "error")}
    tint = [p for p in parts if isinstance(p, Boxes) and p.opacity == SHADES["finding"] and p.ink == "error"]
    assert [(b[0], b[0] + b[2]) for p in tint for b in p.boxes] == [(pytest.approx(at(950)), pytest.approx(at(1149)))]


def test_a_part_of_the_panels_has_the_same_strip_and_labels() -> None:
    spec = chart(eventful())
    whole, part = scene(spec, WIDE), scene(spec, WIDE, [2])
    assert [p.index for p in part.plots] == [2]
    assert part.height < whole.height
    for made in (whole, part):
        assert sum(isinstance(p, Badge) for p in everything(made)) == 4


@pytest.mark.parametrize("make", [eventful, spiky, lambda: diagnosis(run_of({})), lambda: spiky(at=range(30, 1100, 9))])
def test_both_painters_write_every_word_of_the_scene_and_no_other(make: object) -> None:
    d = make()  # type: ignore[operator]
    spec = chart(d)
    for measures in (WIDE, NARROW):
        made = scene(spec, measures)
        drawn = re.sub(r"<title>.*?</title>", "", picture(made, "c"))
        assert sorted(html.unescape(t) for t in re.findall(r"<text[^>]*>(.*?)</text>", drawn)) == texts(made)
    sheet = [t.get_text() for t in figure(d).findobj(mpl.text.Text) if t.get_text() and t.get_visible()]
    for text in texts(scene(spec, SHEET)):
        assert text in sheet, text


def test_the_painted_curves_are_those_of_the_specification() -> None:
    d = eventful()
    spec = chart(d)
    drawn = figure(d)
    assert len(drawn.axes) == len(spec.panels)
    for ax, panel in zip(drawn.axes, spec.panels, strict=True):
        assert [line.get_xdata().tolist() for line in ax.lines] == [line.x.tolist() for line in panel.lines]
        assert ax.get_ylim() == (panel.y.low, panel.y.high)
    svg = picture(scene(spec, WIDE), "c")
    assert svg.count("#c-l") == sum(len(p.lines) for p in spec.panels)
    assert svg.count("#c-b") == sum(len(p.bands) for p in spec.panels)
