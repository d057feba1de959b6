"""The plain way to read a ``.wandb`` file: framing, W&B's protobufs, ``json.loads`` for every item."""

from __future__ import annotations

import json
import struct
import zlib

from wandb.proto import wandb_internal_pb2 as pb

__all__ = ["columns"]

_BLOCK = 32768


def columns(data: bytes) -> dict[str, list[float]]:
    """Return key -> values of an intact file."""
    out: dict[str, list[float]] = {}
    record = pb.Record()
    at, parts = 7, b""
    while at < len(data):
        if _BLOCK - at % _BLOCK < 7:
            at += _BLOCK - at % _BLOCK
            continue
        checksum, length, kind = struct.unpack_from("<IHB", data, at)
        chunk = data[at + 7 : at + 7 + length]
        assert zlib.crc32(chunk, zlib.crc32(bytes([kind]))) == checksum
        parts = chunk if kind in (1, 2) else parts + chunk
        at += 7 + length
        if kind in (1, 4):
            record.ParseFromString(parts)
            for item in record.history.item:
                out.setdefault(item.key or ".".join(item.nested_key), []).append(json.loads(item.value_json))
    return out
