from __future__ import annotations

import subprocess
import sys
import warnings
from io import BytesIO

import matplotlib as mpl
import numpy as np
import pytest
from handmade import diagnosis, finding, run_of, spiky
from matplotlib.figure import Figure

from curveread.findings.diagnosis import Diagnosis, Phase, TimelineEntry
from curveread.report.mpl import figure, pdf, png
from curveread.report.renderer import ReportRenderer
from curveread.run.model import Checkpoint


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
        assert [t.get_text() for t in drawn.texts].count(str(i)) == 2  # over the charts and in the list
        assert f"loss spike {f.first_step}" in shown
    for part in ("Loss (nats)", "train/loss", "val/loss", "Gradient norm", "Learning rate", "step"):
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


@pytest.mark.parametrize(
    "make",
    [
        spiky,
        broken,
        lambda: diagnosis(run_of({})),
        lambda: diagnosis(run_of({"loss": ([5], [2.3])})),
        lambda: spiky(at=range(30, 1100, 9)),
    ],
)
def test_pictures_are_pictures(make: object) -> None:
    d = make()  # type: ignore[operator]
    assert png(d, dpi=50).startswith(b"\x89PNG\r\n")
    assert pdf(d).startswith(b"%PDF")
    assert png(d, dpi=50) == png(d, dpi=50)


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


def test_renderer_and_notebook() -> None:
    renderer = ReportRenderer()
    drawn = renderer.figure(spiky())
    assert drawn._repr_png_().startswith(b"\x89PNG")  # type: ignore[attr-defined]
    assert "curveread-fragment" in renderer.fragment(spiky())


def test_pyplot_is_never_loaded_and_a_page_needs_no_matplotlib() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from handmade import spiky; "
        "from curveread.report.html import page; page(spiky()); assert 'matplotlib' not in sys.modules; "
        "from curveread.report.mpl import png; png(spiky()); assert 'matplotlib.pyplot' not in sys.modules"
    )
    folder = __file__.rpartition("/")[0]
    subprocess.run([sys.executable, "-c", code, folder], check=True, cwd=f"{folder}/../..")
