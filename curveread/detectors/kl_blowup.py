"""The check ``kl-blowup``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Place, Tag, level, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.run.roles import Role, words
from curveread.signals.levels import block_medians, last_change
from curveread.signals.median import median

_POLICY = frozenset({"approx", "approxkl", "old", "update"})
"""Words of a divergence between two updates, which stays near 0.01; others are from a reference policy."""
_MANY = 0.2
"""Share of the updates that are too many."""
_BELOW = -0.5
"""Nats below zero that no noise of an estimate explains when they last."""


@dataclass(frozen=True)
class KlBlowup(Detector):
    """The policy ran away: its KL divergence rose far above its usual level and stayed there.

    What it finds
        A KL divergence, from the policy before the update or from a reference model, that leaves its level many times
        over up to the end of the run, is beyond any trust region in many updates, or is negative.

    Why it matters
        Between updates it means steps too large for the trust region; from the reference it means that the
        policy left the language or behaviour that it started from, usually to please the reward.

    How it decides
        The median of the last tenth is at least ``times`` the usual level (the median of the first half, the head left
        out), at least an absolute level, and since the onset no stretch came back to a tenth of it. That level is
        ``policy_floor`` for a divergence between updates. For one from a reference it is ``reference_floor`` nats or,
        where that is less, the entropy that the policy began with: some log both summed over an answer, some per token.
        A divergence from a reference grows by nature; only one that multiplies in the later part of the run counts.
        Without such a rise: a fifth of all updates moved the policy by ``update_limit`` nats or more; or the last fifth
        of the points is clearly below zero, which no divergence can be.

    When it is wrong
        Divergences that are summed over long answers grow with their length. A KL coefficient that was lowered on
        purpose lets the divergence grow.

    References
        Schulman, "Approximating KL Divergence", 2020; Stiennon et al., "Learning to summarize from human feedback",
        2020, figure 5; Gao et al., "Scaling Laws for Reward Model Overoptimization", 2023.
    """

    rule: ClassVar[str] = "kl-blowup"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.KL), any_of(Role.REWARD, Role.ENTROPY))
    least: ClassVar[int] = 20

    times: float = field(default=10.0, metadata={"help": "times the usual level"})
    policy_floor: float = field(default=0.2, metadata={"help": "smallest level of a divergence between updates"})
    reference_floor: float = field(default=10.0, metadata={"help": "smallest level, in nats, of one from a reference"})
    update_limit: float = field(default=1.0, metadata={"help": "nats at which one update leaves the old policy behind"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding: the curve that rose most, else one that was too large all along or negative."""
        whole = _first_entropy(subject)
        views = [v for v in subject.all(Role.KL) if len(v) >= self.least]
        risen = [(v, rise) for v in views if (rise := self._risen(v, whole)) is not None]
        if risen:
            view, (ratio, onset, usual) = max(risen, key=lambda r: r[1][0])
            return [self._blowup(view, onset, usual, ratio)]
        large = [self._large(v) for v in views if self._is_large(v)]
        return (large or [_negative(v) for v in views if _is_negative(v)])[:1]

    def _risen(self, view: CurveView, whole: float) -> tuple[float, int, float] | None:
        """Return (ratio, index of the onset, usual level) or None; ``whole`` is the policy's first entropy."""
        value, n = view.value, len(view)
        floor = self.policy_floor if _between_updates(view) else min(self.reference_floor, whole)
        usual = max(median(value[n // 20 : n // 2]), 0.0)
        end = median(value[-(n // 10) :])
        if end < max(floor, self.times * usual):
            return None
        blocks = block_medians(value, 20)
        near = max(3.0 * usual, end / 10.0)
        calm = np.flatnonzero(blocks < near)
        k = int(calm[-1]) + 1 if calm.size else 0
        if k < 2 or k > 18 or float(blocks[k:].min()) < end / 10.0:
            return None
        return end / max(usual, floor / self.times / 10.0), last_change(value > near, k, 20), usual

    def _is_large(self, view: CurveView) -> bool:
        """Return whether many of the updates each left the old policy behind altogether."""
        return _between_updates(view) and float((view.value >= self.update_limit).mean()) >= _MANY

    def _blowup(self, view: CurveView, onset: int, usual: float, ratio: float) -> Finding:
        first, end = int(view.step[onset]), median(view.value[-(len(view) // 10) :])
        message = text(
            "{tag} rose from its usual {usual} to {end} after {onset} and stayed there",
            tag=Tag(view.tag),
            usual=level(usual),
            end=level(end, view.unit),
            onset=Place(first),
        )
        evidence = (
            Evidence("usual-level", "usual level", usual, "nats"),
            Evidence("level-at-the-end", "level at the end", end, "nats"),
            Evidence("end-against-usual", "end against usual", float(min(ratio, 1e6)), "ratio"),
        )
        explained = "answers that became longer, where the divergence is summed over tokens"
        look = text("Look at samples from after {onset}; keep a checkpoint from before.", onset=Place(first))
        steps = "Raise the KL coefficient, lower the learning rate, or make fewer updates per batch."
        return _finding(view, onset, len(view) - 1, message, evidence, (look, steps), explained)

    def _large(self, view: CurveView) -> Finding:
        over = np.flatnonzero(view.value >= self.update_limit)
        part, top = over.size / len(view), median(view.value[over])
        message = text(
            "{tag} was above {limit} in {part} of the updates, typically {top} there: each of them left the old policy "
            "behind",
            tag=Tag(view.tag),
            limit=level(self.update_limit, "nats"),
            part=share(part),
            top=level(top, "nats"),
        )
        evidence = (
            Evidence("updates-beyond", "updates beyond", part, "ratio"),
            Evidence("typical-there", "typical level there", top, "nats"),
        )
        advice = (
            "Lower the learning rate, clip more, or make fewer epochs over each batch: 0.01 to 0.05 nats an update are "
            "usual.",
        )
        explained = "a divergence that is summed over the parts of an action"
        return _finding(view, int(over[0]), int(over[-1]), message, evidence, advice, explained)


def _finding(
    view: CurveView,
    first: int,
    last: int,
    message: Text,
    evidence: tuple[Evidence, ...],
    advice: tuple[Text | str, ...],
    explained: str,
) -> Finding:
    return Finding(
        rule=KlBlowup.rule,
        severity=Severity.WARNING,
        confidence=confidence_of(KlBlowup.rule),
        tag=view.tag,
        first_step=int(view.step[first]),
        peak_step=int(view.step[first + int(np.argmax(np.abs(view.value[first : last + 1])))]),
        last_step=int(view.step[last]),
        message=message,
        evidence=evidence,
        also_explained_by=(explained,),
        advice=advice,
    )


def _between_updates(view: CurveView) -> bool:
    return bool(_POLICY & set(words(view.tag)))


def _is_negative(view: CurveView) -> bool:
    """Return whether the last fifth lies clearly below zero, and nearly every point of it."""
    late = view.value[-max(5, len(view) // 5) :]
    return bool(np.median(late) <= _BELOW and (late < 0.0).mean() >= 0.9)


def _negative(view: CurveView) -> Finding:
    late = max(5, len(view) // 5)
    end, n = median(view.value[-late:]), len(view)
    above = np.flatnonzero(view.value >= 0.0)
    first = min(int(above[-1]) + 1 if above.size else 0, n - late)
    message = text(
        "{tag} is {end} at the end, and a divergence is never negative: it is estimated from other samples than the "
        "policy's own",
        tag=Tag(view.tag),
        end=level(end, view.unit),
    )
    advice = (
        "Sample without top-k, top-p, a forced length or a suppressed end-of-text token, and with the temperature that "
        "the log-probabilities are computed at.",
        "Check that padding is masked in both log-probabilities and that dropout is off.",
    )
    evidence = (Evidence("level-at-the-end", "level at the end", end, "nats"),)
    return _finding(view, first, n - 1, message, evidence, advice, "a sign that was turned in logging")


def _first_entropy(subject: Subject) -> float:
    """Return the entropy that the policy began with, inf where none is logged."""
    views = [v for v in subject.all(Role.ENTROPY) if len(v) and float(v.value.min()) >= 0.0]
    starts = [median(v.value[: max(3, len(v) // 20)]) for v in views]
    return min((s for s in starts if s > 0.0), default=np.inf)
