"""Reads Parquet logs: W&B's run history, trackio's export, and wide tables with a column that counts steps."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from curveread.errors import CorruptLogError, ReadError
from curveread.limits import limits, too_much
from curveread.plural import amount, few
from curveread.readers.base import Part, Reader
from curveread.readers.format import Format
from curveread.readers.regular import not_too_large, open_regular
from curveread.readers.stores import TRACKIO_PARQUET
from curveread.readers.tables import PARQUET
from curveread.readers.tables.blanks import restore_nan
from curveread.readers.tables.columns import Column, is_axis_name, is_bookkeeping, is_sweep_table
from curveread.readers.tables.delimited import Cells, to_table
from curveread.readers.tables.long_form import long_parts
from curveread.readers.tables.table_parts import named_runs, part_of
from curveread.readers.wandb import HISTORY
from curveread.run.model import Curve, Source
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import TELLING, role_of

_SIDECAR = re.compile(r".*_(configs|system|traces|artifacts|artifact_\w+|run_artifact_\w+)\.parquet$")
_NUMBERS = frozenset({"INT32", "INT64", "FLOAT", "DOUBLE"})
_TRACKIO = frozenset({"id", "run_name", "timestamp", "step"})
_TRACKIO_OWN = ("id", "run_id", "run_name", "log_id", "space_id")
_EXPANDED = 1 << 28
"""Bytes that any file may expand to; a larger one to so many times its size as the limit says, as columns of which most
is blank shrink far more than text does."""
_Errors = tuple[type[BaseException], ...]


@dataclass(slots=True)
class _Content:
    """What could be read: pieces of columns with the row at which each starts."""

    rows: int = 0
    pieces: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    damage: list[str] = field(default_factory=list)


class ParquetReader(Reader):
    """Parquet files with a column that counts steps and another of numbers; needs the package pyarrow."""

    format: ClassVar[Format] = PARQUET
    dialects: ClassVar[tuple[Format, ...]] = (HISTORY, TRACKIO_PARQUET)

    def claims(self, path: Path) -> bool:
        """Return whether the footer names columns of a training log; False without pyarrow."""
        return not _SIDECAR.match(path.name) and not self.lacks() and _is_log(_leaves(path))

    def lacks(self) -> str:
        """Return what to install for Parquet, empty when it is there."""
        if find_spec("pyarrow") is None:
            return "Parquet needs the package pyarrow: pip install 'curveread[parquet]' (or pip install pyarrow)"
        return ""

    def read(self, path: Path) -> list[Part]:
        """Read one file; several parts when it holds several runs.

        Raises
        ------
        ReadError
            When pyarrow is not installed.
        CorruptLogError
            When the file cannot be read.
        """
        if lacking := self.lacks():
            raise ReadError(f"{path}: {lacking}")
        import pyarrow as arrow
        import pyarrow.parquet as parquet

        source = Source(str(path), self.format.name, path.stat().st_size if path.is_file() else 0)
        broken = _broken(arrow)
        try:
            about = _footer(path)
            texts = [c.path for c in _columns(about) if c.logical_type.type == "STRING"]
            file = parquet.ParquetFile(
                str(path),
                metadata=about,
                page_checksum_verification=True,
                read_dictionary=texts,  # each is kept once: a long one may stand in every row
            )
            groups, by_pandas = int(file.num_row_groups), b"pandas" in (file.schema_arrow.metadata or {})
        except broken as error:
            raise CorruptLogError(f"{path}: not a readable Parquet file: {_line(error)}") from error
        content = _Content()
        with file:
            _expected(about, path, source.bytes)
            for i in range(groups):
                _read_group(file, i, content, broken)
        notes: list[DataNote] = []
        cells, single = _cells(arrow, content, source.path, notes, broken)
        if content.damage:
            message = f"left out {amount(len(content.damage), 'damaged piece')}, first {content.damage[0]}"
            notes.append(DataNote(NoteKind.CORRUPT, source.path, message))
        if not cells.rows:
            raise CorruptLogError(f"{path}: no row in it" + (f": {content.damage[0]}" if content.damage else ""))
        return [_with_bits(p, single) for p in _parts(cells, source, path, notes, by_pandas)]


def _broken(arrow: Any) -> _Errors:
    """Return what pyarrow raises for files that are damaged."""
    return (arrow.ArrowException, OSError, ValueError, TypeError, LookupError, MemoryError, OverflowError)


def _expected(about: Any, path: Path, size: int) -> None:
    """Raise ReadError when the footer promises far more cells than such a file can hold."""
    rows = sum(about.row_group(i).num_rows for i in range(about.num_row_groups))
    if 8 * rows * about.num_columns > max(_EXPANDED, limits().parquet * size):
        held = amount(rows, "row")
        far = "this file expands too far to be read as a log"
        raise ReadError(f"{path}: {held} in {size:,} bytes: {far}; {too_much('parquet')}")


def _footer(path: Path) -> Any:
    import pyarrow.parquet as parquet

    with open_regular(path) as file:  # Arrow itself would wait for a pipe, and tells no audit hook what it opens
        not_too_large(os.fstat(file.fileno()).st_size, path)
        return parquet.read_metadata(file)


def _columns(about: Any) -> list[Any]:
    """Return what a footer tells of each column that is not repeated (no lists)."""
    columns = (about.schema.column(i) for i in range(len(about.schema)))
    return [c for c in columns if not c.max_repetition_level]


def _leaves(path: Path) -> list[tuple[str, bool]]:
    """Return name and whether it holds numbers of each column that is not repeated; none without footer."""
    import pyarrow as arrow

    try:
        return [(c.path, c.physical_type in _NUMBERS) for c in _columns(_footer(path))]
    except _broken(arrow):
        return []


def _is_log(columns: Sequence[tuple[str, bool]]) -> bool:
    numeric = [name for name, is_number in columns if is_number]
    if is_sweep_table(name for name, _ in columns):
        return False
    metrics = [n for n in numeric if not is_axis_name(n) and not is_bookkeeping(n)]
    if any(is_axis_name(n) for n in numeric):
        return bool(metrics)
    return len(numeric) == len(columns) and any(role_of(n) in TELLING for n in metrics)


def _line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0] or type(error).__name__


def _read_group(file: Any, i: int, content: _Content, broken: _Errors) -> None:
    """Read a group of rows; column by column where it is damaged."""
    try:
        tables = [file.read_row_group(i)]
    except broken:
        tables = []
        for name in dict.fromkeys(file.schema_arrow.names):
            try:
                tables.append(file.read_row_group(i, columns=[name]))
            except broken as error:
                content.damage.append(f"{name} in row group {i}: {_line(error)}")
    rows = max((t.num_rows for t in tables), default=0)
    for table in tables:
        while any(str(t).startswith("struct") for t in table.schema.types):
            table = table.flatten()
        for name, column in zip(table.column_names, table.columns, strict=True):
            content.pieces.setdefault(name, []).append((content.rows, column))
    content.rows += rows


def _cells(
    arrow: Any, content: _Content, source: str, notes: list[DataNote], broken: _Errors
) -> tuple[Cells, frozenset[str]]:
    """Return the columns, and the names of those that hold float32 or less."""
    out = Cells(content.rows, notes=notes)
    media = {n.removesuffix("._type") for n in content.pieces if n.endswith("._type")}
    skipped = set(media)
    single = set()
    for name, pieces in content.pieces.items():
        if any(name.startswith(m + ".") for m in media) or all(arrow.types.is_null(p.type) for _, p in pieces):
            continue
        kinds = {str(piece.type) for _, piece in pieces}
        try:
            column = _numbers(arrow, pieces)
            if column is not None:
                out.numeric[name] = column
                if kinds <= {"float", "halffloat"}:
                    single.add(name)
                continue
            texts = _texts(arrow, pieces, content.rows)
        except broken as error:
            content.damage.append(f"{name}: {_line(error)}")
            continue
        if texts is None:
            skipped.add(name)
            continue
        part = to_table([name], [texts], content.rows, source, notes)  # numbers and dates written as text
        out.numeric |= part.numeric
        out.text |= part.text
    if skipped:
        shown = few(sorted(skipped), 6)
        notes.append(DataNote(NoteKind.SKIPPED, source, f"no numbers in {amount(len(skipped), 'column')}: {shown}"))
    return out, frozenset(single)


def _numbers(arrow: Any, pieces: Sequence[tuple[int, Any]]) -> Column | None:
    """Return a numeric column, times as seconds; a null is "not logged", a NaN is a NaN. None for other types."""
    types = arrow.types
    row, value = [], []
    for start, piece in pieces:
        kind = piece.type
        if types.is_timestamp(kind):
            cast = piece.drop_null().cast(arrow.timestamp("us", kind.tz), safe=False).cast(arrow.int64())
            value.append(np.asarray(cast.to_numpy(), np.float64) / 1e6)
        elif types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
            value.append(piece.drop_null().cast(arrow.float64(), safe=False).to_numpy())
        else:
            return None
        valid = np.asarray(piece.is_valid().to_numpy(), bool)
        row.append(np.flatnonzero(valid) + start)
    return Column(np.concatenate(row), np.concatenate(value))


def _texts(arrow: Any, pieces: Sequence[tuple[int, Any]], rows: int) -> list[str] | None:
    """Return the cells of a text column, blank where nothing was logged; None for other types."""
    out = [""] * rows
    for start, piece in pieces:
        kind = piece.type.value_type if arrow.types.is_dictionary(piece.type) else piece.type
        if not (arrow.types.is_string(kind) or arrow.types.is_large_string(kind) or str(kind) == "string_view"):
            return None
        coded = piece if arrow.types.is_dictionary(piece.type) else piece.cast(arrow.large_string()).dictionary_encode()
        for chunk in coded.chunks:
            known = [*chunk.dictionary.cast(arrow.large_string()).to_pylist(), ""]
            codes = chunk.indices.fill_null(len(known) - 1).to_pylist()
            out[start : start + len(codes)] = [known[code] or "" for code in codes]
            start += len(codes)
    return out


def _parts(cells: Cells, source: Source, path: Path, notes: list[DataNote], by_pandas: bool) -> list[Part]:
    if set(cells.numeric) | set(cells.text) >= _TRACKIO:
        return _trackio(cells, source, path, notes)
    long = long_parts(cells, source, path, blank_is_nan=by_pandas)
    if long:
        return long
    parts = []
    for key, table, texts in named_runs(cells, source.path):
        restored: list[DataNote] = []
        if by_pandas:  # pandas writes NaN as null
            table, restored = restore_nan(table, source.path)
        parts.append(part_of(table, texts, source, path, [*notes, *restored], key))
    return parts


def _trackio(cells: Cells, source: Source, path: Path, notes: list[DataNote]) -> list[Part]:
    """Trackio's export: the table of the store, with a column for every metric."""
    source = replace(source, format=TRACKIO_PARQUET.name)
    names = cells.text.get("run_name") or [""] * cells.rows
    ids = cells.text.get("run_id") or names
    name_of = dict(zip(ids, names, strict=True))
    numeric = {("_step" if n == "step" else n): c for n, c in cells.numeric.items() if n not in _TRACKIO_OWN}
    texts = {n: t for n, t in cells.text.items() if n not in _TRACKIO_OWN}
    parts = []
    for run in name_of:
        mine = np.array([i == run for i in ids])
        place = np.cumsum(mine) - 1
        table = Cells(int(mine.sum()))
        for name, column in numeric.items():
            keep = mine[column.row]
            if keep.any():
                table.numeric[name] = Column(place[column.row[keep]], column.value[keep])
        part = part_of(table.table(), texts, source, path, notes, run)
        axis = "step" if part.x_axis == "_step" else part.x_axis
        parts.append(replace(part, name=name_of[run], x_axis=axis))
        notes = []  # what concerns the whole file is said once
    return parts


def _with_bits(part: Part, single: frozenset[str]) -> Part:
    """Mark the curves that were stored as float32."""

    def mark(curves: Mapping[str, Curve]) -> dict[str, Curve]:
        return {t: replace(c, significand_bits=24) if t in single else c for t, c in curves.items()}

    return replace(part, curves=mark(part.curves), segments=tuple(map(mark, part.segments)))
