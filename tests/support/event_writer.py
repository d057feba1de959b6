"""Writes real event files with TensorBoard's own writer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter


def write_scalars(folder: Path, points: Iterable[tuple[str, int, float, float]], suffix: str = "") -> Path:
    """Write ``(tag, step, value, wall_time)`` into a new event file and return it."""
    known = set(folder.glob("*tfevents*"))
    writer = EventFileWriter(str(folder), filename_suffix=suffix)
    for tag, step, value, wall_time in points:
        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
        writer.add_event(Event(wall_time=wall_time, step=step, summary=summary))
    writer.close()
    (new,) = set(folder.glob("*tfevents*")) - known
    return new
