"""Curve with Curve, a number or an array: their sum, difference, product or quotient, on the steps that both have."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar, TypeGuard

import numpy as np

from curveread.errors import UsageError
from curveread.run.role import Meaning, Role
from curveread.run.shared_steps import last_at_each_step, shared_points

if TYPE_CHECKING:
    from curveread.run.curve import Curve

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "−": operator.sub,
    "×": operator.mul,
    "/": operator.truediv,
}


class Arithmetic:
    """Base of a curve: ``+ - * /`` with another curve, with a number, or with an array as long as the curve.

    Of two curves the result has the steps that both have, none is made up; where a step is there twice, its last value
    counts. It is no loss and no metric any more, so that no check judges it, and has a unit only where that is sure:
    that of both for a sum or a difference, none for a product or a quotient. Wall times are the left curve's.
    """

    __slots__ = ()
    __array_priority__: ClassVar[float] = 1000.0
    """NumPy's numbers and arrays leave ``2.0 * curve`` to the curve."""

    def __add__(self, other: Any) -> Curve:
        return _combined(self, "+", other)

    def __radd__(self, other: Any) -> Curve:
        return _combined(other, "+", self)

    def __sub__(self, other: Any) -> Curve:
        return _combined(self, "−", other)

    def __rsub__(self, other: Any) -> Curve:
        return _combined(other, "−", self)

    def __mul__(self, other: Any) -> Curve:
        return _combined(self, "×", other)

    def __rmul__(self, other: Any) -> Curve:
        return _combined(other, "×", self)

    def __truediv__(self, other: Any) -> Curve:
        return _combined(self, "/", other)

    def __rtruediv__(self, other: Any) -> Curve:
        return _combined(other, "/", self)

    def __neg__(self) -> Curve:
        return _combined(-1.0, "×", self)


def _combined(left: Any, sign: str, right: Any) -> Curve:
    """Return ``left sign right``, of which one is a curve at least.

    Raises
    ------
    TypeError
        With what is neither a curve nor a number nor an array.
    UsageError
        When two curves share no step, the steps of one go back, or an array is not as long as the curve.
    """
    name, unit = f"{_term(left)} {sign} {_term(right)}", _unit(left, sign, right)
    if _is_curve(left) and _is_curve(right):
        left, right = _shared(left, right)
        bits, why = min(left.significand_bits, right.significand_bits), f"worked out on {len(left):,} steps of both"
    else:
        one, other = (left, right) if _is_curve(left) else (right, left)
        if not isinstance(other, Real | np.ndarray):
            raise TypeError(f"a curve is reckoned with a curve, a number or an array, not with {type(other).__name__}")
        shape: tuple[int, ...] = getattr(other, "shape", ())
        if shape not in ((), one.value.shape):
            raise UsageError(f"{one.tag}: an array of shape {shape} beside {len(one):,} points")
        bits, why = one.significand_bits, f"worked out from {one.tag}"
    base = left if _is_curve(left) else right
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        value = _SIGNS[sign](_values(left), _values(right))
    meaning = Meaning(Role.OTHER, "", unit, why=why)
    return replace(base, tag=name, value=value, role=Role.OTHER, meaning=meaning, aliases=(), significand_bits=bits)


def _shared(left: Curve, right: Curve) -> tuple[Curve, Curve]:
    """Return two curves on the steps that both have."""
    left.check_order()
    right.check_order()
    mine, theirs = shared_points(left, right)
    if not mine.size and len(left) and len(right):
        raise UsageError(
            f"{left.tag} and {right.tag} have no step in common; b.at(a) gives b on the steps of a, interpolated"
        )
    return left.take(mine), right.take(theirs)


def interpolated(curve: Curve, step: Any) -> Curve:
    """Return the curve at other steps; see :meth:`curveread.run.curve.Curve.at`."""
    at = np.asarray(step.step if _is_curve(step) else step)
    curve.check_order()
    known = curve.take(last_at_each_step(curve))
    known = known.take(known.finite)
    if not len(known):
        return replace(curve, step=at, value=np.full(at.shape, np.nan), wall_time=None)
    value = np.interp(at, known.step, known.value, left=np.nan, right=np.nan)
    return replace(curve, step=at, value=value, wall_time=None)


def _is_curve(side: Any) -> TypeGuard[Curve]:
    return isinstance(side, Arithmetic)


def _values(side: Any) -> Any:
    return side.value if _is_curve(side) else side


def _unit(left: Any, sign: str, right: Any) -> str:
    units = [side.unit for side in (left, right) if _is_curve(side)]
    if sign in "+−" and len(set(units)) == 1:
        return str(units[0])
    return ""


def _term(side: Any) -> str:
    if not _is_curve(side):
        return f"{side:g}" if isinstance(side, Real) else "array"
    return f"({side.tag})" if any(f" {sign} " in side.tag for sign in _SIGNS) else str(side.tag)
