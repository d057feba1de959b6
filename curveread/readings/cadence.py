"""What the rhythm of evaluations and logging hides or costs, in words."""

from __future__ import annotations

import numpy as np

from curveread.detectors.base import CurveView, Views
from curveread.detectors.shared.rhythm import cost_of_evals, evals_of, logging_of
from curveread.findings.arguments import Length, Tag, count, duration, measure, share
from curveread.findings.diagnosis import Statement
from curveread.findings.finding import Evidence, Finding
from curveread.findings.text import joined, text
from curveread.language.cadence import EVAL_SHARE, Cost, round_steps, smallest_rise
from curveread.run.model import Run
from curveread.run.roles import Role
from curveread.signals.scale import bend_noise

_COARSE = 0.05
"""Smallest rise to be seen that is worth saying: below it the noise of the evaluations hides nothing that matters."""

_SURE = 3.0
"""Standard errors above which a rise is seen."""

_MANY = 200_000
"""Points of a training loss that are more than anybody looks at."""
_MENTIONED = 10.0
"""Seconds of evaluation that are worth a mention."""


def cadence(run: Run, views: Views, findings: tuple[Finding, ...]) -> list[Statement]:
    """Return what the evaluations are too noisy to show, what they cost, and whether more was logged than is useful.

    Nothing about fewer than three evaluations, nor about ordinary ones: a reader sees how many there are. A cost that a
    finding states is not repeated.
    """
    return [*_evals(run, views, findings), *_logging(run, views)]


def _logging(run: Run, views: Views) -> list[Statement]:
    rhythm = logging_of(views, run.config, run.x_axis)
    if rhythm is None or rhythm.axis != "step" or rhythm.count < _MANY:
        return []
    sentence = text(
        "{tag} has {points} points. A log of every {better} would show the same course, but not every spike.",
        tag=Tag(views[Role.TRAIN_LOSS][0].tag),
        points=count(rhythm.count),
        better=Length(round_steps(rhythm.count * rhythm.interval / 10_000)),
    )
    return [Statement("cadence", sentence, (Evidence("points", "points", float(rhythm.count), "points"),))]


def _evals(run: Run, views: Views, findings: tuple[Finding, ...]) -> list[Statement]:
    view = next(iter(views[Role.EVAL_LOSS]), None)
    rhythm = evals_of(views, run.config, run.x_axis)
    if view is None or rhythm is None or rhythm.count < 3:
        return []
    parts: list[str] = []
    evidence: list[Evidence] = []
    smallest = _smallest(view)
    found = {f.rule for f in findings}
    if smallest is not None and smallest >= _COARSE and not found & {"overfitting", "divergence"}:
        lost = "{tag} scatters so much between evaluations that a lasting rise below {rise} would be lost in it."
        parts.append(text(lost, tag=Tag(view.tag), rise=measure(float(f"{100.0 * smallest:.2g}"), "%")))
        evidence += [
            Evidence("evaluations", "evaluations", float(rhythm.count), "evals"),
            Evidence("interval", "interval", rhythm.interval, f"{rhythm.axis}s"),
            Evidence("smallest-rise-to-be-seen", "smallest rise to be seen", smallest, "ratio"),
        ]
    cost = cost_of_evals(views)
    if cost is not None and cost.seconds >= _MENTIONED and cost.share > EVAL_SHARE and "eval-overhead" not in found:
        parts.append(_cost(cost))
        evidence.append(Evidence("share-of-the-wall-time", "share of the wall time", cost.share, "ratio"))
    return [Statement("cadence", joined(" ", parts), tuple(evidence))] if parts else []


def _cost(cost: Cost) -> str:
    took = text(
        "Evaluation took {time}, {share} of the wall time (about {usual} is usual)",
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
    # Neighbours that swing to and fro look noisier by their bends than they lie apart.
    noise = min(bend_noise(y), float(np.std(y)))
    rise = smallest_rise(noise, len(view), z=_SURE)
    return rise if 0.0 < rise < 1.0 else None
