"""Signs in the passes over the data, the parts of the loss and what the loss holds."""

from __future__ import annotations

import numpy as np

from curveread.causes.scene import Scene, moved
from curveread.causes.signs.sign import Seen, sign
from curveread.findings.arguments import Tag, rough
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.run.settings import number_of
from curveread.run.tags.grammar import parse


@sign("many-passes", needs="the epoch")
def passes(scene: Scene) -> Seen | None:
    """Whether the training data had been seen more than once by the onset."""
    epoch = scene.first(Role.EPOCH)
    if epoch is None:
        if "epoch" not in scene.run.x_axis.lower():
            return None
        at = float(scene.onset) + (scene.run.first_step == 0)  # what is logged for epoch 0 was measured behind it
    else:
        at = float(epoch.value[min(int(np.searchsorted(epoch.step, scene.onset)), len(epoch) - 1)])
    words = text("{passes} passes over the training data by then", passes=rough(max(at, 0.0)))
    if at >= 2.0:
        return Seen(True, words)
    return Seen(False, words) if at < 1.0 else None


@sign("one-term-only")
def one_term(scene: Scene) -> Seen | None:
    """Whether one part of the loss moved while the others did not."""
    parts = scene.case.views.get(Role.COMPONENT_LOSS, ())
    terms = [v for v in parts if len(v) >= 10 and parse(v.tag).split != "eval"]
    if len(terms) < 2 or scene.finding.first_step is None:
        return None
    moving = []
    for term in terms:
        before, after = scene.around(term, 30, max(5, scene.points))
        if before.size >= 5 and after.size and moved(before, after):
            moving.append(term)
    if len(moving) == 1:
        return Seen(True, text("of the parts of the loss only {term} rose", term=Tag(moving[0].tag)))
    return Seen(False, text("several parts of the loss rose")) if len(moving) > 1 else None


@sign("regularised")
def regularised(scene: Scene) -> Seen | None:
    """Whether the training loss holds what the evaluation lacks, by the config: dropout, smoothing, mixing."""
    names = ("dropout", "hidden_dropout_prob", "attention_dropout", "resid_pdrop", "label_smoothing", "mixup", "cutmix")
    amount = number_of(scene.run.config, *names)
    if amount is None:
        return None
    return Seen(
        amount > 0.0,
        text("dropout, smoothing or mixing is set (config)")
        if amount > 0.0
        else text("no dropout, smoothing or mixing (config)"),
    )
