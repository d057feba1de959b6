"""Signs where a curve stands still: whether anything moves, and where it stands."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray
from curveread.causes.kinds import KINDS, Kind
from curveread.causes.scene import Scene
from curveread.causes.signs.policy import NO_ENTROPY
from curveread.causes.signs.sign import Seen, sign
from curveread.detectors.base import CurveView
from curveread.findings.arguments import Count, Tag, level
from curveread.findings.text import text
from curveread.run.roles import LOSSES, Role
from curveread.run.settings import number_of, text_in
from curveread.run.tags.kinds import RL
from curveread.signals.levels import block_medians
from curveread.signals.median import median
from curveread.signals.scale import change_noise, mad_scale

_BASE = ("model_name_or_path", "base_model", "finetuning_type", "adapter_name_or_path", "init_from", "_name_or_path")
"""Settings of a training that begins with the weights of another one."""
_MANY = 1000
"""Tokens of a vocabulary that are far from even."""
_FEWEST = 20
_LEAP = 2.0
_STILL = 1e-5
"""Divergence between two policies, in nats, below which they are the same."""


@sign("others-go-on")
def others_go_on(scene: Scene) -> Seen | None:
    """Whether another loss still changes where this one repeats a value exactly.

    A training loss varies with its batches even where nothing is learned: beside an evaluation that stands it must
    have a course.
    """
    view = scene.curve
    if view is None:
        return None
    rest = view.value[int(np.searchsorted(view.step, scene.onset)) :]
    if rest.size < 5 or not bool((rest[1:] == rest[-1]).all()):
        return None
    others = [v for v in scene.losses if v.tag != view.tag and len(v) >= 3]
    if not others:
        return None
    there = any(_goes_on(v, v.value[int(np.searchsorted(v.step, scene.onset)) :]) for v in others)
    return Seen(there, text("another loss still changes" if there else "the other losses stand still, too"))


def _goes_on(view: CurveView, value: FloatArray) -> bool:
    if value.size < 3 or float(np.ptp(value)) <= 1e-9 * float(np.abs(value).max()):
        return False
    if view.curve.role is not Role.TRAIN_LOSS:
        return True
    half = value.size // 2
    noise = change_noise(value) / np.sqrt(max(half, 1))
    return bool(abs(median(value[:half]) - median(value[half:])) > 4.0 * noise)


@sign("at-chance")
def at_chance(scene: Scene) -> Seen | None:
    """Whether the level is that of guessing."""
    guess = scene.finding.get("guessing")
    if isinstance(guess, float):
        return Seen(True, text("the level is that of guessing, {guess}", guess=level(guess)))
    levels = _beside_guessing(scene)
    if levels is None:
        return None
    now, evenly = levels
    words = text("the level is {now}; guessing evenly costs {evenly}", now=level(now), evenly=level(evenly, "nats"))
    return Seen(abs(now - evenly) < 0.05 * evenly, words)


@sign("not-even-frequencies")
def not_frequencies(scene: Scene) -> Seen | None:
    """Whether a model of many tokens stands at guessing evenly: even wrong labels teach how often each occurs."""
    levels = _beside_guessing(scene, _MANY) if _stalled(scene) else None
    if levels is None:
        return None
    now, evenly = levels
    words = "not even how often each token occurs was learned" if now > 0.95 * evenly else "it is better than guessing"
    return Seen(now > 0.95 * evenly, text(words))


def _beside_guessing(scene: Scene, fewest: int = 0) -> tuple[float, float] | None:
    """Return the level of a loss in its second half, and that of guessing evenly among a vocabulary; in nats."""
    vocabulary, view = scene.case.task.vocabulary, scene.curve
    if vocabulary is None or vocabulary < fewest or view is None:
        return None
    if view.curve.role not in LOSSES or view.assumed_unit != "nats":
        return None
    return median(view.value[len(view) // 2 :]), float(np.log(vocabulary))


@sign("flat-from-start")
def from_start(scene: Scene) -> Seen | None:
    """Whether nothing was learned from the first step on."""
    if scene.finding.rule == "no-learning":
        return Seen(True, text("flat from its first points on"))
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


def _stalled_loss(scene: Scene) -> CurveView | None:
    """Return the loss that stands still, None where it is no loss or too short to tell its start from the rest."""
    view = scene.curve
    if not _stalled(scene) or view is None or view.curve.role not in LOSSES or len(view) < _FEWEST:
        return None
    return view


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


@sign("was-better-before")
def better_before(scene: Scene) -> Seen | None:
    """Whether a loss that stands still had been lower before: something was learned, and lost."""
    view = _stalled_loss(scene)
    if view is None:
        return None
    blocks = block_medians(view.value, min(40, len(view) // 5))
    late = blocks[blocks.size // 2 :]
    first, now = float(blocks[: max(blocks.size // 3, 1)].min()), median(late)
    noise = max(mad_scale(late), change_noise(view.value) / np.sqrt(-(-len(view) // blocks.size)))
    if first < now - 5.0 * noise:
        words = "{curve} had been {best} before; it then stands at {now}"
        said = {"best": level(first, view.unit), "now": level(now, view.unit)}
        return Seen(True, text(words, curve=Tag(view.tag), **said))
    return Seen(False, text("{curve} had never been lower", curve=Tag(view.tag)))


@sign("above-its-start")
def above_start(scene: Scene) -> Seen | None:
    """Whether a loss stands still above where it began."""
    view = _stalled_loss(scene)
    if view is None:
        return None
    rest = view.value[len(view) // 2 :]
    start, now = float(view.value[0]), median(rest)
    noise = max(mad_scale(rest), 0.005 * abs(now))
    said = {"start": level(start, view.unit), "now": level(now, view.unit)}
    if now > start + 3.0 * noise:
        return Seen(True, text("{curve} began at {start} and stands above it, at {now}", curve=Tag(view.tag), **said))
    return Seen(False, text("{curve} does not stand above its start", curve=Tag(view.tag)))


@sign("updates-tiny")
def updates_tiny(scene: Scene) -> Seen | None:
    """Whether a policy hardly moves from one update to the next."""
    view = scene.first(Role.KL)
    if not _stalled(scene) or view is None or len(view) < 10:
        return None
    entropy = scene.first(Role.ENTROPY)
    if entropy is not None and median(np.abs(entropy.value)) < NO_ENTROPY:
        return None  # a policy that chooses one action only diverges from nothing
    usual = abs(median(view.value))
    words = text("{kl} is {usual}", kl=Tag(view.tag), usual=level(usual))
    return Seen(usual < _STILL, words) if usual < _STILL or usual > 100.0 * _STILL else None


@sign("leapt-at-start")
def leapt(scene: Scene) -> Seen | None:
    """Whether a loss that stands still had leapt far above its start in its first points."""
    view = _stalled_loss(scene)
    if view is None:
        return None
    start, top = float(view.value[0]), float(view.value[: max(5, len(view) // 20)].max())
    if start <= 0.0:
        return None
    said = {"start": level(start, view.unit), "top": level(top, view.unit)}
    if top > _LEAP * start:
        return Seen(True, text("{curve} leapt from {start} to {top} first", curve=Tag(view.tag), **said))
    return Seen(False, text("{curve} did not leap first", curve=Tag(view.tag)))


@sign("exactly-zero")
def zero(scene: Scene) -> Seen | None:
    """Whether the training loss is exactly zero: all targets are masked, or a zero stands for what is not finite."""
    view = scene.train
    if not _stalled(scene) or view is None or not len(view.curve):
        return None
    part = float(np.mean(view.curve.value == 0.0))
    if part < 0.5:
        return None
    return Seen(True, text("{curve} is exactly 0", curve=Tag(view.tag)))
