"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from curveread.detectors.registry import rules
from tests.conftest import needed
from tests.docs.snippets import blocks

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
SOURCES = sorted((ROOT / "curveread").rglob("*.py"))


@pytest.mark.skipif(
    shutil.which("lint-imports", path=str(Path(sys.executable).parent)) is None,
    reason="import-linter is in the extra dev",
)
def test_imports_point_down() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout


def test_no_modules_import_each_other() -> None:
    """Also not within functions; what only type checkers see does not count."""
    graph = needed("grimp", "grimp comes with import-linter").build_graph(
        "curveread", exclude_type_checking_imports=True, cache_dir=None
    )
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(imports) > 250
    assert [*TopologicalSorter(imports).static_order()]  # raises a CycleError that names the modules


def test_no_drawers_without_a_subject() -> None:
    assert not [p for p in SOURCES if p.stem in ("utils", "helpers", "common", "misc")]


@pytest.mark.parametrize("rule", rules())
def test_every_check_has_a_test_file_of_its_name(rule: str) -> None:
    file = TESTS / "detectors" / f"test_{rule.replace('-', '_')}.py"
    assert file.is_file(), f"write {file.relative_to(ROOT)}: curves that show the state, and look-alikes that do not"
    assert "def test_" in file.read_text(encoding="utf-8")


def test_test_folders_are_packages() -> None:
    """So that two files may have one name, and helpers are imported by their place."""
    assert [str(d) for d in {p.parent for p in TESTS.rglob("*.py")} if not (d / "__init__.py").is_file()] == []


def test_helpers_of_tests_are_imported_by_their_place() -> None:
    """No bare ``import handmade``, which only works while pytest puts a folder on the path."""
    bare = []
    for path in TESTS.rglob("*.py"):
        beside = {p.stem for p in path.parent.glob("*.py")}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            bare += [f"{path.relative_to(ROOT)}: {name}" for name in names if name in beside]
    assert bare == []


def test_every_file_says_what_it_is_for() -> None:
    without = []
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        annotated = "from __future__ import annotations" in text or path.name in ("__init__.py", "__main__.py")
        if not annotated or not text.lstrip().startswith(('"""', 'r"""')):
            without.append(str(path.relative_to(ROOT)))
    assert without == []


def test_what_users_are_told_is_in_the_package_version() -> None:
    from curveread.version import __version__

    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_readme_blocks_are_complete_and_name_what_exists() -> None:
    """The first two fenced bash blocks set up on their own and name files that are there."""
    main_job, tests = blocks("README.md", "bash")[:2]
    for block in (main_job, tests):
        assert "python3 -m venv" in block
        assert "pip install" in block
    case = re.search(r"curveread report (\S+)", main_job)
    assert case
    assert (ROOT / case[1]).is_dir()
    assert "'.[test]'" in tests
    assert "\npytest " in tests


def test_readme_links_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
