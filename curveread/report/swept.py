"""Sweep -> the words and rows of its table, formatted but not yet escaped: what the page and the terminal share."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass

from curveread.findings.sweep.analysis import Group, Optimum, Outcome, Setting
from curveread.findings.sweep.row import UNREAD, WORST_FIRST, SweepRow
from curveread.findings.sweep.sweep import Sweep
from curveread.findings.wording import amount, count, duration, number, percent
from curveread.logtext import clean, shorten
from curveread.report.chart import palette
from curveread.report.facts import WordedFigure

WORDS = {health: (palette.WORDS | {UNREAD: "Unread"})[health] for health in WORST_FIRST}
"""How a row's health is written, the worst first."""
FORMS = {"tail": "mean of the last 10 %", "last": "last value", "best": "best, smoothed"}
"""How the forms of an outcome are written."""
TOPICS = {
    "broken": "What broke",
    "best": "The best",
    "seeds": "Seeds",
    "setting": "What matters",
    "ranking": "Ranked by",
    "undetermined": "What cannot be told",
}
"""What stands before the statements of a topic."""
_LARGEST = sys.float_info.max


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table of runs; its name is that of a form or a setting.

    Kinds are ``health``, ``run``, ``form``, ``setting``, ``best-step``, ``verdict``, ``steps`` and ``seconds``.
    """

    kind: str
    head: str
    name: str = ""
    numeric: bool = False


def title(sweep: Sweep) -> str:
    """Return how many runs there are, and how many of them broke or could not be read."""
    broken, unread = sum(r.broken for r in sweep.rows), sweep.unread
    parts = [amount(len(sweep.rows), "run")]
    parts += [f"{count(broken)} broken"] * bool(broken) + [f"{count(unread)} unread"] * bool(unread)
    return ", ".join(parts)


def order(sweep: Sweep) -> tuple[int, ...]:
    """Return the places of the rows as a table shows them; those that the analysis does not order come last."""
    known = sweep.analysis.order
    return (*known, *sorted(set(range(len(sweep.rows))) - set(known)))


def settings(sweep: Sweep) -> tuple[Setting, ...]:
    """Return the settings that differ: those that matter most first, then those that most runs have, the seeds last."""
    share = {i.setting: i.share for i in sweep.analysis.importances}
    many = Counter(name for row in sweep.rows for name in row.settings)

    def rank(s: Setting) -> tuple[bool, float, bool, int]:
        return s.seed, -share.get(s.name, -1.0), len(s.values) < 2, -many[s.name]

    return tuple(sorted(sweep.analysis.settings, key=rank))


def numeric(setting: Setting) -> bool:
    """Return whether the values have places on an axis: finite numbers that a float can hold."""
    return setting.kind == "number" and all(abs(v) <= _LARGEST for v in setting.values if not isinstance(v, str))


def columns(sweep: Sweep, most: int) -> tuple[Column, ...]:
    """Return the columns of the table, with at most so many settings; a column that no row fills is left out."""
    rows, outcome = sweep.rows, sweep.analysis.outcome
    out = [Column("health", "Verdict"), Column("run", "Run")]
    if outcome is not None:
        forms = [outcome.form, *(["best"] if outcome.form != "best" else ["tail"])]
        out += [Column("form", f"{outcome.tag}, {FORMS[f]}", f, True) for f in forms]
        out.append(Column("best-step", "at step", numeric=True))
    differing = settings(sweep)[:most]
    out += [Column("setting", s.name, s.name, s.kind == "number") for s in differing]
    out.append(Column("verdict", "In words"))
    if any(r.last_step is not None for r in rows):
        out.append(Column("steps", "Last step", numeric=True))
    if any(r.seconds is not None for r in rows):
        out.append(Column("seconds", "Time", numeric=True))
    return tuple(out)


def told(row: SweepRow, column: Column, outcome: Outcome | None) -> str:
    """Return what stands in a cell; empty where nothing is known."""
    measure = row.measure(outcome)
    match column.kind:
        case "health":
            return WORDS[row.health]
        case "run":
            return clean(row.run)
        case "form":
            return number(getattr(measure, column.name)) if measure is not None else ""
        case "best-step":
            return count(measure.best_step) if measure is not None else ""
        case "setting":
            return value(row.settings[column.name]) if column.name in row.settings else ""
        case "steps":
            return count(row.last_step) if row.last_step is not None else ""
        case "seconds":
            return duration(row.seconds) if row.seconds is not None else ""
        case _:
            return clean(row.error or row.headline)


def rules(row: SweepRow) -> str:
    """Return the rules of what was found, the same one once: ``divergence, loss-spike × 3``."""
    many = Counter(f.rule for f in row.findings)
    return ", ".join(rule if n == 1 else f"{rule} × {n}" for rule, n in many.items())


def value(v: str | int | float | bool) -> str:
    """Return a setting as a cell holds it: ``0.003``, ``42``, ``true``, ``adamw``."""
    if isinstance(v, bool):
        return str(v).lower()
    if isinstance(v, int):
        return str(v)
    return number(v) if isinstance(v, float) else clean(v)


def outcome_name(outcome: Outcome) -> str:
    """Return by what the runs are ranked: ``eval/loss, mean of the last 10 %``."""
    return f"{shorten(outcome.tag, 60)}, {FORMS[outcome.form]}"


def _group_name(group: Group) -> str:
    """Return what the runs of a group share: ``lr 0.1, batch 64``."""
    return ", ".join(f"{shorten(n, 40)} {shorten(value(v), 40)}" for n, v in group.settings.items()) or "all runs"


def interval(low: float, high: float, write: str = "number") -> str:
    """Return an interval, empty where there is none."""
    if low != low or high != high:
        return ""
    form = percent if write == "percent" else lambda v: number(v, 3)
    return f"{form(low)} to {form(high)}"


def _ranged(best: Optimum) -> str:
    """Return the best range of a setting: ``0.1 to 1``, or the one value that is best."""
    return number(best.low) if best.low == best.high else f"{number(best.low)} to {number(best.high)}"


def _tally(sweep: Sweep) -> tuple[tuple[str, int], ...]:
    """Return how many rows have which health, the worst first; those that none has are left out."""
    many = Counter(r.health for r in sweep.rows)
    return tuple((health, many[health]) for health in WORST_FIRST if many[health])


def figures(sweep: Sweep) -> tuple[WordedFigure, ...]:
    """Return the key figures of a sweep."""
    analysis = sweep.analysis
    out = []
    for best in analysis.optima[:3]:
        where = [f"holds the best in {percent(best.sure)} of resamples"] if best.sure == best.sure else []
        where += [f"most broke from {number(best.edge)} on"] if best.edge == best.edge else []
        if best.open:
            where.append(f"at the {best.open} end of what was tried")
        out.append(WordedFigure(f"Best {shorten(best.setting, 40)}", _ranged(best), "; ".join(where)))
    top = next((g for g in analysis.groups if g.judged), None)
    if top is not None and analysis.outcome is not None:
        sure = interval(top.low, top.high) or amount(top.judged, "run")
        out.append(
            WordedFigure(f"Best {shorten(analysis.outcome.tag, 40)}", number(top.centre), f"{_group_name(top)}; {sure}")
        )
    groups = [g for g in analysis.groups if len(g.rows) > 1]
    if groups:
        sizes = sorted({len(g.rows) for g in analysis.groups})
        seeds = str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
        out.append(WordedFigure("Settings tried", count(len(analysis.groups)), f"{seeds} runs of each"))
    out += [WordedFigure(WORDS[health], count(n), "") for health, n in _tally(sweep)]
    return tuple(out)
