"""The generator or the policy shrinks to few outputs, or games its reward.

Looks like: entropy, covered modes or the spread of features fall to about 0; a proxy reward rises while the true
one falls; the reward is lost with the entropy. Speaks against it: a jump of the learning rate or a change of the
reward at that step.

References: Salimans et al. 2016 (arXiv:1606.03498); Gao et al. 2022 (arXiv:2210.10760).
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.scene import Scene
from curveread.findings.arguments import Place
from curveread.findings.text import Text, text
from curveread.run.tags.kinds import AGENTS


def _check(scene: Scene) -> Text:
    of = (
        "Look at the actions that the policy takes in a few episodes, and at its entropy, around {at}."
        if scene.case.task.kind in AGENTS
        else "Look at samples, at the entropy, at the KL to the start and at a reward that was held out, around {at}."
    )
    return text(of, at=Place(scene.onset))


def _fix(scene: Scene) -> Text:
    mend = "Add an entropy or KL term, or a baseline, or mend the reward"
    if scene.onset <= scene.begin + 0.05 * scene.length:  # there was nothing before it to stop at
        return text("{mend}.", mend=text(mend))
    return text("{mend}; or stop at {at}.", mend=text(mend), at=Place(scene.onset))


CAUSE = Candidate(
    id="mode-or-policy-collapse",
    title="the policy or generator shrank to few outputs",
    usual={
        Kind.STALL: 0.03,
        Kind.COLLAPSE: 0.25,
        Kind.POLICY: 0.75,
    },
    signs={
        "updates-tiny": (0.5, 1),
        "below-its-start": (0.3, 1),
        "reward-gamed": (6, 1),
        "policy-learns": (6, 0.3),
        "entropy-fell": (8, 0.3),
        "rate-raised": (0.2, 1.1),
        "sudden": (0.6, 1.3),
        "value-loss-first": (0.6, 1),
    },
    check=_check,
    fix=_fix,
)
