"""Rows of a sweep -> a DataFrame, one flat row per run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from curveread.findings.sweep.analysis import Outcome
from curveread.findings.sweep.row import SweepRow

if TYPE_CHECKING:
    import pandas as pd


def frame(rows: Sequence[SweepRow], outcome: Outcome | None) -> pd.DataFrame:
    """Return the rows as a DataFrame; columns that no run fills are left out but for the fixed ones."""
    import pandas as pd

    return pd.DataFrame([flat(row, outcome) for row in rows], columns=list(columns(rows, outcome)))


def columns(rows: Iterable[SweepRow], outcome: Outcome | None) -> dict[str, set[type]]:
    """Return the columns of the table in their order, each with the types of its values.

    Whole numbers that no table of 64 bits holds count as text.
    """
    kinds: dict[str, set[type]] = {}
    for row in rows:
        for name, value in flat(row, outcome).items():
            found = kinds.setdefault(name, set())
            if value is not None:
                found.add(str if type(value) is int and abs(value) >= 1 << 63 else type(value))
    return {name: kinds[name] for name in sorted(kinds, key=_section)}


def _section(name: str) -> int:
    """Return where a column stands, in the order of :func:`flat`."""
    own, _, inner = name.partition(".")
    if inner and own in ("config", "figure"):
        return 1 if own == "config" else 3
    if own in ("run", "health", "headline"):
        return 0
    return 4 if own in ("findings", "notes", "error", "path", "key") else 2


def flat(row: SweepRow, outcome: Outcome | None) -> dict[str, Any]:
    """Return one row: fixed columns, ``config.<setting>``, and the forms of the sweep's outcome and further figures."""
    measure = row.measure(outcome)
    out: dict[str, Any] = {"run": row.run, "health": row.health, "headline": row.headline}
    out |= {f"config.{name}": value for name, value in row.settings.items()}
    steps = None if row.first_step is None or row.last_step is None else row.last_step - row.first_step
    out |= {"task": row.task, "x_axis": row.x_axis, "steps": steps, "last_step": row.last_step, "seconds": row.seconds}
    out |= {"outcome": measure.tag if measure else "", "better": measure.better if measure else ""}
    out |= {
        name: getattr(measure, name) if measure else None for name in ("last", "tail", "best", "best_step", "noise")
    }
    out |= {f"figure.{name}": value for name, value in row.figures.items()}
    out["findings"] = len(row.findings)
    for name in ("rule", "severity", "first_step", "last_step", "cause"):
        out[f"findings.{name}"] = ";".join("" if (v := getattr(f, name)) is None else str(v) for f in row.findings)
    return out | {"notes": "\n".join(row.notes), "error": row.error, "path": row.path, "key": row.key}
