"""Chromium, once for all tests of pages, and a visit to a report in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from curveread.findings.diagnosis import Diagnosis
from curveread.report.write import write
from tests.report.page.browsing import FLAGS, Visit


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        running = p.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="package")
def tabs() -> list[Any]:
    """Tabs, as many as a test has visited at once, each in a window of its own: what lies behind is drawn seldom."""
    return []


@pytest.fixture
def visit(browser: Any, tabs: list[Any], tmp_path: Path) -> Iterator[Any]:
    visits: list[Visit] = []

    def go(
        what: Diagnosis | Path,
        *,
        width: int = 1200,
        height: int = 900,
        scheme: str = "light",
        static: bool = False,
        at: str = "",
    ) -> Visit:
        path = what if isinstance(what, Path) else write(what, tmp_path / "report.html", "html", static=static)
        if len(visits) == len(tabs):
            tabs.append(browser.new_context().new_page())
        seen = Visit(tabs[len(visits)])
        visits.append(seen)
        seen.tab.set_viewport_size({"width": width, "height": height})
        seen.tab.emulate_media(color_scheme=scheme)
        seen.tab.goto(path.as_uri() + at)
        seen.settle()
        return seen

    yield go
    for seen in visits:
        seen.leave()
    for seen in visits:
        assert seen.console == []
        assert all(r.startswith("file:") for r in seen.requests)
