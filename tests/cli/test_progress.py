"""Progress goes to stderr, and only to a terminal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pty = pytest.importorskip("pty")  # pseudo-terminals are a POSIX thing

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


@pytest.mark.parametrize(("seconds", "shown"), [(1.5, True), (0.0, False)])
def test_a_terminal_is_told_after_a_while(tmp_path: Path, healthy: Path, seconds: float, shown: bool) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW.format(seconds=seconds))
    ours, theirs = pty.openpty()
    env = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}", "TERM": "xterm", "COLUMNS": "100"}
    env.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "curveread", "check", "--json", str(healthy)]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        told = b""
        while chunk := _read(ours):
            told += chunk
        assert process.stdout is not None
        out = process.stdout.read()
    os.close(ours)
    assert out.startswith(b"{")
    assert out.endswith(b"}\n")
    assert (b"3/7" in told) is shown
    assert (b"events.out.[bold]odd\\u001b[31m" in told) is shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux ends a pseudo-terminal with an error
        return b""


def test_a_pipe_is_told_nothing(tmp_path: Path, healthy: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW.format(seconds=1.5))
    env = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    command = [sys.executable, "-m", "curveread", "check", "--json", str(healthy)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""


def _told(tmp_path: Path, slow: str, *arguments: str) -> bytes:
    (tmp_path / "sitecustomize.py").write_text(slow)
    ours, theirs = pty.openpty()
    env = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}", "TERM": "xterm", "COLUMNS": "120"}
    command = [sys.executable, "-m", "curveread", *arguments]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=theirs) as process:
        os.close(theirs)
        told = b""
        while chunk := _read(ours):
            told += chunk
    os.close(ours)
    assert process.returncode == 0
    return told


@pytest.mark.parametrize("command", ["check --json", "report --static"])
def test_checking_is_told_as_reading_is(tmp_path: Path, healthy: Path, command: str) -> None:
    for i in range(4):
        shutil.copytree(healthy, healthy.parent / f"more{i}")
    out = ["-o", str(tmp_path / "out")] if "report" in command else []
    here = _told(tmp_path, SLOW_CHECK, *command.split(), *out, "--jobs", "1", str(healthy.parent))
    assert b"checking more" in here
    assert b"/5" in here
    inside = _told(tmp_path, SLOW_SWEEP.replace("0.3", "1.0"), "check", "--json", "--jobs", "2", str(healthy.parent))
    assert b"/5" in inside
    assert b"runs/s" in inside


def test_a_sweep_tells_rate_failures_and_time_left(tmp_path: Path, healthy: Path) -> None:
    (healthy.parent / "bad").mkdir()
    (healthy.parent / "bad" / "trainer_state.json").write_text("{")
    for i in range(6):
        shutil.copytree(healthy, healthy.parent / f"more{i}")
    told = _told(tmp_path, SLOW_SWEEP, "sweep", "--jobs", "1", str(healthy.parent))
    assert b"/8" in told
    assert b"runs/s" in told
    assert b"1 failed" in told
    assert b"left" in told
