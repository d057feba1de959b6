"""Kinds of event: what findings tell, by what it leaves open about its cause."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from curveread.findings.finding import Finding
from curveread.run.tags.grammar import parse


class Kind(StrEnum):
    """Kinds of event, by what they leave open about their cause."""

    SPIKE = "spike"
    EVAL_SPIKE = "eval-spike"
    DIVERGENCE = "divergence"
    NONFINITE = "nonfinite"
    STALL = "stall"
    UNDERFIT = "underfit"
    MEMORISING = "memorising"
    EVAL_BELOW = "eval-below"
    SWING = "swing"
    COLLAPSE = "collapse"
    POLICY = "policy"
    LARGE_GRADIENT = "large-gradient"
    SMALL_GRADIENT = "small-gradient"
    RESTART = "restart"
    MISSING_STEPS = "missing-steps"
    SLOW = "slow"
    SHIFT = "shift"
    RATE = "rate"
    WARMUP = "warmup"
    LOGGING = "logging"


LASTING = frozenset({Kind.STALL, Kind.UNDERFIT, Kind.SWING, Kind.MEMORISING})
"""Kinds whose onset tells where they show, not what set them off."""

KINDS: Mapping[str, Kind] = {
    "loss-spike": Kind.SPIKE,
    "outlier-batch": Kind.SPIKE,
    "eval-relapse": Kind.EVAL_SPIKE,
    "divergence": Kind.DIVERGENCE,
    "nonfinite-loss": Kind.NONFINITE,
    "masked-nan": Kind.NONFINITE,
    "plateau": Kind.STALL,
    "no-learning": Kind.STALL,
    "underfitting": Kind.UNDERFIT,
    "overfitting": Kind.MEMORISING,
    "generalization-stall": Kind.MEMORISING,
    "eval-below-train": Kind.EVAL_BELOW,
    "oscillation": Kind.SWING,
    "metric-collapse": Kind.COLLAPSE,
    "entropy-collapse": Kind.POLICY,
    "kl-blowup": Kind.COLLAPSE,
    "reward-hacking": Kind.POLICY,
    "gradient-explosion": Kind.LARGE_GRADIENT,
    "gradient-vanishing": Kind.SMALL_GRADIENT,
    "restart": Kind.RESTART,
    "concurrent-writers": Kind.RESTART,
    "step-gap": Kind.MISSING_STEPS,
    "time-gap": Kind.SLOW,
    "throughput-drop": Kind.SLOW,
    "eval-overhead": Kind.SLOW,
    "level-shift": Kind.SHIFT,
    "learning-rate-jump": Kind.RATE,
    "missing-warmup": Kind.WARMUP,
    "unnormalized-loss": Kind.LOGGING,
    "perplexity-mismatch": Kind.LOGGING,
}
"""rule -> the kind of its events; findings of other rules are about settings and have no cause."""


def kind_of(finding: Finding) -> Kind | None:
    """Return the kind of event that a finding tells; None for one that has no cause.

    A spike of an evaluation is another event than one of a training loss: no batch that is trained on makes it.
    """
    kind = KINDS.get(finding.rule)
    return Kind.EVAL_SPIKE if kind is Kind.SPIKE and parse(finding.tag or "").split == "eval" else kind
