"""Reads CSV and TSV logs: histories, panel exports, TensorBoard downloads, Lightning, Keras, SB3 and plain tables."""

from __future__ import annotations

import csv
import re
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np

from curveread.errors import CorruptLogError, ReadError
from curveread.limits import limits, within
from curveread.plural import amount
from curveread.readers.base import BEYOND, Following, Part, Reader
from curveread.readers.format import Format
from curveread.readers.json_text import loads
from curveread.readers.tables import CSV, LIGHTNING, MONITOR
from curveread.readers.tables.bare_splits import tags_of_splits, tags_of_statistics
from curveread.readers.tables.blanks import restore_nan
from curveread.readers.tables.columns import Axis, Column, is_axis_name, is_sweep_table
from curveread.readers.tables.csv_rows import cells_of, delimiter_of, first_line, is_number, lines_of
from curveread.readers.tables.delimited import Cells, parse_cells
from curveread.readers.tables.headless import header_for, names_rewards, names_values, with_header
from curveread.readers.tables.large_table import large_table
from curveread.readers.tables.long_form import long_parts
from curveread.readers.tables.table_parts import named_runs, part_of
from curveread.readers.tables.timm_summary import even_rows, is_summary
from curveread.readers.tensorboard import DOWNLOAD
from curveread.readers.textfile import head_of, is_encoded, plain_suffix, read_text, stem_of
from curveread.readers.wandb import HISTORY, PANEL
from curveread.readers.wandb.panel_csv import is_panel_header, is_runs_table, panel_parts
from curveread.run.model import Curve, Source
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import EVAL_WORDS, TELLING, TRAIN_WORDS, Role, role_of, words

_SUFFIXES = {".csv", ".tsv", ".log", ".txt"}
_DOWNLOAD = ["Wall time", "Step", "Value"]
_DOWNLOAD_NAME = re.compile(r"(?:run-(?P<run>.*?)-tag-|tb_export_)?(?P<tag>.+)$")
_MONITOR = ["r", "l", "t"]
_EPISODE = 2**40
"""Steps that no episode has: the steps of a run are their sum."""
_LONG_HEADER = 1 << 15
_FEWEST = 3
_SAYS_LOG = TRAIN_WORDS | EVAL_WORDS | {"log", "logs", "history", "metrics", "progress", "curve", "curves"}
_COUNTERS = (Role.STEP_AXIS, Role.EPOCH)
"""Roles of columns that count, under whatever name, where the file's own name says that it is a log."""


class CsvReader(Reader):
    """CSV and TSV files with a header line that names a step-like column or a metric."""

    format: ClassVar[Format] = CSV
    dialects: ClassVar[tuple[Format, ...]] = (PANEL, HISTORY, LIGHTNING, DOWNLOAD, MONITOR)

    def claims(self, path: Path) -> bool:
        """Return whether the first line names columns of a training log."""
        if plain_suffix(path) not in _SUFFIXES:
            return False
        head = head_of(path)
        if "\n" not in head and len(first_line(head)) > _LONG_HEADER:  # thousands of columns
            head = head_of(path, 4 * limits().header)  # a character has up to four bytes
        if _is_log(head, path):
            return True
        stem, header = stem_of(path), header_for(head, path)
        return bool(header) and (names_values(stem) or header == stem)

    def holds(self, path: Path) -> bool:
        """Return whether the file is a table of steps and values without names, which only its user can know."""
        return plain_suffix(path) in _SUFFIXES and bool(header_for(head_of(path), path))

    def read(self, path: Path) -> list[Part]:
        """Read one file; several parts when it holds several runs. CorruptLogError when no row is usable."""
        if (large := large_table(path)) is not None:
            return self.parts(path, *large)
        source = str(path)
        text, size, notes = read_text(path)
        if missing := header_for(text[:_LONG_HEADER], path):
            text = with_header(missing, text)
            place = "first" if missing.startswith("step") else "second"
            message = f"no line names the columns: the {place}, whole numbers that rise, counts the steps"
            if not delimiter_of(missing):
                message = "no line names the column: it is called after the file"
            notes.append(DataNote(NoteKind.X_AXIS, source, message))
        header = first_line(text)
        if not header:
            raise CorruptLogError(f"{path}: the file is empty; expected a header line and rows")
        within("header", len(header), path)
        names = cells_of(header)
        within("columns", len(names), path)
        if is_runs_table(names):
            raise ReadError(
                f"{path}: this is W&B's table of runs (one row per run, no curves); "
                "export a line panel or the history of a run instead"
            )
        cells = _cells(text, names, source)
        cells.notes[:0] = notes
        head = text[: text.index(header) + len(header)]
        del text
        return self.parts(path, size, cells, head)

    def follow(self, path: Path) -> Following | None:
        """Return what reads a table as it grows, None for a compressed one or one in UTF-16."""
        from curveread.readers.tables.following import GrowingTable

        if is_encoded(path) or header_for(head_of(path), path):
            return None
        source = str(path)
        return GrowingTable(path, lambda text: _cells(text, cells_of(first_line(text)), source), self.parts, True)

    def parts(self, path: Path, size: int, cells: Cells, head: str) -> list[Part]:
        """Return the runs of a table; ``head`` is its text, at least as far as the header goes."""
        source, names = str(path), cells_of(first_line(head))
        origin = Source(source, self.format.name, size)
        if names == _DOWNLOAD:
            return [_download(cells, path, Source(source, DOWNLOAD.name, size))]
        if names == _MONITOR and head.lstrip().startswith("#"):
            return [_monitor(cells, head, Source(source, MONITOR.name, size))]
        if is_panel_header(names):
            return panel_parts(cells, names, Source(source, PANEL.name, size))
        parts = long_parts(cells, origin, path)
        if parts:
            return parts
        columns, stem = list(cells.numeric), stem_of(path)
        tags = tags_of_statistics(columns, stem) or tags_of_splits(columns, stem)
        cells.numeric = {tags.get(name, name): column for name, column in cells.numeric.items()}
        cells.torn = {tags.get(name, name) for name in cells.torn}
        for key, table, texts in named_runs(cells, source):
            whole, restored = restore_nan(table, source, cells.torn)
            parts.append(part_of(whole, texts, origin, path, [*cells.notes, *restored], key))
        return parts


def _cells(text: str, names: list[str], source: str) -> Cells:
    """Return the rows below a header."""
    uneven: list[DataNote] = []
    if is_summary(names):
        text, uneven = even_rows(text, names, source)
    cells = parse_cells(text, source)
    cells.notes[:0] = uneven
    return cells


def _is_log(head: str, path: Path) -> bool:
    header = first_line(head)
    if not header:
        return False
    delimiter, allowed = delimiter_of(header) or ",", limits()
    if len(header) > allowed.header or header.count(delimiter) >= allowed.columns:  # told by those that can be read
        first = header[:_LONG_HEADER].rpartition(delimiter)[0]
        return plain_suffix(path) in {".csv", ".tsv"} and any(map(is_axis_name, cells_of(first)))
    names = cells_of(header)
    if len(names) == 1:
        return names_rewards(stem_of(path) if header == "0" else names[0]) and _mostly_numbers(head, header, 1)
    if names.count("") > 1 or any(len(n) > 300 for n in names) or is_sweep_table(names):
        return False
    try:
        [float(n) for n in names]
        return False  # numbers only: no header
    except ValueError:
        pass
    if names == _MONITOR:
        return head.lstrip().startswith("#")
    if (
        names == _DOWNLOAD
        or is_runs_table(names)
        or (is_panel_header(names) and plain_suffix(path) in {".csv", ".tsv"})
    ):
        return True
    counted = any(is_axis_name(n) for n in names)
    if plain_suffix(path) in {".log", ".txt"}:  # prose with commas is not a table
        names_ok = all(re.fullmatch(r"[\w./%@() :\-]{1,80}", n) for n in names)
        counted = counted or (role_of(names[0]) in _COUNTERS and any(role_of(n) in TELLING for n in names))
        return (names_ok and counted and _second_row_fits(head, header, len(names))) or _is_tabbed(head, names)
    stem = stem_of(path)
    if counted or (_SAYS_LOG & set(words(stem)) and any(role_of(n) in _COUNTERS for n in names)):
        return _second_row_fits(head, header, len(names))
    named = (role_of(stem) in TELLING and names[0].lower() == "t") or bool(tags_of_splits(names, stem))
    return (named or any(role_of(n) in TELLING for n in names)) and _mostly_numbers(head, header, len(names))


def _is_tabbed(head: str, names: list[str]) -> bool:
    """Return whether tabs part names of metrics and, below them, numbers alone, as Torch's ``optim.Logger`` writes."""
    if not any(role_of(name) in TELLING for name in names):
        return False
    rows = [line.rstrip("\t\r\n").split("\t") for line in lines_of(head[: head.rfind("\n") + 1])]
    below = [row for row in rows if row != rows[0]]
    return len(below) >= _FEWEST and all(len(row) == len(rows[0]) and all(map(is_number, row)) for row in below)


def _second_row(head: str, header: str) -> list[str]:
    """Return the cells of the first row that holds any: some writers begin with a row of blanks."""
    delimiter = delimiter_of(header) or ","
    rest = lines_of(head[head.index(header) + len(header) :])
    line = next((line for line in rest if line.strip(f" \r\n{delimiter}")), "")
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
    except (csv.Error, StopIteration):
        return []


def _second_row_fits(head: str, header: str, width: int) -> bool:
    """Return whether the first row holds a number and about as many cells as the header, or there is none yet."""
    row = _second_row(head, header)
    if not row:
        return True
    return any(is_number(c) for c in row) and len(row) <= width + 1


def _mostly_numbers(head: str, header: str, width: int) -> bool:
    row = _second_row(head, header)
    filled = [c for c in row if c.strip()]
    if len(row) != width or not filled or max(map(len, row)) >= 64:
        return False
    return sum(map(is_number, filled)) > 0.5 * len(filled)


def _download(cells: Cells, path: Path, source: Source) -> Part:
    """TensorBoard's download of one tag of one run: both names stand only in the file's name."""
    stem = stem_of(path)
    found = _DOWNLOAD_NAME.match(stem)
    tag = found["tag"] if found else stem
    run = (found["run"] or "") if found else ""
    wall, step, value = (cells.numeric.get(n) for n in _DOWNLOAD)
    notes = list(cells.notes)
    curves: dict[str, Curve] = {}
    segments: list[dict[str, Curve]] = []
    if step is not None and value is not None:
        row = np.intersect1d(step.row, value.row)
        steps = step.value[np.searchsorted(step.row, row)]
        good = np.abs(steps) < BEYOND
        if not good.all():
            lost = amount(int((~good).sum()), "row")
            notes.append(DataNote(NoteKind.SKIPPED, source.path, f"left out {lost} without a usable step"))
        row, count = row[good], steps[good].astype(np.int64)
        clock = np.full(cells.rows, np.nan)
        if wall is not None:
            clock[wall.row] = wall.value
        shown = value.value[np.searchsorted(value.row, row)]
        whole = Curve(tag, count, shown, clock[row], significand_bits=24)
        segments = _starts_of(whole)
        curves = segments[-1]
        if row.size == 1000 and np.unique(np.diff(np.unique(count))).size > 1:
            message = (
                "exactly 1,000 points with uneven steps: TensorBoard's download is a random sample of a longer curve"
            )
            notes.append(DataNote(NoteKind.SAMPLED, source.path, message))
    if not curves or not len(curves[tag]):
        curves = {}
        notes.append(DataNote(NoteKind.EMPTY, source.path, "no row with a step and a value"))
    return Part(
        source=source,
        curves=curves,
        key=run,
        name=run,
        notes=tuple(notes),
        order=(0.0, path.name),
        segments=tuple(segments) if len(segments) > 1 else (),
        fidelity="sampled",
    )


def _starts_of(curve: Curve) -> list[dict[str, Curve]]:
    """Return the curve of each start of a run: a resume writes steps again; many steps back are rows out of order."""
    back = np.flatnonzero(curve.step[1:] < curve.step[:-1]) + 1
    if back.size > max(8, 0.02 * len(curve)):
        back = back[:0]
    back = back[[bool(np.isin(curve.step[b:], curve.step[:b]).any()) for b in back.tolist()]] if back.size else back
    out = []
    for low, high in pairwise([0, *back.tolist(), len(curve)]):
        order = low + np.argsort(curve.step[low:high], kind="stable")
        out.append({curve.tag: curve.take(order)})
    return out


def _monitor(cells: Cells, text: str, source: Source) -> Part:
    """SB3's ``monitor.csv``: reward, length and seconds of each episode; the steps are the lengths added up."""
    try:
        config = loads(text.lstrip().partition("\n")[0][1:])
    except ValueError:
        config = {}
    config = config if isinstance(config, dict) else {}
    table = cells.table()
    length = table.columns.get("l", Column(np.empty(0, np.int64), np.empty(0)))
    count = np.zeros(table.rows, np.int64)
    usable = np.abs(length.value) < _EPISODE
    count[length.row[usable]] = length.value[usable].astype(np.int64)
    axis = Axis("timesteps", np.cumsum(count))
    start = config.get("t_start")
    curves = {}
    for column, tag in (("r", "episode_reward"), ("l", "episode_length")):
        data = table.columns.get(column)
        if data is None or not data.row.size:
            continue
        wall = None
        seconds = table.columns.get("t")
        if isinstance(start, int | float) and seconds is not None and seconds.row.size == table.rows:
            wall = (start + seconds.value)[data.row]
        step = axis.step[data.row]
        order = np.argsort(step, kind="stable")
        curves[tag] = Curve(
            tag, step[order], data.value[order], None if wall is None else wall[order], aliases=(column,)
        )
    notes = [*cells.notes, DataNote(NoteKind.X_AXIS, source.path, "steps are the lengths of the episodes (l) added up")]
    return Part(
        source=source, curves=curves, notes=tuple(notes), config=config, x_axis="timesteps", order=(0.0, source.path)
    )
