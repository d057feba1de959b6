"""Comparison -> text, page and figure."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from curveread.errors import UsageError
from curveread.findings.comparison import Comparison
from curveread.findings.wording import count, duration, number
from curveread.report import facts
from curveread.report.chart.palette import INKS, WORDS
from curveread.report.logtext import clean, shorten
from curveread.report.page.templates import asset, environment
from curveread.report.write import put

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["FORMATS", "Side", "figure", "page", "text", "write"]

FORMATS = ("html", "json", "txt", "png")

_SIDE_BY_SIDE = 4
"""Runs that stand side by side, a column each; more are listed below each other."""

_NAMED = 12
"""Lines that a key names; more colours than that cannot be told apart."""

_HEADS = {
    "steps": "Steps",
    "hours": "Wall time",
    "best_eval_loss": "Best eval loss",
    "best_eval_step": "at step",
    "last_eval_loss": "Last eval loss",
    "best_eval_perplexity": "Best perplexity",
    "best_eval_bits_per_byte": "Bits per byte",
    "last_train_loss": "Last train loss",
    "eval_loss_at_common_step": "Eval loss at the last common step",
}


@dataclass(frozen=True, slots=True)
class Side:
    """Implements :class:`curveread.findings.comparison.ComparisonRenderer`; loads matplotlib only when it draws."""

    def figure(self, comparison: Comparison) -> Figure:
        """Return the matplotlib figure."""
        return figure(comparison)

    def fragment(self, comparison: Comparison) -> str:
        """Return the HTML that a notebook shows: what the comparison says, and the table."""
        return _render("comparison_fragment.html.jinja", comparison)


def text(comparison: Comparison) -> str:
    """Return the comparison as plain text: a line per statement, then the table."""
    head, rows = _table(comparison)
    cells = [[shorten(c, 40) for c in row] for row in (head, *rows)]
    upright = len(rows) > _SIDE_BY_SIDE
    if not upright:  # a column per run: 80 characters are enough
        cells = [list(row) for row in zip(*cells, strict=True)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    lines = [f"{len(comparison.runs)} runs compared", ""]
    lines += [clean(s.text) for s in comparison.statements] + ([""] if comparison.statements else [])
    for row in cells:
        left = 2 if upright else 1
        padded = [c.ljust(w) if i < left else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(padded).rstrip())
    lines += ["", *(f"{shorten(r.name, 60)}: {shorten(r.diagnosis.verdict.headline, 300)}" for r in comparison.runs)]
    if comparison.differing:
        lines += ["", "Settings that differ:"]
        for name, values in comparison.differing.items():
            told = ", ".join(f"{shorten(v, 40)} ({shorten(run, 40)})" for run, v in values.items())
            lines.append(f"  {shorten(name, 40)}: {told}")
    return "\n".join(lines) + "\n"


def page(comparison: Comparison) -> str:
    """Return the comparison as one HTML page that needs nothing else."""
    return _render("comparison.html.jinja", comparison)


def figure(comparison: Comparison) -> Figure:
    """Return the losses of all runs on common steps: a panel for the eval loss and one for the train loss."""
    from matplotlib.figure import Figure

    drawn = [(role, a) for role, a in comparison.aligned.items() if a.step.size]
    made = Figure(figsize=(8.0, 0.6 + 3.0 * max(len(drawn), 1)), layout="constrained")
    if not drawn:
        made.text(0.5, 0.5, "no loss to draw", ha="center")
        return made
    grid = made.subplots(len(drawn), 1, sharex=True, squeeze=False)
    for (role, aligned), ax in zip(drawn, grid[:, 0], strict=True):
        _draw(ax, aligned.step, aligned.value, [r.name for r in comparison.runs])
        ax.set_title(role.replace("-", " "), loc="left", fontsize="medium")
    grid[-1, 0].set_xlabel("step")
    _key(made, list(grid[:, 0]), [r.name for r in comparison.runs])
    return made


def write(comparison: Comparison, path: Path) -> Path:
    """Write the comparison in the format that the file's name asks for.

    Raises
    ------
    UsageError
        When it asks for none of :data:`FORMATS`.
    ExportError
        When the file cannot be written.
    """
    match path.suffix.lower():
        case ".html":
            put(path, page(comparison))
        case ".json":
            put(path, comparison.to_json() + "\n")
        case ".txt":
            put(path, text(comparison))
        case ".png":
            out = io.BytesIO()
            figure(comparison).savefig(out, format="png", dpi=150, metadata={"Software": None})
            put(path, out.getvalue())
        case _:
            raise UsageError(f"-o {path}: the name must end in {', '.join('.' + f for f in FORMATS)}")
    return path


def _draw(ax: Axes, step: np.ndarray[Any, Any], value: np.ndarray[Any, Any], names: Sequence[str]) -> None:
    from curveread.report.figure.style import dashes, plain

    inks = [INKS[n] for n in ("train", "eval", "third", "fourth", "fifth", "sixth")]
    for i, (row, name) in enumerate(zip(value, names, strict=True)):
        if np.isfinite(row).any():
            ink = inks[i % len(inks)]
            (line,) = ax.plot(step, row, color=ink.light, linewidth=1.6, dashes=dashes(ink.dash))
            line.set_label("\u200a" + plain(name, 40))  # a name that begins with _ would not be shown
    seen = value[np.isfinite(value)]
    if seen.size and float(seen.max()) > float(np.percentile(seen, 98)) * 4.0 > 0.0:
        ax.set_ylim(float(seen.min()) - 0.05 * float(np.ptp(seen)) * 0.1, float(np.percentile(seen, 98)) * 1.1)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    ax.grid(axis="y", alpha=0.15)


def _key(made: Figure, panels: Sequence[Axes], names: Sequence[str]) -> None:
    """Name the lines once, above the panels: a key inside would cover where they begin."""
    lines = {line.get_label(): line for ax in panels for line in ax.get_lines()}
    if 0 < len(lines) <= _NAMED:
        columns = 3 if max(map(len, names)) <= 24 else 2
        key = made.legend(
            list(lines.values()), [str(n) for n in lines], loc="outside upper left", ncols=columns, fontsize="small"
        )
        key.set_frame_on(False)
        for told in key.get_texts():
            told.set_parse_math(False)


def _table(comparison: Comparison) -> tuple[list[str], list[list[str]]]:
    columns = comparison.columns
    head = ["Run", "Health", *(_HEADS.get(c, c.replace("_", " ")) for c in columns), "Findings"]
    rows = [
        [r.name, WORDS[r.diagnosis.verdict.health]]
        + [_cell(c, r.figures.get(c)) for c in columns]
        + [facts.counts(r.diagnosis.findings, len(r.diagnosis.failed)) or "none"]
        for r in comparison.runs
    ]
    return head, rows


def _cell(column: str, value: float | None) -> str:
    if value is None:
        return "?"
    if column == "hours":
        return duration(3600.0 * value)
    return count(value) if column in ("steps", "best_eval_step") else number(value)


def _render(template: str, comparison: Comparison) -> str:
    from markupsafe import Markup

    from curveread.version import __version__

    head, rows = _table(comparison)
    drawn = any(a.step.size for a in comparison.aligned.values())
    picture = ""
    if drawn and template == "comparison.html.jinja":
        out = io.BytesIO()
        figure(comparison).savefig(out, format="png", dpi=130, metadata={"Software": None})
        picture = "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
    names = [r.name for r in comparison.runs]
    return (
        environment()
        .get_template(template)
        .render(
            title=f"{len(names)} runs compared",
            statements=[clean(s.text) for s in comparison.statements],
            head=head,
            upright=len(rows) > _SIDE_BY_SIDE,
            rows=[
                {"health": r.diagnosis.verdict.health, "headline": r.diagnosis.verdict.headline, "cells": cells}
                for r, cells in zip(comparison.runs, rows, strict=True)
            ],
            names=names,
            differing=[(n, [v.get(name, "?") for name in names]) for n, v in comparison.differing.items()],
            picture=picture,
            css=Markup(asset("page.css")),
            version=__version__,
        )
    )
