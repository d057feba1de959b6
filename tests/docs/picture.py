"""Takes the picture with which the README begins: ``python -m tests.docs.picture``; the page is the demo's."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import sync_playwright

from curveread import api
from tests.conftest import ROOT, SAMPLES

PICTURE = ROOT / "docs" / "pages" / "assets" / "report.webp"
_WIDTH, _HEIGHT = 1100, 855


def main() -> None:
    """Write the picture: the first screen of the report, as a reader sees it."""
    with TemporaryDirectory() as folder, sync_playwright() as p:
        page = api.report(SAMPLES / "overfitting", Path(folder) / "report.html")
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox"])
        tab = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT}, color_scheme="light")
        tab.goto(page.resolve().as_uri())
        tab.wait_for_timeout(300)
        seen = tab.screenshot()
        browser.close()
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(seen)).convert("RGB").save(PICTURE, quality=82, method=6)


if __name__ == "__main__":
    main()
