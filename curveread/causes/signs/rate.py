"""Signs in the learning rate."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from curveread.causes.kinds import KINDS, LASTING, Kind
from curveread.causes.numbers import index_at
from curveread.causes.scene import Scene
from curveread.causes.signs.sign import Seen, sign
from curveread.detectors.base import CurveView
from curveread.findings.arguments import Place, Tag, level, share
from curveread.findings.landmarks import RATE
from curveread.findings.text import Text, text
from curveread.signals.median import median
from curveread.signals.scale import mad_scale
from curveread.signals.schedule.changes import RateStretch, warms_up

_RAISED = 1.25
"""Ratio from which on a learning rate was raised; schedules by hand step by more, rounding by less."""
_CUT = 0.5
_HEAD = 3
"""Points that tell what the rate was before."""
_NEARLY_ZERO = 0.1
"""Share of its peak below which a decayed learning rate changes little any more."""
_LARGE, _SMALL = 0.1, 1e-4
"""Learning rates that few trainings bear, and up to which nearly all do."""
_TINY, _USUAL = 1e-7, 1e-5
"""Learning rates that move no known optimizer, and those from which on some fine-tunings are run."""


class _RateThen(NamedTuple):
    """The learning rate around an onset.

    Parameters
    ----------
    view
        The learning rate.
    before, now, at
        Indices of its last point before what belongs to the onset, of its largest from there to the onset, and of the
        last that belongs to the onset.
    stretch
        The stretch of its schedule that the onset lies in.
    warming
        Whether that is a warm-up which is not over, or was over for no longer than it took.
    """

    view: CurveView
    before: int
    now: int
    at: int
    stretch: RateStretch | None
    warming: bool

    def of_peak(self, index: int) -> float:
        """Return the rate at a point as a share of its peak."""
        peak = float(self.view.value.max())
        return float(self.view.value[index]) / peak if peak > 0.0 else 0.0


def _rate_then(scene: Scene) -> _RateThen | None:
    """Return the learning rate around the onset; None where it is not logged."""
    rate = scene.rate
    if rate is None or len(rate) < 2:
        return None
    at = index_at(rate, scene.onset + scene.slack)
    low = int(np.clip(np.searchsorted(rate.step, scene.onset - scene.near), 0, at))
    now = low + int(np.argmax(rate.value[low : at + 1]))
    here = next((s for s in scene.stage.schedule if s.first <= min(at, now) <= s.last), None)
    warm_up = next((s for s in scene.stage.schedule if warms_up(rate.value, s)), None)
    warming = warm_up is not None and now <= warm_up.last + (warm_up.last - warm_up.first)
    return _RateThen(rate, max(low - 1, 0), now, at, here, warming)


def _went(how: str, rate: CurveView, first: int, last: int) -> Text:
    """Return in words from where to where a rate went: ``{rate} fell from 0.1 (step 3) to 0.01 (step 9)``."""
    return text(
        how + " from {before} ({from_step}) to {now} ({to_step})",
        rate=Tag(rate.tag),
        before=level(float(rate.value[first])),
        from_step=Place(int(rate.step[first])),
        now=level(float(rate.value[last])),
        to_step=Place(int(rate.step[last])),
    )


@sign("rate-raised", needs="the learning rate")
def raised(scene: Scene) -> Seen | None:
    """Whether the learning rate went up just before, or climbs there though no warm-up."""
    then = _rate_then(scene)
    if then is None:
        return None
    never = text("{rate} was not raised there", rate=Tag(then.view.tag))
    if int(np.searchsorted(then.view.step, scene.onset)) < _HEAD:
        # A rate that climbs at the head of a run warms up.
        return None if np.any(np.diff(then.view.value[: then.at + 1]) > 0.0) else Seen(False, never)
    value, here = then.view.value, then.stretch
    now = float(value[then.now])
    if not then.warming and now > _RAISED * max(float(value[then.before]), 1e-300):
        return Seen(True, _went("{rate} went up", then.view, then.before, then.now))
    climbs = here is not None and here.way == 1 and not warms_up(value, here)
    if here is not None and climbs and now > _RAISED * float(value[here.first]):
        return Seen(True, _went("{rate} climbs", then.view, here.first, then.now))
    return Seen(False, never)


@sign("rate-warming", needs="the learning rate")
def warming(scene: Scene) -> Seen | None:
    """Whether the learning rate was still warming up, or had just reached its peak."""
    then = _rate_then(scene)
    if then is None or KINDS.get(scene.finding.rule) in LASTING:
        return None
    if then.warming:
        words = "{rate} was warming up or had just reached its peak: {part} of it"
        return Seen(True, text(words, rate=Tag(then.view.tag), part=share(then.of_peak(then.now))))
    return Seen(False, text("{rate} was not warming up", rate=Tag(then.view.tag)))


@sign("rate-at-peak", needs="the learning rate")
def at_peak(scene: Scene) -> Seen | None:
    """Whether the learning rate was near its largest."""
    then = _rate_then(scene)
    if then is None or then.warming or float(then.view.value.max()) <= 0.0:
        return None
    part = then.of_peak(then.at)
    words = text("{rate} was at {part} of its peak", rate=Tag(then.view.tag), part=share(part))
    return Seen(part > 0.8, words) if part > 0.8 or part < 0.5 else None


@sign("rate-cut", needs="the learning rate")
def cut(scene: Scene) -> Seen | None:
    """Whether the learning rate had fallen away where the curve turned flat."""
    rate = scene.rate
    peak = 0.0 if rate is None or len(rate) < 2 else float(rate.value.max())
    if rate is None or peak <= 0.0:
        return None
    at = int(np.clip(np.searchsorted(rate.step, scene.onset + scene.near, side="right") - 1, 0, len(rate) - 1))
    low = int(np.clip(np.searchsorted(rate.step, scene.onset - 2.0 * scene.near), 0, at))
    before, now = float(rate.value[low]), float(rate.value[at])
    tag, part = Tag(rate.tag), share(now / peak)
    if now < _CUT * before:
        return Seen(True, _went("{rate} fell", rate, low, at))
    if now < _NEARLY_ZERO * peak and int(np.argmax(rate.value)) < at:
        return Seen(True, text("{rate} had decayed to {part} of its peak", rate=tag, part=part))
    return Seen(False, text("{rate} was still at {part} of its peak", rate=tag, part=part))


@sign("rate-tiny", needs="the learning rate")
def tiny(scene: Scene) -> Seen | None:
    """Whether the learning rate is 0 or next to it in the whole run."""
    rate = scene.rate
    if rate is None:
        return None
    top = float(rate.value.max())
    words = text("{rate} is {top} at most", rate=Tag(rate.tag), top=level(top))
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
        return Seen(True, text("{rate} begins at its peak, {top}", rate=Tag(rate.tag), top=level(top)))
    return Seen(
        False, text("{rate} begins at {part} of its peak", rate=Tag(rate.tag), part=share(first / top if top else 0))
    )


@sign("rate-large", needs="the learning rate")
def large(scene: Scene) -> Seen | None:
    """Whether the learning rate is one that few trainings bear, or one that nearly all do."""
    rate = scene.rate
    if rate is None or KINDS.get(scene.finding.rule) not in (Kind.STALL, Kind.UNDERFIT, Kind.SWING, Kind.COLLAPSE):
        return None
    top = float(rate.value.max())
    words = text("{rate} is {top} at most", rate=Tag(rate.tag), top=level(top))
    return Seen(top >= _LARGE, words) if top >= _LARGE or top <= _SMALL else None


@sign("falls-when-cut", needs="the learning rate")
def falls_when_cut(scene: Scene) -> Seen | None:
    """Whether a curve that stands still, or swings, falls as soon as the learning rate is cut."""
    view, rate = scene.curve, scene.rate
    if view is None or rate is None or KINDS.get(scene.finding.rule) not in (Kind.STALL, Kind.SWING):
        return None
    marks = scene.case.marks_of(RATE)
    if marks is None:
        return None
    cuts = [int(s) for s, sudden, up in zip(marks.step, marks.sudden, marks.raised, strict=True) if sudden and not up]
    for step, then in pairwise([*cuts, scene.begin + scene.length + 1]):
        at, end = np.searchsorted(view.step, [step, then])
        before, after = view.value[max(0, at - 100) : at], view.value[(at + end) // 2 : end]
        if min(before.size, after.size) < 5 or step < scene.onset:
            continue
        noise = mad_scale(before) / np.sqrt(before.size)
        there = median(after) < median(before) - 5.0 * noise
        words = "{curve} fell as {rate} was cut at {at}" if there else "{curve} did not fall as {rate} was cut at {at}"
        return Seen(there, text(words, curve=Tag(view.tag), rate=Tag(rate.tag), at=Place(step)))
    return None
