"""The check ``gradient-explosion``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.nonfinite import loss_that_goes_on, precision
from curveread.findings.arguments import Count, Place, Tag, figure
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, joined, text
from curveread.run.roles import Role
from curveread.run.tags.kinds import RL
from curveread.signals.levels import median_error, window_medians, windows_of
from curveread.signals.median import median


@dataclass(frozen=True)
class GradientExplosion(Detector):
    """The gradient norm rose many times above its usual level, for good or until it was no longer a number.

    What it finds
        A gradient norm that stays many times above its usual level, or that bursts again and again until it is
        not finite any more; ``first_step`` is the first burst. Norms of a million and more beside a loss that learns
        nothing. A norm that is not finite any more while the loss still is.

    Why it matters
        It is usually the first curve to tell of an instability, before the loss does; clipping and a lower learning
        rate still help then.

    How it decides
        It exploded when the median of 2 % of the points (at least five) exceeds ``times`` the median of all that
        came before, and the norm stays there: the typical point from there to the end does so, too, and nine in ten
        lie above nine in ten of those before. A norm that is large at the start and falls with the loss has not
        exploded, nor has one that swings between two levels. Or when the norm
        becomes NaN or infinite after at least ``bursts`` single values above ``times`` the median of the first half,
        or one above ``times`` squared. Bursts that pass without harm are not reported: clipping did its work; a norm
        that stays high while the training loss goes on falling, or in reinforcement learning, where it grows with the
        returns, is only information: the model has left a flat region.
        A cross-entropy's gradients are of the order of one: above ``absurd`` they are told where the last third of the
        loss is not a tenth below its first value, or typically at the level of guessing. A norm that is not finite for
        the last twentieth of the points, beside a loss that is, is information where that loss goes on falling.

    When it is wrong
        A norm that is logged per layer, or summed over a changing number of parameters, jumps without harm. Norms of
        a loss scaled for half precision jump with the scale.

    References
        Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", ICML 2013.
    """

    rule: ClassVar[str] = "gradient-explosion"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.GRAD_NORM),)
    uses: ClassVar[tuple[Role, ...]] = (Role.TRAIN_LOSS,)
    least: ClassVar[int] = 5
    least_course: ClassVar[int] = 20
    """Points of which a usual level can be told."""

    times: float = field(default=10.0, metadata={"help": "times the usual level that is a burst"})
    bursts: int = field(default=3, metadata={"help": "bursts before a non-finite norm that are an explosion"})
    absurd: float = field(default=1e6, metadata={"help": "norm that no cross-entropy that is learnt has"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        view = subject.all(Role.GRAD_NORM)[0]
        if len(view) >= self.least_course:
            found = self._lasting(view, subject) or self._burst(view)
            if found is not None:
                return [found]
        found = self._absurd(view, subject) or self._unmeasured(view, subject)
        return [found] if found is not None else []

    def _lasting(self, view: CurveView, subject: Subject) -> Finding | None:
        """Find a norm that rises and stays."""
        value, n = view.value, len(view)
        m, starts = windows_of(n, 0.02)
        medians = window_medians(value, m, starts)
        least = np.minimum.accumulate(np.append(medians[:1], medians[:-1]))  # no usual level is lower
        for k in np.flatnonzero((starts > 0.03 * n) & (medians > self.times * least)):
            usual, begin = median(medians[: max(1, k)]), int(starts[k])
            if not 0.0 < self.times * usual < min(medians[k], median(medians[k:])):
                continue
            if np.quantile(value[begin:], 0.1) <= np.quantile(value[:begin], 0.9):
                continue
            first = begin + int(np.argmax(value[begin : begin + m] > self.times * usual))
            what = text("stayed above {times} times its usual level", times=figure(self.times))
            found = self._finding(view, first, usual, what)
            if _loss_fell(subject, int(view.step[first])):
                message = joined("", (found.message, ", while the training loss went on falling"))
                return replace(found, severity=Severity.INFO, message=message)
            return replace(found, severity=Severity.INFO) if subject.task.kind in RL else found
        return None

    def _burst(self, view: CurveView) -> Finding | None:
        """Find bursts that end in what is not finite."""
        usual = median(view.value[: max(self.least_course, len(view) // 2)])
        bad = np.flatnonzero(~view.curve.finite)
        if bad.size == 0 or usual <= 0.0:
            return None
        led_up = view.value[: int(bad[0])]
        hits = np.flatnonzero(led_up > self.times * usual)
        if hits.size < self.bursts and not (led_up.size and float(led_up[-3:].max()) > self.times**2 * usual):
            return None
        what = text(
            "burst {often} above {times} times its usual level, then was NaN or infinite",
            often=text("once" if hits.size == 1 else "twice") if hits.size <= 2 else Count(hits.size, "time"),
            times=figure(self.times),
        )
        return self._finding(view, int(hits[0]), usual, what)

    def _absurd(self, view: CurveView, subject: Subject) -> Finding | None:
        """Find norms that no cross-entropy has, beside one that learns nothing."""
        loss, answers = subject.first(Role.TRAIN_LOSS), subject.task.answers
        top = int(np.argmax(view.value))
        if loss is None or len(loss) < self.least or float(view.value[top]) < self.absurd:
            return None
        end = median(loss.value[-max(1, len(loss) // 3) :])
        guesses = answers is not None and end >= 0.9 * np.log(answers)
        if loss.assumed_unit != "nats" or not (guesses or end > 0.9 * float(loss.value[0])):
            return None
        what = text("reached {top} while {loss} learns nothing", top=figure(float(view.value[top])), loss=Tag(loss.tag))
        found = self._finding(view, top, median(view.value[view.value > 0.0]), what)
        place = text("{tag} {what}, at {onset}", tag=Tag(view.tag), what=what, onset=Place(int(view.step[top])))
        found = replace(found, message=place)
        return replace(found, also_explained_by=("a loss that is scaled for half precision, unscaled too late",))

    def _unmeasured(self, view: CurveView, subject: Subject) -> Finding | None:
        """Find a norm that is not finite from a place to the end, beside a training loss that is."""
        curve = view.curve
        begin = int(np.flatnonzero(curve.finite)[-1]) + 1
        left = len(curve) - begin
        if left < max(self.least, len(curve) // 20):
            return None
        step = int(curve.step[begin])
        loss = loss_that_goes_on(subject, step)
        if loss is None:
            return None
        fell = _loss_fell(subject, step)
        message = text(
            "{tag} is {what} from {onset} to the end, while {loss} is finite",
            tag=Tag(view.tag),
            what=text("NaN" if np.isnan(curve.value[begin]) else "infinite"),
            onset=Place(step),
            loss=Tag(loss.tag),
        )
        if fell:
            message += text(" and goes on falling")
        return Finding(
            rule=self.rule,
            severity=Severity.INFO if fell else Severity.WARNING,
            confidence=confidence_of(self.rule),
            tag=view.tag,
            first_step=step,
            peak_step=step,
            last_step=int(curve.step[-1]),
            message=message,
            evidence=(Evidence("non-finite-points", "non-finite points", float(left), "points"),),
            also_explained_by=("a part of the model without gradients, whose norm is not a number",),
            advice=(precision(subject.facts), "Look whether the steps with such a norm are skipped."),
        )

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
                "{tag} {what}, from {onset} on", tag=Tag(view.tag), what=what, onset=Place(int(view.step[first]))
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
