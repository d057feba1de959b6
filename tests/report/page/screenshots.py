"""Writes how the pages of the sample logs look: ``python tests/report/page/screenshots.py FOLDER [CASE…]``.

Each case in wide and narrow, light and dark, live and static, and as printed (PDF). To be looked at, by people.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from curveread import api
from tests.conftest import ROOT


def main(folder: Path, cases: list[str]) -> None:
    """Write the pictures into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    found = [
        p.parent for p in sorted((ROOT / "sample_logs").glob("*/labels.json")) if not cases or p.parent.name in cases
    ]
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox"])
        for case in found:
            made = api.diagnose(api.read(case))
            for static in (False, True):
                kind = "static" if static else "live"
                page = api.report(made, folder / f"{case.name}-{kind}.html", static=static)
                for width in (1200, 390):
                    for scheme in ("light", "dark"):
                        tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
                        tab.goto(page.resolve().as_uri())
                        tab.wait_for_timeout(150)
                        tab.screenshot(path=folder / f"{case.name}-{kind}-{width}-{scheme}.png", full_page=True)
                        if width > 1000 and scheme == "light":
                            tab.pdf(path=folder / f"{case.name}-{kind}.pdf", format="A4")
                        tab.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
