"""Diagnosis -> the row that stands for it in a sweep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

import numpy as np

from curveread.arrays import FloatArray
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.sweep.row import UNREAD, Found, Measure, Sketch, SweepRow
from curveread.run.hyperparameters import hyperparameters, worded
from curveread.run.model import Curve, Run
from curveread.run.overview import DIRECTION_NAMES
from curveread.run.roles import LOSSES, METRICS, Role
from curveread.signals.reduction import extremes
from curveread.signals.scale import bend_noise
from curveread.signals.trend import robust_trend

__all__ = ["row_of", "unread"]

_RANKING = (
    Role.EVAL_LOSS,
    Role.EVAL_ACCURACY,
    Role.QUALITY_METRIC,
    Role.ERROR_METRIC,
    Role.EVAL_PERPLEXITY,
    Role.REWARD,
    Role.TRAIN_LOSS,
    Role.TRAIN_ACCURACY,
)
"""Roles by whose curves runs may be ranked, the first that a run has being its headline."""
_MOST_OF_ROLE = 4
"""Curves of one role that are measured, those with the most points: a log may hold hundreds of accuracies per class."""
_DRAWN, _POINTS = 4, 200
_OF_RUN = re.compile(r"(best|final|last|min|max)_")


def row_of(diagnosis: Diagnosis) -> SweepRow:
    """Return the row of a run, but for its key."""
    run = diagnosis.run
    ranking = list(_ranking(diagnosis))
    return SweepRow(
        run=run.name,
        path=run.path,
        settings=_settings(run),
        task=str(run.task.kind) if run.task is not None else "",
        x_axis=run.x_axis,
        first_step=run.first_step,
        last_step=run.last_step,
        seconds=run.wall_seconds,
        health=diagnosis.verdict.health,
        headline=str(diagnosis.verdict.headline),
        measures=tuple(measure for curve in ranking if (measure := _measure(curve)) is not None),
        figures={name: known.value for name, known in diagnosis.summary.items() if not np.isnan(known.value)},
        findings=tuple(
            Found(
                f.rule,
                f.severity.value,
                f.tag or "",
                f.first_step,
                f.last_step,
                f.confidence,
                str(f.causes[0].cause) if f.causes else "",
            )
            for f in diagnosis.findings
        ),
        notes=tuple(f"{n.source}: {n.message}" if n.source else str(n.message) for n in run.notes),
        error="; ".join(f"check {f.rule} failed: {f.error}" for f in diagnosis.failed),
        sketches=tuple(_sketch(curve) for curve in _drawn(ranking)),
    )


def unread(name: str, path: str, error: str) -> SweepRow:
    """Return the row of what could not be read."""
    return SweepRow(run=name, path=path, health=UNREAD, headline=error, error=error)


def _ranking(diagnosis: Diagnosis) -> Iterator[Curve]:
    """Yield the curves by which the run may be ranked, its headline first."""
    run = diagnosis.run
    roles = list(_RANKING)
    if run.of(Role.EVAL_LOSS) and "best_eval_loss" not in diagnosis.summary:  # a detector has its best by another curve
        roles.append(roles.pop(0))
    for role in roles:
        yield from [c for c in run.of(role) if c.direction and len(c)][:_MOST_OF_ROLE]


def _drawn(ranking: list[Curve]) -> list[Curve]:
    """Return the curves that a page shows: the headline, and the losses beside it."""
    losses = [c for role in LOSSES for c in ranking if c.role is role][:2]
    return list({c.tag: c for c in (*ranking[:1], *losses, *ranking)}.values())[:_DRAWN]


def _measure(curve: Curve) -> Measure | None:
    """Return what a curve came to; None without a single finite value.

    Its best is that of a running median, which one lucky value does not move: of the trend where there are many points,
    of the values around each where there are few (Tukey, "Exploratory Data Analysis", 1977, also for the ends).
    """
    finite = curve.finite
    value = curve.value[finite]
    if not value.size:
        return None
    sign = -1.0 if curve.direction == "higher" else 1.0
    level = _level(value)
    at = int(np.argmin(sign * level))
    last = float(curve.value[-1])
    tail = curve.value[-max(1, len(curve) // 10) :]
    return Measure(
        tag=curve.tag,
        role=str(curve.role),
        better=DIRECTION_NAMES[curve.direction],
        unit=curve.unit,
        last=last,
        tail=float(np.mean(tail[np.isfinite(tail)])) if np.isfinite(last) else last,
        best=float(level[at]),
        best_step=curve.step[finite][at].item(),
        noise=bend_noise(value, 4) if value.size >= 4 else float("nan"),
        points=int(value.size),
    )


def _level(value: FloatArray) -> FloatArray:
    """Return a curve without its noise, as long as itself."""
    if value.size >= 100:
        return robust_trend(value)
    width = 3 if value.size < 25 else 5
    if value.size < width:
        return value
    edge = width // 2
    level = value.copy()
    level[edge:-edge] = np.median(np.lib.stride_tricks.sliding_window_view(value, width), axis=1)
    for inner, ends in ((1, range(edge - 1, -1, -1)), (-1, range(value.size - edge, value.size))):
        for i in ends:  # of the value, the level beside it, and where that was going, the middle one
            near = level[i + inner]
            level[i] = np.median((value[i], near, 3 * near - 2 * level[i + 2 * inner]))
    return level


def _sketch(curve: Curve) -> Sketch:
    """Return at most some 200 points of a curve: the extremes of equal stretches, and where it is not a number."""
    finite = np.flatnonzero(curve.finite)
    kept = finite[extremes(curve.value[finite], _POINTS)] if finite.size else finite
    broken = np.flatnonzero(~curve.finite)
    shown = np.union1d(kept, broken[np.linspace(0, broken.size - 1, min(broken.size, 8)).astype(np.int64)])
    value = np.where(curve.finite[shown], curve.value[shown], np.nan)
    return Sketch(curve.tag, str(curve.role), tuple(curve.step[shown].tolist()), tuple(value.tolist()))


def _settings(run: Run) -> dict[str, str | int | float | bool]:
    """Return the hyper-parameters of a run as plain values; not its results, nor where it was written to."""
    results = {_last_part(c.tag) for c in run.curves.values() if c.role in (*LOSSES, *METRICS, Role.REWARD)}
    out: dict[str, str | int | float | bool] = {}
    for name, value in hyperparameters(run.config).items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and _OF_RUN.sub("", _last_part(name)) in results:
            continue
        if isinstance(value, str) and "/" in value and run.name in PurePath(value).parts:
            continue
        out[name] = worded(value) if isinstance(value, str | list | tuple) else value
    return out


def _last_part(name: str) -> str:
    return name.lower().replace(".", "/").rpartition("/")[2]
