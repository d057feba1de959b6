"""What goes wrong ends with one clear line on stderr."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

COMMANDS = (["report"], ["check"], ["check", "--json"], ["show"], ["show", "--json"], ["export", "-o", "out.csv"])


def _unreadable(kind: str, place: Path) -> Path:
    path = place / kind
    if kind == "empty folder":
        path.mkdir()
    elif kind == "folder without logs":
        path.mkdir()
        (path / "model.bin").write_bytes(bytes(1000))
        (path / "notes.md").write_text("# nothing here\n")
    elif kind == "text.txt":
        path.write_text("it was the best of runs\n")
    elif kind == "empty events":
        path = place / "events.out.tfevents.1700000000.host.1.0"
        path.write_bytes(b"")
    return path


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("kind", ["absent", "empty folder", "folder without logs", "text.txt"])
def test_input_that_cannot_be_read(cli: Cli, tmp_path: Path, kind: str, command: str) -> None:
    path = _unreadable(kind, tmp_path)
    done = cli(*command, path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("curveread: ")
    assert str(path) in done.stderr
    assert list(cli.cwd.iterdir()) == []


@pytest.mark.parametrize("kind", ["empty folder", "folder without logs", "text.txt"])
def test_the_line_says_what_was_looked_for(cli: Cli, tmp_path: Path, kind: str) -> None:
    line = cli.process("check", _unreadable(kind, tmp_path)).stderr
    assert "tfevents" in line
    assert "trainer_state.json" in line


def test_file_without_permission(cli: Cli, healthy: Path) -> None:
    if os.geteuid() == 0:
        (healthy / "trainer_state.json").unlink()
        (healthy / "trainer_state.json").mkdir()  # root may read every file; nobody may read a folder as one
    else:
        (healthy / "trainer_state.json").chmod(0)
    done = cli("check", healthy)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_reader_with_a_fault_takes_no_other_run_with_it(cli: Cli, healthy: Path, broken: Path, tmp_path: Path) -> None:
    """An error that a reader did not foresee is a line, and the other paths are still done."""
    (tmp_path / "sitecustomize.py").write_text(
        "import curveread.discovery.discover as d\n"
        "real = d.read_runs\n"
        "def read_runs(path, **kw):\n"
        "    if path.name == 'broken':\n        raise KeyError('odd')\n"
        "    return real(path, **kw)\n"
        "d.read_runs = read_runs\n"
    )
    done = cli.process("check", broken, healthy, PYTHONPATH=f"{tmp_path}:{ROOT}")
    assert done.returncode == 2
    assert "KeyError" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert "healthy" in done.stdout


def test_traceback_on_demand(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, curveread.diagnose\n"
        "def diagnose(*a, **k):\n    raise KeyError('odd')\n"
        "sys.modules['curveread.diagnose'].diagnose = diagnose\n"
    )
    sample = ROOT / "sample_logs" / "overfitting"
    quiet = cli.process("check", sample, PYTHONPATH=f"{tmp_path}:{ROOT}")
    assert quiet.returncode == 3
    assert quiet.stderr.count("\n") == 1
    told = cli.process("check", sample, PYTHONPATH=f"{tmp_path}:{ROOT}", CURVEREAD_TRACEBACK="1")
    assert told.returncode == 3
    assert "Traceback" in told.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_ends_with_130(tmp_path: Path, healthy: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import curveread.discovery.discover as d, time, sys\n"
        "def read_runs(path, **kw):\n    print('reading', file=sys.stderr, flush=True)\n    time.sleep(60)\n"
        "d.read_runs = read_runs\n"
    )
    env = os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    with subprocess.Popen(
        [sys.executable, "-m", "curveread", "check", str(healthy)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A runner in the background of a shell ignores SIGINT, and so would all that it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "reading\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert (out, err) == ("", "")


def test_reader_of_the_pipe_may_leave(healthy: Path) -> None:
    """``curveread show | head -1``: no complaint, and not the code of a finding."""
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import time; time.sleep(1); from curveread.cli import main; main()",
            "show",
            str(healthy),
        ],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
        process.wait(timeout=30)
    assert process.returncode == 141
    assert err == ""
