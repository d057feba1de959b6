"""Signs in the learning rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curveread.causes.kinds import KINDS, LASTING
from curveread.causes.scene import Scene
from curveread.causes.signs.sign import Seen, sign
from curveread.detectors.base import CurveView
from curveread.findings.arguments import Place, Tag, level, share
from curveread.findings.text import text
from curveread.signals.schedule.changes import RateStretch, warms_up

__all__ = ["RateThen", "rate_then"]

_RAISED = 1.25
"""Ratio from which on a learning rate was raised; schedules by hand step by more, rounding by less."""
_CUT = 0.5
_HEAD = 3
"""Points that tell what the rate was before."""
_NEARLY_ZERO = 0.1
"""Share of its peak below which a decayed learning rate changes little any more."""
_TINY, _USUAL = 1e-7, 1e-5
"""Learning rates that move no known optimizer, and those from which on some fine-tunings are run."""


@dataclass(frozen=True, slots=True)
class RateThen:
    """The learning rate around an onset.

    Parameters
    ----------
    before, now
        Its value just before what belongs to the onset, and its largest from there to the onset.
    before_step, now_step
        Where these were logged.
    after
        Its value at the last point that belongs to the onset.
    peak
        Its largest value in the run.
    stretch
        The stretch of its schedule that the onset lies in.
    """

    before: float
    before_step: int
    now: float
    now_step: int
    after: float
    peak: float
    stretch: RateStretch | None
    warming: bool


def rate_then(scene: Scene) -> RateThen | None:
    """Return the learning rate around the onset; None where it is not logged."""
    rate = scene.rate
    if rate is None or len(rate) < 2:
        return None
    step, value = rate.step, rate.value
    at = int(np.clip(np.searchsorted(step, scene.onset + scene.slack, side="right") - 1, 0, len(rate) - 1))
    low = int(np.clip(np.searchsorted(step, scene.onset - scene.near), 0, at))
    now = low + int(np.argmax(value[low : at + 1]))
    before = max(low - 1, 0)
    parts = scene.stage.schedule
    here = next((s for s in parts if s.first <= min(at, now) <= s.last), None)
    warming = here is not None and warms_up(value, here) and at < here.last
    peak = float(value.max())
    return RateThen(
        float(value[before]),
        int(step[before]),
        float(value[now]),
        int(step[now]),
        float(value[at]),
        peak,
        here,
        warming,
    )


def _tag(rate: CurveView | None) -> Tag:
    return Tag(rate.tag if rate is not None else "learning rate")


@sign("rate-raised", needs="the learning rate")
def raised(scene: Scene) -> Seen | None:
    """Whether the learning rate went up just before, or climbs there though no warm-up."""
    then = rate_then(scene)
    if then is None or scene.rate is None:
        return None
    tag, value, step = _tag(scene.rate), scene.rate.value, scene.rate.step
    here = then.stretch
    if int(np.searchsorted(step, scene.onset)) < _HEAD:
        return None  # a rate that climbs at the head of a run warms up
    if not then.warming and then.now > _RAISED * max(then.before, 1e-300) and not _end_of_warmup(scene, then):
        words = "{rate} went up from {before} ({from_step}) to {now} ({to_step})"
        return Seen(
            True,
            text(
                words,
                rate=tag,
                before=level(then.before),
                from_step=Place(then.before_step),
                now=level(then.now),
                to_step=Place(then.now_step),
            ),
        )
    climbs = here is not None and here.way == 1 and not warms_up(value, here)
    if here is not None and climbs and then.now > _RAISED * float(value[here.first]):
        words = "{rate} climbs from {before} ({from_step}) to {now} ({to_step})"
        return Seen(
            True,
            text(
                words,
                rate=tag,
                before=level(float(value[here.first])),
                from_step=Place(int(step[here.first])),
                now=level(then.now),
                to_step=Place(then.now_step),
            ),
        )
    return Seen(False, text("{rate} was not raised there", rate=tag))


def _end_of_warmup(scene: Scene, then: RateThen) -> bool:
    """Return whether the rise just before is the last of a warm-up."""
    assert scene.rate is not None
    here = next((s for s in scene.stage.schedule if warms_up(scene.rate.value, s)), None)
    return here is not None and then.now_step <= int(scene.rate.step[here.last])


@sign("rate-warming", needs="the learning rate")
def warming(scene: Scene) -> Seen | None:
    """Whether the learning rate was still warming up, or had just reached its peak."""
    then = rate_then(scene)
    if then is None or KINDS.get(scene.finding.rule) in LASTING:
        return None
    if then.warming or _end_of_warmup(scene, then):
        words = "{rate} was warming up, at {part} of its peak"
        return Seen(True, text(words, rate=_tag(scene.rate), part=share(then.after / then.peak if then.peak else 0.0)))
    return Seen(False, text("{rate} was not warming up", rate=_tag(scene.rate)))


@sign("rate-at-peak", needs="the learning rate")
def at_peak(scene: Scene) -> Seen | None:
    """Whether the learning rate was near its largest."""
    then = rate_then(scene)
    if then is None or then.peak <= 0.0:
        return None
    part = then.after / then.peak
    words = text("{rate} was at {part} of its peak", rate=_tag(scene.rate), part=share(part))
    return Seen(part > 0.8, words) if part > 0.8 or part < 0.5 else None


@sign("rate-cut", needs="the learning rate")
def cut(scene: Scene) -> Seen | None:
    """Whether the learning rate had fallen away where the curve turned flat."""
    then = rate_then(scene)
    if then is None or scene.rate is None or then.peak <= 0.0:
        return None
    rate = scene.rate
    at = int(np.clip(np.searchsorted(rate.step, scene.onset + scene.near, side="right") - 1, 0, len(rate) - 1))
    low = int(np.clip(np.searchsorted(rate.step, scene.onset - 2.0 * scene.near), 0, at))
    before, now = float(rate.value[low]), float(rate.value[at])
    if now < _CUT * before:
        words = "{rate} fell from {before} ({from_step}) to {now} ({to_step})"
        return Seen(
            True,
            text(
                words,
                rate=_tag(rate),
                before=level(before),
                from_step=Place(int(rate.step[low])),
                now=level(now),
                to_step=Place(int(rate.step[at])),
            ),
        )
    if now < _NEARLY_ZERO * then.peak and int(np.argmax(rate.value)) < at:
        words = "{rate} had decayed to {part} of its peak"
        return Seen(True, text(words, rate=_tag(rate), part=share(now / then.peak)))
    return Seen(False, text("{rate} was still at {part} of its peak", rate=_tag(rate), part=share(now / then.peak)))


@sign("rate-tiny", needs="the learning rate")
def tiny(scene: Scene) -> Seen | None:
    """Whether the learning rate is 0 or next to it in the whole run."""
    rate = scene.rate
    if rate is None:
        return None
    top = float(rate.value.max())
    words = text("{rate} is {top} at most", rate=_tag(rate), top=level(top))
    if top <= _TINY:
        return Seen(True, words)
    return Seen(False, words) if top >= _USUAL else None


@sign("rate-peak-at-start", needs="the learning rate")
def peak_at_start(scene: Scene) -> Seen | None:
    """Whether the learning rate begins at its peak."""
    rate = scene.rate
    if rate is None or len(rate) < 3:
        return None
    first, top = float(rate.value[0]), float(rate.value.max())
    if first >= 0.99 * top > 0.0:
        return Seen(True, text("{rate} begins at its peak, {top}", rate=_tag(rate), top=level(top)))
    return Seen(
        False, text("{rate} begins at {part} of its peak", rate=_tag(rate), part=share(first / top if top else 0))
    )
