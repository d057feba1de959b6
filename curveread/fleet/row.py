"""Diagnosis -> the row that stands for it in a sweep."""

from __future__ import annotations

import os
import re
from pathlib import PurePath

import numpy as np

from curveread.comparing.measures import measure, ranking_curves
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.sweep.row import UNREAD, Found, Sketch, SweepRow
from curveread.run.hyperparameters import hyperparameters, worded
from curveread.run.model import Curve, Run
from curveread.run.roles import LOSSES, METRICS, Role
from curveread.run.task import task_of
from curveread.signals.reduction import extremes

_DRAWN, _POINTS = 4, 200
_OF_RUN = re.compile(r"(best|final|last|min|max)_")


def row_of(diagnosis: Diagnosis) -> SweepRow:
    """Return the row of a run, but for its key."""
    run = diagnosis.run
    ranking = ranking_curves(diagnosis)
    return SweepRow(
        run=run.name,
        path=run.path,
        settings=_settings(run),
        task=str(task_of(run).kind),
        x_axis=run.x_axis,
        first_step=run.first_step,
        last_step=run.last_step,
        seconds=run.wall_seconds,
        health=diagnosis.verdict.health,
        headline=str(diagnosis.verdict.headline),
        measures=tuple(known for curve in ranking if (known := measure(curve)) is not None),
        figures={name: figure.value for name, figure in diagnosis.summary.items() if not np.isnan(figure.value)},
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


def unread(path: str, error: str) -> SweepRow:
    """Return the row of what could not be read, called by its path's last part."""
    return SweepRow(run=os.path.basename(os.path.abspath(path)), path=path, health=UNREAD, headline=error, error=error)


def _drawn(ranking: list[Curve]) -> list[Curve]:
    """Return the curves that a page shows: the headline, and the losses beside it."""
    losses = [c for role in LOSSES for c in ranking if c.role is role][:2]
    return list({c.tag: c for c in (*ranking[:1], *losses, *ranking)}.values())[:_DRAWN]


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
