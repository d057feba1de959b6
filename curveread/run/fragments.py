"""Run and Curve as a notebook shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curveread.logtext import words
from curveread.plural import amount
from curveread.run.notebook import Cell, framed, head, sparkline, table, told
from curveread.run.overview import CurveLine, curve_line, overview
from curveread.run.roles import LOSSES, METRICS, Role
from curveread.run.tags.kinds import TaskKind

if TYPE_CHECKING:
    from curveread.run.model import Curve, Run
    from curveread.run.notes import DataNote

_ROWS, _NOTES = 24, 5
"""Curves and notes that a notebook shows of a run."""
_RANK = {role.value: 0 for role in (*LOSSES, *METRICS)} | {
    role.value: 2 for role in (Role.OTHER, Role.STEP_AXIS, Role.EPOCH, Role.TOKENS, Role.TIME, Role.MEMORY, Role.SYSTEM)
}
"""Curves that tell how the run went stand first, counters and samples of the machine last."""


def run_fragment(run: Run) -> str:
    """Return what a notebook shows of a run: a line for each curve with its shape, and the notes."""
    lines = sorted(overview(run), key=lambda line: _RANK.get(line.role, 1))
    bad = any(line.nonfinite for line in lines)
    steps = "" if run.first_step is None else f"{run.x_axis} {run.first_step:,}–{run.last_step:,}"
    task = "" if run.task is None or run.task.kind is TaskKind.UNKNOWN else words(run.task.kind)
    small = (amount(len(lines), "curve"), steps, task, *sorted({source.format for source in run.sources}))
    names: list[Cell] = ["curve", "role", "", *(("num", name) for name in ("points", "min", "max", "last"))]
    rows = [_row(run.curves[line.tag], line, bad) for line in lines[:_ROWS]]
    left = max(0, len(lines) - _ROWS)
    more = f"<p class='cr-small'>and {amount(left, 'more curve')}</p>" if left else ""
    notes = "".join(f"<li>{_note(note)}</li>" for note in run.notes[:_NOTES])
    rest = f"<li>and {len(run.notes) - _NOTES} more</li>" if len(run.notes) > _NOTES else ""
    return framed(
        head(f"Run {told(run.name)}", small)
        + table([*names, *([("num", "NaN or ±Inf")] if bad else [])], rows)
        + more
        + (f'<ul class="cr-small">{notes}{rest}</ul>' if notes else "")
    )


def curve_fragment(curve: Curve) -> str:
    """Return what a notebook shows of a curve: its shape and its figures."""
    line = curve_line(curve)
    steps = "" if line.first_step is None else f"steps {line.first_step:,}–{line.last_step:,}"
    small = (line.role, curve.unit, amount(line.points, "point"), steps)
    figures = (("min", line.low), ("max", line.high), ("last", line.last))
    shown = " · ".join(f"{name} {value:.4g}" for name, value in figures if value is not None)
    bad = f" · {line.nonfinite:,} NaN or ±Inf" if line.nonfinite else ""
    picture = sparkline(curve.step, curve.value, 480, 90)
    return framed(head(f"Curve {told(curve.tag)}", small) + picture + f'<p class="cr-small">{shown}{bad}</p>')


def _note(note: DataNote) -> str:
    return (f"{told(note.source)}: " if note.source else "") + told(note.message, 300)


def _row(curve: Curve, line: CurveLine, bad: bool) -> list[Cell]:
    figures = [("num", "" if v is None else f"{v:.4g}") for v in (line.low, line.high, line.last)]
    last = [("num", f"{line.nonfinite:,}" if line.nonfinite else "")] if bad else []
    shape = sparkline(curve.step, curve.value) if len(curve) else ""
    return [told(line.tag, 60), line.role, shape, ("num", f"{line.points:,}"), *figures, *last]
