"""The page without scripts as a person opens it: from disk, in Chromium."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curveread.findings.diagnosis import KeyFigure, Phase, TimelineEntry
from curveread.report.page.html import fragment, page
from curveread.report.write import write, write_index
from curveread.run.model import Checkpoint
from tests.report.handmade import diagnosis, run_of, spiky
from tests.report.page.browsing import CLASHES, SCRIPT, hostile

pytestmark = pytest.mark.browser


def test_verdict_and_every_finding_are_there(visit: Any) -> None:
    d = spiky(at=(300, 600, 900))
    seen = visit(d, static=True)
    assert "38.4 sigma" not in seen.text()  # folded
    seen.tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    text = seen.text()
    assert seen.tab.inner_text("h1") == d.verdict.headline
    for i, f in enumerate(d.findings, start=1):
        card = seen.tab.locator(f"#finding-{i}")
        assert f.message in card.inner_text()
    assert "Loss spike, 3 times" in seen.tab.locator("#finding-1").inner_text()
    assert "very likely (90 %)" in seen.tab.locator("#finding-1").inner_text()
    parts = (
        "Warning · very likely (90 %) · 3 warnings",
        "Best eval loss",
        "2 nats",
        "38.4 sigma",
        "Clip the gradient norm",
        "train/grad_norm",
    )
    for part in (*parts, "table, 51.2 kB", "curveread report runs/run-7", "Checked and quiet"):
        assert part in text, part


def test_figures_stand_in_a_readers_order(visit: Any) -> None:
    summary = {
        "olmo_core_spike_score_loss": KeyFigure(0.4, "%"),
        "share_of_compute_after_best": KeyFigure(0.25, "ratio", 900),
        "best_eval_perplexity": KeyFigure(7.4, "", 900),
        "best_eval_loss": KeyFigure(2.0, "nats", 900),
    }
    seen = visit(diagnosis(spiky().run, summary=summary), static=True)
    names = seen.tab.locator(".figures dt").all_inner_texts()
    assert names == ["Best eval loss", "Best eval perplexity", "Share of compute after best", "Steps"]
    assert "25 %" in seen.text()
    seen.tab.locator("summary", has_text="More figures").click()
    assert "OLMo-core spike score, loss 0.4 %" in seen.text()


def test_labels_lead_to_their_cards(visit: Any) -> None:
    seen = visit(spiky(at=(300, 600)), static=True)
    seen.tab.locator(".cr-wide a").nth(1).click()
    assert seen.tab.url.endswith("#finding-2")
    assert seen.console == []


def test_a_healthy_run_is_calm_and_short(visit: Any) -> None:
    seen = visit(diagnosis(spiky(at=()).run), static=True)
    assert "Nothing needs attention" in seen.text()
    assert seen.tab.locator(".card").count() == 0
    assert seen.tab.evaluate("document.body.scrollHeight") < 1500


@pytest.mark.parametrize("width", [1200, 760, 390])
def test_hostile_text_stays_text_and_in_its_place(visit: Any, width: int) -> None:
    seen = visit(hostile(), width=width, static=True)
    assert seen.tab.evaluate("document.querySelectorAll('script, img, [onload], [onerror]').length") == 0
    assert seen.tab.inner_text("h1") == f"{SCRIPT} jumped"
    assert SCRIPT in seen.tab.inner_text("table.curves")
    assert SCRIPT in seen.tab.title()
    assert seen.tab.evaluate("document.documentElement.scrollWidth") == width
    assert seen.tab.evaluate(CLASHES) == []


@pytest.mark.parametrize("width", [1200, 760, 390])
@pytest.mark.parametrize("at", [(), (600,), tuple(range(100, 1000, 100)), (595, 600, 605), (0, 1190)])
def test_nothing_in_the_picture_overlaps_or_is_cut(visit: Any, width: int, at: tuple[int, ...]) -> None:
    d = spiky(at=at)
    values = d.run["train/loss"].value.copy()
    values[700] = 3.2e9
    values[1000:] = np.nan
    curves = {c.tag: (c.step, values if c.tag == "train/loss" else c.value) for c in d.run.curves.values()}
    more = diagnosis(
        run_of(curves, checkpoints=(Checkpoint(500, "c"),)),
        d.findings,
        timeline=(TimelineEntry(400, "restart", "again"),),
        phases=(Phase("warmup", 0, 60), Phase("learning", 60, 700), Phase("diverged", 700, 1199)),
    )
    seen = visit(more, width=width, static=True)
    assert seen.tab.evaluate(CLASHES) == []
    assert seen.tab.evaluate("document.documentElement.scrollWidth") == width
    assert seen.tab.locator(".cr-chart:visible").count() == 1


def test_dark_follows_the_preference(visit: Any) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    light, dark = (visit(spiky(), scheme=scheme, static=True).tab.evaluate(paper) for scheme in ("light", "dark"))
    assert light == "rgb(255, 255, 255)"
    assert max(int(n) for n in re.findall(r"\d+", dark)) < 40


def test_the_keyboard_reaches_what_is_folded(visit: Any) -> None:
    seen = visit(spiky(), static=True)
    folded = seen.tab.locator("summary", has_text="Checked and quiet")
    folded.focus()
    assert not seen.tab.get_by_text("divergence").is_visible()
    seen.tab.keyboard.press("Enter")
    assert seen.tab.get_by_text("divergence").is_visible()


@pytest.mark.parametrize(
    "curves",
    [
        {},
        {"loss": ([5], [2.3])},
        {"loss": (range(9), [np.nan] * 9)},
        {f"layer_{i}/loss": (range(50), np.arange(50.0) + i) for i in range(60)},
    ],
)
def test_odd_runs_open(visit: Any, curves: dict[str, Any]) -> None:
    seen = visit(diagnosis(run_of(curves)), static=True)
    assert "Nothing needs attention" in seen.text()


def test_the_index_leads_to_the_reports(visit: Any, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    several = (spiky(), diagnosis(run_of({"loss": ([1], [2.0])}, "calm #1 ?")), hostile())
    entries = [(d, write(d, tmp_path / "pages" / f"r {i} #%.html", "html")) for i, d in enumerate(several)]
    seen = visit(write_index(entries, tmp_path / "index.html"))
    assert "3 runs" in seen.text()
    assert "1 error, 1 warning, 1 OK" in seen.text()
    assert SCRIPT in seen.text()
    seen.tab.get_by_text("calm #1 ?").click()
    assert seen.tab.inner_text("h1").startswith("Nothing needs attention")


def test_the_fragment_shows_itself_without_a_page(visit: Any, tmp_path: Path) -> None:
    path = tmp_path / "cell.html"
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8><div>{fragment(hostile())}</div>", encoding="utf-8")
    seen = visit(path)
    assert f"{SCRIPT} jumped" in seen.text()
    assert seen.tab.evaluate("document.querySelectorAll('script, img').length") == 0
    assert seen.tab.evaluate(CLASHES) == []


def test_sizes() -> None:
    crowded = spiky(4000, at=range(20, 3980, 20))
    for d in (spiky(), hostile(), crowded):
        assert len(page(d, static=True).encode()) < 300_000
        assert len(fragment(d).encode()) < 200_000


def test_the_page_asks_for_nothing_and_forbids_it() -> None:
    text = page(spiky(), static=True)
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in text
    assert not re.findall(r"https?://|url\((?!#)|@import|<link|<script", text)


def test_the_date_and_title_can_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert "2023-11-14 22:13 UTC" in page(spiky())
    assert page(spiky()) == page(spiky())
    assert "<title>Night &lt;run&gt;:" in page(spiky(), title="Night <run>")


@pytest.mark.slow
@pytest.mark.corpus
@pytest.mark.parametrize("width", [1200, 760, 390])
def test_every_trained_run_is_drawn_without_a_clash(
    browser: Any, corpus_trained: Path, tmp_path: Path, width: int
) -> None:
    from curveread import api

    tab = browser.new_page(viewport={"width": width, "height": 900})
    path = tmp_path / "report.html"
    clashes = {}
    for folder in sorted((corpus_trained / "runs").iterdir()):
        for run in api.read_all(folder):
            tab.goto(write(api.diagnose(run), path, "html", static=True).as_uri())
            assert path.stat().st_size < 300_000, folder.name
            clashes[folder.name] = tab.evaluate(CLASHES)
    tab.close()
    assert {name: found for name, found in clashes.items() if found} == {}
