"""The check ``metric-collapse``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.policy import beside_the_return
from curveread.findings.arguments import Place, Tag, figure, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role, words
from curveread.run.tags.grammar import parse
from curveread.run.tags.kinds import RL
from curveread.signals.decomposition import Decomposition, Transform, decompose
from curveread.signals.falls import largest_fall, passing_fall, sank_for_good
from curveread.signals.levels import Rise, crossing, rise_after_best
from curveread.signals.median import median
from curveread.signals.returns import stretch_means, trimmed
from curveread.signals.trend import blocks_of

_ROLES = (Role.EVAL_ACCURACY, Role.TRAIN_ACCURACY, Role.QUALITY_METRIC, Role.REWARD)
_PART = re.compile(r"(^|/)rewards/")
"""Where trainers of language models log each reward function beside their sum."""
_OTHERS, _ERRORS = 1.5, 6.0
"""How large the fall of a reward must be: times its other moves, and standard errors."""
_ONE_SIDED = frozenset("precision recall sensitivity specificity coverage margin".split())
"""Metrics that are traded for others: one alone may fall while the model gets better."""


_MOST_OF_IT = 0.8
"""Share of its gain that a return must lose for good to be told whatever its own moves."""
_TENTH = 0.1
"""Share of the answers that a fall of a metric must have made wrong to count."""
_ROUNDING = 1e-3
"""Share of a total's own moves that may be left of it where others add up to it."""
_FAR = 2.0
"""A smaller fall is grave where it is so many times as large as the return's own moves."""


@dataclass(frozen=True)
class MetricCollapse(Detector):
    """A metric that should rise fell, and stayed down or came back.

    What it finds
        Accuracy, reward or another metric for which higher is better that lost a large part of what it had
        gained, and had not won it back by the end. What was won back is told, too, as a warning. Precision, recall and
        others that are traded for one another are left out, and so are the parts of a total reward and what is not
        understood.

    Why it matters
        The weights of the end are worse than earlier ones, whatever the loss says. In reinforcement learning the
        reward is often the only curve that shows it.

    How it decides
        The median of the last 5, 10 or 20 % of the points is compared with the best stretch of the same length. It
        collapsed when it lies at least ``least_z`` standard errors and ``least_share`` of the gain lower
        (``reward_share`` for a reward, which must also be half as large again as any fall before the best stretch, or
        lie near its start for a tenth of the run and twice as long as ever since it rose; one that keeps a fifth of its
        gain is an alarm only where the fall is twice as large as its own moves). The
        onset is where it left its best level: the middle of the fall, and back to the last stretch before that lay at
        that level. A fall that was won back must be twice as large as any other of the curve, five times as
        large as its level usually moves within as many points, and six standard errors. One that takes a good part of
        the run is itself most of those moves: four times are enough where it is four times as large as any other, and
        2.5 where it went as far below the first episodes as the policy had ever been above them. A reward must have
        lost half of its gain; another metric half of what lies above 0, and so much that a tenth more of the answers
        were wrong.

    When it is wrong
        A harder evaluation set or environment from some step on lowers the metric without harm. Metrics for which
        lower is better, under a name that sounds like an accuracy, are read the wrong way round.

    References
        Engstrom et al., "Implementation Matters in Deep Policy Gradients", ICLR 2020, on collapses of the return.
    """

    rule: ClassVar[str] = "metric-collapse"
    needs: ClassVar[tuple[Need, ...]] = (any_of(*_ROLES),)
    uses: ClassVar[tuple[Role, ...]] = (Role.ENTROPY, Role.AUXILIARY_LOSS, Role.DIAGNOSTIC)
    least: ClassVar[int] = 8

    least_z: float = field(default=6.0, metadata={"help": "standard errors that the end lies below the best stretch"})
    least_share: float = field(default=0.4, metadata={"help": "share of the gain that must be lost"})
    reward_share: float = field(default=0.5, metadata={"help": "share of the gain that must be lost, for rewards"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return a finding for each reward that collapsed, and for the first curve of every other role that did."""
        found = []
        for role in _ROLES:
            views = [v for v in subject.all(role) if len(v) >= self.least and _tells(v)]
            # The rate of success of a policy wanders as its return does.
            returns = role is Role.REWARD or (role is Role.QUALITY_METRIC and subject.task.kind in RL)
            for view in _wholes(views) if returns else views[:1]:
                one = self._lasting(view, returns) or self._passing(view, returns)
                if one is not None:
                    found.append(_with_policy(one, subject) if returns else one)
        return found

    def _lasting(self, view: CurveView, reward: bool) -> Finding | None:
        # Differences of values near the largest float would overflow.
        largest = max(float(view.value.max()), -float(view.value.min()))
        unit = largest if largest > 1e150 else 1.0
        parts = decompose(-view.value if unit == 1.0 else -view.value / unit, Transform("linear"))
        n = len(view)
        start = median(parts.y[: max(1, n // 50)])
        rise = rise_after_best(parts.y, parts.scale, parts.correlation, start)
        # A policy explores: its return wanders, and is measured by its own moves up and down.
        wander = _wander(-parts.y, rise.best_first) if reward else 0.0
        # A metric that starts at its best has gained nothing; then its own level is what can be lost.
        gained, own = rise.start - rise.best, abs(rise.best)
        if not reward or gained < wander:
            gained = max(gained, own if reward else 0.5 * own)
        least = self.reward_share if reward else self.least_share
        if gained <= 0.0 or rise.size < least * gained:
            return None
        if (rise.z < self.least_z or rise.size < wander) and not (reward and sank_for_good(view.value)):
            return None
        onset = _left(parts, rise)
        best, end = -rise.best * unit, -rise.end * unit
        first = int(view.step[onset])
        lost = rise.size / gained
        return Finding(
            rule=self.rule,
            severity=_gravity(lost, rise.size, wander) if reward else Severity.ERROR,
            confidence=confidence_of(self.rule, float(np.log(max(rise.z / self.least_z, 1.0)))),
            tag=view.tag,
            first_step=first,
            peak_step=int(view.step[onset + int(np.argmin(view.value[onset:]))]),
            last_step=int(view.step[-1]),
            message=text(
                "{tag} fell from {best} to {end} after {onset} and stayed down",
                tag=Tag(view.tag),
                best=figure(best),
                end=figure(end),
                onset=Place(first),
            ),
            evidence=(
                Evidence("best-level", "best level", best, ""),
                Evidence("level-at-the-end", "level at the end", end, ""),
                Evidence("fall", "fall", float(rise.z), "standard errors"),
                Evidence(
                    "share-of-the-gain-that-was-lost",
                    "share of the gain that was lost",
                    float(min(lost, 10.0)),
                    "ratio",
                ),
            ),
            also_explained_by=("a harder evaluation set or environment from there on",),
            advice=(
                text(
                    "Keep a checkpoint before {onset} ({part} of the gain was lost since).",
                    onset=Place(first),
                    part=text("all") if lost >= 0.995 else share(lost),
                ),
                "Look at what changed there: learning rate, reward function, environment or prompts."
                if reward
                else "Look at what changed there: learning rate, labels, evaluation data.",
            ),
        )

    def _passing(self, view: CurveView, reward: bool) -> Finding | None:
        fall = passing_fall(view.value, self.reward_share, None if reward else 0.0)
        if fall is None or not (reward or _counts(view, fall.best - fall.low)):
            return None
        first, lowest, back = (int(view.step[i]) for i in (fall.onset, fall.lowest, fall.back))
        lost = fall.share
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING,
            confidence=confidence_of(self.rule),
            tag=view.tag,
            first_step=first,
            peak_step=lowest,
            last_step=back,
            message=text(
                "{tag} fell from {best} to {low} at {onset} and won at least half of that back by {back}",
                tag=Tag(view.tag),
                best=figure(fall.best),
                low=figure(fall.low),
                onset=Place(first),
                back=Place(back, bare=True),
            ),
            evidence=(
                Evidence("best-level", "best level", fall.best, ""),
                Evidence("lowest-level", "lowest level", fall.low, ""),
                Evidence("largest-other-fall", "against the largest other fall", float(min(fall.others, 1e3)), "ratio"),
                Evidence(
                    "share-of-the-gain-that-was-lost", "share of the gain that was lost", min(lost, 10.0), "ratio"
                ),
            ),
            also_explained_by=(
                "a harder environment, task or opponent for a while" if reward else "other data for a while",
            ),
            advice=(
                text(
                    "Look at what the policy did from {onset} to {back}."
                    if reward
                    else "Look at the learning rate and the evaluation data from {onset} to {back}.",
                    onset=Place(first),
                    back=Place(back, bare=True),
                ),
                "Smaller steps make such falls rarer: a lower learning rate, a smaller clip range or fewer epochs per "
                "batch, a target for the KL divergence."
                if reward
                else "Smaller steps make such falls rarer: a longer warm-up, or a lower learning rate.",
            ),
        )


def _with_policy(found: Finding, subject: Subject) -> Finding:
    first, last = found.first_step or 0, found.last_step or 0
    beside = beside_the_return(subject, first - max((last - first) // 10, 1), last)
    return replace(found, evidence=(*found.evidence, *beside))


def _gravity(lost: float, fall: float, wander: float) -> Severity:
    """Return how grave a lasting fall of a return is: one that leaves part of the gain may be its wandering."""
    return Severity.ERROR if lost >= _MOST_OF_IT or fall > _FAR * wander else Severity.INFO


def _counts(view: CurveView, fall: float) -> bool:
    """Return whether a fall of a metric that is never negative counts: a tenth more of the answers were wrong."""
    highest = float(view.value.max())
    whole = 1.0 if highest <= 1.0 else 100.0 if highest <= 100.0 else 0.0
    return float(view.value.min()) >= 0.0 and fall >= _TENTH * whole


def _wholes(views: Sequence[CurveView]) -> list[CurveView]:
    """Return the rewards without the parts of another one: that a part falls while the whole rises is a trade."""
    parts = [v for v in views if _PART.search(v.tag)]
    whole = [v for v in views if not _PART.search(v.tag)]
    for total in (v for v in whole if "total" in words(v.tag)):
        others = [v for v in whole if v is not total and np.array_equal(v.step, total.step)]
        if _adds_up(total.value, [v.value for v in others]):
            return [v for v in whole if all(v is not o for o in others)]
    return whole or parts


def _adds_up(total: FloatArray, parts: Sequence[FloatArray]) -> bool:
    """Return whether a weighted sum of curves is another one, up to rounding; at least three points for each weight."""
    if not parts or total.size < 3 * (len(parts) + 1):
        return False
    terms = np.column_stack([np.ones(total.size), *parts])
    left = total - terms @ np.linalg.lstsq(terms, total, rcond=None)[0]
    return float(left.std()) < _ROUNDING * float(total.std())


def _wander(value: FloatArray, best: int) -> float:
    """Return how large a fall must be to be none of a return's own moves.

    Half as large again as its largest fall up to the best level and its largest rise since (of means of 5 % of the
    curve: what rises again by most of what it fell has not stayed down), and six standard errors of the means of what
    comes after, at most a fifth of the curve; of few successes the median deviation would be 0.
    """
    width = max(3, value.size // 20)
    level = stretch_means(trimmed(value), width)
    moves = max(largest_fall(level[: best + 1], width)[0], largest_fall(-level[best:], width)[0])
    end = max(min(value.size - best, value.size // 5), 1)
    return max(_OTHERS * moves, _ERRORS * float(np.diff(value).std()) / float(np.sqrt(end)))


def _left(parts: Decomposition, rise: Rise) -> int:
    """Return the index from which a curve (lower is better) is off its best level for good.

    Where most of what follows lies beyond the middle of the fall, and from there back to the last stretch that was
    still at the best level: one lucky stretch after the fall does not count.
    """
    n, low = parts.y.size, rise.best_first
    gone = min(low + crossing(parts.y[low:] >= rise.best + 0.5 * rise.size), n - 1)
    blocks = blocks_of(parts.y, parts.scale, parts.correlation, most=60, least_points=1 if n < 60 else 3)
    near = rise.best + np.maximum(2.0 * blocks.error, 0.08 * rise.size)
    calm = np.flatnonzero((blocks.median <= near) & (blocks.edge[:-1] < gone))
    k = int(calm[-1]) + 1 if calm.size else 0
    return min(int(blocks.edge[k]), gone)


def _tells(view: CurveView) -> bool:
    """Return whether higher values of a metric say that the model is better, by themselves, and it ever moves."""
    better = view.curve.direction == "higher" and not _ONE_SIDED & set(parse(view.tag).words)
    return better and len(view) > 0 and bool(view.value.min() < view.value.max())
