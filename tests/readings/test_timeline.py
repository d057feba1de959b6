"""The timeline: schedule, epochs, evaluations, checkpoints, restarts, findings, the end; never one entry per point."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import curveread as cr
from curveread.run.incidents import Incident
from curveread.run.model import Checkpoint, Curve, Run
from tests.support.curves import decay

N = 2000


def run_with(**curves: Curve) -> Run:
    return Run("r", "r", {c.tag: c for c in curves.values()}, checkpoints=(Checkpoint(500, "checkpoint-500"),))


def told(run: Run) -> list[tuple[int, str, str]]:
    return [(t.step, t.kind, t.text) for t in cr.diagnose(run).timeline]


def test_schedule_and_drops() -> None:
    step = np.arange(N)
    rate = np.where(step < 100, (step + 1) / 100, np.where(step < 1500, 1.0, 0.1)) * 3e-4
    loss = Curve("train_loss", step, decay(N), 1.7e9 + step)
    lines = told(run_with(loss=loss, lr=Curve("lr", step, rate)))
    assert [(k, t) for _, k, t in lines] == [
        ("schedule", "the warm-up is over at step 99, at a learning rate of 3e−4"),
        ("checkpoint", "checkpoint-500 was saved"),
        ("lr-change", "the learning rate drops from 3e−4 to 3e−5 at step 1,500"),
        ("end", "the log ends"),
    ]
    assert all(t.wall_time == 1.7e9 + t.step for t in cr.diagnose(run_with(loss=loss)).timeline)


@pytest.mark.parametrize(("count", "listed"), [(10, 10), (400, 0)])
def test_epochs_and_evaluations_are_listed_while_they_are_few(count: int, listed: int) -> None:
    step = np.arange(N)
    every = N // count
    at = np.arange(every, N, every)
    run = run_with(
        loss=Curve("train_loss", step, decay(N)),
        epoch=Curve("epoch", step, step / every),
        evals=Curve("eval_loss", at, 2.0 + 1.0 / (1.0 + at)),
    )
    kinds = Counter(kind for _, kind, _ in told(run))
    assert kinds["eval"] == (len(at) if listed else 0)
    assert kinds["epoch"] == (9 if listed else 0)
    if listed:
        assert (200, "eval", "eval_loss 2") in told(run)


def test_a_restless_learning_rate_gets_no_line_per_point() -> None:
    rng = np.random.default_rng(0)
    step = np.arange(N)
    run = run_with(loss=Curve("train_loss", step, decay(N)), lr=Curve("lr", step, rng.random(N)))
    assert len(told(run)) < 30


def test_it_is_in_the_order_of_steps(samples: Path) -> None:
    for case in ("resumed-overlap", "spikes-several", "nan-logged-as-zero"):
        steps = [t.step for t in cr.diagnose(cr.read(samples / case)).timeline]
        assert steps == sorted(steps)


def test_the_end_of_an_unfinished_run_stands_at_the_end() -> None:
    step = np.arange(1000)
    loss = np.linspace(6.0, 3.0, 1000) * np.exp(0.02 * np.random.default_rng(0).standard_normal(1000))
    lines = told(run_with(loss=Curve("train_loss", step, loss), lr=Curve("lr", step, np.full(1000, 1e-3))))
    assert [s for s, kind, words in lines if kind == "finding" and "still falling" in words] == [999]


def test_what_was_printed_stands_at_its_step_or_at_its_time_and_what_ended_the_run_at_its_end() -> None:
    step = np.arange(N)
    loss = Curve("train_loss", step, decay(N), 1.7e9 + step)
    said = (
        Incident("out-of-memory", "the GPU ran out of memory", "a.log", 8, step=300),
        Incident("collective", "a collective operation timed out", "a.log", 0, wall_time=1.7e9 + 700.5),
        Incident("disk", "the disk was full", "a.log", 9, wall_time=1.6e9),  # before the run: nowhere on it
        Incident("killed", "the process was killed", "a.log", 99, final=True),
    )
    run = Run("r", "r", {loss.tag: loss}, crashed=True, incidents=said)
    ends = [(t.step, str(t.text), t.wall_time) for t in cr.diagnose(run).timeline if t.kind == "end"]
    assert ends == [
        (300, "printed at step 300: the GPU ran out of memory (a.log, line 8)", 1.7e9 + 300),
        (700, "printed at step 700: a collective operation timed out (a.log)", 1.7e9 + 700.5),
        (N - 1, "the run crashed: the process was killed (a.log, line 99)", 1.7e9 + N - 1),
    ]
