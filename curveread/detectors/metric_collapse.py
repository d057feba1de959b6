"""The check ``metric-collapse``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Place, Tag, figure, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.run.tags.grammar import parse
from curveread.signals.decomposition import Transform, decompose
from curveread.signals.levels import rise_after_best
from curveread.signals.trend import blocks_of

__all__ = ["MetricCollapse"]

_ROLES = (Role.EVAL_ACCURACY, Role.TRAIN_ACCURACY, Role.QUALITY_METRIC, Role.REWARD)
_ONE_SIDED = frozenset("precision recall sensitivity specificity coverage margin".split())
"""Metrics that are traded for others: one alone may fall while the model gets better."""


@dataclass(frozen=True)
class MetricCollapse(Detector):
    """A metric that should rise fell and stayed down.

    What it finds
        Accuracy, reward or another metric for which higher is better that lost a large part of what it had
        gained, and had not won it back by the end. Precision, recall and others that are traded for one another are
        left out, and so is what is not understood.

    Why it matters
        The weights of the end are worse than earlier ones, whatever the loss says. In reinforcement learning the
        reward is often the only curve that shows it.

    How it decides
        The median of the last 5, 10 or 20 % of the points is compared with the best stretch of the same length. It
        collapsed when it lies at least ``least_z`` standard errors and ``least_share`` of the gain lower
        (``reward_share`` for a reward, which wanders by nature). The
        onset is where the trend left its best level for the last time.

    When it is wrong
        A harder evaluation set or environment from some step on lowers the metric without harm. Metrics for which
        lower is better, under a name that sounds like an accuracy, are read the wrong way round.

    References
        Engstrom et al., "Implementation Matters in Deep Policy Gradients", ICLR 2020, on collapses of the return.
    """

    rule: ClassVar[str] = "metric-collapse"
    needs: ClassVar[tuple[Need, ...]] = (any_of(*_ROLES),)
    least: ClassVar[int] = 8

    least_z: float = field(default=6.0, metadata={"help": "standard errors that the end lies below the best stretch"})
    least_share: float = field(default=0.4, metadata={"help": "share of the gain that must be lost"})
    reward_share: float = field(default=0.8, metadata={"help": "share of the gain that must be lost, for rewards"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return a finding for the first curve of each role that collapsed."""
        found = []
        for role in _ROLES:
            for view in [v for v in subject.all(role) if _tells(v)][:1]:
                one = self._judge(view) if len(view) >= self.least else None
                if one is not None:
                    found.append(one)
        return found

    def _judge(self, view: CurveView) -> Finding | None:
        # Differences of values near the largest float would overflow.
        largest = float(np.abs(view.value).max())
        unit = largest if largest > 1e150 else 1.0
        parts = decompose(-view.value / unit, Transform("linear"))
        n = len(view)
        start = float(np.median(parts.y[: max(1, n // 50)]))
        rise = rise_after_best(parts.y, parts.scale, parts.correlation, start)
        # A metric that starts at its best has gained nothing; then its own level is what can be lost.
        gained = max(rise.start - rise.best, 0.5 * abs(rise.best))
        # A policy explores: its return wanders, and only the loss of nearly all of the gain is a collapse.
        least = self.reward_share if view.curve.role is Role.REWARD else self.least_share
        if rise.z < self.least_z or gained <= 0.0 or rise.size < least * gained:
            return None
        blocks = blocks_of(parts.y, parts.scale, parts.correlation, most=60, least_points=1 if n < 60 else 3)
        near = rise.best + np.maximum(2.0 * blocks.error, 0.08 * rise.size)
        calm = np.flatnonzero(blocks.median <= near)
        k = int(calm[-1]) if calm.size else 0
        onset = int(blocks.edge[min(k + 1, len(blocks) - 1)])
        best, end = -rise.best * unit, -rise.end * unit
        first = int(view.step[onset])
        lost = rise.size / gained
        return Finding(
            rule=self.rule,
            severity=Severity.ERROR,
            confidence=confidence_of(self.rule, float(np.log(rise.z / self.least_z))),
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
                "Look at what changed there: learning rate, labels, reward function.",
            ),
        )


def _tells(view: CurveView) -> bool:
    """Return whether higher values of a metric say that the model is better, by themselves, and it ever moves."""
    better = view.curve.direction == "higher" and not _ONE_SIDED & set(parse(view.tag).words)
    return better and len(view) > 0 and bool(view.value.min() < view.value.max())
