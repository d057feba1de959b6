"""Signs in the order of first movement: which curve left its noise first, as far as the logged points tell."""

from __future__ import annotations

from curveread.causes.scene import Scene
from curveread.causes.signs.sign import Seen, sign
from curveread.detectors.base import CurveView
from curveread.findings.arguments import Tag
from curveread.findings.text import joined, text
from curveread.run.roles import Role, words

_INSIDE = frozenset(
    "param params parameter parameters weight weights update updates activation activations act".split()
)
_MOST = 12
"""Curves of one kind that are looked at: of a log with one a layer, more tell the same."""


def _before(scene: Scene, views: list[CurveView]) -> Seen | None:
    """Return whether one of the curves moved before the training loss; None where the log cannot tell."""
    if scene.train is None:
        return None
    loss = scene.train.tag
    leads = [lead for v in views[:_MOST] if (lead := scene.lead_against(v)) is not None and lead.known]
    ahead = [lead for lead in leads if lead.then.tag == loss]
    if ahead:
        return Seen(True, joined(" ", (text("first moved"), min(ahead, key=lambda lead: lead.first.at).sentence())))
    if leads:
        return Seen(False, text("{curve} moved after the loss", curve=Tag(leads[0].then.tag)))
    return None


@sign("gradient-first", needs="the gradient norm")
def gradient_first(scene: Scene) -> Seen | None:
    """Whether the gradient norm rose before the training loss did; no is also where both rose at once."""
    if scene.norm is None or scene.lead_against(scene.norm) is None:
        return None
    seen = _before(scene, [scene.norm])
    return seen or Seen(False, text("{norm} did not rise before the loss", norm=Tag(scene.norm.tag)))


@sign("inside-first")
def inside_first(scene: Scene) -> Seen | None:
    """Whether the size of parameters, updates or activations rose before the training loss did."""
    logged = scene.case.views.get(Role.DIAGNOSTIC, ())
    return _before(scene, [v for v in logged if len(v) and _INSIDE & set(words(v.tag))])


@sign("eval-first")
def eval_first(scene: Scene) -> Seen | None:
    """Whether the evaluation got worse before the training loss did: then no single batch did it."""
    own = scene.curve
    if scene.evaluation is None or own is None or own.curve.role is not Role.TRAIN_LOSS:
        return None
    return _before(scene, [scene.evaluation])


@sign("all-at-once", needs="the gradient norm")
def at_once(scene: Scene) -> Seen | None:
    """Whether training loss and gradient norm moved in the very same step: it came from outside, nothing built up."""
    if scene.norm is None or (lead := scene.lead_against(scene.norm)) is None:
        return None
    if lead.least == lead.most == 0:
        return Seen(True, text("{order}", order=lead.sentence()))
    return Seen(False, text("{order}", order=lead.sentence())) if lead.known else None
