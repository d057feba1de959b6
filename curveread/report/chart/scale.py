"""Axes: a range that one wild value cannot flatten, and ticks that people can read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from curveread.arrays import FloatArray
from curveread.findings.wording import compact, number
from curveread.report.chart.ticks import log_marks, nice, texts, time_marks

_LARGEST = float(np.finfo(np.float64).max)
_SMALLEST = float(np.finfo(np.float64).tiny)
_DECADES = (-307.0, 308.25)

FENCE = 3.0
"""A value is wild when it lies further outside the middle 96 % of its curve than this many times their height."""
FENCE_LOG = 1.0
"""The same on a logarithmic axis; a decade is never too far."""
WORTH = 1.6
"""Wild values are left outside only where the axis would be this much longer with them."""
FEW = 8
"""Below this many points all are shown: there is no middle to speak of."""
DECADES = 30.0
"""The outcomes of many runs stand on a logarithmic axis where they differ by more than this factor."""
RULES = {"fence": FENCE, "fence_log": FENCE_LOG, "worth": WORTH, "few": FEW, "decades": DECADES}
""":mod:`labels` says what for."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick: where, and what it says."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A range, ``low < high``, both positive when it is logarithmic, with ascending ticks inside it."""

    low: float
    high: float
    log: bool
    ticks: tuple[Tick, ...]

    def fraction(self, values: FloatArray) -> FloatArray:
        """Return where ``values`` lie from ``low`` (0) to ``high`` (1); beyond them it goes on, NaN stays NaN."""
        v = np.asarray(values, dtype=np.float64)
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                out: FloatArray = np.where(
                    v > 0, np.log10(np.where(v > 0, v, 1.0)), np.where(np.isnan(v), np.nan, -np.inf)
                )
            low, high = math.log10(self.low), math.log10(self.high)
            return np.asarray((out - low) / (high - low))
        # halves first: the difference of two large floats may overflow
        return np.asarray((v / 2 - self.low / 2) / (self.high / 2 - self.low / 2))

    def at(self, value: float) -> float:
        """Return where one value lies, held within 0 and 1."""
        return float(np.clip(self.fraction(np.array([value]))[0], 0.0, 1.0))


def step_axis(low: float, high: float, *, seconds: bool = False) -> Scale:
    """Return the axis of steps, or of seconds, from ``low`` to ``high``; a single one gets room on both sides."""
    first, last, whole = float(low), float(high), low == int(low) and high == int(high)
    if not last > first:
        room = max(0.5, 4 * float(np.spacing(abs(first))))
        return Scale(first - room, first + room, False, (Tick(first, compact(first)),))
    if seconds:
        return Scale(first, last, False, tuple(Tick(*m) for m in time_marks(first, last, 7)))
    places = nice(first, last, 7, whole=whole)
    return Scale(first, last, False, tuple(map(Tick, places, texts(places, counted=True))))


def value_axis(curves: Sequence[FloatArray], *, log: bool = False, ticks: int = 5) -> Scale:
    """Return an axis with about so many ticks on which curves of finite values can be read.

    ``log`` is ignored where a curve has no positive value.
    """
    # Below the smallest normal float arithmetic has no digits left to place a tick with.
    curves = [np.where(np.abs(c) < _SMALLEST, 0.0, c) for c in curves if c.size]
    if not curves:
        return Scale(0.0, 1.0, False, ())
    if log and all(bool((c > 0).any()) for c in curves):
        low, high = _union([_robust(np.log10(c[c > 0]), log=True) for c in curves])
        if high - low < 0.05:
            low, high = low - 0.2, high + 0.2
        pad = 0.04 * (high - low)
        top = min(10 ** min(high + pad, _DECADES[1]), _LARGEST)
        bottom = min(10 ** max(low - pad, _DECADES[0]), top / 10**0.4)
        return Scale(bottom, top, True, _readable((Tick(*m) for m in log_marks(bottom, top, ticks)), bottom, top))
    low, high = _union([_robust(c) for c in curves])
    only = low == high
    pad = 0.05 * (high / 2 - low / 2) * 2 if not only else abs(low) * 0.05 or 0.5
    bottom, top = max(low - pad, -_LARGEST), min(high + pad, _LARGEST)
    if not only and all(float(c.min()) >= 0 for c in curves):
        bottom = max(bottom, 0.0)  # a loss or norm axis that shows negative ground says something untrue
    if not top > bottom:  # values so close that floats cannot tell the ends apart
        bottom, top = np.nextafter(bottom, -np.inf), np.nextafter(top, np.inf)
    places = nice(bottom, top, ticks)
    if len(places) < (3 if ticks > 3 else 2):  # too few tell no scale
        places = nice(bottom, top, 2 * ticks)
    marked = [Tick(low, number(low, 3))] if only else list(map(Tick, places, texts(places)))
    return Scale(float(bottom), float(top), False, _readable(marked, bottom, top))


def _readable(ticks: Iterable[Tick], low: float, high: float) -> tuple[Tick, ...]:
    """Return the ticks inside the range whose texts differ."""
    return tuple({t.text: t for t in ticks if low <= t.at <= high}.values())


def _union(ranges: list[tuple[float, float]]) -> tuple[float, float]:
    return min(r[0] for r in ranges), max(r[1] for r in ranges)


def _robust(values: FloatArray, *, log: bool = False) -> tuple[float, float]:
    """Return the range of ``values`` (their logarithms when ``log``) without those outside the fence."""
    low, high = float(values.min()), float(values.max())
    if values.size < FEW:
        return low, high
    edge = max(1, math.ceil(0.02 * values.size))
    ranked = np.partition(values, (edge, values.size - 1 - edge))
    inner_low, inner_high = float(ranked[edge]), float(ranked[values.size - 1 - edge])
    inner = (inner_high / 2 - inner_low / 2) * 2
    room = max(FENCE_LOG * inner, 1.0) if log else max(FENCE * inner, abs(inner_low), abs(inner_high)) or 1.0
    inside = values[(values >= inner_low - room) & (values <= inner_high + room)]
    kept_low, kept_high = float(inside.min()), float(inside.max())
    if high / 2 - low / 2 <= WORTH * (kept_high / 2 - kept_low / 2):
        return low, high
    return kept_low, kept_high
