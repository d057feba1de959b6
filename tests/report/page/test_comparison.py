"""The page of a comparison, used as a person uses it: from disk, in Chromium."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from curveread import api
from curveread.findings.comparison import Comparison
from curveread.report.write import write_comparison
from curveread.run.model import Curve, Run
from tests.report.page.browsing import SCRIPT, Visit

pytestmark = pytest.mark.browser


def runs(*names: str, rates: tuple[float, ...] = (0.1, 0.1, 0.3)) -> Comparison:
    """Return runs whose losses fall at their rates, side by side."""
    made = []
    for seed, (name, rate) in enumerate(zip(names, rates, strict=False)):
        rng = np.random.default_rng(seed)
        step = np.arange(600)
        loss = 0.02 + 3 * np.exp(-step * rate / 10) + np.abs(rng.normal(0, 0.004, 600))
        curves = {
            "train/loss": Curve("train/loss", step, loss),
            "eval/loss": Curve("eval/loss", step[::30], loss[::30] + 0.01),
        }
        made.append(Run(name, f"runs/{seed}", curves, config={"lr": rate, "seed": seed}))
    return api.compare(made)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The page of some runs, written once."""

    @cache
    def write(*names: str) -> Path:
        return write_comparison(runs(*names), tmp_path_factory.mktemp("compared") / "page.html")

    return write


@pytest.fixture
def opened(visit: Any, written: Callable[..., Path]) -> Any:
    def go(*names: str, **how: Any) -> Visit:
        seen: Visit = visit(written(*names), **how)
        return seen

    return go


def titles(seen: Visit) -> list[str]:
    return [str(t) for t in seen.tab.locator("[data-curves] .title").all_inner_texts()]


def windows(seen: Visit) -> set[str]:
    return {str(f.get_attribute("data-window")) for f in seen.tab.locator("[data-curves] figure").all()}


def test_the_losses_and_their_differences_stand_on_one_axis(opened: Any) -> None:
    seen = opened("a", "b", "c")
    assert set(titles(seen)) >= {"train loss", "eval loss"}
    assert any(t.startswith("train loss less that of ") for t in titles(seen))
    assert len(windows(seen)) == 1
    before = windows(seen)
    seen.tab.locator("[data-in]").click()
    assert len(windows(seen)) == 1
    assert windows(seen) != before
    assert not seen.tab.locator(".still").is_visible()
    assert seen.tab.locator("[data-legend] .key").all_inner_texts() == ["a", "b", "c"]


def test_seeds_of_a_setting_become_a_band(opened: Any) -> None:
    seen = opened("a", "b", "c")
    canvas = "document.querySelector('[data-curves] canvas').toDataURL()"
    single = seen.tab.evaluate(canvas)
    seen.tab.locator("[data-colour]").select_option("lr")
    assert seen.tab.locator("[data-legend] .key").all_inner_texts() == ["0.1", "0.3"]
    seen.tab.locator("[data-draw]").select_option("groups")
    assert seen.tab.evaluate(canvas) != single
    assert "from the lowest to the highest" in seen.tab.inner_text("[data-bands]")


def test_without_scripts_the_picture_stands_on_the_paper_of_the_page(browser: Any, tmp_path: Path) -> None:
    path = write_comparison(runs("a", "b"), tmp_path / "compared.html")
    corners = {}
    for scheme in ("light", "dark"):
        context = browser.new_context(java_script_enabled=False, color_scheme=scheme)
        tab = context.new_page()
        tab.goto(path.as_uri())
        assert tab.locator(".still img").is_visible()
        assert not tab.locator("[data-curves]").is_visible()
        with Image.open(io.BytesIO(tab.locator(".still img").screenshot())) as picture:
            corners[scheme] = picture.convert("RGB").getpixel((3, picture.height - 4))
        context.close()
    assert corners == {"light": (255, 255, 255), "dark": (20, 23, 26)}


@pytest.mark.parametrize(("width", "scheme"), [(1400, "dark"), (390, "light")])
def test_nothing_is_wrong_with_the_page(opened: Any, width: int, scheme: str) -> None:
    seen = opened("a", SCRIPT, "</script>" + "x" * 300, width=width, scheme=scheme)
    assert seen.faults() == []
    assert seen.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert seen.tab.locator("script").count() == 2
