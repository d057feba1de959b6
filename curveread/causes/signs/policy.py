"""Signs in what a policy logs: entropy, divergence from the policy before, value loss, rewards."""

from __future__ import annotations

import numpy as np

from curveread.causes.kinds import KINDS, Kind
from curveread.causes.scene import Scene, moved
from curveread.causes.signs.sign import Seen, sign
from curveread.findings.arguments import Tag, level
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.signals.median import median

_LEAP = 5.0
NO_ENTROPY = 1e-6
"""Entropy, in nats, of a policy that chooses one action."""


@sign("entropy-fell")
def entropy_fell(scene: Scene) -> Seen | None:
    """Whether the entropy of the policy had gone."""
    view = scene.first(Role.ENTROPY)
    if view is None or len(view) < 10:
        return None
    start = median(view.value[: max(3, len(view) // 20)])
    at = int(np.searchsorted(view.step, scene.onset + scene.near))
    now = median(view.value[max(0, at - 5) : at + 3]) if at else start
    if abs(start) < NO_ENTROPY and abs(now) < NO_ENTROPY:
        return Seen(True, text("{entropy} is {now}: it chooses one action", entropy=Tag(view.tag), now=level(now)))
    if start <= 0.0:
        return None
    there = now < 0.2 * start
    words = "{entropy} had fallen from {start} to {now}" if there else "{entropy} was {now}, of {start} at the start"
    return Seen(there, text(words, entropy=Tag(view.tag), start=level(start), now=level(now)))


@sign("reward-gamed")
def gamed(scene: Scene) -> Seen | None:
    """Whether another reward rose where this one fell."""
    if scene.others("reward-hacking"):
        return Seen(True, text("another reward rose meanwhile"))
    return None


@sign("update-too-large")
def update_too_large(scene: Scene) -> Seen | None:
    """Whether the divergence from the policy before leapt where a return fell: the update went too far."""
    view = scene.first(Role.KL)
    if (
        view is None
        or view.tag == scene.finding.tag
        or len(view) < 10
        or KINDS.get(scene.finding.rule) is not Kind.COLLAPSE
    ):
        return None
    span = (view.step >= scene.onset - scene.near) & (view.step <= max(scene.peak, scene.onset))
    before = np.abs(view.value[view.step < scene.onset - scene.near])
    usual = median(before) if before.size else 0.0
    if not span.any() or usual <= 0.0:
        return None
    top = float(np.abs(view.value[span]).max())
    words = text("{kl} reached {top}, usually {usual}", kl=Tag(view.tag), top=level(top), usual=level(usual))
    return Seen(top > _LEAP * usual, words)


@sign("value-loss-first")
def value_first(scene: Scene) -> Seen | None:
    """Whether the value loss jumped where the return fell: what it predicts had changed."""
    view = scene.first(Role.VALUE_LOSS)
    if view is None or scene.finding.first_step is None:
        return None
    before, after = scene.around(view, 30, 10)
    if before.size < 5 or after.size < 2:
        return None
    there = moved(before, after)
    return Seen(there, text("{value} jumped there" if there else "{value} did not move", value=Tag(view.tag)))
