"""What README and site show works as it stands there."""

from __future__ import annotations

import shlex
from contextlib import chdir
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from tests.cli.conftest import Cli
from tests.docs.snippets import PAGES, commands, lay, programs


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    lay(folder)
    return folder


def test_there_is_something_to_try() -> None:
    assert len(commands("README.md")) >= 12
    assert sum(len(commands(page)) for page in PAGES) >= 22


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)])
def test_commands(project: Path, page: str) -> None:
    for command in commands(page):
        words = [w for word in shlex.split(command)[1:] for w in _expanded(word, project)]
        done = Cli(project)(*words)
        assert done.returncode in (0, 1), f"{command}\n{done.stderr}"
        assert done.stderr == "", command


def _expanded(word: str, folder: Path) -> list[str]:
    """Return what a shell makes of a word with a star."""
    return sorted(str(p.relative_to(folder)) for p in folder.glob(word)) if "*" in word and "/" in word else [word]


@pytest.mark.parametrize("page", [page for page in PAGES if programs(page)])
def test_programs(project: Path, page: str) -> None:
    with chdir(project):
        for program in programs(page):
            exec(compile(program, page, "exec"), {"__name__": "snippet"})
    plt.close("all")
