"""The index page of a sweep, used as a person uses it: from disk, in Chromium."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from curveread.findings.diagnosis import Statement
from curveread.findings.sweep.analysis import Setting
from curveread.findings.sweep.row import Sketch
from curveread.findings.sweep.sweep import Sweep
from curveread.report.page.live.sweep_data import BUDGET
from curveread.report.page.sweep import fragment, page, write
from tests.report.page.browsing import SCRIPT, TAGS, Visit
from tests.report.sweeps import grid, row, sweep, unread

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(visit: Any, tmp_path: Path) -> Any:
    def go(what: Sweep, hrefs: dict[int, str] | None = None, **how: Any) -> Visit:
        seen: Visit = visit(write(what, tmp_path / "index.html", hrefs or {}), **how)
        return seen

    return go


def thousand(points: int = 300) -> Sweep:
    rates = (0.001, 0.01, 0.1, 1.0, 10.0)
    rows = [row(i, rates[i % 5], i % 4, points, batch=(16, 32, 64)[i % 3]) for i in range(1000)]
    made = sweep(rows)
    more = Setting("batch", "number", (16, 32, 64))
    return replace(made, analysis=replace(made.analysis, settings=(*made.analysis.settings, more)))


def column(seen: Visit, head: str) -> list[str]:
    """Return the cells of a column from top to bottom."""
    heads = seen.tab.locator("#runs thead th").all_inner_texts()
    at = next(i for i, text in enumerate(heads) if text.split("\n")[0].strip(" ▲▼") == head)
    return [
        str(t).strip() for t in seen.tab.locator(f"#runs tbody tr:visible > :nth-child({at + 1})").all_inner_texts()
    ]


def pixels(seen: Visit, canvas: str) -> str:
    seen.settle()
    return str(seen.tab.evaluate(f"document.querySelector('{canvas}').toDataURL()"))


def names(seen: Visit) -> list[str]:
    return column(seen, "Run")


def test_the_first_screen_says_what_broke_and_where_the_best_lies(opened: Any) -> None:
    seen = opened(sweep(), width=1400)
    first = [seen.tab.locator(place) for place in ("h1", ".said", ".figures", "[data-outcomes] canvas >> nth=0")]
    assert all((box := one.bounding_box()) is not None and box["y"] < 800 for one in first)
    assert seen.tab.inner_text("h1") == "15 runs, 3 broken"
    assert "Divergence in 3 of 3 runs with lr >= 10" in seen.tab.inner_text(".said")
    told = " ".join(seen.tab.inner_text(".figures").split())
    assert "Best lr 0.1 holds the best in 99 % of resamples; most broke from 10 on" in told
    assert "Settings tried 5 3 runs of each" in told


def test_the_worst_come_first_and_each_row_leads_to_its_report(opened: Any) -> None:
    seen = opened(sweep((*grid(), unread("lost"))), {15: "reports/lost.html", 0: "reports/a b#1.html"})
    assert names(seen)[:2] == ["lost", "run-0012"]
    assert seen.tab.locator("#runs tbody a").first.get_attribute("href") == "reports/lost.html"
    assert seen.tab.get_by_role("link", name="run-0000").get_attribute("href") == "reports/a%20b%231.html"
    assert seen.tab.locator("#runs tbody a").count() == 2
    assert "record 3" in seen.tab.locator("#runs tbody tr").first.inner_text()


def test_columns_sort_as_numbers_with_the_missing_last(opened: Any) -> None:
    seen = opened(sweep((*grid(), unread("lost"))))
    seen.tab.get_by_role("button", name="lr").click()
    assert column(seen, "lr") == ["0.001"] * 3 + ["0.01"] * 3 + ["0.1"] * 3 + ["1"] * 3 + ["10"] * 3 + [""]
    assert seen.tab.locator("th[aria-sort=ascending]").inner_text().startswith("lr")
    seen.tab.get_by_role("button", name="lr").click()
    assert column(seen, "lr")[0] == "10"
    assert column(seen, "lr")[-1] == ""
    seen.tab.get_by_role("button", name="last 10 %").click()
    values = [
        float(v.replace(",", "")) for v in column(seen, "eval/loss, mean of the last 10 %") if v not in ("", "NaN")
    ]
    assert values == sorted(values)
    seen.tab.get_by_role("button", name="Verdict").click()
    assert names(seen)[0] == "lost"


def test_text_verdict_and_settings_filter_table_and_charts_together(opened: Any) -> None:
    seen = opened(sweep())
    before = pixels(seen, "[data-curves] canvas")
    seen.tab.locator("[data-filters]").get_by_label("Verdict").select_option("Error (3)")
    assert column(seen, "lr") == ["10"] * 3
    assert seen.tab.inner_text("[data-count]") == "3 of 15 runs"
    assert pixels(seen, "[data-curves] canvas") != before
    seen.tab.get_by_role("button", name="All runs").click()
    assert len(names(seen)) == 15
    assert pixels(seen, "[data-curves] canvas") == before
    seen.tab.locator("[data-filters]").get_by_label("lr").select_option("0.01")
    assert names(seen) == ["run-0003", "run-0004", "run-0005"]
    seen.tab.get_by_label("Find").fill("RUN-0004 nothing")
    assert names(seen) == ["run-0004"]


def test_a_number_of_many_values_is_filtered_by_its_ends(opened: Any) -> None:
    rows = [replace(r, settings=dict(r.settings) | {"dropout": i / 100}) for i, r in enumerate(grid(10))]
    made = sweep(rows)
    more = Setting("dropout", "number", tuple(i / 100 for i in range(50)))
    seen = opened(replace(made, analysis=replace(made.analysis, settings=(more, *made.analysis.settings))))
    seen.tab.get_by_label("dropout from").fill("0.1")
    seen.tab.get_by_label("dropout to").fill("0.12")
    assert sorted(names(seen)) == ["run-0010", "run-0011", "run-0012"]


def test_colours_hide_runs_and_follow_any_setting(opened: Any) -> None:
    seen = opened(sweep())
    keys = seen.tab.locator("[data-legend] .key")
    assert keys.all_inner_texts() == ["0.001", "0.01", "0.1", "1", "10"]
    before = pixels(seen, "[data-outcomes] canvas")
    keys.nth(0).click()
    assert seen.tab.inner_text("[data-count]") == "12 of 15 runs"
    assert pixels(seen, "[data-outcomes] canvas") != before
    seen.tab.locator("[data-colour]").select_option("verdict")
    assert keys.all_inner_texts() == ["Error", "OK"]
    assert seen.tab.inner_text("[data-count]") == "15 runs"


def test_log_scale_bands_and_zoom_change_the_curves(opened: Any) -> None:
    seen = opened(sweep())
    shown = {pixels(seen, "[data-curves] canvas")}
    seen.tab.locator("[data-log]").click()
    shown.add(pixels(seen, "[data-curves] canvas"))
    seen.tab.locator("[data-draw]").select_option("groups")
    shown.add(pixels(seen, "[data-curves] canvas"))
    seen.tab.locator("[data-curve]").select_option("train/loss")
    seen.tab.locator("[data-in]").click()
    shown.add(pixels(seen, "[data-curves] canvas"))
    assert len(shown) == 4
    low, high = map(float, seen.tab.locator("[data-curves] figure").get_attribute("data-window").split())
    assert (low, high) == (487.5, 1462.5)
    seen.tab.locator("[data-whole]").click()
    assert seen.tab.locator("[data-curves] figure").get_attribute("data-window") == "0 1950"


def test_pointing_at_a_mark_tells_its_run_and_goes_to_its_row(opened: Any) -> None:
    seen = opened(sweep(), {12: "reports/a.html"}, width=1400)
    canvas = seen.tab.locator("[data-outcomes] canvas").nth(1)
    box = canvas.bounding_box()
    hit = None
    for share in range(99, 2, -1):  # along the rail, where the run that ended as NaN stands
        seen.tab.mouse.move(box["x"] + box["width"] * share / 100, box["y"] + 18)
        seen.settle()
        if seen.tab.locator(".tip").count():
            hit = seen.tab.inner_text(".tip")
            break
    assert hit is not None
    assert "run-0012" in hit
    assert "lr 10, seed 0" in " ".join(hit.split()) or "seed 0, lr 10" in " ".join(hit.split())
    assert "no number" in hit
    seen.settle()
    assert seen.tab.locator("tr.hot th").inner_text() == "run-0012"
    seen.tab.mouse.down()
    seen.tab.mouse.up()
    assert seen.tab.evaluate("document.activeElement.textContent") == "run-0012"
    assert seen.tab.get_by_role("link", name="run-0012").is_visible()


RECORD = """() => {
  window.words = [], window.spots = [];
  const proto = CanvasRenderingContext2D.prototype, {fillText, arc, moveTo} = proto;
  const first = ctx => ctx.canvas === document.querySelector("[data-outcomes] canvas");
  proto.clearRect = function (...all) { if (first(this)) words = [], spots = []; };
  proto.fillText = function (text, x, y) {
    if (first(this)) words.push([text, x, y, this.measureText(text).width / 2]);
    return fillText.call(this, text, x, y);
  };
  const noting = draws => function (x, y, ...rest) {
    if (first(this)) spots.push([x, y]);
    return draws.call(this, x, y, ...rest);
  };
  proto.arc = noting(arc), proto.moveTo = noting(moveTo);
}"""
"""Keeps what is drawn into the first chart."""


@pytest.mark.parametrize("width", [360, 390, 500, 1400])
def test_the_names_of_the_ranges_stand_clear_of_the_marks(opened: Any, width: int) -> None:
    rows = [row(i, rate, i % 5) for i, rate in enumerate(5 * (0.001, 0.01, 0.1, 1.0, 10.0))]
    high = [replace(r, measures=[replace(m, tail=9.0) for m in r.measures]) if r.broken else r for r in rows]
    seen = opened(sweep(high), width=width + 100)
    seen.tab.evaluate(RECORD)
    seen.tab.set_viewport_size({"width": width, "height": 900})
    seen.settle()
    words, spots = seen.tab.evaluate("[words, spots]")
    named = [w for w in words if w[0] in ("best", "broke")]
    assert [w[0] for w in named] == ["best", "broke"]
    assert len(spots) > 15
    for text, x, y, half in named:
        assert [s for s in spots if abs(s[0] - x) < half + 2 and abs(s[1] - y) < 7] == [], text


def test_a_tap_leaves_what_it_tells_standing(browser: Any, tmp_path: Path) -> None:
    path = write(sweep(), tmp_path / "index.html", {})
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    tab = context.new_page()
    tab.goto(path.as_uri())
    tab.locator("[data-curves] canvas").nth(1).tap(position={"x": 200, "y": 150})
    tab.locator(".tip").wait_for()
    assert "run-00" in tab.inner_text(".tip")
    context.close()


def test_the_keyboard_goes_from_run_to_run(opened: Any) -> None:
    seen = opened(sweep())
    seen.tab.locator("[data-curves] .box").focus()
    seen.tab.keyboard.press("ArrowRight")
    seen.tab.keyboard.press("ArrowRight")
    assert seen.tab.inner_text("[data-spoken]").startswith("run-0013; ")
    assert seen.tab.locator("tr.hot th").inner_text() == "run-0013"


def test_without_scripts_the_table_and_the_words_stand(browser: Any, tmp_path: Path) -> None:
    path = write(sweep(), tmp_path / "index.html", {})
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(path.as_uri())
    assert tab.locator("#runs tbody tr:visible").count() == 15
    assert "The best lr is 0.1" in tab.inner_text("header")
    assert not tab.locator("[data-outcomes]").is_visible()
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (390, "dark")])
def test_nothing_is_wrong_with_the_page_wide_or_narrow_light_or_dark(opened: Any, width: int, scheme: str) -> None:
    seen = opened(sweep((*grid(), unread("lost"))), {0: "a.html"}, width=width, scheme=scheme)
    assert seen.faults() == []
    assert seen.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for canvas in ("[data-outcomes] canvas", "[data-curves] canvas"):
        assert seen.tab.locator(canvas).first.bounding_box()["width"] <= width


def test_hostile_texts_stay_texts(opened: Any) -> None:
    rows = [
        replace(
            r, run=f"{tag} {i}", headline=tag, notes=(tag,), settings=dict(r.settings) | {tag: tag},
            sketches=tuple(Sketch(tag, "", s.step, s.value) for s in r.sketches),
        )
        for i, (r, tag) in enumerate(zip(grid(), TAGS * 2, strict=False))
    ]  # fmt: skip
    made = sweep(rows)
    odd = (*(Setting(tag, "category", (tag,)) for tag in TAGS), Setting("huge", "number", (10**400, float("inf"))))
    made = replace(
        made,
        analysis=replace(
            made.analysis, settings=(*made.analysis.settings, *odd), statements=(Statement("broken", SCRIPT),)
        ),
    )
    seen = opened(made, {0: "javascript:alert(1)", 1: "//evil.example/x"})
    assert seen.tab.locator("script").count() == 2
    assert seen.tab.locator("#runs img").count() == 0
    assert SCRIPT in seen.tab.inner_text(".said")
    assert seen.tab.get_by_role("link").first.get_attribute("href") == "./javascript:alert%281%29"
    assert "<script>alert" not in fragment(made)
    seen.tab.locator("[data-colour]").select_option(index=2)
    assert seen.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_thousand_runs_fit_and_open(opened: Any) -> None:
    made = thousand()
    text = page(made)
    assert len(text.encode()) < 5_000_000
    assert re.search(r"at most about \d+ of 300 points", text)
    packed = sum(len(m) for m in re.findall(r'"(?:step|value)":"([^"]*)"', text))
    assert packed < 1.1 * BUDGET
    seen = opened(made)
    assert seen.tab.locator("[data-curves] figure").get_attribute("data-drawn") == "1000"
    assert seen.tab.evaluate("performance.getEntriesByType('navigation')[0].domComplete") < 15_000  # seconds are CI's
    seen.tab.get_by_label("Find").fill("run-0999")
    assert names(seen) == ["run-0999"]


def test_few_points_are_all_kept_and_nothing_is_said_of_it() -> None:
    assert "points are drawn" not in page(sweep())


@pytest.mark.parametrize("rows", [(), (unread("lost"),), (row(0, 0.1, 0),)], ids=["none", "unread", "one"])
def test_a_sweep_of_next_to_nothing_has_a_page(opened: Any, rows: Any) -> None:
    made = sweep(rows, settings=(), groups=(), improvements=(), associations=(), importances=(), optima=())
    seen = opened(
        replace(
            made, analysis=replace(made.analysis, outcome=made.analysis.outcome if rows and rows[0].measures else None)
        )
    )
    assert seen.tab.locator("#runs tbody tr").count() == len(rows)
