"""What ``eval-relapse`` says of metrics that were best at the start and only fell: training spoilt what there was."""

from __future__ import annotations

import numpy as np

from curveread.detectors.base import CurveView, Subject
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Place, Tag, level
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.signals.returns import ascent_of

_LEAST = 10
_MORE_WRONG = 1.1
"""A tenth more of the answers are wrong than at first."""


def only_worse(subject: Subject, rule: str) -> list[Finding]:
    """Return at most one finding: no metric ever rose above its first evaluations, and one surely fell.

    Parameters
    ----------
    subject
        The run, with its metrics; those that are shares of 1 or 100 and good when high are asked.
    rule
        The rule that asks.
    """
    asked = [v for v in subject.all(Role.EVAL_ACCURACY, Role.QUALITY_METRIC) if _is_share(v)]
    courses = [ascent_of(v.value) for v in asked]
    if not courses or not all(course.never or course.fell for course in courses):
        return []
    view, course = min(zip(asked, courses, strict=True), key=lambda each: each[1].trend)
    whole = 1.0 if float(view.value.max()) <= 1.0 else 100.0
    if not course.fell or whole - course.end < _MORE_WRONG * (whole - course.start):
        return []
    best = int(np.argmax(view.value))
    message = text(
        "{tag} was best at its first evaluations and fell since, from around {start} to around {end}",
        tag=Tag(view.tag),
        start=level(course.start, view.unit),
        end=level(course.end, view.unit),
    )
    if len(asked) > 1:
        message += "; no other metric rose"
    return [
        Finding(
            rule=rule,
            severity=Severity.WARNING,
            confidence=confidence_of(rule),
            tag=view.tag,
            first_step=int(view.step[best]),
            peak_step=int(view.step[int(np.argmin(view.value))]),
            last_step=int(view.step[-1]),
            message=message,
            evidence=(
                Evidence("starting-level", "starting level", course.start, view.unit),
                Evidence("level-at-the-end", "level at the end", course.end, view.unit),
            ),
            also_explained_by=("an objective that does not serve this metric",),
            advice=(
                text("Keep the checkpoint nearest to {best}.", best=Place(int(view.step[best]))),
                "Train at a lower learning rate, or less of the model: what it began with was better.",
            ),
        )
    ]


def _is_share(view: CurveView) -> bool:
    return (
        view.curve.direction == "higher"
        and len(view) >= _LEAST
        and 0.0 <= float(view.value.min()) <= float(view.value.max()) <= 100.0
    )
