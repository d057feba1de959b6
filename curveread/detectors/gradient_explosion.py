"""The check ``gradient-explosion``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Count, Place, Tag, figure
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, joined, text
from curveread.run.roles import Role
from curveread.signals.levels import median_error, window_medians, windows_of

__all__ = ["GradientExplosion"]


@dataclass(frozen=True)
class GradientExplosion(Detector):
    """The gradient norm rose many times above its usual level, for good or until it was no longer a number.

    What it finds
        A gradient norm that stays many times above its usual level, or that bursts again and again until it is
        not finite any more. ``first_step`` is the first burst.

    Why it matters
        It is usually the first curve to tell of an instability, before the loss does; clipping and a lower learning
        rate still help then.

    How it decides
        It exploded when the median of 2 % of the points (at least five) exceeds ``times`` the median of all that
        came before: a norm that is large at the start and falls with the loss has not exploded. Or when the norm
        becomes NaN or infinite after at least ``bursts`` single values above ``times`` the median of the first half,
        or one above ``times`` squared. Bursts that pass without harm are not reported: clipping did its work; a norm
        that stays high while the training loss goes on falling is only information: the model has left a flat region.

    When it is wrong
        A norm that is logged per layer, or summed over a changing number of parameters, jumps without harm. Norms of
        a loss scaled for half precision jump with the scale.

    References
        Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.
    """

    rule: ClassVar[str] = "gradient-explosion"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.GRAD_NORM),)
    uses: ClassVar[tuple[Role, ...]] = (Role.TRAIN_LOSS,)
    least: ClassVar[int] = 20

    times: float = field(default=10.0, metadata={"help": "times the usual level that is a burst"})
    bursts: int = field(default=3, metadata={"help": "bursts before a non-finite norm that are an explosion"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        view = subject.all(Role.GRAD_NORM)[0]
        value, n = view.value, len(view)
        usual = float(np.median(value[: max(self.least, n // 2)]))
        if usual <= 0.0:
            return []
        m, starts = windows_of(n, 0.02)
        medians = window_medians(value, m, starts)
        before = np.array([np.median(medians[: max(1, k)]) for k in range(starts.size)])
        lasting = np.flatnonzero((medians > self.times * before) & (before > 0.0) & (starts > 0.03 * n))
        if lasting.size:
            usual, begin = float(before[lasting[0]]), int(starts[lasting[0]])
            first = begin + int(np.argmax(value[begin : begin + m] > self.times * usual))
            what = text("stayed above {times} times its usual level", times=figure(self.times))
            found = self._finding(view, first, usual, what)
            if _loss_fell(subject, int(view.step[first])):
                message = joined("", (found.message, ", while the training loss went on falling"))
                found = replace(found, severity=Severity.INFO, message=message)
            return [found]
        bad = np.flatnonzero(~view.curve.finite)
        if bad.size == 0:
            return []
        led_up = value[: int(bad[0])]
        hits = np.flatnonzero(led_up > self.times * usual)
        if hits.size >= self.bursts or (led_up.size and float(led_up[-3:].max()) > self.times**2 * usual):
            first = int(hits[0])
            what = text(
                "burst {often} above {times} times its usual level, then was NaN or infinite",
                often=text("once" if hits.size == 1 else "twice") if hits.size <= 2 else Count(hits.size, "time"),
                times=figure(self.times),
            )
            return [self._finding(view, first, usual, what)]
        return []

    def _finding(self, view: CurveView, first: int, usual: float, what: Text) -> Finding:
        top = first + int(np.argmax(view.value[first:]))
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING,
            confidence=confidence_of(self.rule),
            tag=view.tag,
            first_step=int(view.step[first]),
            peak_step=int(view.step[top]),
            last_step=int(view.curve.step[-1]),
            message=text(
                "{tag} {what}, from {onset} on",
                tag=Tag(view.tag),
                what=what,
                onset=Place(int(view.step[first])),
            ),
            evidence=(
                Evidence("usual-level", "usual level", usual, ""),
                Evidence("largest-value", "largest value", float(view.value[top]), ""),
                Evidence("largest-against-usual", "largest against usual", float(view.value[top]) / usual, "ratio"),
            ),
            also_explained_by=("a loss scale that changed, where the norm is taken before unscaling",),
            advice=(
                "Clip the gradient norm near its 90th percentile; lower the learning rate or lengthen the warm-up.",
            ),
        )


def _loss_fell(subject: Subject, step: int) -> bool:
    """Return whether the training loss ends clearly below where it stood around ``step``."""
    view = subject.first(Role.TRAIN_LOSS)
    if view is None or not view.curve.finite[-1]:
        return False
    y, here = view.parts.y, int(np.searchsorted(view.step, step))
    m = max(3, y.size // 20)
    before, end = y[max(0, here - m) : here], y[-m:]
    if before.size < 3 or here + m > y.size:
        return False
    return float(np.median(before) - np.median(end)) > 4.0 * median_error(view.parts.noise, min(m, before.size))
