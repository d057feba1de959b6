"""Whether two curves are one quantity: the same values where both have points."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray
from curveread.run.model import Curve
from curveread.run.shared_steps import on_shared_steps


def _decimals(value: FloatArray) -> float:
    """Return half a unit of the last decimal that all finite values are rounded to (up to six), 0 when they are not."""
    finite = value[np.isfinite(value)]
    if finite.size < 3:
        return 0.0
    sample = finite[:: max(1, finite.size // 512)]
    for decimals in range(7):
        if np.array_equal(np.round(sample, decimals), sample):
            return 0.51 * 10.0**-decimals
    return 0.0


def agreement(a: Curve, b: Curve) -> tuple[int, int]:
    """Return how many steps two curves have in common, and at how many of them their values agree.

    They do within float32 precision and the rounding of either log.
    """
    shared = on_shared_steps(a, b)
    with np.errstate(invalid="ignore", over="ignore"):
        slack = (
            max(_decimals(a.value), _decimals(b.value))
            if (a.value.size != b.value.size or not np.array_equal(a.value, b.value))
            else 0.0
        )
        slack = slack if slack < 0.1 * _scale(a, b) else 0.0
    digits = np.maximum(_last_digit(a, shared.one), _last_digit(b, shared.other))
    return int(shared.step.size), int(shared.same(np.maximum(slack, digits)).sum())


def _last_digit(curve: Curve, value: FloatArray) -> FloatArray:
    """Return half a unit in the last of the significant digits that a log keeps, 0 where it keeps more than six."""
    some = curve.value[np.isfinite(curve.value) & (curve.value != 0.0)]
    some = some[:: -(-some.size // 200) or 1]
    digits = next((k for k in range(4, 7) if all(float(f"{v:.{k}g}") == v for v in some.tolist())), None)
    if digits is None or not some.size:
        return np.zeros(value.size)
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.floor(np.log10(np.abs(value)))
    return np.where(np.isfinite(place), 0.5 * 10.0 ** (place - digits + 1), 0.0)


def _scale(a: Curve, b: Curve) -> float:
    """Return the spread of the values: rounding as coarse as this says nothing."""
    both = np.concatenate([a.value[np.isfinite(a.value)], b.value[np.isfinite(b.value)]])
    return float(np.ptp(both)) if both.size else 0.0


def same_values(a: Curve, b: Curve) -> bool:
    """Return whether two curves with other names are one: enough common steps, telling values, all equal."""
    common, equal = agreement(a, b)
    if common < 5 or equal < common or common < 0.8 * min(len(a), len(b)):
        return False
    return min(np.unique(c.value[np.isfinite(c.value)]).size for c in (a, b)) >= 5
