"""Chromium, once for all tests of pages, and a visit to a report in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from curveread.findings.diagnosis import Diagnosis
from curveread.report.write import write
from tests.report.page.browsing import FLAGS, Visit


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        running = p.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Any]:
    contexts: list[Any] = []
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
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        seen = Visit(context.new_page())
        seen.tab.goto(path.as_uri() + at)
        seen.settle()
        visits.append(seen)
        return seen

    yield go
    for seen in visits:
        assert seen.console == []
        assert all(r.startswith("file:") for r in seen.requests)
    for context in contexts:
        context.close()
