"""The x-axes that ``define_metric`` gives to single metrics: ``val/*`` against ``val/step``, ``acc`` against ``epoch``.

A run has one axis. A metric whose own axis counts the same steps gets the steps that this says, also when all of them
were logged at the end; one whose axis counts something else (epochs) is put where the run's axis was in the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.plural import some
from curveread.readers.tables.columns import Axis, Column, Table, integral, is_axis_name, is_bookkeeping
from curveread.readers.wandb.records import MetricDefinition
from curveread.run.notes import DataNote, NoteKind


def main_axes(metrics: Sequence[MetricDefinition], table: Table) -> list[str]:
    """Return the axis of the run that ``define_metric`` names, in a list, empty without one.

    That is the axis of ``*``, else one against which at least half of all points were logged.
    """
    stars = [m.step_metric for m in metrics if m.glob_name == "*" and m.step_metric in table.columns]
    points: dict[str, int] = {}
    for name, axis in _axes(metrics, table).items():
        points[axis] = points.get(axis, 0) + table.columns[name].row.size
    every = sum(c.row.size for n, c in table.columns.items() if n not in points and not is_bookkeeping(n))
    most = max(points, key=lambda a: points[a], default="")
    return stars[:1] or ([most] if most and 2 * points[most] >= every else [])


def own_steps(
    metrics: Sequence[MetricDefinition], table: Table, axis: Axis, source: str
) -> tuple[dict[str, IntArray], list[DataNote]]:
    """Return the steps of the metrics that have an axis of their own, and what was done with it.

    Parameters
    ----------
    metrics
        What ``define_metric`` said.
    table, axis
        The rows, and the axis of the run.
    source
        The file, for the notes.

    Returns
    -------
    steps
        Column -> (n,) int64, a step for each of its points; columns that stay at the steps of their rows are left out.
    notes
        One for each axis of their own.
    """
    groups: dict[str, list[str]] = {}
    for name, own in _axes(metrics, table).items():
        if own != axis.name and name not in (own, axis.name):
            groups.setdefault(own, []).append(name)
    steps: dict[str, IntArray] = {}
    notes = []
    for own, names in groups.items():
        x = table.columns[own]
        same = _counts_the_same(own, x, table, axis)
        how = f"placed at the {_called(axis)} of the same rows"
        for name in names:
            column = table.columns[name]
            at = x.value[np.maximum(np.searchsorted(x.row, column.row, side="right") - 1, 0)]
            if same:
                steps[name] = at.astype(np.int64)
                how = f"the steps are those of {own}"
            elif np.unique(axis.step[column.row]).size < np.unique(at).size:
                placed = _through(x, at, table, axis)
                if placed is not None:
                    steps[name] = placed
                    how = f"placed at the {_called(axis)} at which {own} had the same value"
        if not same or any(not np.array_equal(steps[n], axis.step[table.columns[n].row]) for n in names):
            shown = some(names, 4)
            verb = "was" if len(names) == 1 else "were"
            notes.append(DataNote(NoteKind.X_AXIS, source, f"{shown} {verb} logged against {own}; {how}"))
    return steps, notes


def _called(axis: Axis) -> str:
    return "step" if axis.name in ("row", "_step") else axis.name


def _axes(metrics: Sequence[MetricDefinition], table: Table) -> dict[str, str]:
    """Return the axis of each column that has one: by its name, else by the longest pattern that fits it."""
    named = {m.name: m.step_metric for m in metrics if m.name and m.step_metric}
    globs = sorted(
        ((m.glob_name, m.step_metric) for m in metrics if m.glob_name and m.step_metric), key=lambda g: -len(g[0])
    )
    out = {}
    for column in table.columns:
        own = named.get(column) or next((axis for glob, axis in globs if fnmatchcase(column, glob)), None)
        if own is not None and own != column and own in table.columns and not column.startswith("_"):
            out[column] = own
    return out


def _counts_epochs(name: str) -> bool:
    return "epoch" in name.rsplit("/", 1)[-1].lower()


def _counts_the_same(own: str, x: Column, table: Table, axis: Axis) -> bool:
    """Return whether an axis counts the steps of the run: equal where both were logged, or by name and range."""
    if not integral(x.value):
        return False
    main = _logged(table, axis)
    _, i, j = np.intersect1d(x.row, main.row, assume_unique=True, return_indices=True)
    if i.size:
        return bool((x.value[i] == main.value[j]).all())
    low, high = float(main.value.min()), float(main.value.max())
    step_like = is_axis_name(own.rsplit("/", 1)[-1]) and not _counts_epochs(own)
    return step_like and axis.name != "row" and float(x.value.min()) >= min(low, 0.0) and x.value.max() <= 1.1 * high


def _logged(table: Table, axis: Axis) -> Column:
    """Return the axis of the run where it was logged."""
    if axis.name in table.columns:
        return table.columns[axis.name]
    return Column(np.arange(table.rows), axis.step.astype(np.float64))


def _through(x: Column, at: FloatArray, table: Table, axis: Axis) -> IntArray | None:
    """Return the steps at which ``x`` had the values ``at``, from the rows that hold both; None where none does."""
    main = _logged(table, axis)
    _, i, j = np.intersect1d(x.row, main.row, assume_unique=True, return_indices=True)
    known, step = x.value[i], main.value[j]
    finite = np.isfinite(known)
    known, step = known[finite], step[finite]
    order = np.lexsort((step, known))
    known, step = known[order], step[order]
    last = np.append(known[1:] != known[:-1], True)[: known.size]  # an epoch's figures belong to its end
    known, step = known[last], step[last]
    if known.size < 2 or not np.isfinite(at).all():
        return None
    placed: IntArray = np.rint(np.interp(at, known, step)).astype(np.int64)
    return placed
