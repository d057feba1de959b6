"""What happens to the run itself: slow machines, pauses, muted and doubled loggers. Logged by torch's SummaryWriter.

The training is the same small classifier each time, and sound. Waiting is real waiting: `throughput-drop` and
`healthy-pace` take a quarter of an hour each, most of which they sleep.
"""

# ruff: noqa: D401  (a docstring here says what something is or what happened, not what to do)

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import torch
from labels import Event, Labels
from loops import Row, Training, cosine
from models import cnn
from optimiser_runs import digit_batches, held_out_digits
from torch.utils.tensorboard import SummaryWriter

LOGGER = "torch.utils.tensorboard.SummaryWriter"
MODEL = "CNN (two convolutions) on noisy 8x8 digits"
CURVES: dict[str, str | None] = {
    "train_loss": "train/loss",
    "eval_loss": "eval/loss",
    "grad_norm": None,
    "learning_rate": "train/lr",
}


def digits_training(seed: int, steps: int, eval_every: int = 50) -> Training:
    """The training that all cases share; `seed` decides the weights and the batches."""
    torch.manual_seed(seed)
    model = cnn()
    return Training(
        model,
        torch.optim.AdamW(model.parameters()),
        digit_batches(32, 0.4, seed),
        cosine(4e-3, steps),
        held_out_digits(0.4),
        eval_every,
    )


def waiting(rows: Iterable[tuple[int, Row]], seconds: Callable[[int], float]) -> Iterator[tuple[int, Row]]:
    """Pass rows on; before each one wait as long as its step asks for, as a slow loader or a hang would."""
    for step, row in rows:
        time.sleep(seconds(step))
        yield step, row


def log(folder: Path, rows: Iterable[tuple[int, Row]], suffix: str = "") -> None:
    """Write loss and learning rate into one new event file, which `suffix` tells from others of the same second."""
    with SummaryWriter(str(folder), filename_suffix=suffix) as writer:
        for step, row in rows:
            for tag in ("train/loss", "train/lr", "eval/loss"):
                if tag in row:
                    writer.add_scalar(tag, row[tag], step)


def labels(steps: int, truth: str, *events: Event) -> Labels:
    """What the labels of all cases share; only a warning makes a run unhealthy."""
    loud = [event.rule for event in events if event.rule and event.severity != "info"]
    return Labels(
        model=MODEL,
        logger=LOGGER,
        truth=truth,
        first_step=0,
        last_step=steps - 1,
        every=1,
        curves=CURVES,
        events=list(events),
        head=loud,
        healthy=not loud,
    )


def throughput_drop(folder: Path) -> Labels:
    """From step 330 on the loader has to wait for every batch: a starved run, three times as slow."""
    steps, starved = 600, 330
    rows = digits_training(71, steps).run(range(steps))
    log(folder, waiting(rows, lambda step: 0.7 if step < starved else 2.1))
    return labels(
        steps,
        f"The training itself is sound, but from step {starved} on every step takes three times as long: the loader "
        "waits for its data. Look at the storage, the workers and the other tenants of the machine.",
        Event("throughput-drop", "warning", "train/loss", (starved, starved), None, "1.4 s more of waiting a step"),
    )


def healthy_pace(folder: Path) -> Labels:
    """A quarter of an hour at an even pace, with slow evaluations and one short stall: no slower at its end."""
    steps, eval_every, stalled = 700, 50, range(300, 320)
    rows = digits_training(72, steps, eval_every).run(range(steps))
    log(folder, waiting(rows, lambda step: 8.0 if step % eval_every == 0 else 2.0 if step in stalled else 0.9))
    return labels(
        steps, "Healthy: an even pace but for slow evaluations, as fast at the end as at the beginning; sound losses."
    )


def time_gap(folder: Path) -> Labels:
    """The process hangs for a hundred seconds before step 420: as long as nearly all the rest of the run."""
    steps, hung = 800, 420
    rows = digits_training(73, steps).run(range(steps))
    log(folder, waiting(rows, lambda step: 100.0 if step == hung else 0.15))
    return labels(
        steps,
        f"A sound run that stood still for a hundred seconds before step {hung} (a hang, a pre-emption, a suspended "
        "machine) and went on as if nothing had happened.",
        Event("time-gap", "info", "train/loss", (hung - 1, hung), hung, "the process slept for 100 s"),
    )


def step_gap(folder: Path) -> Labels:
    """An evaluation hook leaves the logger of the training loss muted from step 400 to 519."""
    steps, muted = 900, range(400, 520)

    def without_loss(rows: Iterable[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
        """Drop what the muted logger would have written."""
        for step, row in rows:
            yield step, {tag: value for tag, value in row.items() if step not in muted or tag == "train/lr"}

    log(folder, without_loss(digits_training(74, steps).run(range(steps))))
    return labels(
        steps,
        "A sound run whose losses were not logged from step 400 to 519; the learning rate was, so the training went "
        "on. Nothing can be said about those steps, and nothing in what follows is amiss.",
        Event("step-gap", "info", "train/loss", (399, 400), 520, "the logger was muted for 120 steps"),
    )


def resumed_with_a_hole(folder: Path) -> Labels:
    """Killed at step 400, resumed from a checkpoint of step 480 that a lost writer had reached: a file is missing."""
    steps, lost, resumed = 900, 400, 480
    training = digits_training(75, steps)
    log(folder, training.run(range(lost)), ".first")
    for _ in training.run(range(lost, resumed)):
        pass  # trained, but the file that told of it is lost
    time.sleep(2.0)
    log(folder, training.run(range(resumed, steps)), ".second")
    return labels(
        steps,
        "A sound run in two event files with a hole between them: steps 400 to 479 were trained, but the file that "
        "held them is lost. The loss goes on where it was.",
        Event("restart", "info", "train/loss", (lost - 1, resumed), None, "a second event file, from step 480 on"),
    )


def write_alone(folder: str, seed: int, steps: int) -> None:
    """One of two processes that log to the same folder."""
    torch.set_num_threads(1)
    log(Path(folder), waiting(digits_training(seed, steps).run(range(steps)), lambda step: 0.05), f".{seed}")


def concurrent_writers(folder: Path) -> Labels:
    """A job is started twice: two processes, with other seeds, log to one folder at the same time."""
    steps = 500
    started = multiprocessing.get_context("spawn")
    writers = [started.Process(target=write_alone, args=(str(folder), seed, steps)) for seed in (76, 77)]
    for writer in writers:
        writer.start()
        time.sleep(3.0)
    for writer in writers:
        writer.join()
    return labels(
        steps,
        "Two sound trainings in one folder: the job was started twice, and both processes wrote steps 0 to 499 at the "
        "same time. The curves are a mixture; read the files one by one.",
        Event("concurrent-writers", "info", "train/loss", (0, steps - 1), None, "two processes, one folder"),
    )


CASES = {
    "throughput-drop": throughput_drop,
    "healthy-pace": healthy_pace,
    "time-gap": time_gap,
    "step-gap": step_gap,
    "resumed-with-a-hole": resumed_with_a_hole,
    "concurrent-writers": concurrent_writers,
}
