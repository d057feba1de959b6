from __future__ import annotations

import subprocess
import sys
import warnings
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import style
from matplotlib.figure import Figure

from curveread.findings.diagnosis import Diagnosis, Phase, TimelineEntry
from curveread.report.cards import cards
from curveread.report.chart.chart import chart
from curveread.report.figure.mpl import figure, pdf, png, svg
from curveread.report.figure.paper import text_width, wrapped
from curveread.report.figure.pdf import pages
from curveread.report.renderer import ReportRenderer
from curveread.run.model import Checkpoint
from tests.report.handmade import diagnosis, finding, run_of, spiky
from tests.support.turns import one_of


def texts(drawn: Figure) -> list[str]:
    return [t.get_text() for t in drawn.findobj(mpl.text.Text) if t.get_text()]


def broken() -> Diagnosis:
    step = np.arange(500)
    loss = 2 + 2 * np.exp(-step / 60)
    loss[200] = 3.2e9
    loss[300:400] = np.nan
    curves = {
        "$\\frac{x}{y}$ <b> loss": (step, loss),
        "日本語 loss": (step, loss + 1),
        "val_loss": (step[::20], loss[::20]),
    }
    return diagnosis(
        run_of(curves, "$run_$", checkpoints=(Checkpoint(100, "c"),), x_axis="$\\frac{a$"),
        [finding("loss-spike", "error", 200, tag=next(iter(curves)), message="100 % of $x_{2}$ lost" + " again" * 80)],
        "It cost $5 and $6 " + "and more " * 30,
        timeline=(TimelineEntry(150, "restart", "again"),),
        phases=(Phase("warmup", 0, 20), Phase("learning", 20, 499)),
    )  # fmt: skip


def test_who_sees_only_the_picture_knows_what_happened_and_when() -> None:
    d = spiky(at=(300, 600))
    drawn = figure(d)
    shown = texts(drawn)
    assert d.verdict.headline in " ".join(shown)
    for i, f in enumerate(d.findings, start=1):
        assert f.message in shown
        badges = [t.get_text() for t in drawn.texts if t.get_weight() == "bold"]
        assert badges.count(str(i)) == 2  # over the charts and in the list
        assert f"loss spike {f.first_step}" in shown
    for part in ("Loss (nats)", "train/loss", "val/loss", "Gradient norm (log scale)", "Learning rate", "step"):
        assert part in shown


def test_wild_values_gaps_and_formulas_are_drawn_as_they_are() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no missing glyph, no formula that cannot be read
        drawn = figure(broken())
        drawn.savefig(BytesIO(), format="png")
        pdf(broken())
    shown = texts(drawn)
    assert "3.2e9" in shown
    assert "no number" in shown
    assert "$\\frac{x}{y}$ <b> loss" in shown
    loss = drawn.axes[0]
    assert loss.get_ylim()[1] < 10
    assert max(float(np.nanmax(line.get_ydata())) for line in loss.lines) <= loss.get_ylim()[1]


MAKE = (
    spiky,
    broken,
    lambda: diagnosis(run_of({})),
    lambda: diagnosis(run_of({"loss": ([5], [2.3])})),
    lambda: spiky(at=range(30, 1100, 9)),
)


@pytest.mark.parametrize("make", MAKE)
def test_pictures_are_pictures(make: object) -> None:
    d = make()  # type: ignore[operator]
    assert pdf(d).startswith(b"%PDF")
    raster, vector = png(d, dpi=50), svg(d)
    assert raster.startswith(b"\x89PNG\r\n")
    assert b"<text" in vector


@pytest.mark.parametrize("make", one_of(len(MAKE), MAKE))
def test_pictures_are_the_same_each_time(make: object) -> None:
    first, second = (make() for _ in range(2))  # type: ignore[operator]
    assert (png(first, dpi=50), svg(first)) == (png(second, dpi=50), svg(second))


def test_nothing_is_cut_off_at_the_sides() -> None:
    drawn = figure(broken())
    box = drawn.get_tightbbox()
    assert box.x0 >= 0
    assert box.x1 <= drawn.get_figwidth()
    assert box.y0 >= 0
    assert box.y1 <= drawn.get_figheight()


def test_into_axes_of_the_caller() -> None:
    mine = Figure(figsize=(6, 3))
    left, right = mine.subplots(1, 2)
    assert figure(spiky(), ax=right) is mine
    assert not left.lines
    assert right.get_xlim() == (0, 1199)
    assert right.get_ylabel() == "Loss (nats)"
    assert "1" in [t.get_text() for t in right.texts]


def test_chosen_tags() -> None:
    assert len(figure(spiky(), ["train/lr"]).axes) == 1


def test_the_callers_style_stays_in_force() -> None:
    with mpl.rc_context({"text.color": "#ff0000", "figure.facecolor": "#000011"}):
        drawn = figure(spiky())
        assert drawn.get_facecolor() == mpl.colors.to_rgba("#000011")
        assert "#ff0000" in {t.get_color() for t in drawn.texts}


def test_a_diagnosis_plots_itself_into_axes() -> None:
    d = replace(spiky(), renderer=ReportRenderer())
    mine = Figure(figsize=(6, 3))
    ax = mine.subplots()
    assert d.plot(ax=ax, tags=["train/lr"]) is mine
    assert ax.get_ylabel() == "Learning rate"
    assert len(d.plot(tags=["train/loss"]).axes) == 1


def test_renderer_and_notebook() -> None:
    renderer = ReportRenderer()
    drawn = renderer.figure(spiky())
    assert drawn._repr_png_().startswith(b"\x89PNG")  # type: ignore[attr-defined]
    assert "curveread-fragment" in renderer.fragment(spiky())


def test_pyplot_is_never_loaded_and_a_page_needs_no_matplotlib() -> None:
    code = (
        "import sys; from tests.report.handmade import spiky; "
        "from curveread.report.page.html import page; page(spiky()); assert 'matplotlib' not in sys.modules; "
        "from curveread.report.figure.mpl import png; png(spiky()); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[3])


class TestPages:
    @pytest.mark.parametrize("make", MAKE)
    def test_every_finding_is_told_and_nothing_is_cut(self, make: object) -> None:
        d = make()  # type: ignore[operator]
        papers = pages(d, chart(d), d.run.name)
        words = " ".join(t for p in papers for t in texts(p.figure))
        assert " ".join(d.verdict.headline.split()) in words
        for f in d.findings:
            assert " ".join(f.message.split()) in words
        assert all(advice in words for card in cards(d.findings, "step") for advice in card.advice)
        for paper in papers:
            page = paper.figure.bbox
            for drawn in paper.figure.texts:
                box = drawn.get_window_extent()
                assert page.x0 <= box.x0
                assert box.x1 <= page.x1
                assert page.y0 <= box.y0
                assert box.y1 <= page.y1

    def test_the_first_page_has_the_verdict_the_key_figures_and_the_loss(self) -> None:
        d = spiky()
        first, *others = pages(d, chart(d), d.run.name)
        shown = texts(first.figure)
        for part in ("Best eval loss", "Loss (nats)", "1 / 2"):
            assert part in shown
        assert len(others) == 1

    def test_many_panels_take_more_pages(self) -> None:
        step = np.arange(50)
        tags = ("train/loss", "val/loss", "grad_norm", "lr", "val/accuracy", "rewards/margin", "tokens_per_second")
        d = diagnosis(run_of(dict.fromkeys((*tags, *(f"loss_{i}" for i in range(30))), (step, 1 + step / 50))))
        spec = chart(d)
        papers = pages(d, spec, "run")
        assert sum(len(p.figure.axes) for p in papers) == len(spec.panels)

    def test_letters_can_be_searched(self) -> None:
        assert b"/TrueType" in pdf(spiky()) or b"/CIDFontType2" in pdf(spiky())

    def test_lines_are_as_wide_as_they_are_drawn(self) -> None:
        for families in (["serif"], ["DejaVu Sans"]):
            with mpl.rc_context({"font.family": families}):
                lines = wrapped("one two three four five " * 9 + "x" * 120, 3.0, 10)
                assert max(text_width(line, 10) for line in lines) <= 3.0
                assert "".join(lines).replace(" ", "") == "onetwothreefourfive" * 9 + "x" * 120


@pytest.mark.parametrize("name", ["dark_background", "default"])
def test_inks_suit_the_paper(name: str) -> None:
    with style.context(name):
        loss = figure(spiky()).axes[0]
    shade = "#56b4e9" if name == "dark_background" else "#0072b2"
    assert shade in {line.get_color() for line in loss.lines}


def test_the_callers_axes_get_a_key_and_a_title_that_fits() -> None:
    mine = Figure(figsize=(5, 3))
    ax = mine.subplots()
    figure(spiky(), ax=ax)
    legend = ax.get_legend()
    assert legend is not None
    assert [t.get_text() for t in legend.get_texts()] == ["train/loss", "val/loss"]
    box = ax.title.get_window_extent() if ax.title.get_text() else ax._left_title.get_window_extent()
    assert box.y1 <= mine.bbox.y1
