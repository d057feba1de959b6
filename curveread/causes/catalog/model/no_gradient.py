"""Parameters get no gradient, or next to none: frozen, detached, dead, saturated, vanishing.

Looks like: a gradient norm of 0, or decades lower in the first layers; an evaluation that is bit-identical; a loss
at chance from the start, or flat from one step on with the learning rate in force. Speaks against it: ordinary
gradients in all layers.

References: Glorot and Bengio 2010; He et al. 2015 (arXiv:1502.01852); Lu et al. 2019 (arXiv:1903.06733).
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.findings.text import text

CAUSE = Candidate(
    id="no-gradient",
    title="parameters get no gradient",
    usual={
        Kind.STALL: 0.22,
        Kind.SMALL_GRADIENT: 0.85,
        Kind.COLLAPSE: 0.02,
    },
    signs={
        "exactly-zero": (0.3, 1),
        "same-step-in-siblings": (0.5, 1),
        "not-even-frequencies": (2, 0.9),
        "leapt-at-start": (0.8, 1),
        "others-go-on": (0.15, 1.1),
        "falls-when-cut": (0.05, 1),
        "updates-tiny": (3, 0.7),
        "above-its-start": (0.3, 1),
        "was-better-before": (0.8, 1),
        "policy-learns": (0.5, 1),
        "gradient-gone": (20, 0.15),
        "rate-cut": (0.2, 1.3),
        "rate-tiny": (0.2, 1),
        "same-value": (2, 0.9),
        "at-chance": (1.2, 1),
        "sudden": (1.3, 1),
        "flat-from-start": (1.2, 0.9),
    },
    check=text(
        "Print the gradient norm of each layer, which parameters require a gradient and which the "
        "optimizer holds, the share of activations that are zero, and how many targets are not masked."
    ),
    fix=text("Attach or unfreeze what the loss must reach; then initialisation, normalisation, residual connections."),
)
