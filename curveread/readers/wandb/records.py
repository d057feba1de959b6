"""The few protobuf messages of a ``.wandb`` file that tell about curves, decoded by hand.

Field numbers follow ``wandb/proto/wandb_internal.proto``; unknown fields are passed over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from curveread.readers.json_text import loads
from curveread.readers.protobuf import VARINT, fields, varint

RECORD_KINDS = {
    2: "history",
    3: "summary",
    5: "config",
    7: "stats",
    12: "metric",
    17: "run",
    18: "exit",
    21: "header",
    22: "footer",
}
"""Field number of a Record's one-of -> the kinds that are read."""

_DOUBLE = struct.Struct("<d")


@dataclass(slots=True)
class RunHeader:
    """What the run record says about the run as a whole."""

    run_id: str = ""
    display_name: str = ""
    start_time: float | None = None
    config: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """One ``define_metric``: which metric is the x-axis of which."""

    name: str
    glob_name: str
    step_metric: str


@dataclass(frozen=True, slots=True)
class Stats:
    """One sample of system metrics: ``time`` in seconds since the epoch and its values."""

    time: float
    items: list[tuple[str, float]]


def walk(buffer: bytes | memoryview, at: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the fields of a message: number, wire type, and where the content is.

    For varints (wire type 0) the third entry is the value itself, else content is ``buffer[third:fourth]``. NotAMessage
    (a ValueError) when the bytes are not a message.
    """
    for number, wire, _, first, behind in fields(buffer, at, stop):
        yield number, wire, varint(buffer, first, behind)[0] if wire == VARINT else first, behind


def _text(buffer: bytes | memoryview, a: int, b: int) -> str:
    return str(buffer[a:b], "utf-8", "replace")


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def parse_json(text: str) -> Any:
    """Return a value of W&B's extended JSON (NaN, Infinity allowed); the text itself when it is none."""
    try:
        return loads(text)
    except ValueError:
        return text


def item_of(buffer: bytes | memoryview, at: int, stop: int) -> tuple[str, Any]:
    """Return key and value of a history, summary, config or stats item.

    ``key`` (1) and ``nested_key`` (2) exclude each other; nested keys are joined with a dot. The value is
    JSON text (16) or, in newer files, one of the typed fields 3-8.
    """
    keys: list[str] = []
    value: Any = None
    for number, wire, a, b in walk(buffer, at, stop):
        if number in (1, 2) and wire == 2:
            keys.append(_text(buffer, a, b))
        elif number in (8, 16) and wire == 2:
            value = parse_json(_text(buffer, a, b))
        elif number == 4 and wire == 0:
            value = bool(a)
        elif number == 5 and wire == 0:
            value = (a >> 1) ^ -(a & 1)  # zig-zag
        elif number == 6 and wire == 1:
            value = _DOUBLE.unpack_from(buffer, a)[0]
        elif number == 7 and wire == 2:
            value = _text(buffer, a, b)
    return ".".join(keys), value


def items_of(buffer: bytes | memoryview, at: int, stop: int) -> list[tuple[str, Any]]:
    """Return the items of a HistoryRecord, SummaryRecord or ConfigRecord."""
    return [item_of(buffer, a, b) for n, w, a, b in walk(buffer, at, stop) if n == 1 and w == 2]


def history_step(buffer: bytes | memoryview, at: int, stop: int) -> int | None:
    """Return ``HistoryRecord.step.num``, None where the record has none."""
    for number, wire, a, b in walk(buffer, at, stop):
        if number == 2 and wire == 2:
            for n, w, value, _ in walk(buffer, a, b):
                if n == 1 and w == 0:
                    return _signed(value)
            return 0
    return None


def _timestamp(buffer: bytes | memoryview, at: int, stop: int) -> float:
    seconds = nanos = 0
    for number, wire, value, _ in walk(buffer, at, stop):
        if wire == 0 and number == 1:
            seconds = _signed(value)
        elif wire == 0 and number == 2:
            nanos = value
    return seconds + nanos * 1e-9


def run_of(buffer: bytes | memoryview, at: int, stop: int) -> RunHeader:
    """Decode a RunRecord."""
    run = RunHeader()
    for number, wire, a, b in walk(buffer, at, stop):
        if wire == 2:
            if number == 1:
                run.run_id = _text(buffer, a, b)
            elif number == 4:
                run.config.update(items_of(buffer, a, b))
            elif number == 8:
                run.display_name = _text(buffer, a, b)
            elif number == 17:
                run.start_time = _timestamp(buffer, a, b)
    return run


def metric_of(buffer: bytes | memoryview, at: int, stop: int) -> MetricDefinition:
    """Decode a MetricRecord."""
    text = {1: "", 2: "", 4: ""}
    for number, wire, a, b in walk(buffer, at, stop):
        if wire == 2 and number in text:
            text[number] = _text(buffer, a, b)
    return MetricDefinition(text[1], text[2], text[4])


def stats_of(buffer: bytes | memoryview, at: int, stop: int) -> Stats:
    """Decode a StatsRecord; items that are not numbers are left out."""
    time, items = 0.0, []
    for number, wire, a, b in walk(buffer, at, stop):
        if number == 2 and wire == 2:
            time = _timestamp(buffer, a, b)
        elif number == 3 and wire == 2:
            key, value = item_of(buffer, a, b)
            if isinstance(value, int | float) and not isinstance(value, bool):
                items.append((key, float(value)))
    return Stats(time, items)
