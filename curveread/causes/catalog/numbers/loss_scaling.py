"""The loss or its gradient is scaled wrongly.

The scale of mixed precision, unscaling twice, sums over accumulation, all-reduce.

Looks like: the gradient norm changes by a clean factor (a power of 2, the accumulation count) or bursts while the
loss of that very step is ordinary; the loss scale halves again and again. Speaks against it: the loss jumps in the
same step; layers that differ.

References: Micikevicius et al. 2018 (arXiv:1710.03740); PyTorch GradScaler.
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.scene import Scene
from curveread.findings.arguments import Place
from curveread.findings.text import Text, text


def _check(scene: Scene) -> Text:
    return text(
        (
            "Print scale, unscaled norm and accumulation count around {at}: is it unscaled before it "
            "is clipped, and divided once?"
        ),
        at=Place(scene.onset),
    )


CAUSE = Candidate(
    id="loss-scaling",
    title="the loss or its gradient is scaled wrongly",
    usual={
        Kind.DIVERGENCE: 0.04,
        Kind.SPIKE: 0.02,
        Kind.NONFINITE: 0.03,
        Kind.LARGE_GRADIENT: 0.1,
        Kind.SMALL_GRADIENT: 0.12,
        Kind.LOGGING: 0.15,
    },
    signs={
        "same-step-in-siblings": (0.3, 1),
        "all-at-once": (0.4, 1),
        "inside-first": (1, 0.8),
        "grows-steadily": (0.3, 1),
        "gradient-rescaled": (20, 0.5),
        "gradient-first": (2.5, 0.3),
        "loss-scale-falls": (10, 0.9),
        "rate-raised": (0.1, 1),
        "returned-at-once": (0.5, 1),
        "half-precision": (1.5, 0.7),
        "flat-from-start": (0.4, 1),
    },
    check=_check,
    fix=text("Unscale once, before clipping; divide by the accumulation count; let the scale be dynamic."),
)
