"""Momentum, beta1, beta2 or epsilon stand at the edge of stability.

Looks like: slow damped ringing, or slow exponential growth, at a constant ordinary learning rate; with Adam sudden
spikes late, with an update size that rises. Speaks against it: a blow-up at once; a change of the rate.

References: Sutskever et al. 2013; Molybog et al. 2023 (arXiv:2304.09871); Cohen et al. 2022 (arXiv:2207.14484).
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.findings.arguments import figure
from curveread.findings.text import text

CAUSE = Candidate(
    id="momentum-or-beta",
    title="momentum or the betas stand at the edge of stability",
    usual={
        Kind.SWING: 0.1,
        Kind.DIVERGENCE: 0.04,
        Kind.SPIKE: 0.03,
    },
    signs={
        "same-step-in-siblings": (0.1, 1),
        "all-at-once": (0.5, 1),
        "inside-first": (2.5, 0.9),
        "dies-away": (6, 0.4),
        "grows-steadily": (4, 0.7),
        "rate-raised": (0.15, 1.3),
        "early": (0.6, 1),
        "sudden": (0.4, 1.3),
        "again-and-again": (1.3, 1),
        "returned-at-once": (0.8, 1),
    },
    check=text(
        "Run some hundred steps with a momentum of {momentum}, or a second beta of {beta}; note both and epsilon.",
        momentum=figure(0.9),
        beta=figure(0.95),
    ),
    fix=text(
        "Lower the momentum to {momentum} or the second beta to {beta}, or the learning rate with them.",
        momentum=figure(0.9),
        beta=figure(0.95),
    ),
)
