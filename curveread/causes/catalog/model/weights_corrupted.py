"""The weights were altered from outside the gradient: surgery, a wrong sign, a wrong decay, a bad shard.

Looks like: a step up in train and evaluation together at a constant learning rate, the gradient norm not leading,
slow relearning; or slow growth of everything. Speaks against it: a restart there; a change of the rate; only the
training loss moved.

References: Loshchilov and Hutter 2019 for decay (arXiv:1711.05101); Zhang et al. 2022, OPT logbook
(arXiv:2205.01068).
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.numbers import back_before
from curveread.causes.scene import Scene
from curveread.findings.arguments import Place
from curveread.findings.text import Text, text


def _check(scene: Scene) -> Text:
    return text(
        ("Look at the norms of the weights, the sign of the decay, and the code that touches weights around {at}."),
        at=Place(scene.onset),
    )


def _fix(scene: Scene) -> Text:
    back = back_before(scene)
    return back if back is not None else text("Restore the weights of before {at}.", at=Place(scene.onset))


CAUSE = Candidate(
    id="weights-corrupted",
    title="the weights were altered from outside the gradient",
    usual={
        Kind.DIVERGENCE: 0.04,
        Kind.SHIFT: 0.08,
        Kind.SPIKE: 0.01,
        Kind.NONFINITE: 0.02,
        Kind.COLLAPSE: 0.03,
    },
    signs={
        "same-step-in-siblings": (0.1, 1),
        "size-changed": (0.3, 1),
        "eval-first": (1.5, 1),
        "inside-first": (3, 0.6),
        "above-all-before": (1.3, 1),
        "train-moved": (1.3, 0.1),
        "learned-anew": (1.2, 0.8),
        "fell-off": (0.15, 1.5),
        "below-its-start": (0.2, 1.1),
        "grows-steadily": (4, 0.6),
        "eval-left-behind": (0.3, 1.4),
        "eval-moved": (2.5, 0.3),
        "rate-raised": (0.08, 1.3),
        "gradient-first": (0.4, 1.2),
        "at-restart": (0.4, 1.05),
        "returned-at-once": (0.2, 1),
        "one-term-only": (0.3, 1),
    },
    check=_check,
    fix=_fix,
)
