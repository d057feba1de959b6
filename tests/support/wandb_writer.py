"""Writes ``.wandb`` files with W&B's own protobufs, and reads them with the plainest loop there is (the oracle)."""

from __future__ import annotations

import io
import json
import math
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from curveread.readers.pieces import Pieces
from curveread.readers.wandb.datastore import PAD
from tests.conftest import needed

pb = needed("wandb.proto.wandb_internal_pb2")

HEADER = b":W&B\xe1\xbe\x00"
BLOCK = 32768


def in_pieces(data: bytes) -> Pieces:
    """Return the bytes of a file as the reader sees them."""
    return Pieces(io.BufferedReader(io.BytesIO(data)), len(data), len(data) // 16 + 4 * BLOCK + PAD)  # type: ignore[arg-type]


def frame(payloads: Iterable[bytes]) -> bytes:
    """The container of the format: LevelDB-log chunks with IEEE checksums."""
    out = bytearray(HEADER)
    for data in payloads:
        first = True
        while True:
            room = BLOCK - len(out) % BLOCK
            if room < 7:
                out += b"\0" * room
                continue
            part, data = data[: room - 7], data[room - 7 :]
            kind = (1 if first else 4) if not data else (2 if first else 3)
            out += struct.pack("<IHB", zlib.crc32(part, zlib.crc32(bytes([kind]))), len(part), kind) + part
            first = False
            if not data:
                break
    return bytes(out)


def history(
    row: Mapping[str, Any], step: int | None, *, nested: bool = True, text: Mapping[str, str] | None = None
) -> bytes:
    record = pb.Record()
    for key, value in row.items():
        item = record.history.item.add()
        if nested:
            item.nested_key.extend(key.split("."))
        else:
            item.key = key
        item.value_json = (text or {}).get(key) or json.dumps(value)
    if step is not None:
        record.history.step.num = step
    return record.SerializeToString()


def run_record(
    run_id: str, start: int, *, name: str = "", config: Mapping[str, Any] | None = None, starting_step: int = 0
) -> bytes:
    record = pb.Record()
    record.run.run_id = run_id
    record.run.display_name = name
    record.run.start_time.seconds = start
    record.run.starting_step = starting_step
    for key, value in (config or {}).items():
        item = record.run.config.update.add()
        item.key, item.value_json = key, json.dumps(value)
    return record.SerializeToString()


def exit_record(code: int = 0) -> bytes:
    record = pb.Record()
    record.exit.exit_code = code
    record.exit.runtime = 7
    return record.SerializeToString()


def metric_record(glob: str, step_metric: str) -> bytes:
    record = pb.Record()
    record.metric.glob_name, record.metric.step_metric = glob, step_metric
    record.metric.options.step_sync = True
    return record.SerializeToString()


def write(path: Path, payloads: Sequence[bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(frame(payloads))
    return path


def oracle_records(data: bytes) -> list[pb.Record]:
    """Every record of an intact file, decoded by W&B's protobufs; a cut end is left out."""
    assert data[:7] == HEADER
    out, at, parts = [], 7, b""
    while at < len(data):
        room = BLOCK - at % BLOCK
        if room < 7:
            at += room
            continue
        if at + 7 > len(data):
            break
        crc, length, kind = struct.unpack_from("<IHB", data, at)
        if (crc, length, kind) == (0, 0, 0):
            at += room
            continue
        chunk = data[at + 7 : at + 7 + length]
        if len(chunk) < length:
            break
        assert zlib.crc32(chunk, zlib.crc32(bytes([kind]))) == crc
        parts = chunk if kind in (1, 2) else parts + chunk
        if kind in (1, 4):
            record = pb.Record()
            record.ParseFromString(parts)
            out.append(record)
        at += 7 + length
    return out


def oracle_history(data: bytes) -> dict[str, list[tuple[int, float]]]:
    """Key -> (row, value) of every number in the history."""
    out: dict[str, list[tuple[int, float]]] = {}
    row = 0
    for record in oracle_records(data):
        if record.WhichOneof("record_type") != "history":
            continue
        for item in record.history.item:
            key = item.key or ".".join(item.nested_key)
            value = json.loads(item.value_json)
            if isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity"):
                value = float(value.replace("Infinity", "inf"))
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                out.setdefault(key, []).append((row, float(value)))
        row += 1
    return out


def same(a: Sequence[float], b: Sequence[float]) -> bool:
    return len(a) == len(b) and all(x == y or (math.isnan(x) and math.isnan(y)) for x, y in zip(a, b, strict=True))
