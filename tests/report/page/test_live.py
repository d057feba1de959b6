"""The charts that can be explored, used as a person uses them: from disk, in Chromium."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curveread import api
from curveread.findings.arguments import Place, Tag
from curveread.findings.cause import Cause
from curveread.findings.diagnosis import Diagnosis, Phase, Statement, TimelineEntry
from curveread.findings.finding import Evidence
from curveread.findings.forecast import Forecast, ForecastPoint
from curveread.findings.text import text
from curveread.report.page.html import page
from curveread.run.model import Checkpoint, Curve, Run
from curveread.signals.smoothing import ema
from tests.conftest import needed
from tests.report.handmade import Given, diagnosis, finding, run_of, spiky
from tests.report.page.browsing import CLASHES, SCRIPT, Visit, hostile

pytestmark = pytest.mark.browser

N = 2000


@pytest.fixture(scope="module")
def real() -> Diagnosis:
    """A diagnosis as the checks make it: smoothed, with rulers, a gap and a spike."""
    rng = np.random.default_rng(1)
    step = np.arange(N)
    loss = 2 + 2.5 * np.exp(-step / 300) + rng.normal(0, 0.04, N)
    loss[1200:1206] += (2.5, 2.0, 1.4, 1.0, 0.6, 0.3)
    wall = 1.7e9 + step * 3.0
    evals = np.arange(100, N, 100)
    curves = {
        "train/loss": Curve("train/loss", step, loss, wall),
        "val/loss": Curve("val/loss", evals, loss[evals] + 0.1, wall[evals]),
        "train/grad_norm": Curve("train/grad_norm", step, np.exp(rng.normal(0, 0.2, N)), wall),
        "epoch": Curve("epoch", step, step / 500),
        "tokens_per_second": Curve("tokens_per_second", step, 1000 + rng.normal(0, 5, N)),
    }
    made = api.diagnose(Run("real", "runs/real", curves))
    assert [f.rule for f in made.findings if f.severity.value != "info"][:1] == ["loss-spike"]
    return made


def plot(seen: Visit, panel: int = 0) -> dict[str, float]:
    box = seen.tab.locator(".u-over").nth(panel).bounding_box()
    assert box is not None
    return dict(box)


def drag(seen: Visit, first: float, last: float, *, shift: bool = False) -> None:
    box, mouse = plot(seen), seen.tab.mouse
    y = box["y"] + box["height"] / 2
    if shift:
        seen.tab.keyboard.down("Shift")
    mouse.move(box["x"] + first * box["width"], y)
    mouse.down()
    mouse.move(box["x"] + (first + last) / 2 * box["width"], y, steps=3)
    mouse.move(box["x"] + last * box["width"], y)
    mouse.up()
    if shift:
        seen.tab.keyboard.up("Shift")
    seen.settle()


def inked(seen: Visit) -> list[int]:
    """Return the columns of pixels in which the loss is drawn."""
    return list(
        seen.tab.evaluate("""() => {
      const c = document.querySelector('.plot canvas');
      const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
      const blue = i => d[i] < 60 && d[i + 1] > 80 && d[i + 1] < 150 && d[i + 2] > 140;
      return [...Array(c.width).keys()].filter(x => [...Array(c.height).keys()].some(y => blue(4 * (y * c.width + x))));
    }""")
    )


def test_the_charts_come_alive_and_the_still_pictures_step_back(visit: Any) -> None:
    seen = visit(spiky(at=(300, 600)))
    assert seen.window() == (0, 1199)
    assert seen.tab.locator(".plot canvas").count() == 3
    assert not seen.tab.locator(".still").is_visible()
    assert seen.tab.locator(".overlay a").count() == 2
    seen.tab.emulate_media(media="print")
    assert seen.tab.locator(".still .cr-chart:visible").count() == 1
    assert not seen.tab.locator(".stack").is_visible()


def test_dragging_zooms_all_charts_and_back(visit: Any) -> None:
    seen = visit(spiky())
    before = [seen.pixels(i) for i in range(3)]
    drag(seen, 0.25, 0.5)
    low, high = seen.window()
    assert low == pytest.approx(300, abs=6)
    assert high == pytest.approx(600, abs=6)
    assert all(seen.pixels(i) != before[i] for i in range(3))
    drag(seen, 0.5, 0.25, shift=True)
    assert seen.window()[0] == pytest.approx(low + 75, abs=6)
    box = plot(seen)
    seen.tab.mouse.dblclick(box["x"] + 50, box["y"] + 50)
    seen.settle()
    assert seen.window() == (0, 1199)


def test_wheel_and_buttons(visit: Any) -> None:
    seen = visit(spiky())
    box = plot(seen)
    seen.tab.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 60)
    seen.tab.mouse.wheel(0, -100)
    assert seen.window() == (0, 1199)  # the page scrolls, as anywhere else
    seen.tab.evaluate("scrollTo(0, 0)")
    seen.tab.keyboard.down("Control")
    seen.tab.mouse.wheel(0, -100)
    seen.tab.keyboard.up("Control")
    seen.settle()
    low, high = seen.window()
    assert high - low == pytest.approx(1199 * np.exp(-0.5), rel=0.02)
    assert (900 - low) / (high - low) == pytest.approx(0.75, abs=0.02)
    seen.tab.get_by_role("button", name="Whole run").click()
    assert seen.window() == (0, 1199)
    seen.tab.get_by_role("button", name="Zoom in").click()
    assert np.diff(seen.window())[0] == pytest.approx(600, abs=1)
    left = seen.window()[0]
    seen.tab.get_by_role("button", name="Later").click()
    assert seen.window()[0] > left
    for _ in range(3):
        seen.tab.get_by_role("button", name="Zoom out").click(force=True)
    assert seen.window() == (0, 1199)
    assert seen.tab.get_by_role("button", name="Whole run").is_disabled()


def test_hovering_reads_every_curve_at_a_step(visit: Any) -> None:
    d = spiky()
    seen = visit(d)
    box = plot(seen)
    seen.tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    seen.settle()
    step = int(re.sub(r"\D", "", seen.tab.inner_text("[data-readout]")))
    assert step == pytest.approx(600, abs=2)
    keys = seen.tab.locator(".key").all()
    read = {k.locator("bdi").inner_text(): k.locator("output").inner_text() for k in keys}
    for tag in ("train/loss", "train/grad_norm"):
        assert float(read[tag].split(" ")[0]) == pytest.approx(d.run[tag].value[step], rel=1e-3)
    assert read["val/loss"].endswith(" at 600") or step == 600
    assert float(read["val/loss"].split(" ")[0]) == pytest.approx(d.run["val/loss"].value[11], rel=1e-3)


def test_the_slider_has_tensorboards_numbers(visit: Any, real: Diagnosis) -> None:
    seen = visit(real)
    slider = seen.tab.get_by_label("Smoothing")
    assert seen.tab.inner_text("[data-weight]") == "trend"
    before = seen.pixels()
    slider.fill("7")
    assert seen.tab.inner_text("[data-weight]") == "0.9"
    assert slider.get_attribute("aria-valuetext") == "0.9"
    assert seen.pixels() != before
    seen.tab.locator(".stack").focus()
    seen.tab.keyboard.press("End")
    shown = seen.tab.inner_text(".key:has-text('train/loss') output")
    raw, smooth = re.fullmatch(r"([\d.]+) \(([\d.]+)\)", shown).groups()  # type: ignore[union-attr]
    value = real.run["train/loss"].value
    assert float(raw) == pytest.approx(value[-1], rel=1e-3)
    assert float(smooth) == pytest.approx(ema(value, 0.9)[-1], rel=1e-3)
    slider.fill("1")
    assert seen.tab.inner_text("[data-weight]") == "none"


def test_the_weight_that_was_asked_for_is_set(visit: Any, real: Diagnosis, tmp_path: Path) -> None:
    seen = visit(api.report(real, tmp_path / "asked.html", smooth=0.85))
    assert seen.tab.inner_text("[data-weight]") == "0.85"


def test_the_axis_counts_what_the_log_knows(visit: Any, real: Diagnosis) -> None:
    seen = visit(real)
    axis = seen.tab.get_by_role("combobox", name="Axis")
    assert axis.locator("option").all_inner_texts() == ["step", "epochs", "time"]
    drag(seen, 0.5, 0.75)
    last = seen.tab.locator(".plot canvas").count() - 1
    window, before, columns = seen.window(), seen.pixels(last), inked(seen)
    assert len(columns) > 500
    axis.select_option("time")
    seen.settle()
    assert seen.window() == pytest.approx(window, abs=1)
    assert seen.pixels(last) != before
    assert inked(seen) == columns  # three seconds a step: the curve lies where it lay
    axis.select_option("epochs")
    seen.tab.get_by_role("button", name="Whole run").click()
    assert seen.tab.inner_text("[data-readout]") == "epoch 0 to epoch 4 and forecast"
    seen.tab.locator(".stack").focus()
    seen.tab.keyboard.press("End")
    assert seen.tab.inner_text("[data-readout]") == "step 1,999 · epoch 4 · 1 h 40 min"


def test_curves_hide_and_the_scale_turns_logarithmic(visit: Any) -> None:
    seen = visit(spiky())
    key = seen.tab.get_by_role("button", name="val/loss")
    before = seen.pixels()
    key.click()
    assert key.get_attribute("aria-pressed") == "false"
    hidden = seen.pixels()
    assert hidden != before
    key.click()
    assert seen.pixels() == before
    seen.tab.get_by_label("Log scale").check()
    assert seen.pixels() != before


def test_a_finding_is_gone_to_by_click_link_and_key(visit: Any) -> None:
    d = spiky(at=(300, 600, 900))
    seen = visit(d)
    seen.tab.locator(".overlay a").filter(has_text="600").click()
    assert seen.tab.url.endswith("#finding-2")
    low, high = seen.window()
    assert 400 < low < 600 < 603 < high < 800
    assert d.findings[1].message in seen.tab.inner_text("[data-chosen]")
    seen.tab.get_by_role("link", name="What to do").click()
    assert seen.tab.locator("#finding-2").is_visible()
    seen.tab.get_by_role("link", name="Show finding 3 in the charts").click()
    seen.settle()
    assert seen.tab.url.endswith("#finding-3")
    assert seen.window()[0] < 900 < seen.window()[1]
    seen.tab.locator(".stack").focus()
    seen.tab.keyboard.press("p")
    assert seen.tab.url.endswith("#finding-2")
    seen.tab.keyboard.press("0")
    assert seen.window() == (0, 1199)
    assert not seen.tab.locator("[data-chosen]").is_visible()


def test_each_sign_of_the_cause_leads_to_its_curve_and_step(visit: Any) -> None:
    said = [
        text("{norm} rose at {at}", norm=Tag("train/grad_norm"), at=Place(1150)),
        text("{eval} did not move", eval=Tag("val/loss")),
    ]
    d = spiky()
    cause = Cause("bad-batch", "odd batches", 0.75, tuple(said), (), "Look at them.", "Skip them.")
    curves = {**d.run.curves, "train/grad_norm": Curve("train/grad_norm", np.arange(1, 1201), np.ones(1200))}
    found = (replace(d.findings[0], causes=(cause,)), *d.findings[1:])
    seen = visit(diagnosis(replace(d.run, curves=curves), found))
    links = seen.tab.locator(".because a")
    links.nth(0).click()
    seen.settle()
    assert "1,150" in seen.tab.inner_text("[data-readout]")
    box = seen.tab.locator(".panel", has_text="grad_norm").last.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900
    links.nth(1).click()
    seen.settle()
    assert seen.window()[0] < 600 < seen.window()[1] < 1150
    box = seen.tab.locator(".panel", has_text="val/loss").first.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900


def test_a_link_to_a_finding_opens_there(visit: Any) -> None:
    seen = visit(spiky(at=(300, 600, 900)), at="#finding-3")
    seen.tab.wait_for_timeout(200)
    low, high = seen.window()
    assert 700 < low < 900 < high < 1100
    assert abs(seen.tab.locator("#charts").bounding_box()["y"]) < 40
    seen.tab.evaluate("location.hash = '#finding-1'")
    seen.tab.wait_for_timeout(100)
    assert seen.window()[0] < 300 < seen.window()[1]
    for strange in ("#finding-99", "#finding-1x", "#%3Cscript%3E"):
        seen.tab.evaluate(f"location.hash = '{strange}'")


def test_the_whole_forecast_is_shown_where_it_is_asked_for(visit: Any) -> None:
    points = (ForecastPoint(1319, 1.8, 1.9, 2.0), ForecastPoint(2398, 0.4, 1.2, 1.9))
    d = replace(spiky(), forecast=Forecast("train/loss", points))
    seen = visit(d)
    assert seen.window() == (0, 1319)
    assert seen.tab.inner_text("[data-readout]") == "step 0 to step 1,199 and forecast"
    assert seen.tab.locator(".panel").first.get_by_text("forecast, 80 %").is_visible()
    strip = seen.tab.locator(".overlay .cr-ok").bounding_box()
    assert strip["width"] == pytest.approx(plot(seen)["width"] * 1199 / 1319, abs=1)
    assert seen.reach()[0] > 1.0
    seen.tab.get_by_label("Whole forecast").check()
    seen.settle()
    assert seen.window() == (0, 2398)
    assert seen.reach()[0] < 0.4
    assert not visit(spiky()).tab.get_by_label("Whole forecast").is_visible()


def test_a_logarithmic_axis_is_offered_where_it_helps(visit: Any) -> None:
    flat = visit(diagnosis(run_of({"loss": (range(90), np.linspace(1.0, 2.0, 90))})))
    assert not flat.tab.get_by_label("Log scale").is_visible()
    steep = np.geomspace(20, 0.2, 90)
    wide = visit(diagnosis(run_of({"loss": (range(90), steep)})))
    assert not wide.tab.get_by_label("Log scale").is_checked()
    wide.tab.get_by_label("Log scale").check()
    assert "log scale" in wide.tab.locator(".panel .title").first.inner_text()
    made = diagnosis(run_of({"loss": (range(90), steep)}))
    asked = replace(made, extras=Given((replace(made.drawings[0], log_scale=True),)))
    seen = visit(asked)
    assert seen.tab.get_by_label("Log scale").is_checked()
    seen.tab.get_by_label("Log scale").uncheck()
    assert "log scale" not in seen.tab.locator(".panel .title").first.inner_text()


@pytest.fixture(scope="module")
def long() -> Diagnosis:
    """A run of which a page ships the extremes, and every point around a spike of a single one."""
    n = 40_000
    loss = 1.2 + np.exp(-np.arange(n) / 5000) + np.random.default_rng(0).normal(0, 0.03, n)
    loss[18_000] = 9.0
    made = api.diagnose(Run("long", "runs/long", {"train/loss": Curve("train/loss", np.arange(n), loss)}))
    assert [(f.rule, f.first_step, f.peak_step) for f in made.findings[:1]] == [("loss-spike", 18_000, 18_000)]
    return made


def test_a_link_shows_a_spike_of_one_point_whole_in_its_context(visit: Any, long: Diagnosis) -> None:
    seen = visit(long)
    assert seen.reach()[1] < 5  # in the whole run an arrow tells of it
    seen.tab.evaluate("location.hash = '#finding-1'")
    seen.tab.wait_for_timeout(100)
    low, high = seen.window()
    assert 17_900 < low < 18_000 - 20
    assert 18_000 + 20 < high < 18_100
    assert seen.reach()[0] < 1.3
    assert seen.reach()[1] > 9.0
    seen.tab.locator("[data-whole]").click()
    seen.settle()
    assert seen.reach()[1] < 5


def test_a_link_brings_the_chart_of_its_finding_into_view(visit: Any) -> None:
    n = np.arange(1200)
    curves = {
        tag: (n, np.full(1200, 1.0)) for tag in ("train/loss", "train/grad_norm", "train/lr", "train/kl", "entropy")
    }
    found = finding("learning-rate-jump", "warning", 600, 610, tag="train/lr")
    seen = visit(diagnosis(run_of(curves), [found]), width=390, at="#finding-1")
    seen.tab.wait_for_timeout(200)
    box = seen.tab.locator("details.panel", has_text="Learning rate").bounding_box()
    assert 0 <= box["y"] < box["y"] + box["height"] <= 900


def test_where_a_line_joins_extremes_it_says_so(visit: Any, long: Diagnosis) -> None:
    seen = visit(long)
    told = seen.tab.locator(".joined").first
    assert told.inner_text() == ""  # a column of pixels holds more than that
    drag(seen, 0.7, 0.71)
    assert told.inner_text() == "joins the lowest and highest of every 20 points"
    seen.tab.evaluate("location.hash = '#finding-1'")
    seen.tab.wait_for_timeout(100)
    assert told.inner_text() == ""


def test_the_keyboard_reads_zooms_and_moves(visit: Any) -> None:
    d = spiky()
    seen = visit(d)
    seen.tab.locator(".stack").focus()
    seen.tab.keyboard.press("Home")
    assert seen.tab.inner_text("[data-readout]") == "step 0"
    seen.tab.keyboard.press("ArrowRight")
    assert "train/loss" in seen.tab.text_content("[data-spoken]")
    for _ in range(4):
        seen.tab.keyboard.press("+")
    low, high = seen.window()
    assert high - low == pytest.approx(1199 / 16, rel=0.1)
    seen.tab.keyboard.press("Shift+ArrowRight")
    assert seen.window()[0] == pytest.approx(low + 0.2 * (high - low), abs=1)
    seen.tab.keyboard.press("Escape")
    assert seen.window() == (0, 1199)
    folded = seen.tab.locator("summary", has_text="Gradient norm")
    folded.focus()
    seen.tab.keyboard.press("Enter")
    assert seen.tab.locator(".plot canvas:visible").count() == 2


def test_charts_that_are_folded_can_be_opened(visit: Any, real: Diagnosis) -> None:
    seen = visit(real)
    titles = seen.tab.locator(".panel .title")
    assert [t.split(" ")[0] for t in titles.all_inner_texts()][:3] == ["Loss", "Gap", "Gradient"]
    assert not seen.tab.locator(".panel .title", has_text="Throughput").is_visible()
    seen.tab.locator(".morecharts > summary").click()
    seen.tab.locator(".panel summary", has_text="Throughput").click()
    seen.settle()
    assert seen.tab.locator(".panel", has_text="Throughput").locator("canvas").is_visible()


def test_a_finding_in_a_folded_chart_opens_it(visit: Any, real: Diagnosis) -> None:
    first = real.findings[0]
    moved = replace(real, findings=(replace(first, tag="val/loss"), replace(first, rule="step-gap", tag=None)))
    seen = visit(moved, at="#finding-2")
    assert seen.tab.locator("[data-chosen]").is_visible()


def eventful(at: tuple[int, ...]) -> Diagnosis:
    d = spiky(at=at)
    values = d.run["train/loss"].value.copy()
    values[700] = 3.2e9
    values[1000:] = np.nan
    curves = {c.tag: (c.step, values if c.tag == "train/loss" else c.value) for c in d.run.curves.values()}
    kinds = [("epoch", range(0, 1199, 150)), ("eval", range(50, 1199, 50)), ("lr-change", [60]), ("restart", [400])]
    return diagnosis(
        run_of(curves, checkpoints=(Checkpoint(500, "c"),)),
        d.findings,
        timeline=tuple(TimelineEntry(s, kind, f"{kind} {SCRIPT}") for kind, steps in kinds for s in steps),
        phases=(Phase("warmup", 0, 60), Phase("learning", 60, 700), Phase("diverged", 700, 1199)),
        statements=(Statement("gap", f"The gap {SCRIPT} grew.", (Evidence("gap", "gap", 0.3, "nats"),)),),
    )


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("at", [tuple(range(100, 1000, 100)), (595, 600, 605), (0, 1190)])
def test_nothing_over_the_charts_overlaps_or_is_cut(visit: Any, width: int, at: tuple[int, ...]) -> None:
    still = visit(eventful(at), width=width, static=True)
    assert still.tab.evaluate(CLASHES) == []
    assert still.tab.locator(".cr-chart:visible text", has_text="epochs").count() == 1
    seen = visit(eventful(at), width=width)
    assert seen.tab.evaluate(CLASHES) == []
    assert seen.tab.evaluate("document.documentElement.scrollWidth") == width
    assert seen.tab.locator(".overlay .event").count() >= 20
    assert "The gap <script>" in seen.text()
    for key in ("n", "+", "Shift+ArrowLeft"):
        seen.tab.locator(".stack").focus()
        seen.tab.keyboard.press(key)
        seen.settle()
        assert seen.tab.evaluate(CLASHES) == []


@pytest.mark.parametrize("width", [1200, 390])
def test_hostile_text_stays_text_and_in_its_place(visit: Any, width: int) -> None:
    seen = visit(hostile(), width=width, at="#finding-2")
    assert seen.tab.evaluate("document.querySelectorAll('img, [onload], [onerror]').length") == 0
    assert seen.tab.evaluate("document.querySelectorAll('script').length") == 2
    assert seen.tab.inner_text("h1") == f"{SCRIPT} jumped"
    assert SCRIPT in seen.tab.inner_text(".panel >> nth=0")
    assert seen.tab.evaluate("document.documentElement.scrollWidth") == width
    assert seen.tab.evaluate(CLASHES) == []


@pytest.mark.parametrize(
    "curves",
    [
        {"loss": ([5], [2.3])},
        {"loss": (range(9), [np.nan] * 9)},
        {"loss": (range(9), [3e300, -3e300, np.inf, 1e-320, 0, 0, 0, np.nan, 5])},
        {"loss": ([2**53, 2**53 + 2], [1.0, 2.0])},
        {"metric": (range(30), -np.arange(30.0))},
    ],
    ids=["one point", "only NaN", "wild", "huge steps", "no loss"],
)
def test_odd_runs_open_and_zoom(visit: Any, curves: dict[str, Any]) -> None:
    seen = visit(diagnosis(run_of(curves)))
    assert seen.tab.locator(".plot canvas").count() == 1
    seen.tab.evaluate("document.querySelector('[data-log]').click()")
    seen.tab.locator(".stack").focus()
    for key in ("ArrowRight", "ArrowLeft", "End", "+", "+", "-", "n", "0"):
        seen.tab.keyboard.press(key)
    seen.settle()


def test_a_run_without_curves_needs_no_script(visit: Any) -> None:
    seen = visit(diagnosis(run_of({})))
    assert seen.tab.locator("script").count() == 0


def test_sixty_curves_stay_quick(visit: Any) -> None:
    n = 4000
    step = np.arange(n)
    rng = np.random.default_rng(0)
    curves = {f"layer_{i}/loss": (step, 3 * np.exp(-step / 800) + i / 20 + rng.normal(0, 0.05, n)) for i in range(60)}
    d = diagnosis(run_of(curves))
    assert len(page(d).encode()) < 3_000_000
    seen = visit(d)
    assert seen.tab.locator(".key[aria-pressed=true]").count() == 5
    seen.tab.locator("summary", has_text="55 more curves").click()
    family = seen.tab.get_by_role("button", name="Show all 60")
    family.click()
    assert seen.tab.locator(".key[aria-pressed=true]").count() == 60
    family.click()
    assert seen.tab.locator(".key[aria-pressed=true]").count() == 5
    family.click()
    seen.settle()
    times = seen.tab.evaluate("""async () => {
      const out = [];
      for (const name of ['in', 'in', 'right', 'left', 'out', 'in', 'whole', 'in', 'in', 'out']) {
        const start = performance.now();
        document.querySelector(`[data-${name}]`).click();
        await new Promise(r => requestAnimationFrame(() => setTimeout(r)));
        out.push(performance.now() - start);
      }
      return out.sort((a, b) => a - b);
    }""")
    assert times[5] < 500, times  # about 60 ms on a quiet machine


def test_a_million_points_open_at_once(visit: Any) -> None:
    m = 1_000_000
    step = np.arange(m)
    loss = 2 + 2 * np.exp(-step / 1e5) + np.random.default_rng(0).normal(0, 0.05, m)
    loss[600_000:600_040] += 2.0
    loss[123_457] = 9.5
    d = api.diagnose(Run("m", "m", {"train/loss": Curve("train/loss", step, loss)}), select=["loss-spike"])
    assert len(page(d).encode()) < 3_000_000
    seen = visit(d, at="#finding-1")
    assert seen.tab.evaluate("performance.timing.loadEventEnd - performance.timing.navigationStart") < 2000
    assert "of 1,000,000 for train/loss" in seen.tab.inner_text("figcaption")
    drawn = {d.step.size for d in d.drawings}
    assert max(drawn) < 10_000
    assert {599_999, 600_000, 600_020, 600_039, 123_457} <= set(d.drawings[0].step.tolist())


@pytest.mark.parametrize(("scheme", "static"), [("light", False), ("dark", True)], ids=["live", "static"])
def test_axe_finds_nothing(visit: Any, scheme: str, static: bool) -> None:
    needed("axe_playwright_python")
    assert visit(eventful((300, 600)), scheme=scheme, static=static).faults() == []


def test_the_page_may_run_its_script_and_nothing_else() -> None:
    text = page(spiky())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert re.search(r"default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src", policy[1])
    assert not re.search(r"unsafe-eval|https?:|script-src[^;]*unsafe", policy[1])
    assert not re.findall(r"url\((?!#)|@import|<link|\bsrc=|fetch\(|XMLHttpRequest|eval\(|new Function", text)
    assert "Copyright (c) 2022 Leon Sorokin" in text


def test_the_page_is_the_same_again(monkeypatch: pytest.MonkeyPatch, real: Diagnosis) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert page(real) == page(real)
