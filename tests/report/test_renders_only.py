"""A report renders and never computes: what it shows was found before, and travels in the diagnosis."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "curveread" / "report"
WITH_ARRAYS = {
    "chart": "brings points to the resolution of a picture and places them",
    "figure": "holds lines inside their axes",
    "page/live": "packs points for the scripts",
    "page/svg": "writes points as paths",
    "text/json.py": "writes points as numbers",
    "text/table.py": "writes points as rows",
}
"""Where NumPy may be imported, and what for."""
STATISTICS = frozenset(
    "average convolve corrcoef correlate cov cumsum gradient histogram mean median nanmax nanmean nanmedian "
    "nanmin nanpercentile nanquantile nanstd percentile polyfit polyval quantile std var trapezoid".split()
)
FILES = sorted(ROOT.rglob("*.py"))


def imported(tree: ast.AST) -> set[str]:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_arrays_are_only_held_placed_and_written(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    place = path.relative_to(ROOT).as_posix()
    if not any(place.startswith(room) for room in WITH_ARRAYS):
        assert not {name for name in imported(tree) if name.split(".")[0] in ("numpy", "scipy")}
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {func.attr for func in calls if isinstance(func, ast.Attribute)}
    assert not called & STATISTICS


def test_every_exception_is_still_needed() -> None:
    for room in WITH_ARRAYS:
        files = [p for p in FILES if p.relative_to(ROOT).as_posix().startswith(room)]
        assert any("numpy" in imported(ast.parse(p.read_text(encoding="utf-8"))) for p in files), room
