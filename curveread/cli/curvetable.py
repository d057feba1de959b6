"""The curves of a run as a table that fits 80 columns: a tag that does not fit has a line of its own."""

from __future__ import annotations

from curveread import api
from curveread.cli.screen import Screen, cells, padded
from curveread.cli.sparkline import sparkline
from curveread.findings.wording import compact, count, number
from curveread.logtext import clean
from curveread.run.model import Curve, Run
from curveread.run.overview import curve_line

_HEAD = ("curve", "role", "points", "steps", "min", "max", "last", "")
_RIGHT = (False, False, True, False, True, True, True, False)
_SHAPE = 8


def print_curves(out: Screen, run: Run, smooth: float | None) -> None:
    """Print a line per curve, and how many of its points are not numbers; ``smooth`` is for the small picture only."""
    rows = [_HEAD, *(_row(curve, smooth) for curve in run.curves.values())]
    widths = [max(cells(row[i]) for row in rows) for i in range(len(_HEAD))]
    room = out.width - sum(widths[1:]) - 2 * (len(_HEAD) - 1)
    widths[0] = min(widths[0], max(room, 8))
    for n, row in enumerate(rows):
        tag = row[0]
        if cells(tag) > widths[0]:
            out.line(tag)
            tag = ""
        shown = [
            padded(cell, width, right=right) for cell, width, right in zip((tag, *row[1:]), widths, _RIGHT, strict=True)
        ]
        out.row(("  ".join(shown).rstrip(), "dim" if n == 0 else ""))
    for curve in run.curves.values():
        broken = len(curve) - int(curve.finite.sum())
        if broken:
            text = f"{clean(curve.tag)}: {count(broken)} of {count(len(curve))} points are NaN or ±Inf"
            out.line((text, "bold"))


def _row(curve: Curve, smooth: float | None) -> tuple[str, ...]:
    line = curve_line(curve)
    steps = ""
    if line.first_step is not None and line.last_step is not None:
        steps = f"{compact(line.first_step)}–{compact(line.last_step)}"
    figures = ("–" if v is None else number(v, 3) for v in (line.low, line.high, line.last))
    drawn = curve if smooth is None else api.smooth(curve, weight=smooth)
    return (clean(line.tag), line.role, count(line.points), steps, *figures, sparkline(drawn.value, _SHAPE))
