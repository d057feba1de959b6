"""The check ``kl-blowup``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Place, Tag, level
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role, words
from curveread.signals.levels import last_change

__all__ = ["KlBlowup"]

_POLICY = frozenset({"approx", "approxkl", "old", "update"})
"""Words of a divergence between two updates, which stays near 0.01; others are from a reference policy."""


@dataclass(frozen=True)
class KlBlowup(Detector):
    """The policy ran away: its KL divergence rose far above its usual level and stayed there.

    What it finds
        A KL divergence, from the policy before the update or from a reference model, that leaves its level many times
        over up to the end of the run.

    Why it matters
        Between updates it means steps too large for the trust region; from the reference it means that the
        policy left the language or behaviour that it started from, usually to please the reward.

    How it decides
        The median of the last tenth is at least ``times`` the usual level (the median of the first half, the head left
        out), at least an absolute level, and since the onset no stretch came back to a tenth of it. That level is
        ``policy_floor`` for a divergence between updates. For one from a reference it is ``reference_floor`` nats or,
        where that is less, the entropy that the policy began with: some log both summed over an answer, some per token.
        A divergence from a reference grows by nature; only one that multiplies in the later part of the run counts.

    When it is wrong
        Divergences that are summed over long answers grow with their length. A KL coefficient that was lowered on
        purpose lets the divergence grow.

    References
        Schulman, "Approximating KL Divergence", 2020; Stiennon et al., "Learning to summarize from human feedback",
        2020, figure 5; Gao et al., "Scaling Laws for Reward Model Overoptimization", 2023.
    """

    rule: ClassVar[str] = "kl-blowup"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.KL), any_of(Role.REWARD, Role.ENTROPY))
    least: ClassVar[int] = 40

    times: float = field(default=10.0, metadata={"help": "times the usual level"})
    policy_floor: float = field(default=0.2, metadata={"help": "smallest level of a divergence between updates"})
    reference_floor: float = field(default=10.0, metadata={"help": "smallest level, in nats, of one from a reference"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding: for the curve that rose most."""
        whole = _first_entropy(subject)
        found = [(r, v, k, u) for v in subject.all(Role.KL) if (j := self._judge(v, whole)) for r, k, u in (j,)]
        if not found:
            return []
        ratio, view, onset, usual = max(found, key=lambda f: f[0])
        first, end = int(view.step[onset]), float(np.median(view.value[-(len(view) // 10) :]))
        return [
            Finding(
                rule=self.rule,
                severity=Severity.WARNING,
                confidence=confidence_of(self.rule),
                tag=view.tag,
                first_step=first,
                peak_step=int(view.step[onset + int(np.argmax(view.value[onset:]))]),
                last_step=int(view.step[-1]),
                message=text(
                    "{tag} rose from its usual {usual} to {end} after {onset} and stayed there",
                    tag=Tag(view.tag),
                    usual=level(usual),
                    end=level(end, view.unit),
                    onset=Place(first),
                ),
                evidence=(
                    Evidence("usual-level", "usual level", usual, "nats"),
                    Evidence("level-at-the-end", "level at the end", end, "nats"),
                    Evidence("end-against-usual", "end against usual", float(min(ratio, 1e6)), "ratio"),
                ),
                also_explained_by=("answers that became longer, where the divergence is summed over tokens",),
                advice=(
                    text("Look at samples from after {onset}; keep a checkpoint from before.", onset=Place(first)),
                    "Raise the KL coefficient, lower the learning rate, or make fewer updates per batch.",
                ),
            )
        ]

    def _judge(self, view: CurveView, whole: float) -> tuple[float, int, float] | None:
        """Return (ratio, index of the onset, usual level) or None; ``whole`` is the policy's first entropy."""
        value, n = view.value, len(view)
        if n < self.least:
            return None
        floor = self.policy_floor if _POLICY & set(words(view.tag)) else min(self.reference_floor, whole)
        usual = max(float(np.median(value[n // 20 : n // 2])), 0.0)
        end = float(np.median(value[-(n // 10) :]))
        if end < max(floor, self.times * usual):
            return None
        blocks = np.array([np.median(part) for part in np.array_split(value, 20)])
        near = max(3.0 * usual, end / 10.0)
        calm = np.flatnonzero(blocks < near)
        k = int(calm[-1]) + 1 if calm.size else 0
        if k < 2 or k > 18 or float(blocks[k:].min()) < end / 10.0:
            return None
        return end / max(usual, floor / self.times / 10.0), last_change(value > near, k, 20), usual


def _first_entropy(subject: Subject) -> float:
    """Return the entropy that the policy began with, inf where none is logged."""
    views = [v for v in subject.all(Role.ENTROPY) if len(v) and float(v.value.min()) >= 0.0]
    starts = [float(np.median(v.value[: max(3, len(v) // 20)])) for v in views]
    return min((s for s in starts if s > 0.0), default=np.inf)
