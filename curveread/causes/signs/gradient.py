"""Signs in the gradient norm."""

from __future__ import annotations

import numpy as np

from curveread.causes.kinds import KINDS, Kind
from curveread.causes.scene import Scene
from curveread.causes.signs.sign import Seen, sign
from curveread.findings.arguments import Tag, level, rough
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.run.settings import number_of
from curveread.run.tags.words import words
from curveread.signals.median import median
from curveread.signals.scale import mad_scale

_NONE = 1e-3
"""Share of its level before below which a gradient norm is as good as gone."""
_DEAD = 1e-7
"""Gradient norm that moves nothing at any usual learning rate."""
_BURST = 10.0
_RESCALED = 4.0


@sign("gradient-moved", needs="the gradient norm")
def moves(scene: Scene) -> Seen | None:
    """Whether the gradient norm rose with the event."""
    if scene.norm is None or scene.norm_moved is None:
        return None
    words = "{norm} rose with it" if scene.norm_moved else "{norm} did not rise"
    return Seen(scene.norm_moved, text(words, norm=Tag(scene.norm.tag)))


@sign("gradient-gone", needs="the gradient norm")
def gone(scene: Scene) -> Seen | None:
    """Whether no gradient arrives: a norm of 0 or decades below its level before, or layers decades apart."""
    if scene.finding.rule == "gradient-vanishing" or scene.others("gradient-vanishing"):
        return Seen(True, text("the gradient norms of its layers lie decades apart, or vanish"))
    if scene.norm is None:
        return None
    norm, tag = scene.norm, Tag(scene.norm.tag)
    before, after = scene.around(norm, 30, max(10, scene.points))
    if not after.size:
        return None
    now = median(after)
    if now <= _DEAD:
        return Seen(True, text("{norm} is {now}", norm=tag, now=level(now)))
    if before.size >= 5 and now < _NONE * median(before):
        words = "{norm} fell from {before} to {now}"
        return Seen(True, text(words, norm=tag, before=level(median(before)), now=level(now)))
    if _hardly_any(scene, now):
        return None
    return Seen(False, text("{norm} is {now}: gradients arrive", norm=tag, now=level(now)))


def _hardly_any(scene: Scene, norm: float) -> bool:
    """Return whether a norm is so small beside a loss in nats that targets alone would make a larger one."""
    loss = scene.train
    if loss is None or not len(loss) or loss.assumed_unit != "nats":
        return False
    if norm >= _NONE * float(loss.value.max()):  # so it is of most findings, without the median of a long log
        return False
    return norm < _NONE * median(loss.value)


@sign("gradient-rescaled", needs="the gradient norm")
def rescaled(scene: Scene) -> Seen | None:
    """Whether the gradient norm changed its scale from one point to the next while the loss was still ordinary."""
    if scene.norm is None or scene.train is None or scene.finding.first_step is None:
        return None
    norm, loss = scene.norm, scene.train
    at = int(np.searchsorted(norm.step, scene.onset))
    low = max(0, at - max(10, int(scene.near / max(norm.cadence, 1.0))))
    head = norm.value[max(0, low - 30) : low]
    if head.size < 5 or at >= len(norm):
        return None
    usual = median(head)
    if usual <= 0.0:
        return None
    spread = max(mad_scale(np.log(np.maximum(head, 1e-300))), 0.02)
    change = np.log(np.maximum(norm.value[low : at + 4], 1e-300)) - np.log(usual)
    limit = max(np.log(_RESCALED), 5.0 * spread)
    beyond = np.where(np.abs(change) > limit, np.sign(change), 0.0)
    # A single point must be twice as far: of a noisy norm one often is.
    lasting = (beyond != 0.0) & (beyond == np.append(beyond[1:], 0.0))
    strange = lasting | (np.abs(change) > 2.0 * limit)
    words = text("{norm} keeps its scale", norm=Tag(norm.tag))
    if not strange.any():
        return Seen(False, words)
    k = low + int(np.argmax(strange))
    step = int(norm.step[k])
    here = int(np.searchsorted(loss.step, step))
    past, then = loss.value[max(0, here - 20) : here], loss.value[here : here + 1]
    if past.size < 5 or not then.size:
        return None
    ordinary = median(past)
    quiet = abs(float(then[0]) - ordinary) < 4.0 * max(mad_scale(past), 1e-3 * abs(ordinary))
    factor = float(np.exp(np.clip(change[k - low], -700.0, 700.0)))
    if quiet:
        said = "{norm} became {factor} times its usual size while the loss of that step was ordinary"
        return Seen(True, text(said, norm=Tag(norm.tag), factor=rough(factor)))
    return Seen(False, words)


@sign("gradient-climbed")
def climbed(scene: Scene) -> Seen | None:
    """Whether gradient norm or loss had climbed before; that they had not says something of values that are not finite.

    Of a rise it says nothing that both were ordinary up to where it begins.
    """
    said = []
    for view in (scene.norm, scene.train):
        if view is None:
            continue
        before, _ = scene.around(view, 40, 0)
        if before.size < 8:
            continue
        base, last = before[:-5], before[-5:]
        level_before = median(base)
        far = level_before + max(8.0 * mad_scale(base), 0.5 * abs(level_before))
        if float(last.max()) > far and float(last.max()) > float(base.max()):
            words = "{curve} had climbed from {before} to {now} before"
            return Seen(
                True, text(words, curve=Tag(view.tag), before=level(level_before), now=level(float(last.max())))
            )
        said.append(view.tag)
    if not said or KINDS.get(scene.finding.rule) is not Kind.NONFINITE:
        return None
    return Seen(False, text("{curve} was ordinary up to it", curve=Tag(said[0])))


@sign("gradient-bursts", needs="the gradient norm")
def bursts(scene: Scene) -> Seen | None:
    """Whether the gradient norm bursts again and again, far above its usual level."""
    if scene.norm is None or len(scene.norm) < 20:
        return None
    usual = scene.stage.usual_norm
    far = scene.norm.value > _BURST * usual
    high = int(np.count_nonzero(far[1:] & ~far[:-1]) + far[0])
    top = float(scene.norm.value.max())
    if usual > 0.0 and high >= 3:
        words = "{norm} bursts to {top}, usually {usual}"
        return Seen(True, text(words, norm=Tag(scene.norm.tag), top=level(top), usual=level(usual)))
    return Seen(False, text("{norm} does not burst", norm=Tag(scene.norm.tag)))


@sign("clipped", needs="the settings beside the log")
def clipped(scene: Scene) -> Seen | None:
    """Whether gradients are clipped, by the config or by a ceiling in the norm."""
    if scene.others("clipping-saturation"):
        return Seen(True, text("the gradient norm is held at a ceiling"))
    most = number_of(scene.run.config, "max_grad_norm", "grad_clip", "clip_grad_norm", "gradient_clip_val", "clip_grad")
    if most is None:
        return None
    if most > 0.0:
        return Seen(True, text("gradients are clipped at {most} (config)", most=level(most)))
    return Seen(False, text("gradients are not clipped (config)"))


@sign("loss-scale-falls")
def loss_scale(scene: Scene) -> Seen | None:
    """Whether a loss scaler gave up: printed beside the log, or a curve of the scale that halves to its floor."""
    if any(i.kind == "loss-scale" for i in scene.run.incidents):
        return Seen(True, text("the loss scale fell to its floor (printed beside the log)"))
    named = (v for v in scene.case.views.get(Role.DIAGNOSTIC, ()) if {"loss", "scale"} <= set(words(v.tag)))
    scale = next(named, None)
    if scale is None or len(scale) < 3:
        return None
    top, now = float(scale.value.max()), float(scale.value[-1])
    if now < top / 16.0:
        fell = "{scale} fell from {top} to {now}"
        return Seen(True, text(fell, scale=Tag(scale.tag), top=level(top), now=level(now)))
    return Seen(False, text("{scale} holds", scale=Tag(scale.tag)))
