"""Reads JSON and JSON-lines logs: W&B histories, LLaMA-Factory, ms-swift, Keras histories, TensorBoard downloads."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from curveread.errors import CorruptLogError, ReadError
from curveread.plural import amount
from curveread.readers.base import Following, Part, Reader
from curveread.readers.format import Format
from curveread.readers.json_text import closed, loads
from curveread.readers.large import opened_large, pieces_of
from curveread.readers.tables import JSON, JSON_LINES
from curveread.readers.tables.columns import Column, is_axis_name, is_sweep_table
from curveread.readers.tables.delimited import Cells
from curveread.readers.tables.headless import names_a_training, names_values
from curveread.readers.tables.json_rows import PIECE, lines_to_cells, lines_to_rows, pieces_in, rows_to_cells
from curveread.readers.tables.json_shapes import counts_itself, numbers_rows, rows_in, series_behind_settings, shaped
from curveread.readers.tables.modes import of_modes
from curveread.readers.tables.table_parts import named_runs, part_of
from curveread.readers.textfile import head_of, is_encoded, plain_suffix, read_text, stem_of
from curveread.readers.wandb import HISTORY
from curveread.run.model import Source
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import METRICS, TELLING, role_of

_NOT_LOGS = re.compile(
    r"(config|tokenizer|vocab|added_tokens|special_tokens|generation|package|tsconfig|labels?|wandb-(metadata|summary)|all_results|"
    r"(train|eval|test|predict)_results|model\.safetensors\.index|preprocessor|dataset|manifest|index|schema|settings)[\w.\-]*\.jsonl?$",
    re.IGNORECASE,
)
_SAYING = TELLING | frozenset(METRICS)
_KEY = re.compile(r'"((?:[^"\\]|\\.){1,200})"\s*:\s*(?=(.))')
_EPOCH_FILE = re.compile(r"metrics_epoch_(\d+)\.json$")
_SUFFIXES = frozenset({".jsonl", ".ndjson", ".json", ".txt"})
_LOG_REPORT = "log"
"""The file into which Chainer's LogReport, and with it ESPnet, writes a list of rows."""
_LONG = 1 << 20
_BEFORE_CLOCKS = 10**8
"""Seconds since 1970 below which nobody logged."""
_BY_PLACE = "no names: the first of each row's numbers, whole and rising, counts the steps"
_LIST = re.compile(r"\[\s*-?\d")
_DECIMALS = re.compile(r"\[(?:\s*-?\d+\.\d[-+.\de]*\s*[,\]]){8}")
"""As many decimals as make a list more than a few results."""
_OF_TOTAL = re.compile(r"\s*(\d+)\s*/\s*\d+\s*$")


class JsonLogReader(Reader):
    """JSON lines, a JSON list of rows, or an object of lists, whose rows name a step or a metric."""

    format: ClassVar[Format] = JSON_LINES
    dialects: ClassVar[tuple[Format, ...]] = (JSON, HISTORY)

    def claims(self, path: Path) -> bool:
        """Return whether the first rows hold a step or a metric."""
        if (plain_suffix(path) not in _SUFFIXES and path.name != _LOG_REPORT) or _NOT_LOGS.match(path.name):
            return False
        printed = plain_suffix(path) == ".txt"
        if printed and not names_values(stem_of(path)):
            return False
        head = head_of(path).lstrip()
        if printed:
            return _LIST.match(head) is not None
        if not head.startswith(("{", "[")):
            return False
        if _is_document(path) and re.match(r"\[\s*\[\s*-?[\d.]", head):
            return True
        if _LIST.match(head):
            stem = stem_of(path)
            return names_values(stem) or (names_a_training(stem) and _DECIMALS.match(head) is not None)
        first = head if _is_document(path) else head.split("\n", 1)[0]
        keys = [(k, sign) for k, sign in _KEY.findall(first)]
        numeric = [k for k, sign in keys if sign in '-0123456789NI"n['] if _is_document(path) else [k for k, _ in keys]
        if is_sweep_table(k for k, _ in keys):
            return False
        telling = any(role_of(k) in TELLING for k in numeric)
        if _is_document(path) and shaped(head) and any(role_of(k) in _SAYING for k, _ in keys):
            return True
        if _is_document(path) and telling and numbers_rows(head):
            return True
        counted = any(is_axis_name(k) or k.startswith("global_step/") for k in numeric)
        if _is_document(path):
            rows = head.startswith("[") or re.match(r"\{[^\[\]{}]*\}\s*\{", head) is not None
            lists = re.match(r'\{\s*"[^"]+"\s*:\s*\[\s*[-\dNI]', head) is not None
            lists = lists or any(role_of(k) in TELLING for k in series_behind_settings(head))
            telling = telling or (counts_itself(head) and any(role_of(k) in _SAYING for k in numeric))
            return telling and (rows or lists or _lines_of_objects(head) or _EPOCH_FILE.match(path.name) is not None)
        return telling or counted

    def home(self, path: Path) -> Path | None:
        """Return the folder of a log of one file for each epoch (AllenNLP), None for all others."""
        return path.parent if _EPOCH_FILE.match(path.name) else None

    def read(self, path: Path) -> list[Part]:
        """Read one file; several parts when it holds several runs. CorruptLogError when it holds no row."""
        if self._has_lines(path) and (large := _large(path)) is not None:
            return self.parts(path, *large)
        text, size, notes = _text_of(path)
        return self.parts(path, size, _cells(text, path, notes))

    def follow(self, path: Path) -> Following | None:
        """Return what reads JSON lines as they grow, None for a file that is one JSON value or that is compressed."""
        from curveread.readers.tables.following import GrowingTable

        lines = self._has_lines(path) and not is_encoded(path)
        return GrowingTable(path, partial(_lines, path), self.parts) if lines else None

    def _has_lines(self, path: Path) -> bool:
        """Return whether a file has an object a line, and is not one JSON value."""
        return not _is_document(path) or (self.home(path) is None and _lines_of_objects(head_of(path)))

    def parts(self, path: Path, size: int, cells: Cells, head: str = "") -> list[Part]:
        """Return the runs in the rows of a file of ``size`` bytes; CorruptLogError when there is none."""
        source = str(path)
        origin = Source(source, (JSON if _is_document(path) else JSON_LINES).name, size)
        wanted = _of_total(cells) or of_modes(cells, source) or _of_training(cells, source)
        if not cells.rows:
            raise CorruptLogError(f"{path}: no rows in it")
        return [
            part_of(table, texts, origin, path, cells.notes, key, wanted)
            for key, table, texts in named_runs(cells, source)
        ]


def _is_document(path: Path) -> bool:
    """Return whether a file should be one JSON value; text is when a list was printed into it."""
    return plain_suffix(path) in {".json", ".txt"} or path.name == _LOG_REPORT


def _text_of(path: Path) -> tuple[str, int, list[DataNote]]:
    """Return the text of a log; of one with a file for each epoch that of all, in their order, as one list."""
    if not _EPOCH_FILE.match(path.name):
        return read_text(path)
    files = [(int(m[1]), f) for f in path.parent.iterdir() if (m := _EPOCH_FILE.match(f.name))]
    read = [read_text(f) for _, f in sorted(files)]
    return "[" + ",".join(t for t, _, _ in read) + "]", sum(s for _, s, _ in read), [n for _, _, ns in read for n in ns]


def _large(path: Path) -> tuple[int, Cells] | None:
    """Return the bytes and the rows of a large file of lines; None for a small one, and one with any peculiarity."""
    with opened_large(path) as file:
        if file is None:
            return None
        size = os.fstat(file.fileno()).st_size
        cells = lines_to_cells(pieces_of(file, PIECE), size, str(path))
    return None if cells is None else (size, cells)


def _lines_of_objects(head: str) -> bool:
    """Return whether a file begins with one object a line, as RLlib's and mmengine's ``.json`` do."""
    lines = head.split("\n", 2)
    return len(lines) > 1 and lines[0].rstrip().endswith("}") and lines[1].startswith("{")


def _cells(text: str, path: Path, notes: list[DataNote]) -> Cells:
    source = str(path)
    if _is_document(path):
        try:
            whole: Any = loads(text)
        except (ValueError, RecursionError):
            whole = None if _lines_of_objects(text) else _cut_off(text)
            if whole:
                message = "the file ends in the middle of a JSON document; what is whole of it was kept"
                notes = [*notes, DataNote(NoteKind.TRUNCATED, source, message)]
        if isinstance(whole, list):
            return _from_list(whole, path, notes)
        if isinstance(whole, dict):
            return rows_to_cells(rows_in(whole) or [whole], source, notes)
    return _lines(path, text, notes)


def _cut_off(text: str) -> Any:
    """Return the value of a JSON document without its end; None when it is none."""
    try:
        return loads(closed(text))
    except (ValueError, RecursionError):
        return None


def _lines(path: Path, text: str, notes: Sequence[DataNote] = ()) -> Cells:
    if len(text) > _LONG and (cells := lines_to_cells(pieces_in(text), len(text), str(path))) is not None:
        cells.notes[:0] = notes
        return cells
    rows, more = lines_to_rows(text, str(path))
    return rows_to_cells(rows, str(path), [*notes, *more])


def _from_list(rows: list[Any], path: Path, notes: list[DataNote]) -> Cells:
    if (named := _unnamed(rows, stem_of(path))) is not None:
        return rows_to_cells(named, str(path), [*notes, DataNote(NoteKind.X_AXIS, str(path), _BY_PLACE)])
    if rows and all(
        isinstance(r, list) and len(r) == 3 for r in rows
    ):  # TensorBoard's download: wall time, step, value
        stem = stem_of(path)
        found = re.match(r"(?:run-.*?-tag-|tb_export_)?(?P<tag>.+)$", stem)
        tag = found["tag"] if found else stem
        if len(rows) == 1000:
            notes = [
                *notes,
                DataNote(
                    NoteKind.SAMPLED,
                    str(path),
                    "exactly 1,000 points: TensorBoard's download is a random sample of a longer curve",
                ),
            ]
        return rows_to_cells([{"wall_time": w, "step": s, tag: v} for w, s, v in rows], str(path), notes)
    if rows and all(isinstance(r, int | float) for r in rows):
        return rows_to_cells([{stem_of(path): r} for r in rows], str(path), notes)
    good = [r for r in rows if isinstance(r, dict)]
    if not good:
        raise ReadError(
            f'{path}: a JSON list without a single object; expected rows such as {{"step": 1, "loss": 2.3}}'
        )
    if len(good) < len(rows):
        notes = [
            *notes,
            DataNote(
                NoteKind.SKIPPED,
                str(path),
                f"left out {len(rows) - len(good)} of {amount(len(rows), 'entry', 'entries')}: not JSON objects",
            ),
        ]
    return rows_to_cells(good, str(path), notes)


def _unnamed(rows: list[Any], stem: str) -> list[dict[str, Any]] | None:
    """Return rows of ``[step, value, …]`` with names; None for other lists, and for points with a clock in front."""
    widths = {len(r) if isinstance(r, list) else 0 for r in rows}
    if len(widths) != 1 or not 2 <= (width := widths.pop()) <= 9:
        return None
    steps = [r[0] for r in rows]
    if not all(isinstance(s, int) and not isinstance(s, bool) for s in steps) or steps[0] > _BEFORE_CLOCKS:
        return None
    if any(b <= a for a, b in pairwise(steps)):
        return None
    names = [stem] if width == 2 else [f"column {i}" for i in range(2, width + 1)]
    return [dict(zip(("step", *names), r, strict=True)) for r in rows]


def _of_total(cells: Cells) -> tuple[str, ...]:
    """Turn ms-swift's ``"global_step/max_steps": "601/2161"`` into a step column."""
    for name in list(cells.text):
        if not name.startswith("global_step/"):
            continue
        found = [(_OF_TOTAL.match(c), i) for i, c in enumerate(cells.text[name])]
        row = np.array([i for m, i in found if m], np.int64)
        if row.size:
            cells.numeric[name] = Column(row, np.array([float(m[1]) for m, _ in found if m]))
            del cells.text[name]
            return (name,)
    return ()


def _of_training(cells: Cells, source: str) -> tuple[str, ...]:
    """Name the counter of the training rows where evaluations count otherwise: they take the value before.

    mmengine writes the epoch of an evaluation into ``step``, which holds the iteration in training rows (as ``iter``
    does); detectron2's last evaluation has no ``iteration``.
    """
    step, inner, iteration = (cells.numeric.get(n) for n in ("step", "iter", "iteration"))
    if step is not None and inner is not None and inner.row.size < step.row.size and np.any(np.diff(step.value) < 0):
        _, at, of = np.intersect1d(step.row, inner.row, assume_unique=True, return_indices=True)
        if of.size == inner.row.size and np.array_equal(step.value[at], inner.value[of]):
            del cells.numeric["step"]
            return _uncounted(cells, "iter", cells.rows - inner.row.size, source)
    if iteration is not None and 0.5 * cells.rows <= iteration.row.size < cells.rows and "total_loss" in cells.numeric:
        return _uncounted(cells, "iteration", cells.rows - iteration.row.size, source)
    return ()


def _uncounted(cells: Cells, name: str, rows: int, source: str) -> tuple[str, ...]:
    how = amount(
        rows, f"evaluation has no {name} of its own and is", f"evaluations have no {name} of their own and are"
    )
    message = f"{how} placed at the one before"
    cells.notes.append(DataNote(NoteKind.X_AXIS, source, message))
    return (name,)
