"""Files that are whole, with valid lengths and checksums, and hold what nobody would log."""

from __future__ import annotations

import gzip
import io
import json
import math
import random
import sqlite3
import zlib
from collections.abc import Callable
from typing import Any

from tests.fuzz.damages import DAMAGES, NUMBER
from tests.fuzz.records import reframed_events, reframed_wandb

__all__ = ["shaped"]

WORDS = ("step", "epoch", "_step", "_timestamp", "_runtime", "time", "loss", "lr", "", " ", "a/b", "a.b", "\0", "é",
         "\u202e", "run", "run_name", "tag", "name", "value", "metric", "split", "x" * 300, "0", "nan")  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, -0.0, 1, 2**31, 2**53 + 1, 2**63, -(2**63), 10**30, 1e308, -1e308, 5e-324, math.nan,
    math.inf, -math.inf, "", "nan", "Infinity", "-inf", "1e999", "0x10", "1_000", "1,5", "50%", "12k", "tensor(0.5)",
    "٣", "２", [], [1.5], [[1.5]], {}, {"a": 1.5}, {"loss": None}, "x" * 5000, "1" * 400, "2026-11-30", "00:10:00",
)  # fmt: skip
"""What a program may write where a number is expected."""


def shaped(name: str, data: bytes, rng: random.Random) -> bytes:
    """Return a file of a format with other content, as a real writer could make it."""
    return _SHAPES[name](data, rng)


def _cell(rng: random.Random) -> str:
    value = rng.choice(VALUES)
    return value if isinstance(value, str) else json.dumps(value)


def _table(separator: str) -> Callable[[bytes, random.Random], bytes]:
    def change(data: bytes, rng: random.Random) -> bytes:
        lines = data.decode("utf-8", "surrogateescape").splitlines()
        rows = [line.split(separator) for line in lines]
        for _ in range(rng.choice((1, 1, 2, 5))):
            rng.choice(_TABLE)(rows, rng)
        end = rng.choice(("\n", "\n", "\n", "\r\n", "\r", "\n\n"))
        mark = rng.choice(("", "", "", "\ufeff", "# made by hand\n", "sep=,\n"))
        now = rng.choice((separator, separator, separator, ";", "\t", ", ", "|"))
        text = mark + end.join(now.join(row) for row in rows) + end
        coding = rng.choice(("utf-8",) * 8 + ("utf-16", "utf-8-sig"))
        return text.encode(coding, "surrogateescape" if coding == "utf-8" else "replace")

    return change


def _row(rows: list[list[str]], rng: random.Random) -> list[str]:
    return rng.choice(rows) if rows else [""]


def _replace(rows: list[list[str]], rng: random.Random) -> None:
    row = _row(rows, rng)
    if row:
        row[rng.randrange(len(row))] = _cell(rng)


def _rename(rows: list[list[str]], rng: random.Random) -> None:
    if rows and rows[0]:
        rows[0][rng.randrange(len(rows[0]))] = rng.choice(WORDS)


def _quote(rows: list[list[str]], rng: random.Random) -> None:
    row = _row(rows, rng)
    if row:
        at = rng.randrange(len(row))
        row[at] = rng.choice(('"{}"', '"{}\n"', '"{}', "'{}'", '"""{}"""', "{}\\")).format(row[at])


def _insert(rows: list[list[str]], rng: random.Random) -> None:
    _row(rows, rng).insert(rng.randrange(3), _cell(rng))


def _shorten(rows: list[list[str]], rng: random.Random) -> None:
    row = _row(rows, rng)
    del row[rng.randrange(len(row) + 1) :]


def _column(rows: list[list[str]], rng: random.Random) -> None:
    at, value, kind = rng.randrange(4), _cell(rng), rng.randrange(4)
    for i, row in enumerate(rows):
        if kind == 0:
            row[at : at + 1] = []
        elif kind == 1:
            row[at:at] = row[at : at + 1]
        elif kind == 2 and i:
            row[at : at + 1] = [value]
        elif kind == 3:
            row.reverse()


def _header_again(rows: list[list[str]], rng: random.Random) -> None:
    if rows:
        rows.insert(rng.randrange(len(rows) + 1), list(rows[0]))


def _reorder(rows: list[list[str]], rng: random.Random) -> None:
    if rng.random() < 0.5:
        rows[1:] = rng.sample(rows[1:], max(len(rows) - 1, 0))
    else:
        rows.extend([list(row) for row in rows[1 : rng.randrange(2, 6)]])


def _blank(rows: list[list[str]], rng: random.Random) -> None:
    rows.insert(rng.randrange(len(rows) + 1), [rng.choice(("", " ", "#", "---", ",,,", "step", "Traceback (most"))])


_TABLE = (_replace, _replace, _rename, _quote, _insert, _shorten, _column, _header_again, _reorder, _blank)


def _packed(data: bytes, rng: random.Random) -> bytes:
    text = gzip.decompress(data)
    inner = rng.choice((_table(","), DAMAGES["several"], DAMAGES["cut"]))(text, rng)
    half = rng.randrange(len(inner) + 1)
    return rng.choice(
        (
            lambda: gzip.compress(inner, rng.randrange(10)),
            lambda: gzip.compress(inner[:half]) + gzip.compress(inner[half:]),
            lambda: gzip.compress(inner) + bytes(rng.randrange(20)),
            lambda: gzip.compress(inner) + b"trailing",
            lambda: zlib.compress(inner),
            lambda: gzip.compress(gzip.compress(inner)),
        )
    )()


def _printed(data: bytes, rng: random.Random) -> bytes:
    """Change the lines of a printed log."""
    lines = data.decode("utf-8", "surrogateescape").splitlines()
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(len(lines) + 1)
        kind = rng.randrange(8)
        if kind == 0:
            lines[at:at] = [rng.choice(_PRINTED)]
        elif kind == 1:
            lines[at : at + 2] = [" ".join(lines[at : at + 2])]
        elif kind == 2:
            rng.shuffle(lines)
        elif kind == 3:
            heads = ("[INFO] ", "2026-11-30 10:00:00,123 ", "\x1b[32m", "rank0: ", "\t")
            lines = [rng.choice(heads) + line for line in lines]
        elif kind == 4:
            lines += lines[at:]
        elif at < len(lines):
            found = list(NUMBER.finditer(lines[at].encode("utf-8", "surrogateescape")))
            if found:
                a, b = rng.choice(found).span()
                raw = lines[at].encode("utf-8", "surrogateescape")
                lines[at] = raw[:a].decode("utf-8", "replace") + _cell(rng) + raw[b:].decode("utf-8", "replace")
    return rng.choice(("\n", "\n", "\r", "\r\n")).join([*lines, ""]).encode("utf-8", "surrogateescape")


_PRINTED = (
    "Traceback (most recent call last):", "torch.cuda.OutOfMemoryError: CUDA out of memory.", "epoch 1/3",
    " 50%|#####     | 5/10 [00:01<00:01, 5.00it/s, loss=0.5]", "{'loss': 0.5, 'step': 3}", "loss nan", "step 5: loss",
    "| epoch | loss |", "| 1 | 0.5 |", "Epoch 2: val_loss improved from inf to 0.5", "a" * 5000, "=" * 80,
    "step: -1 loss: 1",
)  # fmt: skip


def _document(data: bytes, rng: random.Random) -> bytes:
    return _written(_changed(json.loads(data), rng), rng)


def _json_lines(data: bytes, rng: random.Random) -> bytes:
    lines = data.splitlines()
    for at in sorted(rng.sample(range(len(lines)), rng.choice((1, 1, 2, 4))), reverse=True):
        lines[at : at + 1] = rng.choice(
            (
                lambda i: [_written(_changed(json.loads(lines[i]), rng), rng)] * rng.choice((1, 1, 2)),
                lambda i: [b"[" + lines[i] + b"]"],
                lambda i: [lines[i] + lines[i]],
                lambda i: [],
                lambda i: [b"", lines[i]],
            )
        )(at)
    return b"\n".join(lines) + b"\n"


def _written(value: Any, rng: random.Random) -> bytes:
    ascii_only, indent = rng.random() < 0.7, rng.choice((None, None, 1))
    return json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass")


def _changed(value: Any, rng: random.Random) -> Any:
    """Return a JSON value with one of its nodes changed."""
    if isinstance(value, (dict, list)) and value and rng.random() < 0.85:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key, kind = rng.choice(keys), rng.randrange(12)
        if kind == 0:
            del value[key]
        elif kind == 1 and isinstance(value, dict):
            value[rng.choice(WORDS)] = value.pop(key)
        elif kind == 2 and isinstance(value, dict):
            value[rng.choice(WORDS)] = rng.choice(VALUES)
        elif kind == 2 and isinstance(value, list):
            value.insert(key, rng.choice(VALUES))
        else:
            value[key] = _changed(value[key], rng)
        return value
    kind = rng.randrange(6)
    if kind == 0:
        return [value] * rng.choice((1, 3, 200))
    if kind == 1:
        return {rng.choice(WORDS): value}
    return rng.choice(VALUES)


def _database(data: bytes, rng: random.Random) -> bytes:
    """Change cells, rows, columns and tables of a SQLite file."""
    db = sqlite3.connect(":memory:")
    db.deserialize(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        found = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sq%'")
        tables = [name for (name,) in found]
        if not tables:
            break
        table = rng.choice(tables + [t for t in tables if t in ("metrics", "runs")] * 3)
        column = rng.choice([row[1] for row in db.execute(f'PRAGMA table_info("{table}")')])
        try:
            db.execute(*_statement(table, column, rng))
        except sqlite3.Error:
            continue  # a constraint forbids it
    db.commit()
    out = bytes(db.serialize())
    db.close()
    return out


def _statement(table: str, column: str, rng: random.Random) -> tuple[Any, ...]:
    some = f'(SELECT rowid FROM "{table}" ORDER BY random() LIMIT {rng.choice((1, 1, 3, 100))})'
    value = rng.choice([v for v in VALUES if not isinstance(v, list | dict) and v not in (2**63, 10**30)] + [b"\xff\0"])
    if rng.random() < 0.3:
        value = json.dumps(_changed({"loss": 0.5, "accuracy": 0.25}, rng))
    word = rng.choice(WORDS).replace('"', "").replace("\0", "") or "odd"
    return rng.choice(
        (
            (f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE rowid IN {some}', (value,)),
            (f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE rowid IN {some}', (value,)),
            (f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE rowid IN {some}', (value,)),
            (f'DELETE FROM "{table}" WHERE rowid IN {some}',),
            (f'ALTER TABLE "{table}" RENAME COLUMN "{column}" TO "{word}"',),
            (f'ALTER TABLE "{table}" ADD COLUMN "{word}" TEXT',),
            (f'DROP TABLE "{table}"',),
            (f'INSERT OR IGNORE INTO "{table}" SELECT * FROM "{table}"',),
        )
    )


def _parquet(data: bytes, rng: random.Random) -> bytes:
    """Write the table of a Parquet file again with columns of other types."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(data))
    for _ in range(rng.choice((1, 1, 2, 4))):
        size = table.num_rows
        pool = [v for v in VALUES if type(v) is rng.choice((int, float, str, list, bool))] or [1.5]
        values = [rng.choice((None, rng.choice(pool))) for _ in range(size)]
        try:
            column = pa.array(values)
            if rng.random() < 0.3:
                kinds = (pa.float32(), pa.float16(), pa.int8(), pa.timestamp("ns"), pa.decimal128(20, 3), pa.string())
                column = column.cast(rng.choice(kinds))
        except (pa.ArrowException, OverflowError):
            continue
        name = rng.choice(WORDS)
        if rng.random() < 0.4 and table.num_columns:
            table = table.set_column(rng.randrange(table.num_columns), name, column)
        elif rng.random() < 0.3 and table.num_columns:
            table = table.remove_column(rng.randrange(table.num_columns))
        else:
            table = table.append_column(name, column) if table.num_columns else table
    out = io.BytesIO()
    kinds = ("NONE", "SNAPPY", "GZIP", "ZSTD")
    pq.write_table(table, out, row_group_size=rng.choice((1, 3, 100)), compression=rng.choice(kinds))
    return out.getvalue()


_SHAPES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "event file": reframed_events, ".wandb": reframed_wandb, "csv.gz": _packed, "csv": _table(","), "tsv": _table("\t"),
    "text log": _printed, "json lines": _json_lines, "trainer_state.json": _document, "parquet": _parquet,
    "mlflow files": _table(" "), "mlflow.db": _database, "trackio": _database, "sacred": _document,
    "dvclive": _table("\t"),
}  # fmt: skip
