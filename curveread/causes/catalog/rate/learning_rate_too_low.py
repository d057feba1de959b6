"""The learning rate is so low (or 0, or in a wrong unit) that nothing or little moves.

Looks like: a tiny rate from the start, a flat loss or a straight slow line that still falls at the end; ordinary
gradient norms; a KL between updates of about 0. Speaks against it: a rate of the usual size; a gradient norm of 0.

References: Karpathy 2019, "A Recipe for Training Neural Networks"; Goodfellow, Bengio and Courville 2016, chapter
11.
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.scene import Scene
from curveread.findings.arguments import level
from curveread.findings.text import Text, text


def _fix(scene: Scene) -> Text:
    if scene.rate is None:
        return text("Raise it tenfold, look at the first hundred steps, and log it.")
    top = float(scene.rate.value.max())
    if top <= 0.0:
        return text("Set a learning rate above zero and log it.")
    return text("Raise it tenfold, to {rate}, and look at the first hundred steps.", rate=level(10.0 * top))


CAUSE = Candidate(
    id="learning-rate-too-low",
    title="the learning rate is too low",
    usual={
        Kind.STALL: 0.12,
        Kind.UNDERFIT: 0.1,
    },
    signs={
        "policy-learns": (0.7, 1),
        "exactly-zero": (0.1, 1),
        "not-even-frequencies": (2, 0.9),
        "leapt-at-start": (0.05, 1.05),
        "falls-when-cut": (0.02, 1),
        "rate-large": (0.02, 1),
        "updates-tiny": (8, 0.5),
        "above-its-start": (0.1, 1),
        "was-better-before": (0.02, 1.1),
        "rate-tiny": (60, 0.15),
        "gradient-gone": (0.15, 1.2),
        "flat-from-start": (2.5, 0.2),
        "at-chance": (1.3, 1),
        "rate-cut": (0.2, 1.1),
        "same-value": (0.6, 1),
    },
    check=text(
        "Print the learning rate that the optimizer really holds, and the size of an update "
        "against its weight (about a thousandth is usual)."
    ),
    fix=_fix,
)
