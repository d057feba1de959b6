"""Event files as their real writers make them: TensorBoard's own protos and record writer; and frames made by hand."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.types_pb2 import DataType
from tensorboard.summary.writer.record_writer import RecordWriter

from tests.oracles.crc32c import masked

NAME = "events.out.tfevents.1700000000.host.1.0"
T0 = 1.7e9
VERSION = Event(wall_time=T0, file_version="brain.Event:2")


def write(folder: Path, events: Iterable[Event], name: str = NAME, version: bool = True) -> Path:
    """Write events with TensorBoard's record writer."""
    path = folder / name
    with path.open("wb") as f:
        writer = RecordWriter(f)
        for event in [VERSION, *events] if version else events:
            writer.write(event.SerializeToString())
    return path


def event(step: int, *values: Summary.Value, wall: float | None = None) -> Event:
    return Event(wall_time=T0 + step if wall is None else wall, step=step, summary=Summary(value=values))


def simple(tag: str, value: float) -> Summary.Value:
    return Summary.Value(tag=tag, simple_value=value)


def scalar(tag: str, step: int, value: float, wall: float | None = None) -> Event:
    return event(step, simple(tag, value), wall=wall)


def metadata(plugin: str, data_class: int = 0) -> SummaryMetadata:
    data = SummaryMetadata.PluginData(plugin_name=plugin, content=b"x")
    return SummaryMetadata(plugin_data=data, data_class=data_class)


def tensor(tag: str, plugin: str | None = None, dtype: int = DataType.DT_FLOAT, **fields: Any) -> Summary.Value:
    value = Summary.Value(tag=tag, tensor=TensorProto(dtype=dtype, **fields))
    if plugin is not None:
        value.metadata.CopyFrom(metadata(plugin))
    return value


def start(step: int) -> Event:
    return Event(wall_time=T0 + step, step=step, session_log=SessionLog(status=SessionLog.START))


def ramp(tag: str, steps: Iterable[int], factor: float = 1.0) -> list[Event]:
    return [scalar(tag, s, factor * s) for s in steps]


def frame(data: bytes) -> bytes:
    """Return a record as the definition has it, checksums by the plain loop."""
    head = struct.pack("<Q", len(data))
    return head + struct.pack("<I", masked(head)) + data + struct.pack("<I", masked(data))


def frames(path: Path) -> Iterator[tuple[int, int]]:
    """Yield start and end of each record, by the plain loop."""
    data, at = path.read_bytes(), 0
    while at < len(data):
        end = at + 16 + struct.unpack_from("<Q", data, at)[0]
        yield at, end
        at = end


def points(curves: Any) -> dict[str, list[tuple[int, str, str]]]:
    """Return tag -> (step, value, wall time) of curves; numbers by repr, so that NaN equals NaN."""
    return {
        tag: [
            (s, repr(v), repr(w))
            for s, v, w in zip(c.step.tolist(), c.value.tolist(), c.wall_time.tolist(), strict=True)
        ]
        for tag, c in curves.items()
    }


def accumulated(path: Path) -> dict[str, list[tuple[int, str, str]]]:
    """Return what TensorBoard's EventAccumulator reads: scalars of both kinds, nothing sampled or purged."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util.tensor_util import make_ndarray

    accumulator = EventAccumulator(str(path), size_guidance={"scalars": 0, "tensors": 0}, purge_orphaned_data=False)
    accumulator.Reload()
    found: dict[str, list[tuple[int, Any, float]]] = {}
    for tag in accumulator.Tags()["scalars"]:
        found[tag] = [(e.step, e.value, e.wall_time) for e in accumulator.Scalars(tag)]
    for tag in accumulator.Tags()["tensors"]:
        known = accumulator.summary_metadata.get(tag)
        if known is not None and known.plugin_data.plugin_name not in ("", "scalars"):
            continue
        for e in accumulator.Tensors(tag):
            array = make_ndarray(e.tensor_proto)
            if array.size == 1 and array.dtype.kind != "O":
                found.setdefault(tag, []).append((e.step, float(np.asarray(array, np.float64).item()), e.wall_time))
    return {tag: in_order(rows) for tag, rows in found.items()}


def in_order(rows: Sequence[tuple[int, Any, float]]) -> list[tuple[int, str, str]]:
    return [(s, repr(float(v)), repr(float(w))) for s, v, w in sorted(rows, key=lambda row: row[0])]
