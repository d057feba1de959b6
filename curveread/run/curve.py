"""Curve: one logged quantity over steps, and what it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.run.equality import ByValue
from curveread.run.roles import LOSSES, Meaning, Role, direction_of, role_of, unit_of

__all__ = ["Curve"]


@dataclass(frozen=True, slots=True, eq=False)
class Curve(ByValue):
    """One logged quantity over steps, exactly as logged.

    Parameters
    ----------
    tag
        Its name in the log.
    step
        (n,) int64, non-decreasing; several points may share a step. float64 where it counts fractions, as epochs do.
    value
        (n,) float64; float32 logs widened, NaN and ±Inf kept.
    wall_time
        (n,) float64, seconds since the epoch, or None where the log has no clock.
    role
        What the curve is; from its tag unless given.
    aliases
        Other names under which the same curve was logged.
    significand_bits
        Precision of the log: 24 for float32, 53 for float64.
    meaning
        What the curve is among the others of its run (:mod:`curveread.run.tags.context`); None where nobody looked yet.
    """

    tag: str
    step: IntArray
    value: FloatArray
    wall_time: FloatArray | None = None
    role: Role | None = None
    aliases: tuple[str, ...] = ()
    significand_bits: int = 53
    meaning: Meaning | None = None

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        set_(self, "step", _frozen(_steps(self.step)))
        set_(self, "value", _frozen(np.asarray(self.value, dtype=np.float64)))
        if self.wall_time is not None:
            set_(self, "wall_time", _frozen(np.asarray(self.wall_time, dtype=np.float64)))
        if self.role is None:
            set_(self, "role", role_of(self.tag))
        if self.step.ndim != 1 or self.step.shape != self.value.shape:
            raise ValueError(f"{self.tag}: step {self.step.shape} and value {self.value.shape} must be equal and flat")
        if self.wall_time is not None and self.wall_time.shape != self.step.shape:
            raise ValueError(f"{self.tag}: wall_time {self.wall_time.shape} must be as long as step {self.step.shape}")

    def __len__(self) -> int:
        return int(self.step.size)

    def __repr__(self) -> str:
        count = f"{len(self):,} {'point' if len(self) == 1 else 'points'}"
        if not len(self):
            return f"<Curve {self.tag!r} ({self.role}): {count}>"
        (first, last), (begin, end) = self.step[[0, -1]].tolist(), self.value[[0, -1]].tolist()
        return f"<Curve {self.tag!r} ({self.role}): {count}, steps {first:,}–{last:,}, {begin:.6g} → {end:.6g}>"

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Return the values, so that NumPy and everything built on it takes a curve."""
        return np.array(self.value, dtype=dtype) if copy else np.asarray(self.value, dtype=dtype)

    def __getitem__(self, steps: slice) -> Curve:
        """Return the points from one step up to, but not at, another: ``curve[1000:2000]``."""
        if not isinstance(steps, slice) or steps.step is not None:
            raise TypeError("a curve is cut by steps, curve[1000:2000]; its points are curve.step and curve.value")
        first = 0 if steps.start is None else int(np.searchsorted(self.step, steps.start))
        last = len(self) if steps.stop is None else int(np.searchsorted(self.step, steps.stop))
        return self.take(slice(first, last))

    def take(self, index: NDArray[Any] | slice) -> Curve:
        """Return the curve's points at ``index`` (mask, positions or slice) as a curve."""
        wall = None if self.wall_time is None else self.wall_time[index]
        return replace(self, step=self.step[index], value=self.value[index], wall_time=wall)

    @property
    def known(self) -> Meaning:
        """What the curve is and how that is known; from its tag and role where nobody looked at its run."""
        role = self.role or Role.OTHER
        if self.meaning is not None and self.meaning.role is role:
            return self.meaning
        return Meaning(role, direction_of(self.tag, role), unit_of(self.tag, role), why="the role was given")

    @property
    def direction(self) -> str:
        """``lower`` or ``higher`` where one is better, else empty."""
        return self.known.direction

    @property
    def unit(self) -> str:
        """Unit of the values, empty where nothing says one."""
        return self.known.unit

    @property
    def judged(self) -> bool:
        """Whether the checks judge it as a loss that training lowers."""
        return self.role in LOSSES

    @property
    def finite(self) -> BoolArray:
        """(n,) bool: where the value is a finite number."""
        return np.isfinite(self.value)


def _steps(step: Any) -> NDArray[Any]:
    """Return steps as whole numbers, as they are where they count fractions (:mod:`curveread.run.axes`)."""
    given = np.asarray(step)
    if given.dtype == np.float64 and (given % 1.0).any():
        return given
    return np.asarray(given, dtype=np.int64)


def _frozen(a: NDArray[Any]) -> NDArray[Any]:
    """Return a read-only view, so that no check can change what was logged."""
    a = a.view()
    a.flags.writeable = False
    return a
