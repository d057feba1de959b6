"""The targets are wrong, or do not belong to their inputs.

Looks like: a quick fall to the entropy of the targets (chance, unigrams, ln K), then flat in train and evaluation
at an ordinary learning rate and gradient norm; with partial noise the validation loss turns while the accuracy
holds. Speaks against it: a gradient norm of 0; a rate of 0; a training loss that goes on falling.

References: Karpathy 2019; Zhang et al. 2017 (arXiv:1611.03530); Northcutt et al. 2021 (arXiv:1911.00068).
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.findings.text import text

CAUSE = Candidate(
    id="label-noise-or-misaligned-labels",
    title="the targets are wrong or do not belong to their inputs",
    usual={
        Kind.STALL: 0.2,
        Kind.UNDERFIT: 0.1,
        Kind.MEMORISING: 0.04,
        Kind.COLLAPSE: 0.02,
    },
    signs={
        "exactly-zero": (3, 1),
        "not-even-frequencies": (0.15, 1.3),
        "leapt-at-start": (0.5, 1),
        "falls-when-cut": (0.05, 1),
        "updates-tiny": (0.2, 1),
        "above-its-start": (0.3, 1.05),
        "was-better-before": (0.2, 1.1),
        "below-its-start": (3, 0.8),
        "eval-jumped": (0.3, 1),
        "policy-learns": (0.3, 1),
        "pretrained": (0.6, 1),
        "at-chance": (3, 0.8),
        "gradient-gone": (0.05, 1.8),
        "rate-tiny": (0.05, 1.3),
        "rate-cut": (0.2, 1.3),
        "train-goes-on-falling": (0.4, 1.3),
        "same-value": (0.2, 1.1),
        "flat-from-start": (1.3, 0.9),
    },
    check=text(
        "Print a few inputs with their targets, and overfit a single batch: a baseline without "
        "inputs reaches the same loss."
    ),
    fix=text(
        "Mend the join of inputs and targets, or label anew; then the loss must fall below "
        "guessing within the first hundreds of steps."
    ),
)
