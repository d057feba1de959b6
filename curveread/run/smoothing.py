"""Curve -> smoothed curve, with reaches in steps or in points."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from curveread.errors import ArgumentError, UsageError
from curveread.signals.smoothing import METHODS, smooth_values

if TYPE_CHECKING:
    from curveread.run.curve import Curve

_IN_STEPS = {
    "ema": ("half_life", "weight"),
    "running-median": ("width", "window"),
    "savitzky-golay": ("width", "window"),
    "lowess": ("width", "fraction"),
    "gaussian": ("width", "sigma"),
}
"""Of each method: its option in steps, and the one in points that it stands for."""
_WIDTHS_A_SIGMA = 2.0 * np.sqrt(2.0 * np.log(2.0))
"""Full width at half maximum of a Gaussian of standard deviation 1."""


def smoothed(curve: Curve, method: str, options: dict[str, Any]) -> Curve:
    """Return the curve smoothed; see :meth:`curveread.run.curve.Curve.smooth`."""
    if method not in METHODS:
        raise ArgumentError("method", method, f"there is no such method; there are: {', '.join(METHODS)}")
    steps, points = _IN_STEPS[method]
    known = [steps, *list(inspect.signature(METHODS[method]).parameters)[1:]]
    for name, value in options.items():
        if name not in known:
            raise ArgumentError(name, value, f"{method} has no such option; it has: {', '.join(known)}")
    if steps in options:
        if points in options:
            raise ArgumentError(steps, options[steps], f"it is {points} in steps: give one of them")
        reach = options.pop(steps)
        if not 0.0 < reach < float("inf"):
            raise ArgumentError(steps, reach, "it must be a positive number of steps")
        options[points] = _in_points(curve, points, reach)
    try:
        return replace(curve, value=smooth_values(curve.value, method, **options))
    except (TypeError, ValueError) as error:
        raise UsageError(f"smooth: {error}") from error


def _in_points(curve: Curve, option: str, reach: float) -> float:
    """Return a reach in steps as an option in points has it, by the usual distance between two points."""
    apart = np.diff(curve.step[curve.finite])
    apart = apart[apart > 0]
    count = reach / float(np.median(apart)) if apart.size else 1.0
    match option:
        case "weight":
            return float(0.5 ** (1.0 / count))
        case "window":
            return max(1, round(count))
        case "fraction":
            return min(1.0, count / max(1, int(curve.finite.sum())))
        case _:
            return float(count / _WIDTHS_A_SIGMA)
