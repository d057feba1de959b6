"""Fixtures that several test folders share."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# A first call may import SciPy: a test must not fail for that, and CI repeats the same examples.
settings.register_profile("curveread", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("curveread")

# The tests start hundreds of programs: each would compile all of curveread anew where the machine keeps no bytecode.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "sample_logs"
CORPUS = ROOT.parent / "shared" / "corpus"


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Search for no garbage in what collecting makes, half a million objects, neither meanwhile nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep in one process the files that share a browser or a cluster, where files are kept together at all."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    class Together(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = str(super()._split_scope(nodeid))
            return next((folder for folder in ("tests/report/page", "tests/fleet") if file.startswith(folder)), file)

    return Together(config, log)


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Leave out what a file of tests imported, too."""
    if nextitem is None or nextitem.path != item.path:
        gc.collect(1)
        gc.freeze()


def absent(what: str) -> None:
    """Skip where an optional thing is missing; fail in CI, which installs everything."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}; CI must provide it")
    pytest.skip(what)


class _Later:
    """A module that is imported where something of it is first used: collecting the tests loads none of them."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self._name), name)


def needed(module: str, reason: str = "") -> Any:
    """Return a module that a test is written with; skip where it is missing (also at module level), fail in CI."""
    if importlib.util.find_spec(module.partition(".")[0]) is not None:
        return _Later(module)
    if os.environ.get("CI") == "true":
        raise ModuleNotFoundError(f"no module {module}; CI must provide it")
    pytest.skip(reason or f"{module} is not installed", allow_module_level=True)


@pytest.fixture(scope="session")
def corpus_public() -> Path:
    path = CORPUS / "public"
    if not path.is_dir():
        absent(f"no corpus of public logs at {path}")
    return path


@pytest.fixture(scope="session")
def corpus_trained() -> Path:
    path = CORPUS / "trained"
    if not path.is_dir():
        absent(f"no corpus of trained runs at {path}")
    return path


@pytest.fixture(scope="session")
def corpus_wild() -> Path:
    path = CORPUS / "wild"
    if not path.is_dir():
        absent(f"no corpus of public runs at {path}")
    return path


@pytest.fixture(scope="session")
def corpus_sweep() -> Path:
    path = CORPUS / "sweep40"
    if not path.is_dir():
        absent(f"no sweep of forty runs at {path}")
    return path


@pytest.fixture(scope="session")
def chromium() -> str:
    found = (
        os.environ.get("CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if not found:
        absent("no chromium on PATH (Debian: apt-get install chromium)")
    return str(found)


@pytest.fixture(scope="session")
def samples() -> Path:
    return SAMPLES
