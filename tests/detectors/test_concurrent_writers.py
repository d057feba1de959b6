"""concurrent-writers: two in one run or one file, as real processes write it; and what looks a little like it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import curveread as cr
from curveread.findings.finding import Severity
from curveread.run.model import Attempt, Curve, Run
from tests.support.curves import decay
from tests.support.event_files import scalar, write
from tests.support.verdicts import found, found_alone

WRITER = """
import json, sys, time
path, seed, lag = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
while lag and sum(1 for _ in open(path, "rb")) < lag:
    time.sleep(0.001)
for step in range(300):
    with open(path, "a") as f:
        loss = 2 + 3 / (1 + step / 50) + 0.1 * seed + 0.01 * (step * 7919 % 13)
        f.write(json.dumps({"step": step, "train_loss": loss}) + "\\n")
    time.sleep(0.002)
"""


def test_two_processes_that_append_to_one_file(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    file.touch()
    commands = [[sys.executable, "-c", WRITER, str(file), seed, lag] for seed, lag in (("1", "0"), ("2", "40"))]
    running = [subprocess.Popen(c) for c in commands]
    assert [p.wait(timeout=60) for p in running] == [0, 0]
    (finding,) = found(cr.read(file), "concurrent-writers")
    assert finding.severity is Severity.WARNING  # every curve is a mixture
    assert finding.tag == "train_loss"
    assert str(finding.message).startswith("two processes seem to have logged into one file at the same time")
    assert finding.get("steps-written-twice") == 300
    assert (finding.first_step, finding.last_step) == (0, 299)


def test_two_writers_in_one_event_file(tmp_path: Path) -> None:
    a, b = decay(500, seed=1), decay(500, seed=2) + 0.5
    events = []
    for i in range(540):
        if i < 500:
            events.append(scalar("loss", i, float(a[i]), wall=1.7e9 + i))
        if i >= 40:
            events.append(scalar("loss", i - 40, float(b[i - 40]), wall=1.7e9 + i))
    write(tmp_path, events)
    assert len(found(cr.read(tmp_path), "concurrent-writers")) == 1


def test_a_counter_that_begins_anew_is_one_writer(tmp_path: Path) -> None:
    events = [scalar("loss", i % 100, float(v)) for i, v in enumerate(decay(800))]
    events += [scalar("lr", i, 1e-3) for i in range(800)]
    write(tmp_path, events)
    assert found(cr.read(tmp_path), "concurrent-writers") == []


def test_rows_in_no_order_and_several_values_a_step_are_one_writer(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [f"{i},{v:.5f}" for i, v in enumerate(decay(600))]
    shuffled = tmp_path / "shuffled.csv"
    shuffled.write_text("step,loss\n" + "\n".join(rng.permutation(rows)) + "\n")
    assert found(cr.read(shuffled), "concurrent-writers") == []
    micro = tmp_path / "micro.jsonl"
    micro.write_text(
        "".join(json.dumps({"step": i // 4, "loss": v}) + "\n" for i, v in enumerate(decay(1200).tolist()))
    )
    assert found(cr.read(micro), "concurrent-writers") == []


def attempt(first: int, started: float, source: str) -> Attempt:
    step = np.arange(first, first + 500)
    curve = Curve("loss", step, decay(500, seed=first), started + np.arange(500.0))
    return Attempt(first, first + 499, {"loss": curve}, {}, started, source)


def run_with(*attempts: Attempt) -> Run:
    return Run("r", "r", {"loss": attempts[-1].curves["loss"]}, attempts=attempts)


def test_two_at_once() -> None:
    run = run_with(attempt(0, 1e9, "a"), attempt(0, 1e9 + 100, "b"))
    (f,) = found(run, "concurrent-writers")
    assert f.severity is Severity.INFO
    assert f.get("overlap-in-wall-time") == pytest.approx(399.0)
    assert "restart" in [g.rule for g in f.folded]


def test_one_after_the_other_and_parts_of_one_run_are_quiet() -> None:
    after = run_with(attempt(0, 1e9, "a"), attempt(400, 1e9 + 600, "b"))
    assert found(after, "concurrent-writers") == []
    parts = run_with(attempt(0, 1e9, "a"), attempt(600, 1e9 + 100, "b"))
    assert found(parts, "concurrent-writers") == []
    clockless = Attempt(0, 499, {"loss": Curve("loss", np.arange(500), decay(500))})
    assert found(run_with(clockless, clockless), "concurrent-writers") == []


def test_of_many_attempts_only_neighbours_are_compared() -> None:
    """The first goes on beside the third; the second, between them, is over too soon to overlap with either."""
    step = np.arange(500)
    short = Curve("loss", step[:2], decay(2), np.array([1e9 + 10.0, 1e9 + 10.5]))
    between = Attempt(0, 1, {"loss": short}, {}, 1e9 + 10, "b")
    run = run_with(attempt(0, 1e9, "a"), between, attempt(0, 1e9 + 100, "c"))
    assert len(found_alone(run, "concurrent-writers")) == 1
    assert len(found_alone(run, "concurrent-writers", most=3)) == 1
    assert found_alone(run, "concurrent-writers", most=2) == []
    assert found_alone(run, "concurrent-writers", most=1) == []
