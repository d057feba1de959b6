"""The check ``divergence``."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import comb, factorial
from typing import ClassVar

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared import harm
from curveread.detectors.shared.parts import PARTS, grown_parts
from curveread.detectors.shared.quality import gains_since
from curveread.detectors.shared.untrained import LEAST_DROP
from curveread.findings.arguments import Place, Tag, level, rough, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.run.roles import Role
from curveread.signals.levels import (
    Rise,
    median_error,
    no_higher_since,
    rise_after_best,
    rises_undone,
    split_point,
    window_medians,
)
from curveread.signals.median import median
from curveread.signals.trend import blocks_of

_BESIDE = (Role.EVAL_LOSS, Role.EVAL_ACCURACY, Role.QUALITY_METRIC, Role.GRAD_NORM)
_HARDLY = 0.05
"""Progress, as a share of the level, that is hardly any."""


@dataclass(frozen=True)
class Divergence(Detector):
    """The training loss went up and stayed up.

    What it finds
        A training loss that leaves its best level for good: rising slowly, jumping to a higher plateau, or
        blowing up. ``first_step`` is where it leaves that level.

    Why it matters
        Everything after the onset is lost compute, and the weights of the end are worse than earlier ones.

    How it decides
        The median of the last 5, 10 or 20 % of the points is compared with the best stretch of the same length.
        It diverged when the end is at least ``least_z`` standard errors higher and the rise is ``least_share`` of
        the progress made; where that was less than 5 % of the level, 1.5 % of the level, too. ``weak_z`` is enough
        where the rise of an evaluation loss makes up for it (the sum of the two z over the root of two reaches
        ``least_z``), and ``sure_z`` where the run ends at twice its best and no better than it began, whatever its
        noise. Fewer than twelve points do not show their noise: there the last ones must all be higher than those
        before, by a quarter of the level and half of the progress.
        A curve that jumped and has come back more than half of the way is a ``loss-spike`` that recovers
        slowly, not a divergence, unless it ends above its start. A curve that ends ten times above its best value,
        or grows that much before its first NaN, has blown up whatever its noise; so has one of ``least_thrown`` points
        that at 95 % of them is more than twice its first value. The onset is the last time that
        the trend was within two standard errors of its best level.
        It needs harm. Where the evaluation loss ends no higher than it was at the onset, where a metric of the model's
        quality gained a tenth of all its gain since, to more than before, and none fell, where the log shows that the
        objective or the data changed meanwhile (a weight, a curriculum, the batch size of a contrastive loss), where
        the loss is no higher than it was at this learning rate before (warm restarts), where it rose half as high and
        came back twice before, or where it drifts by less than a quarter at a tenth of the peak learning rate,
        nothing is lost, and at most a ``level-shift`` is reported.

    When it is wrong
        A lasting change of the data or of the objective that the log does not show raises the loss without harm.
        A learning rate that is raised on purpose (warm restart) does so for a while.

    References
        Cohen et al., "Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability", ICLR 2021;
        Wortsman et al., "Small-scale proxies for large-scale Transformer training instabilities", 2023.
    """

    rule: ClassVar[str] = "divergence"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.TRAIN_LOSS),)
    uses: ClassVar[tuple[Role, ...]] = tuple(dict.fromkeys((*_BESIDE, *harm.ROLES, *PARTS)))
    least: ClassVar[int] = 4

    least_z: float = field(default=6.0, metadata={"help": "standard errors that the end lies above the best stretch"})
    weak_z: float = field(default=3.5, metadata={"help": "standard errors that suffice when the evaluation loss rose"})
    sure_z: float = field(default=4.5, metadata={"help": "standard errors that suffice where all progress was lost"})
    least_share: float = field(default=0.04, metadata={"help": "rise as a share of the progress made before"})
    chance: float = field(default=0.2, metadata={"help": "largest chance of the order of fewer than twelve points"})
    least_thrown: int = field(default=20, metadata={"help": "points that must follow a first value far below them"})
    blow_up: float = field(default=10.0, metadata={"help": "factor above the best value that is a blow-up by itself"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding of the loss, and one of each part that grew by decades within it."""
        view = subject.all(Role.TRAIN_LOSS)[0]
        risen = self._few(view, subject) if len(view) < 12 else self._risen(view, subject)
        return (risen or self._blown_up(view, subject) or self._thrown_up(view, subject)) + grown_parts(subject)

    def _few(self, view: CurveView, subject: Subject) -> list[Finding]:
        """Find few points of which the last ones lost what the ones before had gained."""
        value = view.value
        best = int(np.argmin(value))
        lowest, progress = float(value[best]), float(value[: best + 1].max() - value[best])
        if progress <= 0.0:
            return []
        first, chance = self._few_rise(value, best, progress)
        end = median(value[first:])
        lost = (end - lowest) / progress
        if chance > self.chance or end - lowest < 0.25 * abs(lowest):
            return []
        before, last = int(view.step[first - 1]), int(view.step[-1])
        if _no_worse_at_the_end(subject, before) or harm.what_changed(subject, view, before, last) is not None:
            return []
        return [self._told(view, subject, first, lowest, end, lost, float(np.log(self.chance / chance)), [])]

    @staticmethod
    def _few_rise(value: FloatArray, best: int, progress: float) -> tuple[int, float]:
        """Return where few points left their best level, and the chance of such an order where nothing happened."""
        n = value.size
        after = value[best:]
        if after.size >= 4 and np.all(np.diff(after) > 0) and value[-1] - value[best] >= 0.25 * progress:
            return best + 1, 1.0 / factorial(after.size)
        high = value > value[best] + 0.5 * progress
        first = n - int(np.argmin(high[::-1]))
        if first >= n:
            return best, 1.0
        low = np.flatnonzero(high[:first])
        before = first - (int(low[-1]) + 1 if low.size else 0)
        # A single point must have lost all: one that lost half may be a spike.
        alone = n - first == 1 and value[-1] < value[best] + progress
        return first, 1.0 if alone else 1.0 / comb(before + n - first, before)

    def _blown_up(self, view: CurveView, subject: Subject) -> list[Finding]:
        """Find a curve that ends, or meets its first NaN, far above its best value."""
        value = view.value
        n = value.size
        if n < self.least or float(value.min()) <= 0.0:
            return []
        # The very last value counts by itself where the log breaks off after it: NaN follows, or nothing while the
        # run goes on.
        breaks_off = not bool(view.curve.finite[-1]) or int(view.step[-1]) < subject.last_step - 0.05 * subject.length
        last = float(value[-1]) if breaks_off else median(value[-max(3, n // 20) :])
        y = view.parts.y
        width = 1 if n < 30 else min(5, n // 10)
        smooth = window_medians(y, width)
        best = int(np.argmin(smooth)) + width // 2
        lowest = float(np.exp(smooth.min()))
        if last < self.blow_up * lowest or float(np.max(value[: max(1, best + 1)])) > last:
            return []
        # The onset: after the last value that is still among the ordinary ones.
        ordinary = lowest * min(np.exp(max(5.0 * view.parts.noise, 0.7)), self.blow_up)
        low = np.flatnonzero(value <= ordinary)
        onset = min(int(low[-1]) + 1, n - 1) if low.size else 0
        ratio = float(value[onset:].max() / lowest)
        message = text(
            "{tag} blew up from {onset} on, to {times} times its best level",
            tag=Tag(view.tag),
            onset=Place(int(view.step[onset])),
            times=rough(ratio),
        )
        evidence = [Evidence("largest-value-against-the-best", "largest value against the best", ratio, "ratio")]
        return [self._finding(view, onset, subject, message, float(np.log(ratio)), evidence)]

    def _thrown_up(self, view: CurveView, subject: Subject) -> list[Finding]:
        """Find a curve that its first steps threw far above its first value, to which it never came back."""
        value = view.value
        first, rest = float(value[0]), value[1:]
        if rest.size < self.least_thrown or first <= 0.0 or float((rest > 2.0 * first).mean()) < 0.95:
            return []
        end, step = median(rest[-max(3, rest.size // 5) :]), int(view.step[0])
        evaluated = any(v.value[-1] <= v.value[0] for v in subject.all(Role.EVAL_LOSS) if len(v) > 1)
        if end <= 2.0 * first or evaluated or gains_since(subject, step):
            return []
        if harm.what_changed(subject, view, step, int(view.step[-1])) is not None:
            return []
        message = text(
            "{tag} rose from {first} at {onset} to {end} within its first points and never came back",
            tag=Tag(view.tag),
            first=level(first),
            onset=Place(step),
            end=level(end, view.unit),
        )
        evidence = [
            Evidence("best-level", "best level", first, view.unit),
            Evidence("level-at-the-end", "level at the end", end, view.unit),
        ]
        return [self._finding(view, 0, subject, message, float(np.log(end / first)), evidence)]

    def _risen(self, view: CurveView, subject: Subject) -> list[Finding]:
        """Find a curve whose end lies above its best stretch by more than noise."""
        n, parts = len(view), view.parts
        # A run that is thrown up within its first steps began where it was before that.
        start = min(median(parts.y[:m]) for m in (3, max(3, n // 100)))
        rise = rise_after_best(parts.y, parts.scale, parts.correlation, start)
        best, end = parts.level(rise.best), parts.level(rise.end)
        progress = parts.level(rise.start) - best
        lost = (end - best) / progress if progress > 0.0 else np.inf
        if rise.size <= 0.0 or lost < self.least_share or not self._clear(rise, lost, subject):
            return []
        if end - best < LEAST_DROP * abs(best) and progress < _HARDLY * abs(best):
            return []  # what hardly learnt has little to lose
        onset = self._onset(view, rise)
        if n < 30:  # few enough that the lowest of them is where it turned, and not the luck of the noise
            onset = min(max(onset, int(np.argmin(parts.y)) + 1), n - 1)
        if no_higher_since(((v.step, v.value) for v in subject.all(Role.EVAL_LOSS)), int(view.step[onset])):
            return []
        if gains_since(subject, int(view.step[onset])) or self._harmless(view, rise, onset, lost, subject):
            return []
        peak = _smoothed_peak(view, onset)
        # Half won back and still falling: a spike. But not where the run ends worse than it began, however high it was.
        won_back = end - best < 0.5 * (parts.level(peak) - best) and lost < 1.0
        if peak > rise.best and won_back and not _still_rising(view, onset):
            return []
        evidence = [Evidence("rise", "rise", float(rise.z), "standard errors")]
        strength = float(np.log(rise.z / self.weak_z))
        return [self._told(view, subject, onset, best, end, lost, strength, evidence)]

    def _clear(self, rise: Rise, lost: float, subject: Subject) -> bool:
        """Return whether the rise stands out of the noise, by itself or with that of an evaluation loss."""
        beside = (rise.z + _eval_rise(subject)) / np.sqrt(2.0) if rise.z >= self.weak_z else 0.0
        wrecked = lost >= 1.0 and rise.size >= np.log(2.0) and rise.z >= self.sure_z
        return bool(max(rise.z, beside) >= self.least_z or wrecked)

    def _harmless(self, view: CurveView, rise: Rise, onset: int, lost: float, subject: Subject) -> bool:
        """Return whether the log itself explains the rise: another objective, other data, or the learning rate."""
        begin, top = int(view.step[rise.best_first]), onset + int(np.argmax(view.parts.trend[onset:]))
        if harm.what_changed(subject, view, begin, int(view.step[top])) is not None:
            return True
        if harm.rate_is_back(subject, view, rise.best_first, slice(len(view) - rise.points, None)):
            return True
        if np.count_nonzero(rises_undone(view.parts.y, rise.points, 0.2 * rise.size) > 0.5 * rise.size) >= 2:
            return True
        rate = subject.first(Role.LEARNING_RATE)
        if rate is None or len(rate) < 12 or lost >= 0.25:
            return False
        late = rate.value[rate.step >= view.step[onset]]
        return bool(late.size and float(late.max()) <= 0.1 * float(rate.value.max()))

    def _told(
        self,
        view: CurveView,
        subject: Subject,
        onset: int,
        best: float,
        end: float,
        lost: float,
        strength: float,
        evidence: list[Evidence],
    ) -> Finding:
        """Return the finding of a loss that rose from its best level to that of the end."""
        message = text(
            "{tag} rose from {best} to {end} after {onset} and stayed up: {lost} progress made before was lost",
            tag=Tag(view.tag),
            best=level(best),
            end=level(end, view.unit),
            onset=Place(int(view.step[onset])),
            lost=text("all") if lost >= 0.995 else text("{share} of the", share=share(lost)),
        )
        evidence = [
            Evidence("best-level", "best level", best, view.unit),
            Evidence("level-at-the-end", "level at the end", end, view.unit),
            *evidence,
            Evidence("share-of-the-progress-lost", "share of the progress lost", float(min(lost, 1.0)), "ratio"),
        ]
        return self._finding(view, onset, subject, message, strength, evidence)

    def _onset(self, view: CurveView, rise: Rise) -> int:
        """Return the index at which the trend left its best level for the last time."""
        parts = view.parts
        blocks = blocks_of(parts.y, parts.scale, parts.correlation, most=100)
        begin = min(int(np.searchsorted(blocks.edge, rise.best_first, side="right")) - 1, len(blocks) - 1)
        # Up to the highest block: a curve that creeps back later left its best level before that.
        top = begin + int(np.argmax(_smooth3(blocks.median[begin:])))
        slack = np.minimum(0.1 * (blocks.median[top] - rise.best), 4.0 * blocks.error)
        near = rise.best + np.maximum(2.0 * blocks.error, slack)
        calm = np.flatnonzero(blocks.median[: top + 1] <= near[: top + 1])
        k = max(int(calm[-1]) if calm.size else 0, begin)
        low, high = int(blocks.edge[max(k - 1, 0)]), int(blocks.edge[min(k + 3, len(blocks))])
        # Where the rise is a step, the step's own place is sharper than a block's edge.
        split = split_point(parts.y, low, high)
        before, after = parts.y[low:split], parts.y[split:high]
        if before.size >= 2 and after.size >= 2:
            gap = float(np.median(after) - np.median(before))
            if gap > 4.0 * float(parts.scale_at(split)) or gap > 0.5 * rise.size:
                return split
        return int(blocks.edge[min(k + 1, len(blocks) - 1)])

    def _finding(
        self, view: CurveView, onset: int, subject: Subject, message: Text, strength: float, evidence: list[Evidence]
    ) -> Finding:
        first = int(view.step[onset])
        advice: list[str] = []
        if first > int(view.step[0]):
            advice.append(text("Go back to a checkpoint before {onset}.", onset=Place(first)))
        kept = [c.step for c in subject.checkpoints if c.step < first]
        if kept:
            last = Place(max(kept))
            advice = [text("Go back to the checkpoint of {last}, the last one before the onset.", last=last)]
        rate = subject.first(Role.LEARNING_RATE)
        if rate is not None and len(rate):
            at = int(np.clip(np.searchsorted(rate.step, first, side="right") - 1, 0, len(rate) - 1))
            now, top = float(rate.value[at]), float(rate.value.max())
            evidence = [*evidence, Evidence("learning-rate-at-the-onset", "learning rate at the onset", now, "")]
            past = rate.value[rate.step < first - 3 * view.cadence]
            if past.size and now > 1.5 * float(past[-1]) > 0:
                advice.append("The learning rate had just been raised; lower it, or warm up more slowly.")
            elif now >= 0.5 * top:
                advice.append("Lower the peak learning rate, lengthen the warm-up, or clip gradients.")
        else:
            advice.append("Lower the learning rate or clip gradients; the log holds no learning rate to check.")
        return Finding(
            rule=self.rule,
            severity=Severity.ERROR,
            confidence=confidence_of(self.rule, strength),
            tag=view.tag,
            first_step=first,
            peak_step=int(view.step[onset + int(np.argmax(view.value[onset:]))]),
            last_step=int(view.curve.step[-1]),
            message=message,
            evidence=tuple(evidence),
            also_explained_by=("harder data or another objective from there on",),
            advice=tuple(advice),
        )


def _smooth3(x: FloatArray) -> FloatArray:
    """Return the median of each value and its neighbours."""
    if x.size < 3:
        return x
    padded = np.concatenate([x[:1], x, x[-1:]])
    return window_medians(padded, 3)


def _eval_rise(subject: Subject) -> float:
    """Return the clearest rise of an evaluation loss after its best stretch, in standard errors."""
    best = 0.0
    for view in subject.all(Role.EVAL_LOSS):
        if len(view) >= 8:
            best = max(
                best, rise_after_best(view.parts.y, view.parts.scale, view.parts.correlation, float(view.parts.y[0])).z
            )
    return best


def _no_worse_at_the_end(subject: Subject, step: int) -> bool:
    """Return whether every evaluation loss that was measured before and after a step ends no higher than before it."""
    pairs = [(v.value[v.step <= step], v.value[v.step > step]) for v in subject.all(Role.EVAL_LOSS)]
    judged = [float(after[-1]) <= float(before[-1]) for before, after in pairs if before.size and after.size]
    return bool(judged) and all(judged)


def _smoothed_peak(view: CurveView, onset: int) -> float:
    """Return the highest level after the onset, of medians over 5 % of the curve (at least 5 points)."""
    y = view.parts.y[onset:]
    m = int(min(max(5, len(view) // 20), y.size))
    starts = np.arange(0, y.size - m + 1, max(1, m // 4))
    return float(window_medians(y, m, starts).max())


def _still_rising(view: CurveView, onset: int) -> bool:
    """Return whether the second half of what follows the onset is higher than the first, beyond noise."""
    y = view.parts.y[onset:]
    if y.size < 10:
        return False
    half = y.size // 2
    error = median_error(view.parts.noise, half, view.parts.correlation)
    return bool(np.median(y[half:]) - np.median(y[:half]) > -2.0 * error)
