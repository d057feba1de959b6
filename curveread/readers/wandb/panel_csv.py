"""The CSV that the W&B web interface downloads for a line panel: ``Step, <run> - <metric>, …__MIN, …__MAX``."""

from __future__ import annotations

import re

import numpy as np

from curveread.readers.base import Part
from curveread.readers.tables.columns import Axis, Column, integral
from curveread.readers.tables.delimited import Cells
from curveread.run.model import Curve, Source
from curveread.run.notes import DataNote, NoteKind

_EDGE = re.compile(r"__(MIN|MAX)$")
_SEPARATOR = " - "


def is_panel_header(names: list[str]) -> bool:
    """Return whether the columns are those of a panel: an axis, then ``<run> - <metric>`` or ``<metric>__MIN``."""
    rest = names[1:]
    if not rest:
        return False
    edges = [n for n in rest if _EDGE.search(n)]
    return (bool(edges) and all(_EDGE.sub("", n) in rest for n in edges)) or all(_SEPARATOR in n for n in rest)


def is_runs_table(names: list[str]) -> bool:
    """Return whether the columns are those of the table of runs (one row per run, no curves)."""
    return names[:2] == ["Name", "State"] or {"Name", "State", "Runtime", "Created"} <= set(names)


def _common(names: list[str]) -> str:
    """Return the beginning that several names share, empty for a single name."""
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:same]


def split_names(names: list[str]) -> dict[str, tuple[str, str]]:
    """Split ``<run> - <metric>`` columns, whose parts may hold `` - `` themselves: name -> (run, metric).

    Where ``<run> - _step`` columns name the runs, these decide. Else one panel shows one metric of several runs or
    several metrics of one run: the longest common end (or else beginning) decides; without one the last `` - `` does.
    """
    counters = {n[: -len(_SEPARATOR + "_step")] for n in names if n.endswith(_SEPARATOR + "_step")}
    plain = [n for n in names if _SEPARATOR in n and not n.endswith(_SEPARATOR + "_step")]
    metric = _common([n[::-1] for n in plain])[::-1]
    run = _common(plain)
    out: dict[str, tuple[str, str]] = {}
    for name in names:
        if _SEPARATOR not in name:
            out[name] = ("", name)
        elif known := max((c for c in counters if name.startswith(c + _SEPARATOR)), key=len, default=""):
            out[name] = (known, name[len(known + _SEPARATOR) :])
        elif _SEPARATOR in metric:
            tail = metric[metric.index(_SEPARATOR) :]
            out[name] = (name[: -len(tail)], tail[len(_SEPARATOR) :])
        elif _SEPARATOR in run:
            cut = run.rindex(_SEPARATOR)
            out[name] = (name[:cut], name[cut + len(_SEPARATOR) :])
        else:
            head, tail = name.rsplit(_SEPARATOR, 1)
            out[name] = (head, tail)
    return out


def panel_parts(cells: Cells, names: list[str], source: Source) -> list[Part]:
    """Return a part per run of the panel, called as it is there.

    Where the interface put points into buckets (a value is the last of its bucket), the buckets' extremes come as
    ``<metric>__MIN`` and ``<metric>__MAX``, with a note.
    """
    x_name = names[0]
    base = list(dict.fromkeys(_EDGE.sub("", n) for n in names[1:]))
    split = split_names(base)
    runs: dict[str, dict[str, str]] = {}
    for name in base:
        run, metric = split[name]
        runs.setdefault(run, {})[metric] = name
    x = cells.numeric.get(x_name)
    parts = []
    for run, metrics in runs.items():
        axis, axis_notes = _axis(cells, x_name, x, metrics, source.path)
        notes = list(cells.notes) + axis_notes
        curves: dict[str, Curve] = {}
        for metric, name in metrics.items():
            if metric == "_step":
                continue
            curves.update(_curves(cells, axis, metric, name, notes, source.path))
        if not curves:
            notes.append(DataNote(NoteKind.EMPTY, source.path, f"no number in the columns of {run or x_name}"))
        parts.append(
            Part(
                source=source,
                curves=curves,
                key=run,
                name=run,
                notes=tuple(notes),
                x_axis=axis.name,
                order=(0.0, source.path),
                fidelity="sampled",
            )
        )
    return parts


def _axis(
    cells: Cells, x_name: str, x: Column | None, metrics: dict[str, str], source: str
) -> tuple[Axis, list[DataNote]]:
    own = cells.numeric.get(metrics.get("_step", ""))
    for name, column in ((x_name, x), ("_step", own)):
        if column is not None and column.row.size and integral(column.value):
            step = np.full(cells.rows, np.iinfo(np.int64).min, np.int64)
            step[column.row] = column.value.astype(np.int64)
            notes = (
                []
                if name.lower() == "step"
                else [DataNote(NoteKind.X_AXIS, source, f"steps are those of {name}, the panel's x-axis")]
            )
            return Axis(name, step), notes
    note = DataNote(
        NoteKind.X_AXIS, source, f"the panel's x-axis {x_name!r} does not count steps; the row number is used"
    )
    return Axis("row", np.arange(cells.rows, dtype=np.int64)), [note]


def _curves(cells: Cells, axis: Axis, metric: str, name: str, notes: list[DataNote], source: str) -> dict[str, Curve]:
    value, low, high = (cells.numeric.get(name + edge) for edge in ("", "__MIN", "__MAX"))
    if value is None or not value.row.size:
        return {}
    out = {metric: _curve(metric, axis, value)}
    if low is None or high is None or not low.row.size:
        return out
    if any(not np.array_equal(edge.value, value.value, equal_nan=True) for edge in (low, high)):
        out[metric + "__MIN"] = _curve(metric + "__MIN", axis, low)
        out[metric + "__MAX"] = _curve(metric + "__MAX", axis, high)
        said = (
            f"{metric}: the web interface put the points into buckets; each of the {value.row.size:,} points "
            "is the last of its bucket, __MIN and __MAX are the bucket's extremes"
        )
        notes.append(DataNote(NoteKind.SAMPLED, source, said))
    return out


def _curve(tag: str, axis: Axis, column: Column) -> Curve:
    step = axis.step[column.row]
    known = step != np.iinfo(np.int64).min
    order = np.argsort(step[known], kind="stable")
    return Curve(tag, step[known][order], column.value[known][order])
