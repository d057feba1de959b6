"""Numbers as people write them, for sentences, pages and tables: ``12.4k``, ``2.31 nats``, ``1 h 30 min``."""

from __future__ import annotations

import math

from curveread.plural import amount

__all__ = [
    "EPOCHS",
    "amount",
    "compact",
    "count",
    "duration",
    "figure",
    "measure",
    "number",
    "percent",
    "place",
    "places",
    "quantity",
    "size",
    "span",
    "sureness",
]

EPOCHS = ("epoch", "epochs")
"""Names of an axis that counts epochs."""
_COUNTED = ("", "steps", "points", "tokens", "evals", "epochs", "bytes")
_ROUGH = ("ratio", "sigma", "%")
_NOISE = {"robust standard deviations": "times the usual noise", "standard errors": "times its uncertainty"}
"""Units of statistics, in the words of those who train."""
_UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def number(value: float, digits: int = 4) -> str:
    """Return ``value`` with ``digits`` significant digits: ``2.31``, ``1,234``, ``3.2e9``, ``NaN``, ``∞``."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    size_ = abs(value)
    if size_ >= 1e7 or size_ < 1e-3:
        mantissa, exponent = f"{value:.{max(digits - 2, 0)}e}".split("e")
        if "." in mantissa:
            mantissa = mantissa.rstrip("0").rstrip(".")
        text = f"{mantissa}e{int(exponent)}"
    elif float(f"{size_:.{digits}g}") >= 1000 or value == int(value):
        text = f"{value:,.0f}"
    else:
        text = f"{value:.{digits}g}"
    return text.replace("-", "−")


def figure(value: float) -> str:
    """Return ``value`` as a sentence holds it: :func:`number` with three significant digits."""
    return number(value, 3)


def quantity(value: float, unit: str = "") -> str:
    """Return the level of a curve as a sentence holds it: three digits, zeros at the end too: ``3.00 nats``."""
    even = f"{value:#.3g}".rstrip(".") if 1e-3 <= abs(value) < 999.5 else figure(value)
    return f"{even.replace('-', '−')} {unit}".rstrip()


def percent(share: float) -> str:
    """Return a share as a percentage without false precision: 0.1234 -> ``12 %``, 0.004 -> ``0.4 %``."""
    value = 100.0 * share
    if 0.0 < abs(value) < 0.05:
        return f"{value:.1g} %".replace("-", "−")
    if 99.5 <= abs(value) < 100.0:  # all but a rest, which is what counts
        digits = min(-math.floor(math.log10(100.0 - abs(value)) + 1e-9), 4)
        return f"{math.trunc(value * 10**digits) / 10**digits:.{digits}f} %".replace("-", "−")
    return f"{value:,.0f} %" if abs(value) >= 9.95 else f"{value:.1f} %"


def sureness(confidence: float | None) -> str:
    """Return a confidence in words: ``almost certain (97 %)``, ``a weak hint (20 %)``; None was never measured."""
    if confidence is None:
        return "no measured confidence"
    steps = ((0.95, "almost certain"), (0.85, "very likely"), (0.65, "likely"), (0.4, "possible"))
    words = next((words for least, words in steps if confidence >= least), "a weak hint")
    return f"{words} ({100 * confidence:.0f} %)"


def count(value: float) -> str:
    """Return a number of things, or a step, with its thousands set apart: ``12,400``; fractions keep two decimals."""
    if value == int(value):
        return f"{value + 0.0:,.0f}".replace("-", "−")  # −0 is 0
    text = f"{value:,.2f}" if abs(value) >= 0.1 else f"{value:.2g}"
    return text.rstrip("0").rstrip(".").replace("-", "−")


def compact(value: float) -> str:
    """Return a step or count in at most about five characters: ``950``, ``12.4k``, ``1.25M``."""
    sign, size_ = ("−" if value < 0 else ""), abs(value)
    if not math.isfinite(size_) or size_ >= 1e15:
        return number(value, 3)
    for unit, letter in _UNITS:
        if size_ >= unit * 0.9995 and size_ >= 10_000:
            return f"{sign}{_trim(size_ / unit, 3)}{letter}"
    return sign + (f"{size_:,.0f}" if size_ == int(size_) else _trim(size_, 4))


def _trim(value: float, digits: int) -> str:
    text = f"{value:.{digits}g}"
    return f"{value:.0f}" if "e" in text else text


def span(first: float | None, last: float | None, axis: str = "step") -> str:
    """Return ``step 250``, ``steps 250–1,250`` or ``the whole run``; ``epochs 0–2.41`` or ``1.25M tokens`` by axis."""
    if first is None:
        return "the whole run"
    if last is None or last == first:
        return places(place(first, axis), axis)
    return places(f"{place(first, axis)}–{place(last, axis)}", axis, several=True)


def place(value: float, axis: str = "step") -> str:
    """Return a place on an axis as a bare figure: ``12,400``, by tokens ``1.25M``, by seconds ``1 h 30 min``."""
    kind = axis.lower()
    return duration(value) if kind == "seconds" else compact(value) if kind == "tokens" else count(value)


def places(figures: str, axis: str = "step", *, several: bool = False) -> str:
    """Return figures of :func:`place` with what they count: ``step 12,400``, ``epochs 0.2–2.41``, ``1.25M tokens``."""
    kind = axis.lower()
    if kind in ("seconds", "tokens"):
        return figures if kind == "seconds" else f"{figures} tokens"
    return f"{'epoch' if kind in EPOCHS else 'step'}{'s' if several else ''} {figures}"


def measure(value: float | str, unit: str = "") -> str:
    """Return a figure with its unit: ``2.31 nats``, ``1,240 steps``, ``14 %``, ``1 h 30 min``.

    A ``ratio`` has no unit of its own and stays a bare number; ``step`` is a place, ``steps`` a length; seconds become
    hours and minutes, standard deviations times the usual noise, differences of logarithms factors.
    """
    if unit in ("step", "epoch") and not isinstance(value, str) and math.isfinite(value):
        return places(place(value), unit)
    if isinstance(value, str):
        return f"{value} {unit}".strip()
    if unit == "%" and 99.5 <= abs(value) < 100.0:
        return percent(value / 100.0)
    if unit == "log units" and abs(value) < 100:
        return f"a factor of {figure(math.exp(value))}"
    if unit in _NOISE and math.isfinite(value):
        return f"{count(round(value)) if abs(value) >= 9.95 else number(value, 2)} {_NOISE[unit]}"
    if unit in ("s", "seconds") and math.isfinite(value) and abs(value) >= 60:
        return duration(value)
    if math.isfinite(value) and value == int(value) and unit in _COUNTED:
        shown = count(value) if abs(value) < 1e7 else compact(value)
        unit = unit.removesuffix("s") if abs(value) == 1 else unit
    else:
        shown = number(value, 3 if unit in _ROUGH else 4)
    return shown if unit in ("", "ratio", "as logged") else f"{shown} {unit}"


def duration(seconds: float) -> str:
    """Return a time in its two largest units: ``42 s``, ``12 min 5 s``, ``3 h 20 min``, ``2 d 4 h``."""
    if not math.isfinite(seconds):
        return number(seconds)
    if abs(seconds) < 60:
        return f"{seconds:.3g} s"
    whole = round(abs(seconds))
    sign = "−" if seconds < 0 else ""
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, secs = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (secs, "s")]
    start = next(i for i, (amount, _) in enumerate(parts) if amount)
    return sign + " ".join(f"{amount} {name}" for amount, name in parts[start : start + 2] if amount)


def size(octets: int) -> str:
    """Return the size of a file: ``812 B``, ``51.2 kB``, ``1.2 MB``."""
    amount = float(octets)
    for name in ("B", "kB", "MB", "GB"):
        if amount < 1000 or name == "GB":
            return f"{amount:.3g} {name}" if amount < 1000 else f"{amount:,.0f} {name}"
        amount /= 1000
    raise AssertionError("unreachable")
