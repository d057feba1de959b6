"""Every example in a docstring runs and prints what it says."""

from __future__ import annotations

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

import curveread

ROOT = Path(__file__).resolve().parents[1]


def with_examples() -> list[str]:
    """Return the names of the modules whose text holds an example."""
    found = [p for p in sorted((ROOT / "curveread").rglob("*.py")) if ">>> " in p.read_text(encoding="utf-8")]
    names = (".".join(p.relative_to(ROOT).with_suffix("").parts) for p in found)
    return [name.removesuffix(".__init__") for name in names]


@pytest.mark.parametrize("name", with_examples())
def test_examples_print_what_they_say(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, samples: Path
) -> None:
    (tmp_path / "sample_logs").symlink_to(samples)  # where an example may write, and read a real run
    monkeypatch.chdir(tmp_path)
    done = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert done.attempted > 0
    assert done.failed == 0


@pytest.mark.parametrize("name", sorted({*curveread.__all__} - {"__version__"}))
def test_every_public_name_has_an_example(name: str) -> None:
    assert ">>> " in inspect.getdoc(getattr(curveread, name))  # type: ignore[operator]


@pytest.mark.parametrize("method", ["from_dict", "from_frame", "to_frame"])
def test_what_makes_and_tabulates_a_run_has_an_example(method: str) -> None:
    assert ">>> " in inspect.getdoc(getattr(curveread.Run, method))  # type: ignore[operator]
