"""What event records hold beside numbers: session starts, checkpoints, and which of them hold a configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from curveread.readers.protobuf import fields, varint
from curveread.readers.tensorboard.event import Layout, Span, parse
from curveread.readers.tensorboard.memory import Log
from curveread.readers.tensorboard.scalars import Record
from curveread.readers.tensorboard.tfrecord import HEADER
from curveread.run.model import Checkpoint

_START, _CHECKPOINT = 1, 3  # SessionLog.status
_SHORT = 400  # bytes of a record whose text may be one setting; a longer one is a configuration only with braces


@dataclass(slots=True)
class RunEvents:
    """What the records of a file hold beside numbers: record and step of each SessionLog START, checkpoints, settings.

    ``config`` are records with hyper-parameters, and the first record of each text (by its tag in ``texts``) that may
    be a configuration.
    """

    starts: list[tuple[int, int]] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    config: list[Record] = field(default_factory=list)
    texts: set[bytes] = field(default_factory=set)


def run_events(log: Log, records: Sequence[Record], events: RunEvents | None = None) -> RunEvents:
    """Return what some records of a file, in its order, hold beside numbers, added to what those before them held."""
    events = events or RunEvents()
    for record in records:
        data = log.view(record.start + HEADER, record.length)
        layout = parse(data)
        if layout.session is not None:
            _session(events, record.number, data, layout, layout.session)
        tags = {data[slice(*v.tag)].tobytes() for v in layout.values if v.plugin == "text"}
        new = bool(tags - events.texts) and (len(data) < _SHORT or b"{" in data.tobytes())
        if new or any(v.plugin == "hparams" for v in layout.values):
            events.config.append(record)
        events.texts |= tags
    return events


def _session(events: RunEvents, number: int, data: memoryview, layout: Layout, span: Span) -> None:
    status, path = 0, ""
    for field_number, wire, _, a, b in fields(data, *span):
        if field_number == 1 and wire == 0:
            status = varint(data, a, b)[0]
        elif field_number == 2 and wire == 2:
            path = data[a:b].tobytes().decode("utf-8", "replace")
    step = varint(data, *layout.step)[0] if layout.step[1] else 0
    step -= 1 << 64 if step >> 63 else 0
    if status == _START:
        events.starts.append((number, step))
    elif status == _CHECKPOINT and path:
        events.checkpoints.append(Checkpoint(step, path))
