"""From logged columns to curves: which column counts the steps, which is a clock, where the file starts over.

Every format that logs rows (W&B histories, CSV, JSON lines) ends up here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.readers.base import BEYOND
from curveread.run.roles import Role, role_of
from curveread.run.tags.counters import counter_of

AXIS_NAMES = (
    "train/global_step",
    "trainer/global_step",
    "global_step",
    "global_steps",
    "current_steps",
    "step",
    "steps",
    "train/step",
    "train_step",
    "iter_num",
    "iter",
    "iters",
    "iteration",
    "iterations",
    "n_iter",
    "number_of_trees",
    "update",
    "num_updates",
    "time/total_timesteps",
    "total_timesteps",
    "timesteps",
    "_step",
    "batch",
    "epoch",
    "ep",
    "epochs",
)
"""Names of columns that count training steps, the best first; compared in lower case without spaces around."""

_AXIS_RANK = {name: i for i, name in enumerate(AXIS_NAMES)}
_EPOCH_RANK = _AXIS_RANK["epoch"]

BOOKKEEPING = frozenset(
    {"_step", "_runtime", "_timestamp", "_wandb", "", "index", "level_0", "percentage", "total_steps", "max_steps"}
)
"""Columns that say something about the log, not about the training."""

_UNNAMED = re.compile(r"unnamed: ?\d+$", re.IGNORECASE)
CLOCK_NAMES = (
    "_timestamp",
    "wall_time",
    "wall time",
    "walltime",
    "timestamp",
    "time",
    "datetime",
    "date",
    "created_at",
)
_AT_THE_END = -1
"""What sentence-transformers writes as the step of the evaluation that ends an epoch: no count."""
_OFTEN = 0.1
"""Of the moves from row to row: a log that was resumed or restarted goes back at fewer."""
_SECONDS = (3.0e8, 1.0e10)  # 1979 to 2286


@dataclass(frozen=True, slots=True)
class Column:
    """The logged cells of one column: (n,) ascending rows, without blank cells, and (n,) values, NaN if logged."""

    row: IntArray
    value: FloatArray


@dataclass(frozen=True, slots=True)
class Table:
    """A log of so many rows: its numeric columns, and the rows before which the file says that it starts over."""

    rows: int
    columns: Mapping[str, Column] = field(default_factory=dict)
    restarts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """The (rows,) steps of a table, the column that they are of, or ``row``, and why, where it is not obvious."""

    name: str
    step: IntArray
    reason: str = ""


def is_bookkeeping(name: str) -> bool:
    """Return whether a column says something about the log only (``_runtime``, ``Unnamed: 0``)."""
    low = name.strip().lower()
    return low in BOOKKEEPING or _UNNAMED.match(low) is not None


def is_axis_name(name: str) -> bool:
    """Return whether a column's name says that it counts steps, iterations or epochs."""
    return name.strip().lower() in _AXIS_RANK


def integral(value: FloatArray) -> bool:
    """Return whether every value is a finite whole number that int64 holds."""
    return bool(value.size) and bool(np.all(np.isfinite(value) & (np.abs(value) < BEYOND) & (value == np.floor(value))))


def _filled(table: Table, column: Column) -> IntArray | None:
    """Return the column for every row, gaps filled with the value before (at the start: behind)."""
    if not column.row.size:
        return None
    step = column.value.astype(np.int64)
    if column.row.size == table.rows:
        return step
    at = np.searchsorted(column.row, np.arange(table.rows), side="right") - 1
    return step[np.maximum(at, 0)]


def choose_axis(table: Table, wanted: Iterable[str] = ()) -> Axis:
    """Choose the column that counts training steps.

    Parameters
    ----------
    table
        The rows.
    wanted
        Names to try before :data:`AXIS_NAMES` (what ``define_metric`` or the user says).

    Returns
    -------
    Axis
        The first candidate that holds whole numbers in at least nine of ten rows that hold any metric and is
        not constant; without one, the row number. Columns that other words call a counter follow the usual names;
        ``epoch`` is taken last, and only where it counts rows of its own. One that goes back often beside another
        that goes forward is no axis: ``steps`` beside ``episode`` is how long each was, and ``batch`` that begins
        again in each ``epoch`` counts within it.
    """
    by_name = {name.strip().lower(): name for name in reversed(list(table.columns))}
    first = [w for w in wanted if w in table.columns]
    usual = [by_name[a] for a in AXIS_NAMES if a in by_name and by_name[a] not in first]
    epochs = [n for n in usual if _AXIS_RANK[n.strip().lower()] >= _EPOCH_RANK]
    names = [*first, *(n for n in usual if n not in epochs), *_counters(table, {*first, *usual}), *epochs]
    held = np.zeros(table.rows, bool)
    for column in table.columns.values():
        held[column.row] = True
    for name in names:
        column = table.columns[name]
        if not integral(column.value):
            continue
        filled = column.row.size >= 0.9 * held.sum() or name in first
        constant = table.rows > 2 and bool(np.all(column.value == column.value[0]))
        back = column.value[1:] < column.value[:-1]
        if np.any(back & (column.value[1:] == _AT_THE_END)):
            continue
        if not filled or constant or (name not in first and (_is_a_length(name, table) or _is_inner(name, table))):
            continue
        counts_epochs = _AXIS_RANK.get(name.strip().lower(), 0) >= _EPOCH_RANK
        if counts_epochs and np.unique(column.value).size < 0.5 * column.row.size:
            continue  # many rows per epoch
        step = _filled(table, column)
        if step is None:
            continue
        reason = ""
        if name != "_step" and "_step" in table.columns:
            counted = _filled(table, table.columns["_step"])
            if counted is not None and not np.array_equal(counted, step):
                reason = f"steps are those of {name}; _step only counts the calls of log()"
        return Axis(name, step, reason)
    tried = f" ({', '.join(names)} cannot serve)" if names else ""
    reason = f"no column counts the steps{tried}; the row number is used"
    return Axis("row", np.arange(table.rows, dtype=np.int64), reason)


def _counters(table: Table, but: set[str]) -> list[str]:
    """Return the columns whose words say that they count steps, and that never go back: ``timesteps_total``."""
    named = (
        n
        for n in table.columns
        if n not in but and not is_bookkeeping(n) and (role_of(n) is Role.STEP_AXIS or n == "t")
    )
    return [n for n in named if bool(np.all(np.diff(table.columns[n].value) >= 0.0))]


def _is_a_length(name: str, table: Table) -> bool:
    """Return whether a column goes back often while a counter beside it goes forward from nearly each row to the next.

    ``steps`` beside ``episode`` or ``epoch``: how many each took.
    """
    moves = np.diff(table.columns[name].value)
    if (moves < 0.0).sum() <= _OFTEN * moves.size:
        return False
    return any((other > 0.0).sum() >= (1.0 - _OFTEN) * moves.size for other in _moves_of_counters(table, name))


def _is_inner(name: str, table: Table) -> bool:
    """Return whether a column is back at its first number wherever a counter beside it rises, and nowhere else."""
    column = table.columns[name]
    back = np.diff(column.value) < 0.0
    if column.row.size != table.rows or not back.any() or not np.all(column.value[1:][back] == column.value[0]):
        return False
    return any(
        bool(np.all(other >= 0.0) and np.array_equal(other > 0.0, back)) for other in _moves_of_counters(table, name)
    )


def _moves_of_counters(table: Table, but: str) -> list[FloatArray]:
    """Return from row to row how the other columns move that count, each (rows - 1,)."""
    others = [c for n, c in table.columns.items() if n != but and not is_bookkeeping(n) and counter_of(n) is not None]
    return [np.diff(c.value) for c in others if c.row.size == table.rows and integral(c.value)]


def clock_of(table: Table) -> tuple[str, FloatArray] | None:
    """Return name and (rows,) seconds since the epoch of the column that is a clock; None without one.

    NaN where the column is blank.
    """
    by_name = {name.strip().lower(): name for name in reversed(list(table.columns))}
    for candidate in CLOCK_NAMES:
        name = by_name.get(candidate)
        if name is None:
            continue
        column = table.columns[name]
        finite = np.isfinite(column.value)
        if not finite.any():
            continue
        first, last = column.value.min(where=finite, initial=np.inf), column.value.max(where=finite, initial=-np.inf)
        for unit in (1.0, 1e3, 1e6, 1e9):  # seconds, milli, micro, nano
            if first / unit > _SECONDS[0] and last / unit < _SECONDS[1]:
                seconds = column.value if unit == 1.0 else column.value / unit
                if column.row.size == table.rows:
                    return name, seconds
                wall = np.full(table.rows, np.nan)
                wall[column.row] = seconds
                return name, wall
    return None


def numbers(cells: list[str]) -> tuple[FloatArray, BoolArray, int]:
    """Parse text cells.

    Returns
    -------
    value
        (n,) float64, NaN where a cell is not a number.
    logged
        (n,) bool: the cell holds a number, NaN and infinities included; False for a blank or a missing mark.
    wrong
        How many cells are neither a number nor blank.
    """
    try:
        value = np.array(list(map(float, cells)), np.float64)
        return value, np.ones(value.size, bool), 0
    except ValueError:
        pass
    value = np.full(len(cells), np.nan)
    logged = np.zeros(len(cells), bool)
    wrong = 0
    for i, cell in enumerate(cells):
        try:
            value[i] = float(cell)
            logged[i] = True
        except ValueError:
            if cell.strip().lower() not in MISSING:
                wrong += 1
    return value, logged, wrong


MISSING = frozenset({"", "na", "n/a", "null", "none", "-", "--", "<na>"})
"""Cells that say: not logged. ``NaN`` is not among them: a NaN was logged."""


def is_sweep_table(names: Iterable[str]) -> bool:
    """Return whether columns are those of a table that curveread itself wrote: a row per run, no log."""
    return {"run", "health", "headline"} <= set(names)
