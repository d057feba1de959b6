"""The key figures of a run."""

from __future__ import annotations

import numpy as np

from curveread.case import Case
from curveread.detectors.base import CurveView, Views
from curveread.findings.arguments import Name, Tag
from curveread.findings.diagnosis import KeyFigure
from curveread.findings.text import text
from curveread.language.perplexity import bits_per_byte, perplexity
from curveread.readings.keep import judged_by
from curveread.readings.language.perplexity import BEYOND, per_byte, per_token
from curveread.run.roles import Role
from curveread.run.task import Task

_PERPLEXITY = {Role.EVAL_LOSS: Role.EVAL_PERPLEXITY, Role.TRAIN_LOSS: Role.TRAIN_PERPLEXITY}


def summary(case: Case) -> dict[str, KeyFigure]:
    """Return the key figures: best and last losses with their steps, and what they are in a language model's units."""
    views, out = case.views, dict[str, KeyFigure]()
    judge = judged_by(views)
    for role, name in ((Role.EVAL_LOSS, "eval_loss"), (Role.TRAIN_LOSS, "train_loss")):
        for view in views[role][:1]:
            if not len(view):
                continue
            low, several = int(np.argmin(view.value)), len(views[role]) > 1
            if judge is view:  # a detector has its best by another curve
                out[f"best_{name}"] = _figure("best", view, low, several)
            out[f"last_{name}"] = _figure("last", view, len(view) - 1, several)
    return out | _language(views, case.task)


def _figure(kind: str, view: CurveView, at: int, several: bool) -> KeyFigure:
    """Return a point of a curve as a key figure, under the curve's own name where it is one of several losses."""
    label = text("{kind} {tag}", kind=Name(kind), tag=Tag(view.tag)) if several else ""
    return KeyFigure(float(view.value[at]), view.unit, int(view.step[at]), label)


def _language(views: Views, task: Task) -> dict[str, KeyFigure]:
    """Return perplexities and bits per byte of the eval loss, of the training loss where there is no other."""
    out: dict[str, KeyFigure] = {}
    for role, name, kinds in (
        (Role.EVAL_LOSS, "eval", ("best", "last")),
        (Role.TRAIN_LOSS, "train", ("last",)),
    ):
        view = next(iter(views[role]), None)
        if not task.language or out:
            break
        if view is None or not len(view):
            out |= _logged(views[_PERPLEXITY[role]], name, kinds)
            continue
        for kind in kinds:
            at = int(np.argmin(view.value)) if kind == "best" else len(view) - 1
            nats, bits = per_token(view, at, views), per_byte(view, at)
            step = int(view.step[at])
            if nats is not None and perplexity(nats) <= BEYOND:
                out[f"{kind}_{name}_perplexity"] = KeyFigure(perplexity(nats), "", step)
                if task.tokens_per_byte is not None:
                    bits = bits_per_byte(nats, task.tokens_per_byte)
            if bits is not None:
                out[f"{kind}_{name}_bits_per_byte"] = KeyFigure(bits, "bits", step)
    return out


def _logged(views: tuple[CurveView, ...], name: str, kinds: tuple[str, ...]) -> dict[str, KeyFigure]:
    """Return the figures of a perplexity that is logged without its loss."""
    out: dict[str, KeyFigure] = {}
    for view in views[:1]:
        for kind in kinds if len(view) else ():
            at = int(np.argmin(view.value)) if kind == "best" else len(view) - 1
            out[f"{kind}_{name}_perplexity"] = KeyFigure(float(view.value[at]), "", int(view.step[at]))
    return out
