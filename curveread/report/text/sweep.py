"""Sweep -> plain text: what it says, then a line for each run, the worst first."""

from __future__ import annotations

import textwrap

from curveread.findings.sweep.sweep import Sweep
from curveread.findings.wording import count
from curveread.logtext import clean, shorten
from curveread.report import swept

_HEADS = {"tail": "last 10 %", "last": "last", "best": "best"}
_CLIP = {"run": 40, "setting": 18}
_LEAST = 28
"""Characters that the findings have at least: settings and the second form that would take them are left out."""


def text(sweep: Sweep, width: int = 100, most: int | None = None) -> str:
    """Return the sweep as plain text, at most so many runs of it.

    Settings that matter less are left out where not all fit into the width.
    """
    lines = [swept.title(sweep), ""]
    for s in sweep.analysis.statements:
        lines += textwrap.wrap(clean(s.text), max(width, 40), break_long_words=False, break_on_hyphens=False)
    lines += [""] if sweep.analysis.statements else []
    lines += _table(sweep, width, most)
    left = len(sweep.rows) - most if most is not None else 0
    if left > 0:
        lines.append(f"and {count(left)} more")
    return "\n".join(lines) + "\n"


def _table(sweep: Sweep, width: int, most: int | None) -> list[str]:
    outcome = sweep.analysis.outcome
    rows = [sweep.rows[i] for i in swept.order(sweep)[:most]]
    columns = [c for c in swept.columns(sweep, 12) if c.kind in ("health", "run", "form", "setting")]
    heads = [_HEADS[c.name] if c.kind == "form" else c.head for c in columns]
    cells = [[shorten(h, 18) for h in heads]]
    cells += [[shorten(swept.told(r, c, outcome), _CLIP.get(c.kind, 24)) for c in columns] for r in rows]
    wide = [max(len(row[j]) for row in cells) + 2 for j in range(len(columns))]
    settings = [j for j, c in enumerate(columns) if c.kind == "setting"]
    second = [j for j, c in enumerate(columns) if c.kind == "form"][1:]
    spare, kept = settings[:1] + second + settings[1:], list(range(len(columns)))
    while spare and sum(wide[j] for j in kept) + _LEAST > width:
        kept.remove(spare.pop())
    room = max(_LEAST, width - sum(wide[j] for j in kept))
    found = ["findings", *(shorten(r.error or swept.rules(r), room) for r in rows)]
    out = []
    for row, last in zip(cells, found, strict=True):
        padded = [row[j].rjust(wide[j] - 2) if columns[j].numeric else row[j].ljust(wide[j] - 2) for j in kept]
        out.append("  ".join([*padded, last]).rstrip())
    return out
