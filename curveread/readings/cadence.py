"""How often a run was evaluated and logged, in words: against the usual, what it can resolve, what it cost."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from curveread.detectors.base import CurveView
from curveread.detectors.rhythm import cost_of_evals, evals_of, logging_of
from curveread.findings.diagnosis import Statement
from curveread.findings.finding import Evidence, Finding
from curveread.findings.wording import amount, count, duration, figure, number, percent
from curveread.language.cadence import EVAL_SHARE, arguments, round_steps, smallest_rise
from curveread.run.model import Run
from curveread.run.roles import Role

__all__ = ["cadence"]

_Views = Mapping[Role, tuple[CurveView, ...]]

_MANY = 200_000
"""Points of a training loss that are more than anybody looks at."""
_MENTIONED = 10.0
"""Seconds of evaluation below which nobody asks."""


def cadence(run: Run, views: _Views, findings: tuple[Finding, ...]) -> list[Statement]:
    """Return how often the run was evaluated and what that can show, and whether it was logged more than is useful.

    Nothing about fewer than three evaluations, nor about logs of an ordinary size; a cost that a finding tells is not
    told again.
    """
    costly = any(f.rule == "eval-overhead" for f in findings)
    return [*_evals(run, views, costly), *_logging(run, views)]


def _logging(run: Run, views: _Views) -> list[Statement]:
    rhythm = logging_of(views, run.config, run.x_axis)
    if rhythm is None or rhythm.axis != "step" or rhythm.count < _MANY:
        return []
    better = round_steps(rhythm.count * rhythm.interval / 10_000)
    text = f"{views[Role.TRAIN_LOSS][0].tag} has {count(rhythm.count)} points. A log of every {count(better)} steps "
    text += f"(with the Trainer: {arguments(logging_steps=better)}) would show the same course, but not every spike."
    return [Statement("cadence", text, (Evidence("points", "points", float(rhythm.count), "points"),))]


def _evals(run: Run, views: _Views, told: bool) -> list[Statement]:
    view = next(iter(views[Role.EVAL_LOSS]), None)
    rhythm = evals_of(views, run.config, run.x_axis)
    if view is None or rhythm is None or rhythm.count < 3:
        return []
    text = f"{view.tag} was measured {rhythm.count} times, every {amount(rhythm.interval, rhythm.axis)}"
    rates = [f"{figure(rhythm.per_thousand)} per 1,000 steps"] if rhythm.axis == "step" else []
    if rhythm.axis == "step" and rhythm.per_epoch is not None and 0.1 <= rhythm.per_epoch < 1000.0:
        rates.append(f"{figure(rhythm.per_epoch)} per epoch")
    if rates:
        text += f" ({', '.join(rates)}); usual are every 500 to 1,000 steps, or 10 to 20 times per epoch"
    text += f". An onset can be placed to ± {amount(max(rhythm.interval / 2.0, 1.0), rhythm.axis)}"
    evidence = [
        Evidence("evaluations", "evaluations", float(rhythm.count), "evals"),
        Evidence("interval", "interval", rhythm.interval, f"{rhythm.axis}s"),
    ]
    smallest = _smallest(view)
    if smallest is not None:
        text += f", and a lasting rise below {number(100.0 * smallest, 2)} % would be lost in the noise of the evals"
        evidence.append(Evidence("smallest-rise-to-be-seen", "smallest rise to be seen", smallest, "ratio"))
    text += "."
    cost = cost_of_evals(views)
    if cost is not None and cost.seconds >= _MENTIONED and not told:
        text += f" Evaluation took {duration(cost.seconds)}, {percent(cost.share)} of the wall time"
        text += f" (about {100 * EVAL_SHARE:.0f} % is usual)"
        text += "." if cost.measured else ", by the pauses in the log, saving included."
        evidence.append(Evidence("share-of-the-wall-time", "share of the wall time", cost.share, "ratio"))
    return [Statement("cadence", text, tuple(evidence))]


def _smallest(view: CurveView) -> float | None:
    """Return the smallest rise that the noise of the evaluations lets one see, as a share of the level."""
    if len(view) < 8 or view.parts.transform.kind != "log":
        return None
    y = view.parts.y[len(view) // 3 :]  # the steep beginning is no noise
    bend = np.diff(y, 2) / np.sqrt(6.0)
    noise = 1.4826 * float(np.median(np.abs(bend))) if bend.size >= 3 else 0.0
    rise = smallest_rise(noise, len(view))
    return rise if 0.0 < rise < 0.3 else None
