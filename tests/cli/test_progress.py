"""Progress goes to stderr, and only to a terminal."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.support.turns import one_of

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

pytest.importorskip("pty")  # pseudo-terminals are a POSIX thing

SLOW = """
import curveread.discovery.discover as d, time
real = d.read_runs
def read_runs(path, *, progress=None, **more):
    if progress is not None:
        progress(3, 7, "events.out.[bold]odd\\x1b[31m")
    time.sleep({seconds})
    return real(path, **more)
d.read_runs = read_runs
"""


SLOW_SWEEP = """
import curveread.api as api, time
real = api.read_all
def read_all(what, **options):
    time.sleep(0.3)
    return real(what, **options)
api.read_all = read_all
"""


SLOW_CHECK = """
import curveread.api as api, time
real = api.diagnose
def diagnose(what, **options):
    time.sleep(0.6)
    return real(what, **options)
api.diagnose = diagnose
"""


def _told(cli: Cli, tmp_path: Path, slow: str, *arguments: object) -> tuple[bytes, bytes]:
    """Return what a terminal is told by the slow program, and what its stdout gets, which is a file."""
    (tmp_path / "sitecustomize.py").write_text(slow)
    with (tmp_path / "stdout").open("w+b") as out:
        code, told = cli.terminal(*arguments, stdout=out, PYTHONPATH=f"{tmp_path}:{ROOT}")
        assert code == 0
        out.seek(0)
        return told, out.read()


@pytest.mark.parametrize(("seconds", "shown"), [(1.5, True), (0.0, False)])
def test_a_terminal_is_told_after_a_while(cli: Cli, tmp_path: Path, healthy: Path, seconds: float, shown: bool) -> None:
    told, out = _told(cli, tmp_path, SLOW.format(seconds=seconds), "check", "--json", healthy)
    assert out.startswith(b"{")
    assert out.endswith(b"}\n")
    assert (b"3/7" in told) is shown
    assert (b"events.out.[bold]odd\\u001b[31m" in told) is shown


def test_a_pipe_is_told_nothing(cli: Cli, tmp_path: Path, healthy: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW.format(seconds=1.5))
    done = cli.process("check", "--json", healthy, PYTHONPATH=f"{tmp_path}:{ROOT}")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", one_of(2, ["check --json", "report --static"]))
def test_checking_is_told_as_reading_is(cli: Cli, tmp_path: Path, healthy: Path, command: str) -> None:
    for i in range(4):
        shutil.copytree(healthy, healthy.parent / f"more{i}")
    here, _ = _told(cli, tmp_path, SLOW_CHECK, *command.split(), "--jobs", "1", healthy.parent)
    assert b"checking more" in here
    assert b"/5" in here
    slow = SLOW_SWEEP.replace("0.3", "1.0")
    inside, _ = _told(cli, tmp_path, slow, "check", "--json", "--jobs", "2", healthy.parent)
    assert b"/5" in inside
    assert b"runs/s" in inside


def test_a_sweep_tells_rate_failures_and_time_left(cli: Cli, tmp_path: Path, healthy: Path) -> None:
    (healthy.parent / "bad").mkdir()
    (healthy.parent / "bad" / "trainer_state.json").write_text("{")
    for i in range(6):
        shutil.copytree(healthy, healthy.parent / f"more{i}")
    told, _ = _told(cli, tmp_path, SLOW_SWEEP, "sweep", "--jobs", "1", healthy.parent)
    assert b"/8" in told
    assert b"runs/s" in told
    assert b"1 failed" in told
    assert b"left" in told
