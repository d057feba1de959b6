"""Event files and ``.wandb`` files with valid checksums around records that no logger writes."""

from __future__ import annotations

import json
import math
import random
import struct
from collections.abc import Callable
from typing import Any

import google_crc32c
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from wandb.proto import wandb_internal_pb2 as pb

from tests.fuzz.damages import DAMAGES
from tests.support import wandb_writer

__all__ = ["framed", "masked", "payloads_of", "reframed_events", "reframed_wandb"]

TAGS = ("loss", "", "\0", "é/\u202e", "a" * 400, "lr", "train/loss", "eval/loss", "epoch", "step", "../x", "a.b")
STEPS = (0, -1, -(2**63), 2**63 - 1, 2**62, 2**53 + 1, 5, 10**9)
CLOCKS = (0.0, -1.0, math.nan, math.inf, -math.inf, 1e18, 1.7e12, 1e-300)
NUMBERS = (math.nan, math.inf, -math.inf, 3.4e38, 1e-45, -0.0, 0.0, 1e30)
JSON = ("", "null", "true", "NaN", '"NaN"', '"Infinity"', "1e999", "-", "[1.5, 2]", '{"a": 0.5}', '{"_type": "x"}',
        "[" * 900 + "]" * 900, '"' + "x" * 3000 + '"', "0.5 0.5", "1" * 400, "0x10", "\0", '{"max": 1}')  # fmt: skip


def reframed_events(data: bytes, rng: random.Random) -> bytes:
    """Change records of an event file, and frame them as they should be."""
    return b"".join(framed(p) for p in _changed(payloads_of(data), rng, _other_event))


def payloads_of(data: bytes) -> list[bytes]:
    """Return the records of an event file whose frames are whole."""
    payloads, at = [], 0
    while at + 16 <= len(data):
        size = int.from_bytes(data[at : at + 8], "little")
        payloads.append(data[at + 12 : at + 12 + size])
        at += 16 + size
    return payloads


def framed(payload: bytes) -> bytes:
    """Return a record of an event file."""
    head = struct.pack("<Q", len(payload))
    return head + masked(head) + payload + masked(payload)


def masked(data: bytes) -> bytes:
    """Return the checksum of an event file."""
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def reframed_wandb(data: bytes, rng: random.Random) -> bytes:
    """Change records of a ``.wandb`` file, and frame them as they should be."""
    payloads = [record.SerializeToString() for record in wandb_writer.oracle_records(data)]
    return wandb_writer.frame(_changed(payloads, rng, _other_record))


def _changed(payloads: list[bytes], rng: random.Random, other: Callable[[bytes, random.Random], bytes]) -> list[bytes]:
    for _ in range(rng.choice((1, 1, 2, 6))):
        at, kind = rng.randrange(len(payloads)), rng.randrange(10)
        if kind == 0 and len(payloads) > 1:
            del payloads[at]
        elif kind == 1:
            payloads.insert(rng.randrange(len(payloads)), payloads[at])
        elif kind == 2:
            payloads[at:] = rng.sample(payloads[at:], len(payloads) - at)
        elif kind < 6:
            payloads[at] = DAMAGES[rng.choice(("flip", "cut", "drop", "again", "length", "hole"))](payloads[at], rng)
        else:
            payloads[at] = other(payloads[at], rng)
    return payloads


def _parsed(message: Any, payload: bytes) -> Any:
    """Return a protocol buffer with what a payload holds, None where it is damaged."""
    try:
        message.ParseFromString(payload)
    except Exception:
        return None
    return message


def _other_event(payload: bytes, rng: random.Random) -> bytes:
    """Return an event with a field as no logger fills it."""
    event = _parsed(Event(), payload)
    if event is None:
        return payload
    kind = rng.randrange(8)
    if kind == 0:
        event.step = rng.choice(STEPS)
    elif kind == 1:
        event.wall_time = rng.choice(CLOCKS)
    elif kind == 2:
        event.file_version = rng.choice(("brain.Event:1", "brain.Event:9", "", "x" * 200))
    elif kind == 3:
        event.session_log.CopyFrom(SessionLog(status=rng.randrange(5), checkpoint_path=rng.choice(TAGS)))
    else:
        value = rng.choice(event.summary.value) if event.summary.value and kind < 7 else event.summary.value.add()
        value.tag = rng.choice((value.tag, *TAGS))
        if rng.random() < 0.4:
            value.simple_value = rng.choice(NUMBERS)
        elif rng.random() < 0.7:
            value.tensor.CopyFrom(_tensor(rng))
        if rng.random() < 0.3:
            value.metadata.plugin_data.plugin_name = rng.choice(("scalars", "hparams", "text", "custom_scalars", "odd"))
            value.metadata.plugin_data.content = rng.randbytes(rng.randrange(20))
            value.metadata.data_class = rng.randrange(4)
    return event.SerializeToString()


def _tensor(rng: random.Random) -> TensorProto:
    dims = [TensorShapeProto.Dim(size=rng.choice((0, 1, 2, -1, 2**40))) for _ in range(rng.randrange(3))]
    tensor = TensorProto(dtype=rng.choice((1, 2, 3, 6, 7, 9, 10, 14, 17, 19, 23)))
    tensor.tensor_shape.CopyFrom(TensorShapeProto(dim=dims, unknown_rank=rng.random() < 0.1))
    tensor.tensor_content = rng.randbytes(rng.choice((0, 1, 2, 4, 8, 16)))
    if rng.random() < 0.5:
        tensor.float_val.extend([rng.choice(NUMBERS)] * rng.randrange(3))
    if rng.random() < 0.3:
        tensor.string_val.append(rng.choice((b"", b"\xff", b"text", b"{" * 3000)))
    return tensor


def _other_record(payload: bytes, rng: random.Random) -> bytes:
    """Return a record with a field as W&B never fills it."""
    record = _parsed(pb.Record(), payload)
    if record is None:
        return payload
    kind = rng.randrange(6)
    if kind == 0:
        record.history.step.num = rng.choice(STEPS)
    elif kind == 1:
        record.run.starting_step = rng.choice(STEPS)
        record.run.run_id = rng.choice(TAGS)
    elif kind == 2:
        record.run.config.update.add(key=rng.choice(TAGS), value_json=rng.choice(JSON))
    elif kind == 3:
        record.metric.name, record.metric.step_metric = rng.choice(TAGS), rng.choice(TAGS)
        record.metric.options.step_sync = rng.random() < 0.5
    else:
        items = record.history.item
        item = rng.choice(items) if items and rng.random() < 0.7 else items.add()
        if rng.random() < 0.3:
            item.nested_key[:] = rng.choice(([], ["a", "b"], [""], ["_step"], list(TAGS)))
        elif rng.random() < 0.3:
            item.key = rng.choice((*TAGS, "_step", "_timestamp", "_runtime"))
        item.value_json = rng.choice((*JSON, json.dumps(rng.choice(STEPS)), repr(rng.choice(CLOCKS))))
    return record.SerializeToString()
