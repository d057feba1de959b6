"""From a parsed table to the part of a run: format, axis, clock, samples, several runs in one file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.limits import within
from curveread.plural import amount, few
from curveread.readers.base import Part
from curveread.readers.tables import LIGHTNING
from curveread.readers.tables.columns import Column, Table, choose_axis, integral, is_axis_name, is_bookkeeping
from curveread.readers.tables.delimited import Cells
from curveread.readers.tables.modes import splits_apart
from curveread.readers.tables.segments import segments_of
from curveread.readers.wandb import HISTORY
from curveread.run.model import Source
from curveread.run.notes import DataNote, NoteKind
from curveread.run.roles import EVAL_WORDS, TELLING, TRAIN_WORDS, role_of
from curveread.run.tags.counters import counter_of

_RUN_COLUMNS = (
    "run",
    "run_name",
    "run_id",
    "experiment",
    "exp_name",
    "exp",
    "trial",
    "trial_id",
    "agent",
    "seed",
    "algo",
)


_SEED_COLUMNS = (
    "seed",
    "random_seed",
    "run_seed",
    "trial",
    "trial_id",
    "trial_number",
    "fold",
    "run",
    "agent",
    "agent_id",
)
"""Columns whose numbers say whose row it is."""
_SPLITS = EVAL_WORDS | TRAIN_WORDS


def _labels(cells: Cells, name: str) -> FloatArray | None:
    """Return whose each row is; None where the column does not part the rows into several runs."""
    column = cells.numeric[name]
    if column.row.size != cells.rows or not integral(column.value):
        return None
    _, count = np.unique(column.value, return_counts=True)
    return column.value if count.size > 1 and count.min() >= 3 else None


def named_runs(cells: Cells, source: str) -> Iterator[tuple[str, Table, dict[str, list[str]]]]:
    """Yield key, table and text columns of each run of a file: several where a column names or numbers them.

    A note is added to those of ``cells`` where no name of a column but its contents say so.
    """
    cells = splits_apart(cells)
    named = next((n for n in cells.text if n.lower() in _RUN_COLUMNS and _several(cells, n)), "")
    back = _that_go_back(cells)
    parted = named or next((n for n in cells.text if _several(cells, n) and _starts_over(cells, n, back)), "")
    if parted:
        labels = cells.text[parted]
        number = {run: i for i, run in enumerate(dict.fromkeys(labels))}
        within("runs", len(number), source)
        if not named:
            message = f"the table holds {amount(len(number), 'run')}: its counter starts over where {parted} changes"
            cells.notes.append(DataNote(NoteKind.MERGED, source, message))
        owner = np.array([number[run] for run in labels])
        texts = {k: v for k, v in cells.text.items() if k != parted}
        for run, table in zip(number, _tables_of(cells, owner, len(number)), strict=True):
            yield str(run), table, texts
        return
    for name in cells.numeric:
        numbered = name.strip().lower() in _SEED_COLUMNS
        if not numbered and not (back and counter_of(name) is None and _starts_over(cells, name, back)):
            continue
        if (labels_ := _labels(cells, name)) is not None:
            seeds, owner = np.unique(labels_, return_inverse=True)
            within("runs", seeds.size, source)
            if not numbered:
                message = f"the table holds {amount(seeds.size, 'run')}: its counter starts over where {name} changes"
                cells.notes.append(DataNote(NoteKind.MERGED, source, message))
            for run, mine in zip(seeds.tolist(), _tables_of(cells, owner, seeds.size), strict=True):
                yield (
                    f"{name} {run:g}",
                    Table(mine.rows, {k: c for k, c in mine.columns.items() if k != name}),
                    cells.text,
                )
            return
    yield "", cells.table(), cells.text


def _several(cells: Cells, name: str) -> bool:
    """Return whether a column has several labels, and few for its rows."""
    return 1 < len(set(cells.text[name])) <= 0.5 * max(cells.rows, 1)


def _starts_over(cells: Cells, name: str, back: list[FloatArray]) -> bool:
    """Return whether one of the counters begins anew where the label of a column changes, and goes back nowhere else.

    Labels that are splits or metrics part no runs. A counter that goes on in the middle is that of a resumed run.
    """
    words = cells.text.get(name, [])
    labels = np.array(words, dtype=object) if words else cells.numeric[name].value
    if labels.size != cells.rows:
        return False
    changes = np.flatnonzero(labels[1:] != labels[:-1]) + 1
    if not any(integral(value) and _begins_anew(value, changes) for value in back):
        return False
    return not any(v.strip().lower() in _SPLITS or role_of(v) in TELLING for v in set(words))


def _that_go_back(cells: Cells) -> list[FloatArray]:
    """Return the counters of all rows that go back anywhere."""
    full = [c.value for n, c in cells.numeric.items() if is_axis_name(n) and c.row.size == cells.rows]
    return [value for value in full if np.any(np.diff(value) < 0)]


def _begins_anew(counter: FloatArray, changes: IntArray) -> bool:
    """Return whether a counter is back at its first number at all of some rows, and goes back at no other."""
    back = np.flatnonzero(np.diff(counter) < 0) + 1
    return bool(back.size and np.isin(back, changes).all() and (counter[changes] == counter[0]).all())


def _tables_of(cells: Cells, owner: IntArray, runs: int) -> list[Table]:
    """Return the rows of each run; ``owner`` is the number of the run of each row. O(n log n) in rows, not in runs."""
    size = np.bincount(owner, minlength=runs)
    order = np.argsort(owner, kind="stable")
    place = np.empty(cells.rows, np.int64)
    place[order] = np.arange(cells.rows) - np.repeat(np.cumsum(size) - size, size)
    columns: list[dict[str, Column]] = [{} for _ in range(runs)]
    for name, column in cells.numeric.items():
        of = owner[column.row]
        order = np.argsort(of, kind="stable")
        row, value = place[column.row[order]], column.value[order]
        edges = np.searchsorted(of[order], np.arange(runs + 1)).tolist()
        for mine, (low, high) in zip(columns, pairwise(edges), strict=True):
            mine[name] = Column(row[low:high], value[low:high])
    return [Table(rows, found) for rows, found in zip(size.tolist(), columns, strict=True)]


def part_of(
    table: Table,
    texts: dict[str, list[str]],
    source: Source,
    path: Path,
    notes: list[DataNote],
    key: str = "",
    wanted: tuple[str, ...] = (),
) -> Part:
    """Turn the rows of one run into a part; ``wanted`` names columns to try first as the axis."""
    notes = list(notes)
    names = {n.strip().lower() for n in table.columns}
    format_name = source.format
    if "_step" in names and names & {"_runtime", "_timestamp"}:
        format_name = HISTORY.name
    elif path.name == "metrics.csv" and {"epoch", "step"} <= names:
        format_name = LIGHTNING.name
    dropped = [n for n in texts if not is_bookkeeping(n)]
    if dropped:
        shown = few(sorted(dropped), 6)
        notes.append(
            DataNote(NoteKind.SKIPPED, source.path, f"no numbers in {amount(len(dropped), 'column')}: {shown}")
        )
    axis = choose_axis(table, wanted)
    segments, more = segments_of(
        table, axis, source.path, skip=[n for n in table.columns if _duplicate_axis(n, axis.name, table)]
    )
    notes += more
    fidelity = "full"
    if format_name == HISTORY.name and _looks_sampled(table):
        fidelity = "sampled"
        notes.append(
            DataNote(
                NoteKind.SAMPLED,
                source.path,
                f"{amount(table.rows, 'row')} with uneven _step: run.history() returns a random sample of 500 rows; "
                "scan_history() returns all",
            )
        )
    if not segments:
        notes.append(
            DataNote(
                NoteKind.EMPTY, source.path, f"no curve: {amount(table.rows, 'row')} without a number beside the step"
            )
        )
    return Part(
        source=replace(source, format=format_name),
        curves=segments[-1] if segments else {},
        key=key,
        name=key,
        notes=tuple(notes),
        x_axis=axis.name,
        order=(_first_time(table), path.name),
        segments=tuple(segments) if len(segments) > 1 else (),
        fidelity=fidelity,
    )


def _duplicate_axis(name: str, axis: str, table: Table) -> bool:
    """Return whether a column is a second counter of steps (``global_step`` beside ``step``); epochs are none."""
    if (
        name == axis
        or not is_axis_name(name)
        or name.strip().lower() in {"epoch", "epochs"}
        or axis not in table.columns
    ):
        return False
    mine, main = table.columns[name], table.columns[axis]
    return mine.row.size == main.row.size and bool(np.array_equal(mine.value, main.value))


def _looks_sampled(table: Table) -> bool:
    step = table.columns.get("_step")
    if step is None or not 499 <= table.rows <= 500 or step.row.size != table.rows:
        return False
    gaps = np.diff(step.value)
    return bool(step.value[-1] - step.value[0] > 1.1 * table.rows and np.unique(gaps).size > 1)


def _first_time(table: Table) -> float:
    from curveread.readers.tables.columns import clock_of

    clock = clock_of(table)
    if clock is None:
        return 0.0
    finite = clock[1][np.isfinite(clock[1])]
    return float(finite[0]) if finite.size else 0.0
