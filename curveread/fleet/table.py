"""The table of a sweep as a file, written row by row: Parquet, CSV or JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from curveread.errors import UsageError
from curveread.findings.finding import json_number
from curveread.findings.sweep.sweep import Sweep
from curveread.findings.sweep.table import columns, flat
from curveread.logtext import cell, storable
from curveread.report.files import placed

FORMATS = ("parquet", "csv", "json")
_BATCH = 1000


def check_name(path: Path) -> Path:
    """Return the path of a table that can be written.

    Raises
    ------
    UsageError
        When its name asks for another format, or the package that writes it is missing.
    """
    kind = _kind(path)
    if kind not in FORMATS:
        raise UsageError(f"{path}: the name must end in {', '.join('.' + f for f in FORMATS)}")
    if kind == "parquet":
        from importlib.util import find_spec

        if find_spec("pyarrow") is None:
            raise UsageError(f"{path}: writing Parquet needs pyarrow: pip install 'curveread[parquet]'")
    return path


def write_table(sweep: Sweep, path: Path) -> Path:
    """Write a row per run; the file appears whole or not at all.

    Raises
    ------
    ExportError
        When the file cannot be written.
    """
    kinds = columns(sweep.rows, sweep.analysis.outcome)
    rows = ({**dict.fromkeys(kinds), **flat(row, sweep.analysis.outcome)} for row in sweep.rows)
    with placed(path) as place:
        _WRITERS[_kind(path)](rows, kinds, place)
    return path


def _kind(path: Path) -> str:
    return path.suffix.lower().lstrip(".")


def _csv(rows: Iterator[dict[str, Any]], kinds: Mapping[str, set[type]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="", errors="backslashreplace") as file:
        out = csv.writer(file)
        out.writerow(map(cell, kinds))
        out.writerows([cell(v) if isinstance(v, str) else v for v in row.values()] for row in rows)


def _json(rows: Iterator[dict[str, Any]], kinds: Mapping[str, set[type]], path: Path) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
        before = "["
        for row in rows:
            plain = {k: json_number(v) if isinstance(v, float) else v for k, v in row.items() if v is not None}
            file.write(f"{before}\n{json.dumps(plain, ensure_ascii=False, allow_nan=False)}")
            before = ","
        file.write("\n]\n" if before == "," else "[]\n")


def _parquet(rows: Iterator[dict[str, Any]], kinds: Mapping[str, set[type]], path: Path) -> None:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    made = {name: _column(found) for name, found in kinds.items()}
    arrow = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
    schema = pa.schema([(name, arrow[kind]) for name, (kind, _) in made.items()])
    with ParquetWriter(path, schema) as out:
        while batch := list(islice(rows, _BATCH)):
            values = {name: [_as(row[name], convert) for row in batch] for name, (_, convert) in made.items()}
            out.write_table(pa.table(values, schema=schema))


def _column(found: set[type]) -> tuple[type, Callable[[Any], Any]]:
    """Return the type that holds all values of a column, and what makes each one fit."""
    if not found:
        return float, float
    if len(found) == 1:
        (kind,) = found
        return kind, (storable if kind is str else kind)
    if found == {int, float}:
        return float, float
    return str, lambda value: storable(str(value))


def _as(value: Any, convert: Callable[[Any], Any]) -> Any:
    return None if value is None else convert(value)


_WRITERS: Mapping[str, Callable[[Iterator[dict[str, Any]], Mapping[str, set[type]], Path], None]] = {
    "csv": _csv,
    "json": _json,
    "parquet": _parquet,
}
