"""The check ``step-gap``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Count, PlaceList, Tag, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.signals.median import median


@dataclass(frozen=True)
class StepGap(Detector):
    """A stretch of steps is missing from a log that is otherwise regular.

    What it finds
        Two neighbouring points of the training loss that are many logging intervals apart: a logger that was muted, a
        file that was lost, a process that logged for another one.

    Why it matters
        Nothing can be said about those steps; what happened in them shows only in what came after.

    How it decides
        At least ``regular`` of the distances between points are the usual one. A gap is ``times`` the usual distance
        and ``least_share`` of the run; more than ``most`` gaps are another way of logging. A gap that ends where an
        attempt begins belongs to the ``restart``.

    When it is wrong
        A logging interval that was changed on purpose. Values that were not finite and that the logger left out.

    References
        TensorBoard documentation on purged and out-of-order steps; reports of muted loggers after evaluation hooks.
    """

    rule: ClassVar[str] = "step-gap"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.TRAIN_LOSS),)
    uses: ClassVar[tuple[Role, ...]] = (Role.LEARNING_RATE, Role.GRAD_NORM, Role.TRAIN_ACCURACY)
    least: ClassVar[int] = 50

    regular: float = field(default=0.95, metadata={"help": "share of the distances that must be the usual one"})
    times: float = field(default=8.0, metadata={"help": "usual distances that are a gap"})
    least_share: float = field(default=0.01, metadata={"help": "share of the run that a gap must be"})
    most: int = field(default=3, metadata={"help": "gaps beyond which the log counts as irregular"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return a finding per gap."""
        view = subject.all(Role.TRAIN_LOSS)[0]
        step = view.curve.step
        step = step[np.diff(step, prepend=step[:1] - 1) > 0]
        if step.size < self.least:
            return []
        distance = np.diff(step)
        usual = median(distance)
        if float((distance <= 1.5 * usual).mean()) < self.regular:
            return []
        wide = np.flatnonzero((distance > self.times * usual) & (distance > self.least_share * subject.length))
        if wide.size > self.most:
            return []
        starts = [a.first_step for a in subject.attempts[1:]]
        out = []
        for i in wide:
            low, high = int(step[i]), int(step[i + 1])
            if not any(low < s <= high + 2 * usual for s in starts):
                out.append(self._finding(view, subject, low, high, usual))
        return out

    def _finding(self, view: CurveView, subject: Subject, low: int, high: int, usual: float) -> Finding:
        others = [
            v
            for v in subject.all(Role.LEARNING_RATE, Role.GRAD_NORM, Role.TRAIN_ACCURACY)
            if len(v.curve) >= self.least and int(((v.curve.step > low) & (v.curve.step < high)).sum()) >= 3
        ]
        missing = (high - low) / usual - 1.0
        message = text(
            "{tag} was not logged between {gap}, {share} of the run: about {points} missing",
            tag=Tag(view.tag),
            gap=PlaceList((low, high)),
            share=share((high - low) / subject.length),
            points=Count(missing, "point"),
        )
        if others:
            message += text("; {tag} was", tag=Tag(others[0].tag))
        return Finding(
            rule=self.rule,
            severity=Severity.INFO,
            confidence=confidence_of(self.rule),
            tag=view.tag,
            first_step=low,
            peak_step=low,
            last_step=high,
            message=message,
            evidence=(
                Evidence("gap", "gap", float(high - low), "steps"),
                Evidence("usual-distance-of-points", "usual distance of points", usual, "steps"),
                Evidence("points-missing-about", "points missing, about", float(round(missing)), "points"),
            ),
            also_explained_by=("values that were not finite and that the logger left out",)
            if others
            else ("a log file that was lost or not copied",),
            advice=("Compare the curves before and after the gap; look in the console log for that stretch.",),
        )
