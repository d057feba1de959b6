"""Large logs, written with the loggers' own protobufs and record writers; the same each time."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from tests.support import wandb_writer

__all__ = ["LOGS", "Log"]

TAGS = [
    *("train/loss", "train/grad_norm", "train/learning_rate", "train/epoch", "eval/loss"),
    *("eval/accuracy", "perf/tokens_per_second", "perf/mfu", "optimizer/beta2", "optimizer/weight_decay"),
]
T0 = 1.7e9


@dataclass(frozen=True)
class Log:
    """A log to read.

    Parameters
    ----------
    name
        What it shows.
    file
        Its file's name.
    make
        Writes it: path, number of points or rows.
    size
        That number at full scale.
    readers
        Who reads it, see :mod:`tests.benchmarks.readers`.
    """

    name: str
    file: str
    make: Callable[[Path, int], None]
    size: int
    readers: tuple[str, ...]


def _write_events(path: Path, events: Iterator[Event]) -> None:
    with path.open("wb") as file:
        writer = RecordWriter(file)
        writer.write(Event(wall_time=T0, file_version="brain.Event:2").SerializeToString())
        for event in events:
            writer.write(event.SerializeToString())


def _scalar(tag: str, step: int, value: float) -> Event:
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    return Event(wall_time=T0 + 0.25 * step, step=step, summary=summary)


def regular(path: Path, points: int) -> None:
    """Write ten scalars a step, always the same ones."""
    rng = random.Random(0)
    _write_events(path, (_scalar(TAGS[i % 10], i // 10, rng.random()) for i in range(points)))


def irregular(path: Path, points: int) -> None:
    """Write some of 70 scalars a step, tags of many lengths, steps with holes."""
    rng = random.Random(1)
    tags = [*TAGS, *(f"layers/{i}/{'weight' * (i % 5)}{'x' * (i % 13)}/norm" for i in range(60))]

    def events() -> Iterator[Event]:
        step = written = 0
        while written < points:
            for tag in rng.sample(tags, rng.randint(1, 12)):
                written += 1
                yield _scalar(tag, step, rng.random())
            step += rng.randint(1, 300)

    _write_events(path, events())


def media(path: Path, scalars: int) -> None:
    """Write a scalar, an image of 190 kB and a histogram of 1,000 buckets at every step."""
    rng = random.Random(2)

    def events() -> Iterator[Event]:
        for step in range(scalars):
            image = Summary.Image(height=256, width=256, colorspace=3, encoded_image_string=rng.randbytes(190_000))
            edges = sorted(rng.random() for _ in range(1000))
            histogram = HistogramProto(min=0, max=1, num=1e6, bucket_limit=edges, bucket=edges)
            yield _scalar("train/loss", step, rng.random())
            for value in (Summary.Value(tag="samples", image=image), Summary.Value(tag="weights", histo=histogram)):
                yield Event(wall_time=T0 + step, step=step, summary=Summary(value=[value]))

    _write_events(path, events())


def wandb(path: Path, rows: int) -> None:
    """Write rows of seven keys, the items of a row in random order as W&B does."""
    rng = random.Random(3)

    def records() -> Iterator[bytes]:
        for i in range(rows):
            items: list[tuple[str, float]] = [
                ("train/loss", 2 + rng.random()),
                ("train/grad_norm", rng.random()),
                ("train/learning_rate", 3e-4 * math.exp(-i / rows)),
                ("train/global_step", i),
                ("_step", i),
                ("_runtime", i * 0.2),
                ("_timestamp", T0 + i * 0.2),
            ]
            rng.shuffle(items)
            yield wandb_writer.history(dict(items), i)

    path.write_bytes(wandb_writer.frame(records()))


def trainer_state(path: Path, entries: int) -> None:
    """Write the log history of a Trainer, an evaluation at every hundredth entry."""
    rng = random.Random(4)
    log: list[dict[str, float]] = []
    for i in range(1, entries + 1):
        rate = 3e-4 * (1 - i / (entries + 1))
        numbers = {"grad_norm": rng.random(), "learning_rate": rate, "loss": 2 + rng.random()}
        log.append({"epoch": i / 100, **numbers, "step": i * 10})
        if i % 100 == 0:
            log.append({"epoch": i / 100, "eval_loss": 2 + rng.random(), "eval_runtime": 1.5, "step": i * 10})
    state = {"global_step": entries * 10, "log_history": log, "max_steps": entries * 10, "num_train_epochs": 1}
    path.write_text(json.dumps(state, indent=2, sort_keys=True) + "\n")


_EVENTS = "events.out.tfevents.1700000000.bench.1.0"
_SERVER = ("data server", "data server --checksum")


def printed(path: Path, size: int) -> None:
    """Write lines as trainers print them, one build, its clock in front."""
    with path.open("w", encoding="utf-8") as file:
        for i in range(size):
            clock = f"2024-05-01 {i // 3600 % 24:02d}:{i // 60 % 60:02d}:{i % 60:02d},123"
            loss = 10 / (1 + i / 1000)
            file.write(f"{clock} - INFO - step={i} loss={loss:.4f} lr=1.0e-04 grad_norm={1 + i % 7 / 10:.3f}\n")


def mixed(path: Path, size: int) -> None:
    """Write a console: records of several lines among bars, check-points, samples and lines of ever new builds."""
    rng = random.Random(0)
    words = "fox dog cat moon river stone cloud leaf".split()
    with path.open("w", encoding="utf-8") as file:
        for i in range(size // 8):
            done = i % 100
            file.write(f"Epoch {1 + i // 1000} [{i % 1000 + 1}/1000]\n")
            file.write(f"  train loss: {9 / (1 + i / 500):.5f}\n  accuracy: 0.{i % 97:02d}\n")
            file.write(f"saving checkpoint to out/step-{i}.pt\n\r {done}%|██    | {done}/100 [00:01<00:02, 3.1it/s]\n")
            file.write(f"sample {rng.random()}: the {' '.join(rng.choices(words, k=6))} {rng.randrange(99)}\n")
            file.write(f"GPU 0: {i % 80}.{i % 9} GiB of 80 GiB reserved\n\n")


LOGS = {
    "tensorboard": Log("scalars", _EVENTS, regular, 1_000_000, ("tbparse", "EventAccumulator", *_SERVER)),
    "irregular": Log("scalars, random tags", _EVENTS, irregular, 1_000_000, ("tbparse", *_SERVER)),
    "media": Log("scalars among images and histograms", _EVENTS, media, 100, ("tbparse", *_SERVER)),
    "wandb": Log("rows of 7 keys", "run-bench.wandb", wandb, 200_000, ("protobuf loop",)),
    "printed": Log("lines of one build", "train.log", printed, 1_000_000, ()),
    "console": Log("lines of a mixed console", "train.log", mixed, 2_000_000, ()),
    "trainer": Log("log entries", "trainer_state.json", trainer_state, 200_000, ("json.loads",)),
}
