"""Gradients burst and nothing bounds the step.

Looks like: bursts of the gradient norm by 10 to 1,000, unclipped, the loss after them; recurrent or deep networks;
early. Speaks against it: a norm held at a ceiling; one odd batch that explains it; a change of the learning rate.

References: Pascanu et al. 2013 (arXiv:1211.5063).
"""

from __future__ import annotations

import numpy as np

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.scene import Scene
from curveread.findings.arguments import Tag, level
from curveread.findings.text import Text, text


def _fix(scene: Scene) -> Text:
    if scene.norm is not None and len(scene.norm) >= 10:
        bound = float(np.quantile(scene.norm.value, 0.9))
        return text(
            "Clip {norm} at about {bound}: nine of ten values lie below.", norm=Tag(scene.norm.tag), bound=level(bound)
        )
    return text("Clip the gradient norm near its usual highest values, and log it.")


CAUSE = Candidate(
    id="no-clipping",
    title="gradients burst and nothing bounds the step",
    usual={
        Kind.LARGE_GRADIENT: 0.35,
        Kind.DIVERGENCE: 0.06,
        Kind.SPIKE: 0.04,
        Kind.NONFINITE: 0.1,
    },
    signs={
        "same-step-in-siblings": (0.3, 1),
        "all-at-once": (0.7, 1),
        "gradient-bursts": (3, 0.3),
        "gradient-first": (3, 0.5),
        "gradient-climbed": (4, 0.2),
        "clipped": (0.1, 2.5),
        "rate-raised": (0.15, 1.1),
        "nonfinite-alone": (0.2, 1),
        "gradient-moved": (1.2, 0.3),
        "gradient-gone": (0.1, 1),
    },
    check=text("Look at the percentiles of the gradient norm, and run again with a ceiling."),
    fix=_fix,
)
