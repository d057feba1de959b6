"""The command, in this process or in one of its own."""

from __future__ import annotations

import io
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from unittest import mock

import pytest

from curveread.cli import main
from tests.conftest import ROOT

WriteRun = Callable[..., Path]


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code and its texts."""

    returncode: int
    stdout: str
    stderr: str


class Cli:
    """Runs ``curveread`` in ``cwd``, an empty folder unless told otherwise.

    A call runs the command line in this process, which is quick; :meth:`process` starts the program as a user does.
    """

    def __init__(self, cwd: Path) -> None:
        self.cwd = cwd

    def __call__(self, *arguments: object, cwd: Path | None = None, **environment: str) -> Done:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
        env = _environment(environment)
        with (
            mock.patch.dict(os.environ, env, clear=True),
            chdir(cwd or self.cwd),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as left,
        ):
            main([*map(str, arguments)])
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read())
        assert isinstance(left.value.code, int)
        return Done(left.value.code, *texts)

    def process(self, *arguments: object, cwd: Path | None = None, **environment: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "curveread", *map(str, arguments)],
            cwd=cwd or self.cwd,
            env=_environment({"PYTHONPATH": str(ROOT)} | environment),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def terminal(self, *arguments: object, stdout: BinaryIO | None = None, **environment: str) -> tuple[int, bytes]:
        """Start the program on a terminal, but for a ``stdout`` that is given; return its code and what was shown."""
        import pty  # a POSIX thing

        host, guest = pty.openpty()
        env = _environment({"PYTHONPATH": str(ROOT), "TERM": "xterm"} | environment)
        command = [sys.executable, "-m", "curveread", *map(str, arguments)]
        with subprocess.Popen(command, cwd=self.cwd, env=env, stdout=stdout or guest, stderr=guest) as process:
            os.close(guest)
            shown = b""
            while piece := _read(host):
                shown += piece
        os.close(host)
        return process.returncode, shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux ends a pseudo-terminal with an error
        return b""


def _environment(changes: dict[str, str]) -> dict[str, str]:
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "CURVEREAD_TRACEBACK")}
    return env | {"COLUMNS": "100", "PYTHONIOENCODING": "utf-8"} | changes


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    here = tmp_path / "cwd"
    here.mkdir()
    return Cli(here)


@pytest.fixture
def write_run(tmp_path: Path) -> WriteRun:
    """Write ``trainer_state.json`` as ``transformers.Trainer`` does, a train point every 10 steps; gives the folder."""

    def write(name: str, loss: Sequence[float], eval_loss: Sequence[float] = (), *, tag: str = "loss") -> Path:
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        log = [{"epoch": i / 10, tag: v, "learning_rate": 1e-3, "step": 10 * (i + 1)} for i, v in enumerate(loss)]
        every = max(len(loss) // max(len(eval_loss), 1), 1) * 10
        log += [{"epoch": i + 1.0, "eval_loss": v, "step": every * (i + 1)} for i, v in enumerate(eval_loss)]
        log.sort(key=lambda row: row["step"])
        state = {"global_step": 10 * len(loss), "log_history": log, "is_world_process_zero": True}
        (folder / "trainer_state.json").write_text(json.dumps(state), encoding="utf-8")
        return folder

    return write


@pytest.fixture
def falling() -> list[float]:
    """A healthy loss of 200 points with a little deterministic unrest."""
    return [1.0 + 2.0 * math.exp(-i / 40) + 0.02 * math.sin(12.9898 * i * i) for i in range(200)]


@pytest.fixture
def healthy(write_run: WriteRun, falling: list[float]) -> Path:
    return write_run("healthy", falling)


@pytest.fixture
def broken(write_run: WriteRun, falling: list[float]) -> Path:
    """A run whose loss becomes NaN: an error on every account."""
    return write_run("broken", falling[:150] + [math.nan] * 50)
