"""The check ``entropy-collapse``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.returns import entropies
from curveread.findings.arguments import Place, Tag, level
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.run.roles import Role
from curveread.signals.levels import block_medians, last_change, window_medians, windows_of
from curveread.signals.median import median
from curveread.signals.scale import change_noise

_NEARLY_ALL = 0.9
"""Share of the points of a log."""


@dataclass(frozen=True)
class EntropyCollapse(Detector):
    """The policy became deterministic before it became good.

    What it finds
        A policy entropy that fell to nearly nothing and stayed there, while the reward did not rise with it or fell.

    Why it matters
        A policy without entropy no longer explores: what it has not found by then it will not find.

    How it decides
        The entropy's last tenth is below ``share`` of its first, and since the onset no stretch of it came back; or it
        was below ``nothing`` nats at nearly every point, the first update having taken it. A loss that is the entropy
        with its sign turned is read as that. A policy that has solved its task is deterministic by right: the reward's
        last fifth must lie at least half of its gain below its best stretch, or the reward must never have risen beyond
        the scatter of its beginning.

    When it is wrong
        Differential entropies of continuous actions may be negative and are not judged. A task in which the best
        possible reward is the first one.

    References
        Mnih et al., "Asynchronous Methods for Deep Reinforcement Learning", 2016; Cui et al., "The Entropy Mechanism of
        Reinforcement Learning for Reasoning Language Models", 2025.
    """

    rule: ClassVar[str] = "entropy-collapse"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.ENTROPY, Role.AUXILIARY_LOSS), any_of(Role.REWARD))
    least: ClassVar[int] = 20

    share: float = field(default=0.1, metadata={"help": "share of the first entropy that is a collapse"})
    nothing: float = field(default=0.01, metadata={"help": "entropy in nats that leaves nothing to explore with"})

    def lacks(self, subject: Subject) -> str:
        """Return that none of the auxiliary losses is an entropy."""
        return "" if entropies(subject) else "no entropy among the curves"

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        for view in entropies(subject):
            found = self._judge(view)
            if found is not None:
                lost = [_without_gain(r) for r in subject.all(Role.REWARD)[:3] if len(r) >= self.least]
                return [self._finding(view, *found)] if lost and all(lost) else []
        return []

    def _judge(self, view: CurveView) -> tuple[int, float, float] | None:
        """Return (index of the onset, first level, last level) or None."""
        value, n = view.value, len(view)
        if n < self.least or float(value.min()) < 0.0:
            return None
        start, end = median(value[: n // 10]), median(value[-(n // 10) :])
        if float((value < self.nothing).mean()) >= _NEARLY_ALL:
            return 0, start, end
        if start <= 0.0 or end > self.share * start:
            return None
        blocks = block_medians(value, 20)
        near = 2.0 * self.share * start
        high = np.flatnonzero(blocks > near)
        k = int(high[-1]) + 1 if high.size else 0
        return (last_change(value < near, k, 20), start, end) if 0 < k <= 18 else None

    def _finding(self, view: CurveView, onset: int, start: float, end: float) -> Finding:
        first = int(view.step[onset])
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING,
            confidence=confidence_of(self.rule),
            tag=view.tag,
            first_step=first,
            peak_step=int(view.step[onset + int(np.argmin(view.value[onset:]))]),
            last_step=int(view.step[-1]),
            message=_message(view, first, start, end),
            evidence=(
                Evidence("entropy-at-the-start", "entropy at the start", start, "nats"),
                Evidence("entropy-at-the-end", "entropy at the end", end, "nats"),
                *([Evidence("share-that-is-left", "share that is left", end / start, "ratio")] if start > 0.0 else []),
            ),
            also_explained_by=("a task whose best answer was found at once",),
            advice=(
                "Raise the entropy bonus or the temperature, lower the learning rate, or clip less on the upper side.",
            ),
        )


def _message(view: CurveView, first: int, start: float, end: float) -> Text:
    if first <= int(view.step[0]):
        return text(
            "the entropy in {tag} was {end} from the first update on, while the reward gained nothing: the policy does "
            "not explore",
            tag=Tag(view.tag),
            end=level(end, "nats"),
        )
    return text(
        "the entropy in {tag} fell from {start} to {end} by {onset} and stayed there, while the reward gained nothing: "
        "the policy no longer explores",
        tag=Tag(view.tag),
        start=level(start),
        end=level(end, "nats"),
        onset=Place(first),
    )


def _without_gain(view: CurveView) -> bool:
    """Return whether a reward lost half of its gain, or never gained more than the spread of its beginning."""
    value, n = view.value, len(view)
    m, starts = windows_of(n, 0.1)
    best = float(window_medians(value, m, starts).max())
    end = median(value[-(n // 5) :])
    # A quick learner has gained most within the first tenth: the start is the lowest level there.
    few = max(3, n // 100)
    start = float(window_medians(value, few, np.arange(0, max(m - few, 1), few)).min())
    spread = 2.56 * change_noise(value[: max(n // 5, 8)])
    if best - start <= max(spread, 1e-12 * float(np.abs(value).max())):
        return bool(end - start <= 0.5 * spread)
    return best - end >= 0.5 * (best - start)
