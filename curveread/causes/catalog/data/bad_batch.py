"""Odd or corrupt examples in single batches.

Looks like: loss, and gradient norm in the same step, jump for exactly those steps and come back within a few; the
learning rate is smooth; the evaluation hardly moves; at uneven distances, or once an epoch or shard. Speaks against
it: a change of the rate there; a gradient norm that is up while the loss of that step is ordinary; no return.

References: Chowdhery et al. 2022, PaLM, section 5.1 (arXiv:2204.02311).
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.numbers import after_back_before
from curveread.causes.scene import Scene
from curveread.findings.arguments import Span
from curveread.findings.text import Text, text


def _check(scene: Scene) -> Text:
    return text(
        ("Look at the examples of {span}: by the seed of the sampler, the shard, the index that the loader logs."),
        span=Span(scene.onset, scene.end if scene.finding.last_step is not None else scene.onset),
    )


def _fix(scene: Scene) -> Text:
    if scene.finding.get("recovery") in ("never", "not fully"):
        words = text("Skip the batches of {span}, or repair their examples.", span=Span(scene.onset, scene.peak))
        return after_back_before(scene, words)
    return text(
        "Repair or skip the examples of {span}; where the curve came back the run itself may go on.",
        span=Span(scene.onset, scene.peak),
    )


CAUSE = Candidate(
    id="bad-batch",
    title="odd or corrupt examples in single batches",
    usual={
        Kind.EVAL_SPIKE: 0.08,
        Kind.SPIKE: 0.62,
        Kind.NONFINITE: 0.06,
        Kind.LARGE_GRADIENT: 0.3,
        Kind.DIVERGENCE: 0.03,
    },
    signs={
        "same-step-in-siblings": (6, 1),
        "size-changed": (0.2, 1),
        "all-at-once": (1.2, 0.7),
        "eval-first": (0.2, 1.05),
        "inside-first": (0.2, 1.1),
        "above-all-before": (1.2, 1),
        "learned-anew": (0.3, 1.3),
        "fell-off": (3, 0.25),
        "eval-left-behind": (0.15, 1.2),
        "returned-at-once": (2, 0.5),
        "returned-slowly": (0.8, 1),
        "one-point": (2, 0.8),
        "rate-raised": (0.12, 1.2),
        "gradient-moved": (1.3, 0.9),
        "gradient-first": (0.6, 1.1),
        "gradient-rescaled": (0.3, 1),
        "eval-moved": (0.4, 1.2),
        "at-restart": (0.3, 1),
        "nonfinite-alone": (1.5, 0.3),
        "early": (0.6, 1.1),
        "sudden": (2, 0.5),
    },
    check=_check,
    fix=_fix,
)
