"""The capacity of the model, or its bias, cannot hold the task.

Looks like: train and evaluation end together, high and flat, at a working learning rate with ordinary gradients.
Speaks against it: a loss that still falls; a gap; a rate at 0.

References: Goodfellow et al. 2016, chapters 5 and 11; Kaplan et al. 2020 (arXiv:2001.08361).
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.findings.text import text

CAUSE = Candidate(
    id="too-small-model",
    title="the model cannot hold the task",
    usual={
        Kind.STALL: 0.06,
        Kind.UNDERFIT: 0.5,
    },
    signs={
        "falls-when-cut": (0.1, 1),
        "at-chance": (0.3, 1.2),
        "gradient-gone": (0.05, 1.3),
        "rate-cut": (0.3, 1.3),
        "rate-tiny": (0.05, 1.1),
        "flat-from-start": (0.2, 1.4),
        "same-value": (0.1, 1.1),
        "train-goes-on-falling": (0.4, 1.2),
    },
    check=text("Overfit a small subset; train a wider model by the same recipe."),
    fix=text("Widen or deepen the model, or give it better features."),
)
