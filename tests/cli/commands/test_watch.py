"""``curveread watch``: what is told while a log is written, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import curveread as cr
from curveread.report.text.message import message
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

UNTIL = ("--until-end", "--idle", "0.3")


def line(step: int, loss: float) -> str:
    return f"{step},{loss:.5f}\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "run" / "metrics.csv"
    path.parent.mkdir()
    noise = np.random.default_rng(0).standard_normal(400)
    losses = 2.0 + 2.0 * np.exp(-np.arange(400) / 100.0) + 0.02 * noise
    path.write_text("step,train_loss\n" + "".join(line(i, v) for i, v in enumerate(losses)))
    return path


@pytest.fixture
def watching(log: Path) -> Iterator[subprocess.Popen[str]]:
    """A watch in a process of its own, whose first look is over."""
    command = [sys.executable, "-m", "curveread", "watch", str(log), "--tell", "info", "--until-end", "--idle", "60"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    time.sleep(3.0)
    yield process
    process.kill()
    process.communicate()


def add(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_the_last_word_is_that_of_a_check(cli: Cli, samples: Path) -> None:
    run = samples / "overfitting"
    done, checked = cli("watch", run, *UNTIL), cli("check", run)
    assert done.returncode == checked.returncode == 1
    diagnosis = cr.diagnose(run)
    (found,) = diagnosis.findings
    assert re.search(rf"settled error overfitting: {re.escape(str(found.message))} \(final\)", done.stdout)
    assert "ended: the log says that the training has finished" in done.stdout
    assert done.stdout.endswith(message(diagnosis))


def test_what_is_found_is_told_within_two_lines(log: Path, watching: subprocess.Popen[str]) -> None:
    assert watching.stdout is not None
    gap = 2.0  # seconds between the lines of a training
    add(log, line(400, float("nan")))
    begun = time.monotonic()
    first = watching.stdout.readline()
    assert time.monotonic() - begun < 2 * gap
    assert "? train_loss is NaN: looking, no finding yet" in first
    assert re.search(r"step 400: new error nonfinite-loss: .* \(not final\)", watching.stdout.readline())
    watching.send_signal(signal.SIGINT)
    _, said = watching.communicate(timeout=20)
    assert (watching.returncode, said) == (130, "")


def test_a_spike_that_comes_back_has_changed(log: Path, watching: subprocess.Popen[str]) -> None:
    assert watching.stdout is not None
    add(log, line(400, 9.0))
    told = [watching.stdout.readline() for _ in range(2)]
    assert "jumped to 9 from about" in told[0]
    assert "new warning loss-spike" in told[1]
    add(log, "".join(line(i, 2.05 + 0.02 * (i % 3)) for i in range(401, 420)))
    assert "changed warning loss-spike" in watching.stdout.readline()


def test_a_summary_of_the_trainer_ends_the_watch(cli: Cli, tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    rows = [
        f"{{'loss': {3.0 - i / 50:.4f}, 'grad_norm': 1.5, 'learning_rate': 1e-05, 'epoch': {i / 10}}}"
        for i in range(50)
    ]
    log.write_text("\n".join([*rows, "{'train_runtime': 61.5, 'train_loss': 2.5, 'epoch': 5.0}"]) + "\n")
    begun = time.monotonic()
    done = cli("watch", log, "--until-end", "--idle", "60")
    assert "ended: the log says that the training has finished" in done.stdout
    assert time.monotonic() - begun < 30


def test_remarks_are_told_when_asked_for(cli: Cli, samples: Path) -> None:
    run = samples / "unfinished-run"
    assert "unfinished-run" not in cli("watch", run, *UNTIL).stdout.partition("ended:")[0]
    assert "new info unfinished-run" in cli("watch", run, *UNTIL, "--tell", "info").stdout


def test_a_command_gets_five_lines_and_what_happened(cli: Cli, samples: Path) -> None:
    facts = "$CURVEREAD_RULE $CURVEREAD_SEVERITY $CURVEREAD_HEALTH"
    command = f'cat > "$CURVEREAD_KIND.txt"; echo "{facts}" > "$CURVEREAD_KIND.env"'
    done = cli("watch", samples / "overfitting", *UNTIL, "--exec", command)
    assert done.stderr == ""
    text = message(cr.diagnose(samples / "overfitting"))
    assert text.count("\n") == 5
    assert (cli.cwd / "ended.txt").read_text() == text
    assert (cli.cwd / "new.env").read_text() == "overfitting error error\n"
    assert (cli.cwd / "ended.env").read_text().split() == ["error"]


def test_a_command_that_fails_is_told_and_ends_nothing(cli: Cli, samples: Path) -> None:
    done = cli("watch", samples / "overfitting", *UNTIL, "--exec", "exit 7")
    assert done.returncode == 1
    assert "--exec: exit 7 ended with 7" in done.stderr


def test_no_log_is_an_error_once_the_wait_is_over(cli: Cli, tmp_path: Path) -> None:
    done = cli("watch", tmp_path / "not-there", *UNTIL)
    assert done.returncode == 2
    assert "waiting: " in done.stdout
    assert done.stderr.count("\n") == 1


def test_a_healthy_run_is_silent(cli: Cli, log: Path) -> None:
    done = cli("watch", log, *UNTIL)
    assert done.returncode == 0
    assert "ended: nothing was written for 0.3 s" in done.stdout
    assert [told for told in done.stdout.splitlines() if "new " in told or "changed " in told] == []


@pytest.mark.parametrize("arguments", [("s3://bucket/run",), ("run", "--idle", "0"), ("run", "--ignore", "nothing")])
def test_usage_errors(cli: Cli, arguments: tuple[str, ...]) -> None:
    done = cli("watch", *arguments)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
