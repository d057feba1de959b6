"""Sweep -> matplotlib figure: the outcome against each setting, and the curves."""

from __future__ import annotations

import math

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from curveread.arrays import FloatArray
from curveread.findings.sweep.analysis import Optimum, Setting
from curveread.findings.sweep.sweep import Sweep
from curveread.report import swept
from curveread.report.chart.palette import HEALTH, INKS, Ink
from curveread.report.chart.scale import DECADES, value_axis
from curveread.report.figure.axes import LINES, bare, ramp
from curveread.report.figure.paper import RunFigure
from curveread.report.figure.style import plain, shade

_PANELS = 4
_TICKS = 12


def figure(sweep: Sweep) -> Figure:
    """Return the outcome against each setting that differs, the four that matter most, and under them the curves."""
    outcome = sweep.analysis.outcome
    settings = (
        [s for s in swept.settings(sweep) if not s.seed and len(s.values) > 1][:_PANELS] if outcome is not None else []
    )
    drawn = any(r.sketches for r in sweep.rows)
    made = RunFigure(figsize=(9.0, max(1.0, 3.4 * bool(settings) + 3.4 * drawn)), layout="constrained")
    if not settings and not drawn:
        made.text(0.5, 0.5, "nothing to draw", ha="center")
        return made
    grid = made.add_gridspec(bool(settings) + drawn, max(1, len(settings)))
    first: Axes | None = None
    for i, setting in enumerate(settings):
        ax = made.add_subplot(grid[0, i], sharey=first)
        first = first or ax
        _outcomes(ax, sweep, setting)
        ax.tick_params(labelleft=i == 0)
    if first is not None and outcome is not None:
        first.set_ylabel(plain(swept.outcome_name(outcome), 50), parse_math=False)
    if drawn:
        _curves(made, made.add_subplot(grid[-1, :]), sweep, settings[0] if settings else None)
    return made


def _outcomes(ax: Axes, sweep: Sweep, setting: Setting) -> None:
    """Draw a mark for each run; those without a finite outcome stand on a rail at the bad end."""
    outcome = sweep.analysis.outcome
    if outcome is None:
        return
    places = setting.places(r.settings.get(setting.name) for r in sweep.rows)
    marks = [
        (_at(setting, i), getattr(m, outcome.form), row.broken)
        for row, i in zip(sweep.rows, places, strict=True)
        if i >= 0 and (m := row.measure(outcome)) is not None
    ]
    x, y = (np.array([mark[k] for mark in marks], dtype=np.float64) for k in (0, 1))
    broken, finite = np.array([mark[2] for mark in marks], dtype=bool), np.isfinite(y)
    if setting.decades and swept.numeric(setting):
        ax.set_xscale("log")
    if _wide(y[finite]):
        ax.set_yscale("log")
    ax.scatter(x[finite & ~broken], y[finite & ~broken], s=14, color=_ink(INKS["train"]), alpha=0.7, linewidths=0)
    ax.scatter(x[finite & broken], y[finite & broken], s=22, color=_ink(HEALTH["error"]), marker="x")
    rail = blended_transform_factory(ax.transData, ax.transAxes)
    bad = 1.0 if outcome.better == "down" else 0.0
    for at in x[~finite]:
        (cross,) = ax.plot(at, bad, "x", color=_ink(HEALTH["error"]), transform=rail, clip_on=False)
        cross.set_in_layout(False)
    for g in sweep.analysis.groups:
        if (
            g.judged > 1
            and math.isfinite(g.centre)
            and setting.name in g.settings
            and len(sweep.analysis.groups) <= 2 * len(setting.values)
        ):
            at = _at(setting, places[g.rows[0]])
            low, high = (g.low, g.high) if math.isfinite(g.low) and math.isfinite(g.high) else (g.centre, g.centre)
            ax.errorbar(
                at, g.centre, [[g.centre - low], [high - g.centre]], fmt="_", color=_ink(INKS["sixth"]), capsize=0
            )
    best = next((o for o in sweep.analysis.optima if o.setting == setting.name), None)
    if best is not None:
        _range(ax, best)
    _ticks(ax, setting)


def _range(ax: Axes, best: Optimum) -> None:
    if math.isfinite(best.low) and math.isfinite(best.high):
        ax.axvspan(best.low, best.high, color=_ink(HEALTH["ok"]), alpha=0.15, linewidth=3)
    if math.isfinite(best.edge):
        ax.axvline(best.edge, color=_ink(HEALTH["error"]), linestyle="--", linewidth=1)


def _ticks(ax: Axes, setting: Setting) -> None:
    ax.set_title(plain(setting.name, 40), loc="left", fontsize="medium", parse_math=False)
    if not swept.numeric(setting) or len(setting.values) <= _TICKS:
        few = range(min(len(setting.values), _TICKS))
        ax.set_xticks([], minor=True)
        ax.set_xticks([_at(setting, i) for i in few], [plain(swept.value(setting.values[i]), 12) for i in few])
        for told in ax.get_xticklabels():
            told.set_parse_math(False)
            told.set_fontsize("small")
    bare(ax)


def _curves(made: Figure, ax: Axes, sweep: Sweep, setting: Setting | None) -> None:
    """Draw the curve of every run, in the colour of its setting; broken runs dashed."""
    tag = sweep.analysis.outcome.tag if sweep.analysis.outcome else ""
    shown = [(r, next((s for s in r.sketches if s.tag == tag), r.sketches[0])) for r in sweep.rows if r.sketches]
    inks = _inks(setting)
    places = setting.places(r.settings.get(setting.name) for r, _ in shown) if setting else [-1] * len(shown)
    for (row, sketch), i in zip(shown, places, strict=True):
        colour = inks[i] if i >= 0 else _ink(INKS["plain"])
        style = "--" if row.broken else "-"
        ax.plot(sketch.step, sketch.value, color=colour, linewidth=0.9, alpha=0.6, linestyle=style)
    values = [v[np.isfinite(v)] for v in (np.array(s.value, dtype=np.float64) for r, s in shown if not r.broken)]
    sound = np.concatenate(values) if values else np.empty(0)
    if _wide(sound):
        ax.set_yscale("log")
    elif sound.size:
        reach = value_axis([sound])
        ax.set_ylim(reach.low, reach.high)
    ax.set_title(plain(shown[0][1].tag, 60), loc="left", fontsize="medium", parse_math=False)
    ax.set_xlabel(plain(shown[0][0].x_axis, 40), parse_math=False)
    if setting is not None and len(setting.values) <= _TICKS:
        for value, ink in zip(setting.values, inks, strict=True):
            ax.plot([], [], color=ink, label="\u200a" + plain(swept.value(value), 20))
        key = made.legend(title=plain(setting.name, 30), loc="outside right lower", fontsize="small", frameon=False)
        for told in (*key.get_texts(), key.get_title()):
            told.set_parse_math(False)
    bare(ax)


def _inks(setting: Setting | None) -> list[object]:
    """Return a colour for each value: a ramp for numbers, the inks of curves for categories."""
    if setting is None:
        return []
    if setting.kind == "number":
        return ramp(len(setting.values))
    return [_ink(LINES[i] if i < len(LINES) else INKS["plain"]) for i in range(len(setting.values))]


def _ink(ink: Ink) -> str:
    return shade(ink, rcParams["axes.facecolor"])


def _at(setting: Setting, i: int) -> float:
    return float(setting.values[i]) if swept.numeric(setting) else float(i)


def _wide(values: FloatArray) -> bool:
    return bool(values.size) and bool(values.min() > 0) and bool(values.max() / values.min() > DECADES)
