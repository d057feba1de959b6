"""The check ``reward-hacking``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Place, Tag, figure
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import EVAL_WORDS, TRAIN_WORDS, Role, is_eval, words
from curveread.signals.levels import median_error, window_medians
from curveread.signals.scale import change_noise

_TRUE = frozenset({"true", "gold", "golden", "human", "win"})
_LOCATION = EVAL_WORDS | TRAIN_WORDS | _TRUE | frozenset({"rollout", "collection", "charts", "proxy"})


@dataclass(frozen=True)
class RewardHacking(Detector):
    """The reward that is trained on rises while the reward that counts falls.

    What it finds
        A training reward that goes on rising and an evaluation reward (or one called gold, true, human) that falls over
        the same steps.

    Why it matters
        The policy has learned to please the reward model instead of doing the task; more training makes it worse.

    How it decides
        Pairs of reward curves whose names differ only in where they were measured. From the best stretch of the
        evaluation reward to the end, over at least a quarter of the run, it falls by at least ``least_loss`` of what it
        had gained, and in the second half of that stretch it does not come half-way back. Over the same steps the
        training reward rises by at least ``least_gain`` of its own range. Both by ``least_z`` standard errors.

    When it is wrong
        Evaluation in another environment, or without the exploration of the training. Two rewards that were never
        meant to agree.

    References
        Gao, Schulman and Hilton, "Scaling Laws for Reward Model Overoptimization", 2023; Pan et al., "The Effects of
        Reward Misspecification", 2022.
    """

    rule: ClassVar[str] = "reward-hacking"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.REWARD),)
    least: ClassVar[int] = 20

    least_loss: float = field(default=0.25, metadata={"help": "share of the evaluation reward's gain that is lost"})
    least_gain: float = field(default=0.1, metadata={"help": "rise of the training reward as a share of its range"})
    least_z: float = field(default=5.0, metadata={"help": "fall and rise, in standard errors of their levels"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        views = [v for v in subject.all(Role.REWARD) if len(v) >= self.least]
        true = [v for v in views if _counts(v.tag)]
        for outer in true:
            for inner in views:
                if not _counts(inner.tag) and _name(inner.tag) == _name(outer.tag):
                    found = self._judge(inner, outer, subject)
                    if found is not None:
                        return [found]
        return []

    def _judge(self, inner: CurveView, outer: CurveView, subject: Subject) -> Finding | None:
        n = len(outer)
        m = max(3, n // 10)
        smooth = window_medians(outer.value, m)
        k = int(np.argmax(smooth)) + m // 2
        first = int(outer.step[k])
        gained = float(smooth.max() - smooth[0])
        tail = inner.value[inner.step >= first]
        if gained <= 0.0 or n - k < 8 or tail.size < 8 or subject.last_step - first < 0.25 * subject.length:
            return None
        fall, rise = _change(outer.value[k:], m), _change(tail, max(3, len(inner) // 10))
        reach = float(np.ptp(np.percentile(inner.value, [5.0, 95.0])))
        if -fall[0] < self.least_loss * gained or -fall[0] < self.least_z * fall[1]:
            return None
        if rise[0] < self.least_gain * reach or rise[0] < self.least_z * rise[1]:
            return None
        late = outer.value[k + (n - k) // 2 :]
        if float(np.percentile(late, 90.0)) > float(smooth.max()) + 0.5 * fall[0]:
            return None
        best, end = float(smooth.max()), float(smooth[-1])
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING,
            confidence=confidence_of(self.rule),
            tag=outer.tag,
            first_step=first,
            peak_step=first,
            last_step=int(outer.step[-1]),
            message=text(
                "{tag} fell from {best} to {end} after {onset} while {trained} went on rising",
                tag=Tag(outer.tag),
                best=figure(best),
                end=figure(end),
                onset=Place(first),
                trained=Tag(inner.tag),
            ),
            evidence=(
                Evidence("best-evaluation-reward", "best evaluation reward", best, ""),
                Evidence("evaluation-reward-at-the-end", "evaluation reward at the end", end, ""),
                Evidence("its-change-since", "its change since", fall[0], ""),
                Evidence("change-of-the-training-reward-since", "change of the training reward since", rise[0], ""),
            ),
            also_explained_by=("an evaluation in another environment or with another sampling",),
            advice=(
                text("Keep the checkpoint nearest to {onset}, and read samples from after it.", onset=Place(first)),
                "Raise the KL penalty, or train the reward model on samples of the late policy.",
            ),
        )


def _change(value: FloatArray, width: int) -> tuple[float, float]:
    """Return by how much the last ``width`` values lie above the first, and the standard error of that."""
    m = min(width, value.size // 2)
    error = float(np.sqrt(2.0) * median_error(change_noise(value), m))
    return float(np.median(value[-m:]) - np.median(value[:m])), error


def _counts(tag: str) -> bool:
    """Return whether the tag names a reward that was not trained on."""
    return is_eval(tag) or bool(_TRUE & set(words(tag)))


def _name(tag: str) -> tuple[str, ...]:
    """Return the words of the tag that do not say where it was measured."""
    return tuple(w for w in words(tag) if w not in _LOCATION)
