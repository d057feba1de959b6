"""Infinity or NaN made by precision, by weights or inputs that are not finite, or by a mean over nothing.

Looks like: ordinary loss and gradient norm, then NaN or infinity in one step: for good (the weights), or for that
step (an empty or broken batch, an update that was skipped); zeros that stand for NaN beside a gradient norm of NaN.
Speaks against it: a loss or a gradient norm that climbs before.

References: Micikevicius et al. 2018 (arXiv:1710.03740); PyTorch documentation on automatic mixed precision.
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import KINDS, Kind
from curveread.causes.numbers import after_back_before
from curveread.causes.scene import Scene
from curveread.findings.arguments import Place
from curveread.findings.text import Text, text
from curveread.run.roles import Role


def _in_evaluation(scene: Scene) -> bool:
    """Return whether an evaluation alone is not finite: no training step is to be searched or skipped then."""
    own, train = scene.curve, scene.case.views.get(Role.TRAIN_LOSS, ())
    if own is None or own.curve.role is not Role.EVAL_LOSS or KINDS.get(scene.finding.rule) is not Kind.NONFINITE:
        return False
    return bool(train) and all(bool(v.curve.finite.all()) for v in train)


def _check(scene: Scene) -> Text:
    if _in_evaluation(scene):
        words = "Evaluate the weights of {at} again in full precision, and ask which term of the loss is not finite."
        return text(words, at=Place(scene.onset))
    return text(
        (
            "Run the steps before {at} with anomaly detection, and ask inputs, loss terms and weights "
            "whether they are finite; run them in full precision, or in bfloat."
        ),
        at=Place(scene.onset),
    )


def _fix(scene: Scene) -> Text:
    if _in_evaluation(scene):
        return text(
            "Evaluate in full precision, or in bfloat, and mend the term that overflows (log-sum-exp, an epsilon, an "
            "empty mask)."
        )
    words = text(
        "Mend the term that overflows (log-sum-exp, an epsilon, an empty mask) or use bfloat; skip "
        "steps that are not finite."
    )
    return after_back_before(scene, words)


CAUSE = Candidate(
    id="numerical-overflow",
    title="a value overflowed or was never finite",
    usual={
        Kind.STALL: 0.03,
        Kind.NONFINITE: 0.6,
        Kind.SPIKE: 0.02,
        Kind.LARGE_GRADIENT: 0.04,
        Kind.DIVERGENCE: 0.01,
    },
    signs={
        "train-moved": (1, 0.4),
        "exactly-zero": (8, 1),
        "same-step-in-siblings": (0.7, 1),
        "nonfinite-beside": (8, 0.5),
        "gradient-climbed": (0.15, 2),
        "nonfinite-alone": (2, 1),
        "half-precision": (2.5, 0.8),
        "rate-raised": (0.2, 1.1),
        "early": (0.8, 1),
        "loss-scale-falls": (2, 1),
    },
    check=_check,
    fix=_fix,
)
