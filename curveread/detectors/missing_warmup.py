"""The check ``missing-warmup``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.detectors.base import Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Place, Tag, count, figure, level, measure
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.signals.levels import median_error, window_medians


@dataclass(frozen=True)
class MissingWarmup(Detector):
    """The learning rate began at its peak, and the loss rose at first.

    What it finds
        A run without a warm-up whose training loss climbed well above its first values before it began to fall.

    Why it matters
        Adaptive optimisers know little of the gradient's scale at first, and large first steps can leave the weights in
        a bad place for good.

    How it decides
        The first logged learning rate is at least ``peak`` of the largest, logged within the first percent of the run.
        The training loss, as a median of five points within the first twentieth, rises ``least_z`` standard errors and
        ``least_rise`` of its level above the lowest of the first three points. A missing warm-up without such a rise is
        not a finding: many recipes need no warm-up.

    When it is wrong
        A log that begins after the warm-up. A first batch that is much easier than the others. Runs that
        were resumed begin at their peak by right; steps that do not begin near 0 are not judged.

    References
        Goyal et al., "Accurate, Large Minibatch SGD", 2017; Liu et al., "On the Variance of the Adaptive Learning
        Rate and Beyond", ICLR 2020.
    """

    rule: ClassVar[str] = "missing-warmup"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.LEARNING_RATE), any_of(Role.TRAIN_LOSS))
    least: ClassVar[int] = 50

    peak: float = field(default=0.9, metadata={"help": "share of the largest rate that the first one must be"})
    least_z: float = field(default=8.0, metadata={"help": "rise of the loss in standard errors"})
    least_rise: float = field(default=0.1, metadata={"help": "rise of the loss as a share of its level"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        rate, loss = subject.all(Role.LEARNING_RATE)[0], subject.all(Role.TRAIN_LOSS)[0]
        early = subject.first_step + 0.01 * subject.length + 1
        if len(rate) < self.least or len(loss) < self.least or max(int(rate.step[0]), int(loss.step[0])) > early:
            return []
        if subject.first_step > 0.05 * subject.length + 1 or float(loss.value.min()) <= 0.0:
            return []
        top = float(rate.value.max())
        head = rate.value[: max(3, len(rate) // 100)]
        if top <= 0.0 or float(head.min()) < self.peak * top:
            return []
        n = len(loss)
        m = max(15, n // 20)
        y = loss.parts.y[:m]
        medians = window_medians(y, 5, np.arange(m - 4))
        k = int(np.argmax(medians))
        noise = loss.parts.noise
        start = float(y[:3].min())  # the first step alone may already throw the loss up
        rise = float(medians[k]) - start
        error = np.hypot(median_error(noise, 3), median_error(noise, 5))
        if rise < max(self.least_z * error, self.least_rise):
            return []
        low, high = loss.parts.level(start), loss.parts.level(float(medians[k]))
        back = np.flatnonzero(loss.parts.y[k + 4 :] <= start)
        end = int(loss.step[k + 4 + int(back[0])]) if back.size else int(loss.step[-1])
        at = int(loss.step[k + 2])
        return [
            Finding(
                rule=self.rule,
                severity=Severity.INFO,
                confidence=confidence_of(self.rule),
                tag=rate.tag,
                first_step=int(loss.step[0]),
                peak_step=at,
                last_step=end,
                message=text(
                    "{rate} began at its peak of {peak} without a warm-up, and {loss} rose from {low} to {high} "
                    "by {at} before it fell",
                    rate=Tag(rate.tag),
                    peak=figure(top),
                    loss=Tag(loss.tag),
                    low=level(low),
                    high=level(high, loss.unit),
                    at=Place(at),
                ),
                evidence=(
                    Evidence(
                        "first-learning-rate-against-the-peak",
                        "first learning rate against the peak",
                        float(rate.value[0]) / top,
                        "ratio",
                    ),
                    Evidence("loss-at-the-start", "loss at the start", low, loss.unit),
                    Evidence("highest-early-loss", "highest early loss", high, loss.unit),
                    Evidence("rise", "rise", rise / max(float(error), 1e-300), "standard errors"),
                ),
                also_explained_by=("a log that begins after the warm-up", "a first batch that was easier"),
                advice=(
                    text(
                        "Warm the learning rate up over the first {least} to {most} of the steps.",
                        least=count(1),
                        most=measure(5, "%"),
                    ),
                ),
            )
        ]
