"""The learning rate begins at its peak, without a warm-up.

With an adaptive optimizer, or a network that is normalised after its residuals, the first steps are then too long.

Looks like: the rate at its largest at the first step; the loss leaps above its start in the first steps, a burst of
the gradient norm, then recovery or nothing. Speaks against it: a ramp in the rate; trouble that starts later.

References: Goyal et al. 2017 (arXiv:1706.02677); Liu et al. 2020 (arXiv:1908.03265); Vaswani et al. 2017.
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.scene import Scene
from curveread.findings.arguments import Length
from curveread.findings.text import Text, text


def _fix(scene: Scene) -> Text:
    return text(
        "Warm the learning rate up over {some} to {more}.",
        some=Length(max(round(0.01 * scene.length), 1)),
        more=Length(max(round(0.05 * scene.length), 2)),
    )


CAUSE = Candidate(
    id="missing-warmup",
    title="the learning rate begins without a warm-up",
    usual={
        Kind.WARMUP: 0.95,
        Kind.DIVERGENCE: 0.04,
        Kind.SPIKE: 0.02,
        Kind.LARGE_GRADIENT: 0.05,
        Kind.STALL: 0.01,
    },
    signs={
        "rate-peak-at-start": (3, 0.05),
        "early": (5, 0.1),
        "rate-warming": (0.1, 1),
        "rate-raised": (0.2, 1),
    },
    check=text("Run the first hundredth of the steps again with a linear ramp: does the leap go?"),
    fix=_fix,
)
