"""Runs -> the lines in which a picture shows them: each run by itself, or groups with a band from lowest to highest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from curveread.arrays import FloatArray
from curveread.comparing.curves import curve_of
from curveread.comparing.names import names_of
from curveread.errors import ArgumentError
from curveread.findings.overlay import Overlay, OverlayPanel, Strand
from curveread.plural import amount
from curveread.run.hyperparameters import plain_settings, worded
from curveread.run.model import Curve, Run
from curveread.run.roles import Role

By = str | Sequence[str] | Callable[[Run], object] | None
"""What makes runs a group: a setting or several, or what a function says of a run."""

_POINTS = 400
"""Blocks in which a long curve is drawn, each by its mean."""
_WANTED = (
    Role.EVAL_LOSS, Role.TRAIN_LOSS, Role.REWARD, Role.QUALITY_METRIC, Role.EVAL_ACCURACY, Role.ERROR_METRIC,
    Role.TRAIN_ACCURACY, Role.EVAL_PERPLEXITY, Role.TRAIN_PERPLEXITY, Role.POLICY_LOSS,
)  # fmt: skip
_PANELS = 2


def overlay(runs: Sequence[Run], tags: Sequence[str] | None = None, by: By = None) -> Overlay:
    """Return the curves of several runs as lines.

    Parameters
    ----------
    runs
        Two or more.
    tags
        Which curves; by default the eval and the train loss, or the first two of what else tells how a run went.
    by
        What makes runs a group; each is one of its own when not given.

    Raises
    ------
    ArgumentError
        For a tag or a setting that no run has.
    """
    keys, title = _keys(runs, by)
    ramp = by is not None and all(isinstance(key, int | float) for key in keys)
    order = sorted(range(len(runs)), key=lambda i: keys[i]) if ramp else range(len(runs))
    groups = dict[str, list[Run]]()
    for i in order:
        groups.setdefault(str(keys[i]), []).append(runs[i])
    axes = {run.x_axis for run in runs}
    return Overlay(
        panels=tuple(_panel(which, list(groups.values())) for which in _which(runs, tags)),
        x_axis=axes.pop() if len(axes) == 1 else "step",
        labels=tuple(n if by is None else f"{n} ({amount(len(group), 'run')})" for n, group in groups.items()),
        title=title,
        ramp=ramp,
    )


def _keys(runs: Sequence[Run], by: By) -> tuple[list[Any], str]:
    """Return what each run is grouped by, and the settings' names."""
    if by is None:
        return names_of(runs), ""
    if callable(by):
        return [by(run) for run in runs], ""
    names = [by] if isinstance(by, str) else list(by)
    settings = [plain_settings(run.config) for run in runs]
    for name in names:
        if not any(name.lower() in known for known in settings):
            there = ", ".join(sorted({name for known in settings for name in known})) or "none"
            raise ArgumentError("by", name, f"no run has this setting; there are: {there}")
    if len(names) == 1:
        return [known.get(names[0].lower(), "not set") for known in settings], names[0]
    parts = [[f"{name}={worded(known.get(name.lower(), 'not set'))}" for name in names] for known in settings]
    return [", ".join(part) for part in parts], ""


def _which(runs: Sequence[Run], tags: Sequence[str] | None) -> list[str | Role]:
    if tags is None:
        roles = [role for role in _WANTED if any(_curve(run, role) for run in runs)]
        shared = [tag for tag in runs[0] if all(tag in run for run in runs)]
        return [*(roles or shared)[:_PANELS]]
    for tag in tags:
        if not any(tag in run for run in runs):
            there = ", ".join(dict.fromkeys(tag for run in runs for tag in run)) or "none"
            raise ArgumentError("tags", tag, f"no run has a curve of that name; there are: {there[:400]}")
    return [*tags]


def _curve(run: Run, which: str | Role) -> Curve | None:
    if isinstance(which, Role):
        return curve_of(run, which)
    return run[which] if which in run and run[which].finite.any() else None


def _panel(which: str | Role, groups: Sequence[Sequence[Run]]) -> OverlayPanel:
    found = [[curve for run in group if (curve := _curve(run, which)) is not None] for group in groups]
    curves = [curve for group in found for curve in group]
    tags, units = {curve.tag for curve in curves}, {curve.unit for curve in curves}
    title = tags.pop() if len(tags) == 1 else str(which).replace("-", " ")
    strands = tuple(_strand(group) if group else None for group in found)
    ends = [end for s in strands if s is not None for end in (s.value, s.low, s.high) if end.size]
    top = float(np.percentile([np.percentile(v, 95) for v in ends], 50, method="lower")) if ends else 0.0
    return OverlayPanel(title, units.pop() if len(units) == 1 else "", strands, top)


def _strand(curves: Sequence[Curve]) -> Strand:
    lines = [_reduced(curve) for curve in curves]
    ends = [(step[-1], value[-1]) for curve, (step, value) in zip(curves, lines, strict=True) if not curve.finite[-1]]
    broke = np.array(ends, dtype=np.float64).reshape(-1, 2)
    if len(lines) == 1:
        return Strand(*lines[0], np.empty(0), np.empty(0), broke)
    steps = [step for step, _ in lines]
    grid = np.unique(np.concatenate(steps)) if sum(map(len, steps)) <= 4 * _POINTS else _spread(steps)
    rows = np.array([np.interp(grid, step, value, left=np.nan, right=np.nan) for step, value in lines])
    some = np.isfinite(rows).any(axis=0)
    grid, rows = grid[some], rows[:, some]
    return Strand(grid, np.nanmedian(rows, axis=0), np.nanmin(rows, axis=0), np.nanmax(rows, axis=0), broke)


def _spread(steps: Sequence[FloatArray]) -> FloatArray:
    return np.linspace(min(s[0] for s in steps), max(s[-1] for s in steps), _POINTS)


def _reduced(curve: Curve) -> tuple[FloatArray, FloatArray]:
    """Return the finite points, those of a long curve as means of blocks."""
    step, value = curve.step[curve.finite].astype(np.float64), curve.value[curve.finite]
    if value.size <= _POINTS:
        return step, value
    edge = np.linspace(0, value.size, _POINTS + 1).astype(np.int64)[:-1]
    size = np.diff(np.append(edge, value.size))
    return np.add.reduceat(step, edge) / size, np.add.reduceat(value, edge) / size
