"""The check ``oscillation``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Length, Tag, figure, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.run.roles import Role
from curveread.signals.events.periodicity import limited, strongest_period, swing_of
from curveread.signals.median import median
from curveread.signals.smoothing import lowess

_POINTS = 4000
"""A training loss of more points is judged by means of neighbours: each mean is a point then."""


@dataclass(frozen=True)
class Oscillation(Detector):
    """A loss swings with a fixed period.

    What it finds
        A period in the evaluation loss, or else in the training loss, that no planned schedule explains: training
        domains or classes that take turns and are forgotten in between, evaluation shards that take turns, data that
        are not shuffled, a limit cycle or the ringing of the optimiser.

    Why it matters
        The best evaluation is then a matter of phase, and so is the checkpoint that is chosen by it.

    How it decides
        The trend (local regression) is taken out of the evaluations after the steep head; Fisher's test must find a
        period with p below ``p_value`` that repeats at least ``cycles`` times, explains ``least_share`` of the
        variance, and swings by ``least_swing`` of the level. A learning rate that goes up and down with it is a
        planned cycle; what no longer swings by that much in its last period has died away, and is only information. The
        training loss is judged where the evaluations show none, in windows of a quarter of the run,
        so that ringing that dies down is found: in two neighbours a period of at least eight points must repeat eight
        times, explain 30 % of the variance and swing by ``train_swing``. What falls at once and climbs slowly is the
        sawtooth of epochs, which is usual, and is left out.

    When it is wrong
        A cyclic schedule that is not logged looks the same, as do tasks that take turns on purpose. Evaluations at
        uneven steps blur the period.

    References
        Fisher, "Tests of significance in harmonic analysis", 1929; Google's Deep Learning Tuning Playbook on
        periodicity in evaluation curves; arXiv:2410.10056 on the sawtooth of epochs.
    """

    rule: ClassVar[str] = "oscillation"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.EVAL_LOSS, Role.TRAIN_LOSS),)
    uses: ClassVar[tuple[Role, ...]] = (Role.LEARNING_RATE,)
    least: ClassVar[int] = 20

    p_value: float = field(default=1e-4, metadata={"help": "largest p of Fisher's test"})
    cycles: float = field(default=4.0, metadata={"help": "fewest repetitions"})
    least_share: float = field(default=0.4, metadata={"help": "share of the detrended variance in the period"})
    least_swing: float = field(default=0.02, metadata={"help": "swing, from top to bottom, as a share of the level"})
    train_swing: float = field(default=0.2, metadata={"help": "the same for the training loss"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding per evaluation loss, or one of the training loss."""
        found = [self._evaluation(v, subject) for v in subject.all(Role.EVAL_LOSS) if len(v) >= self.least]
        told = [f for f in found if f is not None]
        train = subject.first(Role.TRAIN_LOSS)
        if told or train is None or (swing := self._training(train, subject)) is None:
            return told
        return [swing]

    def _evaluation(self, view: CurveView, subject: Subject) -> Finding | None:
        if float(view.value.min()) <= 0.0:
            return None
        head = max(3, len(view) // 10)
        y, step = np.log(view.value[head:]), view.step[head:]
        if y.size < 16:
            return None
        rest = limited(y - lowess(y, 0.6))
        found = strongest_period(rest, y.size / self.cycles)
        if found is None or found.p > self.p_value or found.share < self.least_share:
            return None
        # The amplitude of a clipped or two-valued swing is larger than that of its first harmonic: use the spread.
        swing = float(np.percentile(rest, 90.0) - np.percentile(rest, 10.0))
        period = found.points * view.cadence
        if swing < self.least_swing or _planned(subject, period):
            return None
        how = text("with a period of {period}", period=Length(round(period)))
        if abs(found.points - 2.0) < 0.2:
            how = text("every other evaluation is higher")
        at_rest = _swing_of(y[-max(4, round(found.points)) :]) < self.least_swing
        if at_rest:
            how = text("{how}, and came to rest", how=how)
        finding = self._finding(view, step, int(np.argmax(rest)), swing, found.share, period, how)
        return replace(finding, severity=Severity.INFO) if at_rest else finding

    def _training(self, view: CurveView, subject: Subject) -> Finding | None:
        if float(view.value.min(initial=np.inf)) <= 0.0:
            return None
        group = max(1, len(view) // _POINTS)
        n = len(view) // group
        y = np.log(view.value[: n * group]).reshape(n, group).mean(axis=1)
        found = swing_of(y[n // 50 :])
        if found is None or found.height < self.train_swing:
            return None
        period = found.points * group * view.cadence
        if _planned(subject, period):
            return None
        part = slice((n // 50 + found.first) * group, (n // 50 + found.last + 1) * group)
        how = text("with a period of {period}", period=Length(round(period)))
        peak = int(np.argmax(view.value[part]))
        return self._finding(view, view.step[part], peak, found.height, found.share, period, how)

    def _finding(
        self, view: CurveView, step: IntArray, peak: int, swing: float, explained: float, period: float, how: Text
    ) -> Finding:
        evaluated = view.curve.role is Role.EVAL_LOSS
        level = median(view.value[(view.step >= step[0]) & (view.step <= step[-1])])
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING,
            confidence=confidence_of(self.rule, explained),
            tag=view.tag,
            first_step=int(step[0]),
            peak_step=int(step[peak]),
            last_step=int(step[-1]),
            message=text("{tag} swings by {share} of its level, {how}", tag=Tag(view.tag), share=share(swing), how=how),
            evidence=(
                Evidence("period", "period", float(period), "steps"),
                Evidence("swing", "swing", swing, "ratio"),
                Evidence(
                    "share-of-the-variance-around-the-trend",
                    "share of the variance around the trend",
                    explained,
                    "ratio",
                ),
                Evidence("level", "level", text("{level}", level=figure(level)), view.unit),
            ),
            also_explained_by=(
                *(("evaluation sets of different difficulty that take turns",) if evaluated else ()),
                "training domains that take turns and are forgotten in between",
                "a cyclic learning rate that is not in the log",
            ),
            advice=(
                "Compare evaluations of the same phase only, and choose the checkpoint on their average over a period."
                if evaluated
                else "Shuffle the data and mix their kinds; if they are, lower the momentum or the learning rate.",
            ),
        )


def _swing_of(period: FloatArray) -> float:
    """Return from bottom to top how far (n,) values swing about the line through their ends."""
    return float(np.ptp(period - np.linspace(period[0], period[-1], period.size)))


def _planned(subject: Subject, period: float) -> bool:
    """Return whether the learning rate goes up and down at about this period."""
    rate = subject.first(Role.LEARNING_RATE)
    if rate is None:
        return False
    ups = np.flatnonzero(np.diff(np.sign(np.diff(rate.value))) > 0)
    if ups.size < 2:
        return False
    between = median(np.diff(rate.step[ups + 1]))
    return 0.6 < between / period < 1.7
