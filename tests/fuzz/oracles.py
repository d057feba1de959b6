"""What others find in a damaged file: tensorboard, pandas, json and sqlite3; the numbers that a text holds."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import math
import re
import sqlite3
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.fuzz.records import masked

__all__ = ["not_held_by", "unharmed"]

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?inf(?:inity)?|nan", re.IGNORECASE)
_SHARE = re.compile(r"([\d.]*\d)/(0*[1-9]\d*)")
"""What is told as a share: 9832/10000."""
_SIMPLE = re.compile(rb"\x15(.{4})", re.DOTALL)
_BINARY = frozenset({"event file", ".wandb", "csv.gz", "parquet", "mlflow.db", "trackio"})
_HEADED = frozenset({"csv", "tsv", "dvclive"})


def not_held_by(name: str, path: Path, data: bytes, values: set[bytes]) -> set[bytes]:
    """Return those of some numbers, by their bits, that a damaged file does not hold, as others see it.

    None of them where the others cannot read it. Numbers that stand in a text are looked for there first.
    """
    if name not in _BINARY:
        values = values - {struct.pack("<d", value) for value in _tokens(_decoded(data))}
    if not values:
        return values
    try:
        return values - {struct.pack("<d", value) for value in _HELD[name](path, data)}
    except Exception:
        return set()


def unharmed(name: str, before: bytes, after: bytes) -> set[tuple[int, bytes]]:
    """Return step and bits of the numbers in whole entries that others find in both files.

    An entry is a line below the same header, an object of a history, a point of a list, a row of a table.
    """
    entries = _ENTRIES.get(name, partial(_lines, name in _HEADED))
    try:
        both = entries(before) & entries(after)
    except Exception:
        return set()
    numbers = ([*_tokens(entry)] for entry in both)
    return {
        (int(step), struct.pack("<d", value))
        for found in numbers
        for step in found
        if math.isfinite(step) and step == int(step)
        for value in found
    }


def _lines(headed: bool, data: bytes) -> set[str]:
    lines = data.splitlines(keepends=True)  # of bytes: text would end at other signs, too
    head = lines[0] if headed else b""
    return {(head + b"\0" + line).decode("utf-8", "replace") for line in lines[headed:] if line.endswith(b"\n")}


def _history(data: bytes) -> set[str]:
    return {json.dumps(entry) for entry in json.loads(data)["log_history"]}


def _series(data: bytes) -> set[str]:
    return {
        f"{tag} {step} {value!r}"
        for tag, series in json.loads(data).items()
        for step, _, value in zip(series["steps"], series["timestamps"], series["values"], strict=True)
    }


def _stored(data: bytes) -> set[str]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(data)
        if db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            return set()
        return {repr(row) for row in db.execute("SELECT * FROM metrics")}


def _table(data: bytes) -> set[str]:
    frame = pd.read_parquet(io.BytesIO(data))
    return {f"{list(frame)} {row}" for row in frame.itertuples(index=False, name=None)}


_ENTRIES: dict[str, Callable[[bytes], set[str]]] = {
    "event file": lambda data: set(), ".wandb": lambda data: set(), "csv.gz": lambda data: set(),
    "trainer_state.json": _history, "sacred": _series, "mlflow.db": _stored, "trackio": _stored, "parquet": _table,
}  # fmt: skip
"""Formats that are not made of lines; where checksums protect a file, all of it must be told of."""


def _tokens(text: str) -> Iterator[float]:
    for token in _NUMBER.findall(text):
        yield float(token)


def _decoded(data: bytes) -> str:
    for mark, coding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data.decode(coding, "replace")
    return data.decode("utf-8", "replace").replace("\0", "")


def _text(path: Path, data: bytes) -> Iterable[float]:
    text = _decoded(data)
    yield from _tokens(text)
    for part, whole in _SHARE.findall(text):
        yield float(part) / float(whole)


def _cells(path: Path, data: bytes) -> Iterator[float]:
    """Return the numbers in the cells that pandas sees, at any of the usual separators."""
    text = _decoded(data)
    for separator in (",", "\t", ";", " ", "|"):
        if separator in text:
            frame = pd.read_csv(
                io.StringIO(text), sep=separator, header=None, dtype=str, names=range(40), na_filter=False,
                on_bad_lines="skip", engine="c", index_col=False, skipinitialspace=True,
            )  # fmt: skip
            yield from (v for cell in pd.unique(frame.to_numpy().ravel()) for v in _number(cell))


def _packed(path: Path, data: bytes) -> Iterator[float]:
    try:
        text = gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        text = zlib.decompressobj(31).decompress(data)
    yield from _tokens(_decoded(text))
    yield from _cells(path, text)


def _number(cell: Any) -> Iterator[float]:
    if isinstance(cell, str):
        for plain in (cell, cell.replace(",", ""), cell.replace(",", ".")):
            with suppress(ValueError):
                yield float(plain.strip().rstrip("%"))
        yield from _tokens(cell)
    elif isinstance(cell, int | float | np.number | Decimal):
        yield float(cell)


def _json(path: Path, data: bytes) -> Iterator[float]:
    """Return the numbers in a document, or in each line of its own; those of a text where it is no JSON."""
    text = _decoded(data)
    try:
        found = [json.loads(text)]
    except ValueError:
        found = []
        for line in text.splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                yield from _tokens(line)
    while found:
        value = found.pop()
        if isinstance(value, dict):
            found += value.values()
        elif isinstance(value, list):
            found += value
        else:
            yield from _number(value)


def _rows(path: Path, data: bytes) -> Iterator[float]:
    """Return the numbers in all tables that sqlite3 reads, in the JSON among their cells, and NaN, which is a flag.

    From both ends: rows that lie behind a damaged page are reached backwards only.
    """
    yield math.nan
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as db:
        db.text_factory = lambda raw: raw.decode("utf-8", "replace")
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table, order in itertools.product(tables, ("ASC", "DESC")):
            try:
                for row in db.execute(f'SELECT * FROM "{table}" ORDER BY rowid {order}'):
                    for cell in row:
                        yield from _json(path, cell) if isinstance(cell, bytes) else _number(cell)
            except sqlite3.Error:
                continue
    db.close()


def _columns(path: Path, data: bytes) -> Iterator[float]:
    """Return the numbers in a Parquet table as pandas reads it."""
    frame = pd.read_parquet(io.BytesIO(data))
    for column in (frame[name] for name in frame):
        if column.dtype.kind in "iufb":
            yield from column.astype(float).tolist()
        elif column.dtype.kind in "Mm":
            moments = column.astype("int64") / 1e9
            yield from [*moments.tolist(), *(np.floor(moments * 1e6) / 1e6).tolist()]
        else:
            yield from (v for cell in column for v in _number(cell))


def _events(path: Path, data: bytes) -> Iterator[float]:
    """Return the scalars that TensorBoard's protos find in each record that one of its writers framed."""
    from google.protobuf.message import DecodeError
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.util.tensor_util import make_ndarray

    for payload in _records(data):
        try:
            event = Event.FromString(payload)
        except DecodeError:  # of a tag that is no UTF-8 in Python alone: the floats behind a key of simple_value
            yield from (struct.unpack("<f", bits)[0] for bits in _SIMPLE.findall(payload))
            continue
        for value in event.summary.value:
            if value.HasField("simple_value"):
                yield value.simple_value
            elif value.HasField("tensor"):
                yield 0.0  # what a list without elements stands for
                yield from np.asarray(make_ndarray(value.tensor), np.float64).ravel()[:2].tolist()


def _records(data: bytes) -> Iterator[bytes]:
    """Return the records of an event file whose checksums are right, wherever they begin."""
    for at in range(len(data) - 15):
        head = data[at : at + 8]
        if masked(head) == data[at + 8 : at + 12]:
            end = at + 12 + int.from_bytes(head, "little")
            if masked(payload := data[at + 12 : end]) == data[end : end + 4]:
                yield payload


def _wandb(path: Path, data: bytes) -> Iterator[float]:
    """Return the numbers in the histories that W&B's own protobufs find, wherever a whole chunk begins."""
    from google.protobuf.message import DecodeError
    from wandb.proto.wandb_internal_pb2 import Record

    for at in range(len(data) - 7):
        crc, length, kind = struct.unpack_from("<IHB", data, at)
        chunk = data[at + 7 : at + 7 + length]
        if kind == 1 and len(chunk) == length and zlib.crc32(chunk, zlib.crc32(b"\1")) == crc:
            try:
                items = Record.FromString(chunk).history.item
            except DecodeError:  # of a key that is no UTF-8
                yield from _tokens(_decoded(chunk))
                continue
            for item in items:
                yield from _json(path, item.value_json.encode())


_HELD: dict[str, Callable[[Path, bytes], Iterable[float]]] = {
    "event file": _events, ".wandb": _wandb, "csv.gz": _packed, "csv": _cells, "tsv": _cells, "text log": _text,
    "json lines": _json, "trainer_state.json": _json, "sacred": _json, "parquet": _columns, "mlflow files": _cells,
    "mlflow.db": _rows, "trackio": _rows, "dvclive": _cells,
}  # fmt: skip
