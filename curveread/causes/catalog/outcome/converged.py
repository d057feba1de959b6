"""Nothing is left to gain: the noise floor, or the entropy of the data.

Looks like: a smooth approach to a flat level at a working learning rate, train and evaluation together; a cut of
the rate brings no fall. Speaks against it: flat at once from a slope; sister runs that reach less.

References: Hoffmann et al. 2022 (arXiv:2203.15556, irreducible loss).
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.scene import Scene
from curveread.findings.arguments import Place
from curveread.findings.text import Text, text


def _fix(scene: Scene) -> Text:
    return text("Stop earlier, at about {at}, and shorten the schedule to that.", at=Place(scene.onset))


CAUSE = Candidate(
    id="converged",
    title="nothing is left to gain",
    usual={
        Kind.STALL: 0.06,
        Kind.UNDERFIT: 0.2,
    },
    signs={
        "falls-when-cut": (0.1, 1),
        "above-its-start": (0.3, 1),
        "was-better-before": (0.2, 1),
        "sudden": (0.2, 1.5),
        "flat-from-start": (0.05, 1.5),
        "rate-cut": (0.5, 1.3),
        "gradient-gone": (0.2, 1.1),
        "at-chance": (0.1, 1.2),
        "same-value": (0.1, 1),
        "rate-tiny": (0.05, 1),
    },
    check=text(
        "Is the floor of the task known? A run of twice the length, or a larger model, says whether it is reached."
    ),
    fix=_fix,
)
