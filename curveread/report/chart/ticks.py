"""Where ticks stand and what they say: round places, texts that differ from each other and are what they say.

The live page writes its own by the same rules (``page/live/axes.js``); a test holds the two to the same texts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from curveread.findings.wording import count, number

_UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_TIMES = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
    86_400, 172_800, 604_800, 1_209_600, 2_592_000,
)  # fmt: skip
_SMALL = ((1e-9, "ns"), (1e-6, "µs"), (1e-3, "ms"))


def nice(low: float, high: float, wanted: int, *, whole: bool = False) -> list[float]:
    """Return round positions 1, 2, 5 × 10ᵏ apart inside the range."""
    rough = (high / wanted) - (low / wanted)
    if not (rough > 0 and math.isfinite(rough)):
        return [low]
    return _multiples(low, high, max(_apart(rough), 1.0) if whole else _apart(rough))


def _apart(rough: float) -> float:
    base = 10.0 ** math.floor(math.log10(rough))
    return next((base * m for m in (1, 2, 5, 10) if base * m >= rough * 0.999), base * 10)


def _multiples(low: float, high: float, distance: float) -> list[float]:
    first = math.ceil(low / distance - 1e-9)
    last = math.floor(high / distance + 1e-9)
    return [i * distance for i in range(first, min(last, first + 50) + 1)]


def texts(places: Sequence[float], *, counted: bool = False) -> list[str]:
    """Return what evenly spaced ticks say: all with as many digits as tell them apart.

    Parameters
    ----------
    places
        Where they stand.
    counted
        They count steps or tokens: ``12.5k`` and ``20M``; else, from ten thousand and ten million on, ``12.5k`` and
        ``2e7``.

    Examples
    --------
    >>> texts([412_950, 413_000, 413_050], counted=True)
    ['412,950', '413,000', '413,050']
    >>> texts([0.0, 0.5, 1.0])
    ['0.0', '0.5', '1.0']
    """
    if len(places) < 2:
        return [_short(t, 4) if counted and abs(t) >= 10_000 else number(t, 3) for t in places]
    gap, largest = abs(places[1] - places[0]), max(abs(t) for t in places)
    digits = next((d for d in range(1, 17) if all(abs(float(f"{t:.{d - 1}e}") - t) <= 1e-3 * gap for t in places)), 17)
    if largest < 1e-3 or (largest >= 1e7 and not counted) or largest >= 1e15:
        return [number(t, max(digits + 1, 3)) for t in places]
    if largest >= 10_000:
        short = digits <= 4 or largest >= 1e9
        return [_short(t, digits) if short else count(t) for t in places]
    decimals = max(0, -math.floor(math.log10(gap) + 1e-9))
    return [_fixed(t, decimals) for t in places]


def _short(value: float, digits: int) -> str:
    """Return ``12.5k``; below ten thousand all digits."""
    size = abs(value)
    unit, letter = next(((u, n) for u, n in _UNITS if size >= u), (1.0, ""))
    if size < 10_000:
        unit, letter = 1.0, ""
    text = f"{value / unit:,.{max(digits, 4)}g}" if letter else count(value)
    return text.replace("-", "−") + letter


def _fixed(value: float, decimals: int) -> str:
    text = f"{value + 0.0:,.{decimals}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def time_marks(low: float, high: float, wanted: int) -> list[tuple[float, str]]:
    """Return ticks of an axis of seconds and their texts, in one unit: ``20 ms``, ``90 s``, ``1.5 h``, ``3 d``.

    Examples
    --------
    >>> [text for _, text in time_marks(6.25e-5, 7200, 4)]
    ['0 min', '30 min', '60 min', '90 min', '120 min']
    """
    rough = (high - low) / wanted
    if not rough > 0:
        return [(low, f"{number(low, 3)} s")]
    gap = float(next((t for t in _TIMES if t >= rough), 0)) or 86_400 * _apart(rough / 86_400)
    if rough < 1:
        gap = _apart(rough)
    unit, name = _time_unit(gap, high)
    # The first millisecond of hours is where they begin.
    places = _multiples(low - 1e-3 * gap, high, gap)
    decimals = next((d for d in range(15) if abs(gap / unit * 10**d - round(gap / unit * 10**d)) < 1e-6), 15)
    return [(max(t, low), f"{_fixed(t / unit, decimals)} {name}") for t in places]


def _time_unit(gap: float, high: float) -> tuple[float, str]:
    if gap >= 86_400:
        return 86_400.0, "d"
    if gap >= 900 and high > 7200:
        return 3600.0, "h"
    if gap >= 15 and gap % 15 == 0 and high > 120:
        return 60.0, "min"
    # A fraction of a second has its own unit where the whole axis is short.
    return next(((unit, name) for unit, name in _SMALL if high < 1000 * unit and high < 1), (1.0, "s"))


def log_marks(low: float, high: float, wanted: int) -> list[tuple[float, str]]:
    """Return decades, thinned to about ``wanted``; 2 and 5 between them when there are few."""
    bottom, top = math.log10(low), math.log10(high)
    decades = range(math.ceil(bottom - 1e-9), math.floor(top + 1e-9) + 1)
    if len(decades) >= 3:
        stride = max(1, math.ceil(len(decades) / wanted))
        return [(10.0**d, _power(10.0**d)) for d in decades if (d - decades[0]) % stride == 0]
    parts = [m * 10.0**d for d in range(math.floor(bottom), math.floor(top) + 1) for m in (1, 2, 5)]
    found = [p for p in parts if low <= p <= high]
    if len(found) < 2:
        found = [p for p in nice(low, high, 3) if p > 0]
        return list(zip(found, texts(found), strict=True))
    return [(p, _power(p)) for p in found]


def _power(value: float) -> str:
    if 10_000 <= value < 1e6:
        return _short(value, 3)
    return f"{value:,g}" if 1e-3 <= value < 1e6 else number(value, 2)
