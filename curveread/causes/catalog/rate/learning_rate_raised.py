"""The learning rate went up unplanned.

A jump, a glitch, a slow climb, a wrong factor, a wrong value after a resume.

Looks like: the rate up at the step, or steadily, just before the loss leaves its level; a slow way back or none;
wider noise. Where it is not logged: a sudden lasting level, or a spike with a slow recovery, as of weights that
were moved. Speaks against it: a logged rate that is smooth there; recovery within a few points; only one term of
the loss moved.

References: PyTorch documentation, "How to adjust learning rate"; Zhang et al. 2022, OPT logbook (arXiv:2205.01068).
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.numbers import after_back_before, sound_rate
from curveread.causes.scene import Scene
from curveread.findings.arguments import Place
from curveread.findings.text import Text, text


def _check(scene: Scene) -> Text:
    return text(
        (
            "Look at the learning rate of every parameter group around {at}: scheduler steps, gamma, "
            "what a resume loaded."
        ),
        at=Place(scene.onset),
    )


def _fix(scene: Scene) -> Text:
    return after_back_before(scene, sound_rate(scene))


CAUSE = Candidate(
    id="learning-rate-raised",
    title="the learning rate was raised",
    usual={
        Kind.EVAL_SPIKE: 0.12,
        Kind.DIVERGENCE: 0.4,
        Kind.SPIKE: 0.1,
        Kind.NONFINITE: 0.08,
        Kind.COLLAPSE: 0.3,
        Kind.POLICY: 0.08,
        Kind.LARGE_GRADIENT: 0.1,
        Kind.SHIFT: 0.2,
        Kind.RATE: 0.95,
        Kind.SWING: 0.05,
    },
    signs={
        "same-step-in-siblings": (0.6, 1),
        "size-changed": (0.4, 1),
        "inside-first": (1.5, 0.9),
        "above-all-before": (1.2, 1),
        "train-moved": (1.3, 0.15),
        "learned-anew": (1, 0.9),
        "fell-off": (0.3, 1.3),
        "below-its-start": (0.2, 1.1),
        "grows-steadily": (0.8, 1),
        "eval-left-behind": (0.4, 1.3),
        "update-too-large": (2, 0.9),
        "won-back": (1.5, 1),
        "rate-raised": (25, 0.05),
        "rate-warming": (0.3, 1.1),
        "returned-at-once": (0.3, 1.5),
        "returned-slowly": (4, 1),
        "one-point": (0.5, 1.2),
        "eval-moved": (2, 0.6),
        "gradient-rescaled": (0.4, 1),
        "nonfinite-alone": (0.1, 1),
        "gradient-climbed": (2, 0.4),
        "at-restart": (1, 1),
        "one-term-only": (0.3, 1),
        "value-loss-first": (0.6, 1),
    },
    check=_check,
    fix=_fix,
)
