"""Losses that belong together: the parts of a sum that has no total are judged each with its own evaluation."""

from __future__ import annotations

from curveread.detectors.base import CurveView, Views
from curveread.run.roles import Role, qualifiers_of
from curveread.run.tags.grammar import parse

COURSES = frozenset(
    {
        "divergence", "loss-spike", "level-shift", "plateau", "no-learning", "oscillation", "overfitting",
        "generalization-stall", "eval-below-train", "outlier-batch",
    }
)  # fmt: skip
"""Checks that judge the course of a loss: they are asked once for each family."""
_MOST = 8
"""Families that are judged: a run that logs more parts logs them per layer or per class."""


def families(views: Views) -> list[Views]:
    """Return the views once for each train loss that is not another's average, with the evaluations that belong to it.

    Train and eval are paired by what is left of their words without the split; an evaluation without a train loss of
    its name belongs to the first family. Without a train loss there is one family.

    Parameters
    ----------
    views
        role -> views of the run.
    """
    own: dict[frozenset[str], list[CurveView]] = {}
    for view in views[Role.TRAIN_LOSS]:
        own.setdefault(_key(view), []).append(view)
    keys = list(own)[:_MOST]
    if len(keys) < 2:
        return [views]
    first = max(keys, key=lambda k: (len(own[k][0]), -keys.index(k)))
    keys.sort(key=lambda k: k != first)
    evals = [(v, _key(v)) for v in views[Role.EVAL_LOSS]]
    return [
        {
            **views,
            Role.TRAIN_LOSS: tuple(own[key]),
            Role.EVAL_LOSS: tuple(v for v, k in evals if k == key or (key == first and k not in own)),
        }
        for key in keys
    ]


def _key(view: CurveView) -> frozenset[str]:
    """Return the words that say which of several losses one is."""
    parsed = parse(view.tag)
    named = set(parsed.head.words) if parsed.head is not None else set(parsed.core)
    kinds = {w for kind in parsed.kinds for w in kind.words if not w.isdigit()}
    return frozenset((qualifiers_of(parsed) | named | kinds) - {"loss"})
