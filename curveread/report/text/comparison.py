"""Comparison -> plain text."""

from __future__ import annotations

from curveread.findings import wording
from curveread.findings.comparison import Comparison
from curveread.findings.wording import count, duration, number
from curveread.logtext import clean, shorten
from curveread.report import facts
from curveread.report.chart.palette import WORDS

SIDE_BY_SIDE = 4
"""Runs that stand side by side, a column each; more are listed below each other."""

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


def text(comparison: Comparison) -> str:
    """Return the comparison as plain text: a line per statement, then the table."""
    head, rows = table(comparison)
    cells = [[shorten(c, 40) for c in row] for row in (head, *rows)]
    upright = len(rows) > SIDE_BY_SIDE
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
    found = findings(comparison)
    if found:
        lines += ["", "Findings:"]
        for rule, places in found.items():
            told = ", ".join(f"{place} ({shorten(run, 40)})" for run, place in places.items())
            lines.append(f"  {rule}: {told}")
    return "\n".join(lines) + "\n"


def findings(comparison: Comparison) -> dict[str, dict[str, str]]:
    """Return where each rule found something: rule -> run -> the first place, and how many more there are."""
    out: dict[str, dict[str, str]] = {}
    for run in comparison.runs:
        places: dict[str, list[int | None]] = {}
        for f in run.diagnosis.findings:
            places.setdefault(f.rule, []).append(f.first_step)
        for rule, steps in places.items():
            axis = run.diagnosis.run.x_axis
            first = "found" if steps[0] is None else wording.places(wording.place(steps[0], axis), axis)
            out.setdefault(rule, {})[run.name] = f"{first} and {len(steps) - 1} more" if len(steps) > 1 else first
    return out


def table(comparison: Comparison) -> tuple[list[str], list[list[str]]]:
    """Return the head and a row of texts for each run."""
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
