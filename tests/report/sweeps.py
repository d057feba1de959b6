"""Sweeps made by hand: learning rates by seeds, of any size, with wrecks, unread runs and hostile texts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from curveread.findings.diagnosis import Statement
from curveread.findings.sweep.analysis import (
    Analysis,
    Association,
    Group,
    Importance,
    Improvement,
    Optimum,
    Outcome,
    Setting,
)
from curveread.findings.sweep.row import Found, Measure, Sketch, SweepRow
from curveread.findings.sweep.sweep import Sweep
from curveread.fleet.renderer import FleetRenderer

RATES = (0.001, 0.01, 0.1, 1.0, 10.0)
LEVELS = {0.001: 0.9, 0.01: 0.3, 0.1: 0.05, 1.0: 0.2, 10.0: 900.0}
_WORST = ("unread", "error", "warning", "undetermined", "info", "ok")


def row(i: int, rate: float, seed: int, points: int = 40, **settings: str | int | float | bool) -> SweepRow:
    """Return a run that comes to its rate's level; at 10 it ends as NaN for the first seed and huge for the others."""
    level = LEVELS[rate] * (1 + 0.05 * seed)
    wreck = rate == 10.0
    step = tuple(range(0, 50 * points, 50))
    value = tuple(level * (1 + 3 * math.exp(-k / 8) + 0.03 * math.sin(k * (seed + 1))) for k in range(points))
    last = math.nan if wreck and seed == 0 else value[-1]
    measure = Measure("eval/loss", "eval-loss", "down", "", last, last, min(value), step[-1], 0.01, points)
    found = (Found("divergence", "error", "eval/loss", 500, 900, 0.9),) if wreck else ()
    return SweepRow(
        f"run-{i:04d}", f"runs/run-{i:04d}", "k", {"lr": rate, "seed": seed} | settings, "classification",
        last_step=step[-1], first_step=0, seconds=60.0 + i, health="error" if wreck else "ok",
        headline="eval/loss rose and stayed up." if wreck else "Nothing needs attention.", measures=(measure,),
        findings=found, sketches=tuple(Sketch(f"{k}/loss", f"{k}-loss", step, value) for k in ("eval", "train")),
    )  # fmt: skip


def unread(name: str) -> SweepRow:
    """Return a run that could not be read."""
    return SweepRow(name, name, error="events.out: record 3: checksum", headline="events.out: record 3: checksum")


def grid(seeds: int = 3) -> tuple[SweepRow, ...]:
    """Return each rate with so many seeds."""
    return tuple(row(i * seeds + s, rate, s) for i, rate in enumerate(RATES) for s in range(seeds))


def sweep(rows: Sequence[SweepRow] | None = None, **more: object) -> Sweep:
    """Return a sweep with all that may stand over its rows."""
    rows = tuple(grid() if rows is None else rows)
    outcome = Outcome("eval/loss", "", "down")
    groups = sorted((_group(rows, rate) for rate in RATES), key=lambda g: g.centre)
    best = next((i for i, g in enumerate(groups) if g.judged), 0)
    analysis = Analysis(
        outcome=outcome,
        settings=(
            Setting("seed", "number", tuple(sorted({r.settings["seed"] for r in rows if r.settings})), seed=True),
            Setting("lr", "number", RATES, decades=True),
        ),
        groups=tuple(replace(g, tied=None if g.judged < 3 else i == best) for i, g in enumerate(groups)),
        improvements=(Improvement(0, 1, 0.98, 0.9, 1.0),),
        associations=(Association("divergence", "lr", ">=", 10.0, 3, 3, 0, 12, 1.0, 0.6, 1.0, 0.002, 0.02, 9),),
        importances=(Importance("lr", 0.93, 0.8, 0.97),),
        optima=(Optimum("lr", 0.1, 0.1, 10.0, "", 0.99),),
        order=tuple(sorted(range(len(rows)), key=lambda i: (_WORST.index(rows[i].health), i))),
        statements=(
            Statement("broken", "Divergence in 3 of 3 runs with lr >= 10, in none of 12 others."),
            Statement("best", "The best lr is 0.1; the edge of stability lies between 1 and 10."),
        ),
    )  # fmt: skip
    return Sweep(rows, replace(analysis, **more), FleetRenderer())  # type: ignore[arg-type]


def _group(rows: Sequence[SweepRow], rate: float) -> Group:
    places = tuple(i for i, r in enumerate(rows) if r.settings.get("lr") == rate)
    values = [v for i in places if math.isfinite(v := rows[i].measures[0].tail)]
    centre = sum(values) / len(values) if values else math.inf
    ends = (min(values), max(values)) if len(values) > 2 else (math.nan, math.nan)
    return Group({"lr": rate}, places, len(values), sum(rows[i].broken for i in places), centre, *ends)
