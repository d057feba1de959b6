"""The check ``oscillation``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Length, Tag, figure, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.signals.events.periodicity import strongest_period
from curveread.signals.smoothing import lowess

__all__ = ["Oscillation"]


@dataclass(frozen=True)
class Oscillation(Detector):
    """The evaluation loss swings with a fixed period.

    What it finds
        A period in the evaluation loss that no planned schedule explains: training domains that take turns and
        are forgotten in between, evaluation shards that take turns, a limit cycle of the optimiser.

    Why it matters
        The best evaluation is then a matter of phase, and so is the checkpoint that is chosen by it.

    How it decides
        The trend (local regression) is taken out of the evaluations after the steep head; Fisher's test must find a
        period with p below ``p_value`` that repeats at least ``cycles`` times, explains ``least_share`` of the
        variance, and swings by ``least_swing`` of the level. A learning rate that goes up and down with it is a
        planned cycle.

    When it is wrong
        A cyclic schedule that is not logged looks the same. Evaluations at uneven steps blur the period.

    References
        Fisher, "Tests of significance in harmonic analysis", 1929; Google's Deep Learning Tuning Playbook on
        periodicity in evaluation curves.
    """

    rule: ClassVar[str] = "oscillation"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.EVAL_LOSS),)
    uses: ClassVar[tuple[Role, ...]] = (Role.LEARNING_RATE,)
    least: ClassVar[int] = 20

    p_value: float = field(default=1e-4, metadata={"help": "largest p of Fisher's test"})
    cycles: float = field(default=4.0, metadata={"help": "fewest repetitions"})
    least_share: float = field(default=0.4, metadata={"help": "share of the detrended variance in the period"})
    least_swing: float = field(default=0.02, metadata={"help": "swing, from top to bottom, as a share of the level"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding per evaluation loss."""
        found = [self._judge(v, subject) for v in subject.all(Role.EVAL_LOSS) if len(v) >= self.least]
        return [f for f in found if f is not None]

    def _judge(self, view: CurveView, subject: Subject) -> Finding | None:
        if float(view.value.min()) <= 0.0:
            return None
        head = max(3, len(view) // 10)
        y, step = np.log(view.value[head:]), view.step[head:]
        if y.size < 16:
            return None
        rest = y - lowess(y, 0.6)
        rest = rest * _taper(rest)
        found = strongest_period(rest, y.size / self.cycles)
        if found is None or found.p > self.p_value or found.share < self.least_share:
            return None
        # The amplitude of a clipped or two-valued swing is larger than that of its first harmonic: use the spread.
        swing = float(np.percentile(rest, 90.0) - np.percentile(rest, 10.0))
        if swing < self.least_swing:
            return None
        period = found.points * view.cadence
        rate = subject.first(Role.LEARNING_RATE)
        if rate is not None and _cycles(rate, period):
            return None
        turns = abs(found.points - 2.0) < 0.2
        how = text("every other evaluation is higher")
        if not turns:
            how = text("with a period of {period}", period=Length(round(period)))
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING,
            confidence=confidence_of(self.rule, found.share),
            tag=view.tag,
            first_step=int(step[0]),
            peak_step=int(step[int(np.argmax(rest))]),
            last_step=int(step[-1]),
            message=text("{tag} swings by {share} of its level, {how}", tag=Tag(view.tag), share=share(swing), how=how),
            evidence=(
                Evidence("period", "period", float(period), "steps"),
                Evidence("swing", "swing", swing, "log units"),
                Evidence(
                    "share-of-the-variance-around-the-trend",
                    "share of the variance around the trend",
                    found.share,
                    "ratio",
                ),
                Evidence("level", "level", text("{level}", level=figure(np.median(view.value[head:]))), view.unit),
            ),
            also_explained_by=(
                "evaluation sets of different difficulty that take turns",
                "training domains that take turns and are forgotten in between",
                "a cyclic learning rate that is not in the log",
            ),
            advice=(
                "Compare evaluations of the same phase only, and choose the checkpoint on their average over a period.",
            ),
        )


def _taper(y: FloatArray) -> FloatArray:
    """Return weights that limit single outliers to three robust spreads, so that a spike is not taken for a period."""
    spread = 3.0 * 1.4826 * float(np.median(np.abs(y)))
    return np.minimum(1.0, spread / np.maximum(np.abs(y), 1e-300)) if spread > 0 else np.ones_like(y)


def _cycles(rate: CurveView, period: float) -> bool:
    """Return whether the learning rate goes up and down at about this period."""
    ups = np.flatnonzero(np.diff(np.sign(np.diff(rate.value))) > 0)
    if ups.size < 2:
        return False
    between = float(np.median(np.diff(rate.step[ups + 1])))
    return 0.6 < between / period < 1.7
