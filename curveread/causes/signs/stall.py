"""Signs where a curve stands still: whether anything moves, and where it stands."""

from __future__ import annotations

import numpy as np

from curveread.causes.kinds import KINDS, Kind
from curveread.causes.scene import Scene
from curveread.causes.signs.sign import Seen, sign
from curveread.findings.arguments import Count, Tag, level
from curveread.findings.text import text
from curveread.run.roles import LOSSES
from curveread.run.settings import number_of, text_in
from curveread.run.tags.kinds import RL

_BASE = ("model_name_or_path", "base_model", "finetuning_type", "adapter_name_or_path", "init_from")
"""Settings of a training that begins with the weights of another one."""


@sign("others-go-on")
def others_go_on(scene: Scene) -> Seen | None:
    """Whether another loss still changes where this one repeats a value exactly."""
    view = scene.curve
    if view is None:
        return None
    rest = view.value[int(np.searchsorted(view.step, scene.onset)) :]
    if rest.size < 5 or not bool((rest[1:] == rest[-1]).all()):
        return None
    others = [v for v in scene.losses if v.tag != view.tag and len(v) >= 3]
    if not others:
        return None
    later = [v.value[int(np.searchsorted(v.step, scene.onset)) :] for v in others]
    there = any(np.unique(values).size >= 3 for values in later)
    return Seen(there, text("another loss still changes" if there else "the other losses stand still, too"))


@sign("at-chance")
def at_chance(scene: Scene) -> Seen | None:
    """Whether the level is that of guessing."""
    guess, vocabulary, view = scene.finding.get("guessing"), scene.case.task.vocabulary, scene.curve
    if isinstance(guess, float):
        return Seen(True, text("the level is that of guessing, {guess}", guess=level(guess)))
    if vocabulary is None or view is None or view.curve.role not in LOSSES or view.assumed_unit != "nats":
        return None
    now = float(np.median(view.value[len(view) // 2 :]))
    evenly = float(np.log(vocabulary))
    words = text("the level is {now}; guessing evenly costs {evenly}", now=level(now), evenly=level(evenly, "nats"))
    return Seen(abs(now - evenly) < 0.05 * evenly, words)


@sign("flat-from-start")
def from_start(scene: Scene) -> Seen | None:
    """Whether nothing was learned from the first step on."""
    if scene.finding.rule == "no-learning":
        return Seen(True, text("flat from the first step on"))
    view = scene.curve
    if view is None or scene.finding.rule not in ("plateau", "underfitting"):
        return None
    gone = (scene.onset - scene.begin) / scene.length
    return Seen(gone < 0.05, text("it had learned before")) if gone >= 0.05 else Seen(True, text("flat from its start"))


@sign("same-value")
def same_value(scene: Scene) -> Seen | None:
    """Whether the curve repeats one value exactly while it is logged on."""
    view = scene.curve
    if view is None or view.curve.role not in LOSSES:
        return None  # a reward may well be the same every time
    rest = view.value[int(np.searchsorted(view.step, scene.onset)) :]
    if rest.size < 5:
        return None
    there = bool((rest[1:] == rest[-1]).all())
    words = text("{curve} repeats {value} exactly", curve=Tag(view.tag), value=level(float(rest[-1]), view.unit))
    if there:
        return Seen(True, words)
    return Seen(False, text("{curve} still varies", curve=Tag(view.tag)))


def _stalled(scene: Scene) -> bool:
    return KINDS.get(scene.finding.rule) in (Kind.STALL, Kind.UNDERFIT)


@sign("policy-learns")
def policy(scene: Scene) -> Seen | None:
    """Whether what stalls is a policy that learns from rewards."""
    if not _stalled(scene):
        return None
    there = scene.case.task.kind in RL
    return Seen(there, text("a policy learns from rewards" if there else "it does not learn from rewards"))


@sign("pretrained")
def pretrained(scene: Scene) -> Seen | None:
    """Whether what stalls began with weights of another training, by its config."""
    said = text_in(scene.run.config, *_BASE) or number_of(scene.run.config, "lora_r", "lora_rank")
    if not said or not _stalled(scene):
        return None
    return Seen(True, text("it began with the weights of another training (config)"))


@sign("nonfinite-beside")
def nonfinite_beside(scene: Scene) -> Seen | None:
    """Whether beside a stall the gradient norm is not finite, or the loss has zeros that stand for such values."""
    if not _stalled(scene):
        return None
    bad = [v for v in (scene.norm, scene.train) if v is not None and not bool(v.usable.all())]
    if bad:
        n = int((~bad[0].usable).sum())
        said = "{curve} is not finite at {points}"
        return Seen(True, text(said, curve=Tag(bad[0].tag), points=Count(n, "logged point")))
    return Seen(False, text("gradient norm and loss are finite")) if scene.norm is not None else None
