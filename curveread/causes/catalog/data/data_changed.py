"""What is trained on changed for good: its distribution, labels, reward, objective or the weights of its parts.

Looks like: the training loss steps at one step and stays, or is learned anew; the evaluation is untouched at first,
or falls below chance later; one term alone moves; the value loss jumps before the return falls; the learning rate
is smooth. Speaks against it: the evaluation jumps in the same step by as much (then the weights changed); a change
of the rate.

References: Quinonero-Candela et al. 2009, "Dataset Shift in Machine Learning"; Amodei et al. 2016
(arXiv:1606.06565).
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.numbers import after_back_before
from curveread.causes.scene import Scene
from curveread.findings.arguments import Place
from curveread.findings.text import Text, text
from curveread.run.tags.kinds import AGENTS


def _check(scene: Scene) -> Text:
    held = (
        "Hold the environment, its version and settings and the reward code before and after {at} side by side."
        if scene.case.task.kind in AGENTS
        else "Hold the data, the label map, the reward code and the weights of the loss before and after {at} "
        "side by side."
    )
    return text(held, at=Place(scene.onset))


def _fix(scene: Scene) -> Text:
    kind = scene.case.task.kind
    what = "the environment, its reward or the curriculum" if kind in AGENTS else "data, labels, reward or objective"
    said = "If {what} changed at {at}, undo it, or warm the rate up again and go on."
    return after_back_before(scene, text(said, what=text(what), at=Place(scene.onset)))


CAUSE = Candidate(
    id="data-changed",
    title="what is trained on changed",
    usual={
        Kind.EVAL_SPIKE: 0.05,
        Kind.SHIFT: 0.5,
        Kind.DIVERGENCE: 0.1,
        Kind.COLLAPSE: 0.3,
        Kind.POLICY: 0.12,
        Kind.MEMORISING: 0.03,
        Kind.EVAL_BELOW: 0.03,
        Kind.STALL: 0.01,
        Kind.SPIKE: 0.02,
    },
    signs={
        "same-step-in-siblings": (4, 1),
        "size-changed": (8, 0.9),
        "all-at-once": (1.2, 0.7),
        "eval-first": (0.5, 1),
        "inside-first": (0.2, 1.1),
        "above-all-before": (0.5, 1.15),
        "learned-anew": (3, 0.15),
        "fell-off": (0.15, 2),
        "train-moved": (1.5, 0.15),
        "below-its-start": (5, 0.7),
        "grows-steadily": (0.1, 1.2),
        "eval-jumped": (3, 1),
        "eval-left-behind": (6, 0.3),
        "update-too-large": (0.5, 1.1),
        "won-back": (0.3, 1),
        "rate-raised": (0.12, 1.4),
        "sudden": (2.5, 0.4),
        "eval-moved": (0.8, 1.4),
        "rate-warming": (0.4, 1),
        "returned-at-once": (0.1, 1),
        "returned-slowly": (2, 1),
        "one-term-only": (6, 0.8),
        "value-loss-first": (3, 0.8),
        "gradient-first": (0.4, 1.1),
        "entropy-fell": (0.6, 1.1),
        "early": (0.3, 1.1),
        "at-restart": (1, 1),
        "gradient-rescaled": (0.4, 1),
    },
    check=_check,
    fix=_fix,
)
