"""How often a run was evaluated and logged, in words: against the usual, what it can resolve, what it cost."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from curveread.detectors.base import CurveView
from curveread.detectors.rhythm import cost_of_evals, evals_of, logging_of
from curveread.findings.arguments import Count, Length, Name, Tag, count, duration, figure, measure, share
from curveread.findings.diagnosis import Statement
from curveread.findings.finding import Evidence, Finding
from curveread.findings.text import joined, text
from curveread.language.cadence import (
    EVAL_SHARE,
    PER_EPOCH,
    USUAL_STEPS,
    Cost,
    Rhythm,
    arguments,
    round_steps,
    smallest_rise,
)
from curveread.run.model import Run
from curveread.run.roles import Role

__all__ = ["cadence"]

_Views = Mapping[Role, tuple[CurveView, ...]]

_MANY = 200_000
"""Points of a training loss that are more than anybody looks at."""
_MENTIONED = 10.0
"""Seconds of evaluation that are worth a mention."""


def cadence(run: Run, views: _Views, findings: tuple[Finding, ...]) -> list[Statement]:
    """Return how often the run was evaluated and what that can show, and whether it was logged more than is useful.

    Nothing about fewer than three evaluations, nor about logs of an ordinary size; a cost that a finding states is not
    repeated.
    """
    costly = any(f.rule == "eval-overhead" for f in findings)
    return [*_evals(run, views, costly), *_logging(run, views)]


def _logging(run: Run, views: _Views) -> list[Statement]:
    rhythm = logging_of(views, run.config, run.x_axis)
    if rhythm is None or rhythm.axis != "step" or rhythm.count < _MANY:
        return []
    better = round_steps(rhythm.count * rhythm.interval / 10_000)
    sentence = text(
        "{tag} has {points} points. A log of every {better} (with the Trainer: {setting}) would show the same course, "
        "but not every spike.",
        tag=Tag(views[Role.TRAIN_LOSS][0].tag),
        points=count(rhythm.count),
        better=Length(better),
        setting=Name(arguments(logging_steps=better)),
    )
    return [Statement("cadence", sentence, (Evidence("points", "points", float(rhythm.count), "points"),))]


def _evals(run: Run, views: _Views, costly: bool) -> list[Statement]:
    view = next(iter(views[Role.EVAL_LOSS]), None)
    rhythm = evals_of(views, run.config, run.x_axis)
    if view is None or rhythm is None or rhythm.count < 3:
        return []
    parts: list[str] = [
        text(
            "{tag} was measured {times} times, every {interval}",
            tag=Tag(view.tag),
            times=count(rhythm.count),
            interval=Length(rhythm.interval, rhythm.axis),
        ),
        _against_the_usual(rhythm),
        text(". An onset can be placed to ± {half}", half=Length(max(rhythm.interval / 2.0, 1.0), rhythm.axis)),
    ]
    evidence = [
        Evidence("evaluations", "evaluations", float(rhythm.count), "evals"),
        Evidence("interval", "interval", rhythm.interval, f"{rhythm.axis}s"),
    ]
    smallest = _smallest(view)
    if smallest is not None:
        lost = ", and a lasting rise below {rise} would be lost in the noise of the evals"
        parts.append(text(lost, rise=measure(float(f"{100.0 * smallest:.2g}"), "%")))
        evidence.append(Evidence("smallest-rise-to-be-seen", "smallest rise to be seen", smallest, "ratio"))
    parts.append(".")
    cost = cost_of_evals(views)
    if cost is not None and cost.seconds >= _MENTIONED and not costly:
        parts.append(_cost(cost))
        evidence.append(Evidence("share-of-the-wall-time", "share of the wall time", cost.share, "ratio"))
    return [Statement("cadence", joined("", parts), tuple(evidence))]


def _against_the_usual(rhythm: Rhythm) -> str:
    """Return how often that is per 1,000 steps and per epoch, and what is usual; nothing on an axis of epochs."""
    if rhythm.axis != "step":
        return ""
    rates = [text("{rate} per {thousand}", rate=figure(rhythm.per_thousand), thousand=Count(1000, "step"))]
    if rhythm.per_epoch is not None and 0.1 <= rhythm.per_epoch < 1000.0:
        rates.append(text("{rate} per epoch", rate=figure(rhythm.per_epoch)))
    return text(
        " ({rates}); usual are every {least} to {most}, or {few} to {many} times per epoch",
        rates=joined(", ", rates),
        least=count(USUAL_STEPS[0]),
        most=Count(USUAL_STEPS[1], "step"),
        few=count(PER_EPOCH[0]),
        many=count(PER_EPOCH[1]),
    )


def _cost(cost: Cost) -> str:
    took = text(
        " Evaluation took {time}, {share} of the wall time (about {usual} is usual)",
        time=duration(cost.seconds),
        share=share(cost.share),
        usual=measure(100.0 * EVAL_SHARE, "%"),
    )
    return took + ("." if cost.measured else ", by the pauses in the log, saving included.")


def _smallest(view: CurveView) -> float | None:
    """Return the smallest rise that the noise of the evaluations lets one see, as a share of the level."""
    if len(view) < 8 or view.parts.transform.kind != "log":
        return None
    y = view.parts.y[len(view) // 3 :]  # the steep beginning is not noise
    bend = np.diff(y, 2) / np.sqrt(6.0)
    noise = 1.4826 * float(np.median(np.abs(bend))) if bend.size >= 3 else 0.0
    rise = smallest_rise(noise, len(view))
    return rise if 0.0 < rise < 0.3 else None
