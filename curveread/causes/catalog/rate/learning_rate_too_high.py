"""The learning rate, as planned, is above what the model bears.

Looks like: a blow-up in the first steps or while the warm-up climbs; a first dip that is lost; a noisy level far
above what can be reached, whose noise falls at each cut of the rate. Speaks against it: a long sound stretch at the
same rate; one odd step only; a tiny gradient norm. Mistaken for: a missing warm-up (cured by a ramp alone), missing
clipping.

References: Smith 2017 (arXiv:1506.01186); Cohen et al. 2021 (arXiv:2103.00065); Wortsman et al. 2023
(arXiv:2309.14322).
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.numbers import sound_rate
from curveread.findings.text import text

CAUSE = Candidate(
    id="learning-rate-too-high",
    title="the learning rate is too high",
    usual={
        Kind.EVAL_SPIKE: 0.25,
        Kind.DIVERGENCE: 0.25,
        Kind.SPIKE: 0.1,
        Kind.NONFINITE: 0.12,
        Kind.STALL: 0.08,
        Kind.SWING: 0.1,
        Kind.COLLAPSE: 0.1,
        Kind.POLICY: 0.05,
        Kind.LARGE_GRADIENT: 0.15,
    },
    signs={
        "policy-learns": (0.7, 1),
        "same-step-in-siblings": (0.2, 1),
        "size-changed": (0.7, 1),
        "all-at-once": (0.7, 1.2),
        "eval-first": (1.3, 1),
        "inside-first": (2, 0.8),
        "sudden": (0.7, 1.2),
        "not-even-frequencies": (1.2, 1),
        "above-all-before": (1.3, 1),
        "train-moved": (1.2, 0.4),
        "leapt-at-start": (4, 0.7),
        "fell-off": (0.6, 1.1),
        "falls-when-cut": (6, 0.5),
        "rate-large": (4, 0.4),
        "updates-tiny": (0.05, 1.2),
        "above-its-start": (5, 0.8),
        "was-better-before": (5, 0.5),
        "dies-away": (2, 0.8),
        "eval-left-behind": (0.6, 1.1),
        "update-too-large": (6, 0.8),
        "won-back": (3, 1),
        "early": (4, 0.5),
        "rate-warming": (4, 0.7),
        "rate-at-peak": (1.5, 0.5),
        "rate-raised": (0.15, 1.2),
        "one-point": (0.4, 1.2),
        "returned-at-once": (0.4, 1.3),
        "gradient-gone": (0.1, 1.1),
        "again-and-again": (1.5, 1),
        "nonfinite-alone": (0.1, 1),
        "gradient-climbed": (2, 0.3),
        "rate-cut": (0.3, 1),
        "rate-tiny": (0.02, 1),
    },
    check=text("Run a learning rate range test, or three short runs: at the peak, at a third and at a tenth of it."),
    fix=sound_rate,
)
