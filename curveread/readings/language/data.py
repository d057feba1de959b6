"""Hints about the data that a training loss gives away."""

from __future__ import annotations

import numpy as np

from curveread.detectors.base import Views
from curveread.findings.arguments import AxisWord, Place, Tag, figure, share
from curveread.findings.diagnosis import Statement
from curveread.findings.finding import Evidence
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.run.task import Task
from curveread.signals.median import median

_EARLY = 0.3
_LOW = 0.1


def data_hints(views: Views, task: Task) -> list[Statement]:
    """Return a hint where a language model trained from scratch becomes surer than text allows, very early.

    From scratch: it begins at ln(vocabulary). Too sure: its trend is below a tenth of that for good, within the first
    three tenths of the run. English has about one bit a character (Shannon, "Prediction and Entropy of Printed
    English", 1951), several bits a token.
    Steps at epoch ends, jumps after a restart and odd batches have checks of their own.
    """
    view = next(iter(views[Role.TRAIN_LOSS]), None)
    if view is None or not task.language or task.vocabulary is None or view.unit != "nats" or len(view) < 60:
        return []
    guess = float(np.log(task.vocabulary))
    start = median(view.value[: max(1, len(view) // 200)])
    if not 0.8 * guess <= start <= 1.5 * guess or float(view.value.min()) <= 0.0:
        return []
    level = np.exp(view.parts.trend)
    high = np.flatnonzero(level >= _LOW * guess)
    at = int(high[-1]) + 1
    length = max(int(view.step[-1] - view.step[0]), 1)
    if at >= len(view) or (part := float(view.step[at] - view.step[0]) / length) > _EARLY:
        return []
    sentence = text(
        "{tag} is below {bound}, a tenth of guessing, from {begin} on ({share} of the run). Text is rarely that "
        "predictable: look for repeated documents, padding that counts as a target, or targets that the inputs show.",
        tag=Tag(view.tag),
        bound=figure(_LOW * guess, "nats"),
        begin=Place(int(view.step[at])),
        share=share(part),
    )
    label = text("below a tenth of ln(vocabulary) from {axis}", axis=AxisWord())
    begin = Evidence("below-a-tenth-of-ln-vocabulary-from-step", label, float(view.step[at]), "step")
    return [Statement("data", sentence, (begin,))]
