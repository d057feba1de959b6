"""The names that users may import, and what importing them costs."""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import curveread

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("jinja2", "matplotlib", "pandas", "pyarrow", "rich", "scipy", "tbparse", "tensorboard", "torch", "wandb")


def test_the_door_is_small_and_known() -> None:
    assert sorted(curveread.__all__) == [
        "Curve",
        "CurvereadError",
        "Diagnosis",
        "Finding",
        "ReadError",
        "Role",
        "Run",
        "Severity",
        "Sweep",
        "__version__",
        "compare",
        "diagnose",
        "export",
        "plot",
        "postmortem",
        "read",
        "read_all",
        "report",
        "smooth",
        "sweep",
    ]


@pytest.mark.parametrize("name", curveread.__all__)
def test_every_name_is_there_and_explained(name: str) -> None:
    thing = getattr(curveread, name)
    assert thing.__doc__
    assert name in dir(curveread)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        curveread.no_such_name  # noqa: B018


@pytest.mark.parametrize("module", ["curveread.diagnose", "curveread.report.write"])
@pytest.mark.parametrize("first", [True, False])
def test_a_module_of_the_same_name_does_not_take_the_place_of_a_function(module: str, first: bool) -> None:
    lines = [f"import curveread, {module}", "assert callable(curveread.diagnose) and callable(curveread.report)"]
    if first:
        lines = ["import curveread", lines[1], lines[0], lines[1]]
    _loaded("\n".join(lines))


def _loaded(code: str, *arguments: str) -> set[str]:
    """Return which heavy packages a fresh interpreter has loaded after ``code``."""
    loaded = "{m.partition('.')[0] for m in sys.modules}"
    program = f"import json, sys\n{code}\nprint(json.dumps(sorted({loaded})), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(done.stderr.splitlines()[-1])) & {*HEAVY, "numpy"}


def test_importing_curveread_loads_nothing_heavy() -> None:
    assert _loaded("import curveread; dir(curveread)") == set()
    code = "import curveread\nassert [m for m in sys.modules if m.startswith('curveread')] == ['curveread']"
    _loaded(code)


def test_reading_loads_numpy_alone() -> None:
    assert _loaded("import curveread; curveread.read") <= {"numpy"}


def test_check_json_loads_no_drawing_and_no_tables(samples: Path) -> None:
    """The path that scripts run a thousand times: NumPy, and SciPy only where a check needs it."""
    code = "from curveread.cli import main\ntry: main()\nexcept SystemExit: pass"
    loaded = _loaded(code, "check", "--json", str(samples / "overfitting" / "trainer_state.json"))
    assert loaded - {"numpy", "scipy"} == set()


def test_version_and_help_load_no_numpy_tables_or_terminal() -> None:
    code = "from curveread.cli import main\ntry: main()\nexcept SystemExit: pass"
    assert _loaded(code, "--version") - {"numpy"} == set()


def test_type_checkers_see_the_names_where_they_are_taken_from() -> None:
    tree = ast.parse((ROOT / "curveread" / "__init__.py").read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    seen = {name.name: str(node.module) for node in imports for name in node.names}
    assert sorted(seen) == sorted(curveread.__all__)
    for name, module in seen.items():
        assert getattr(curveread, name) is getattr(importlib.import_module(module), name)
