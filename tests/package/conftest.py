"""The built distributions, and environments that hold nothing but them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT

Fresh = Callable[..., Path]


def run(*command: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program without what this process lends its children."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [*map(str, command)], cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", timeout=900
    )


def must(*command: object, cwd: Path | None = None) -> str:
    """Run a program that has to succeed, and return what it printed."""
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, and the wheel that is built from it."""
    out = tmp_path_factory.mktemp("dist")
    must(sys.executable, "-m", "build", "--outdir", out, ROOT)
    return out


@pytest.fixture(scope="session")
def wheel(distributions: Path) -> Path:
    (found,) = distributions.glob("*.whl")
    return found


@pytest.fixture(scope="session")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    """Makes an environment with the wheel and the extras that are named, and returns where its programs are."""

    def make(*extras: str, python: str = sys.executable) -> Path:
        home = tmp_path_factory.mktemp("env")
        must(python, "-m", "venv", home)
        what = f"{wheel}[{','.join(extras)}]" if extras else wheel
        must(home / "bin" / "python", "-m", "pip", "install", "--quiet", what)
        return home / "bin"

    return make


@pytest.fixture(scope="session")
def plain(fresh: Fresh) -> Path:
    return fresh()


@pytest.fixture(scope="session")
def samples(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample logs of the installed package."""
    where = must(plain / "python", "-c", "import curveread; print(curveread.__path__[0])", cwd=plain)
    return Path(where.strip()) / "sample_logs"
