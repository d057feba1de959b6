"""The site: built strictly by the extra docs alone, without a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from curveread.causes.registry import candidates
from curveread.detectors.registry import rules
from tests.conftest import ROOT, SAMPLES
from tests.package.conftest import Fresh, run

pytestmark = pytest.mark.package


def test_the_site_builds(fresh: Fresh, tmp_path: Path) -> None:
    mkdocs = fresh("docs") / "mkdocs"
    done = run(mkdocs, "build", "--strict", "-f", ROOT / "docs" / "mkdocs.yml", "-d", tmp_path / "site")
    assert done.returncode == 0, done.stderr
    assert "WARNING -" not in done.stdout + done.stderr
    site = tmp_path / "site"
    for name in rules():
        page = (site / "checks" / name / "index.html").read_text(encoding="utf-8")
        assert "When it is wrong" in page
    for cause in candidates():
        assert "Usual share" in (site / "causes" / cause.id / "index.html").read_text(encoding="utf-8")
    for labels in SAMPLES.glob("*/labels.json"):
        assert (site / "gallery" / f"{labels.parent.name}.html").stat().st_size > 10_000
    reference = (site / "reference" / "python" / "index.html").read_text(encoding="utf-8")
    assert "curveread.api" in reference
    assert ":func:" not in reference
