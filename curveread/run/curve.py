"""Curve: one logged quantity over steps, and what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.errors import UsageError
from curveread.run.arithmetic import Arithmetic, interpolated
from curveread.run.equality import ByValue
from curveread.run.roles import LOSSES, Meaning, Role, direction_of, role_of, unit_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Curve(Arithmetic, ByValue):
    """One logged quantity over steps, exactly as logged.

    NumPy takes a curve for its values. ``+ - * /`` make a curve (:class:`~curveread.run.arithmetic.Arithmetic`) on the
    steps that both sides have; ``==`` compares whole curves.

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

    Examples
    --------
    >>> loss = Curve("loss", [10, 20, 30], [2.5, 2.0, 1.8])
    >>> loss[20:]
    <Curve 'loss' (train-loss): 2 points, steps 20–30, 2 → 1.8>
    >>> float(np.min(loss))
    1.8
    >>> Curve("val_loss", [20, 30, 40], [2.4, 2.3, 2.3]) - loss
    <Curve 'val_loss − loss' (other): 2 points, steps 20–30, 0.4 → 0.5>
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

    def _repr_html_(self) -> str:
        from curveread.run.fragments import curve_fragment

        return curve_fragment(self)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Return the values, so that NumPy and everything built on it takes a curve."""
        return np.array(self.value, dtype=dtype) if copy else np.asarray(self.value, dtype=dtype)

    def __iter__(self) -> Iterator[float]:
        return iter(self.value.tolist())

    def __getitem__(self, steps: slice) -> Curve:
        """Return the points from one step up to, but not at, another: ``curve[1000:2000]``."""
        self.check_order()
        if not isinstance(steps, slice) or steps.step is not None:
            raise TypeError("a curve is cut by steps, curve[1000:2000]; its points are curve.step and curve.value")
        first = 0 if steps.start is None else int(np.searchsorted(self.step, steps.start))
        last = len(self) if steps.stop is None else int(np.searchsorted(self.step, steps.stop))
        return self.take(slice(first, last))

    def take(self, index: NDArray[Any] | slice) -> Curve:
        """Return the curve's points at ``index`` (mask, positions or slice) as a curve."""
        wall = None if self.wall_time is None else self.wall_time[index]
        return replace(self, step=self.step[index], value=self.value[index], wall_time=wall)

    def check_order(self) -> None:
        """Raise a UsageError where the steps go back; O(n).

        What was read is in order; what was put together by hand need not be.
        """
        back = np.flatnonzero(self.step[1:] < self.step[:-1])
        if back.size:
            before, after = self.step[back[0] : back[0] + 2].tolist()
            raise UsageError(f"{self.tag}: its steps go back, from {before:,} to {after:,}; give its points by step")

    def smooth(self, method: str = "ema", **options: Any) -> Curve:
        """Return the curve smoothed, for the eye; NaN and ±Inf stay where they were.

        Parameters
        ----------
        method
            ``ema``, the exponential moving average of TensorBoard's slider; ``running-median``, which keeps edges and
            ignores single spikes; ``savitzky-golay`` (1964), which keeps the height of peaks; ``lowess`` (Cleveland
            1979), robust; ``gaussian``.
        options
            In steps, by the usual distance between two points: ``half_life`` of the ema, ``width`` of all others (the
            window; of the Gaussian its full width at half maximum). Or in points: ``weight`` of the ema (0.6 unless
            given), ``window``, ``fraction`` of all points for lowess, ``sigma``.

        Raises
        ------
        UsageError
            For an unknown method, or an option that it does not have or that is out of range.

        Examples
        --------
        >>> loss = Curve("loss", np.arange(0, 1000, 10), np.exp(-np.arange(100) / 30))
        >>> loss.smooth(half_life=50)
        <Curve 'loss' (train-loss): 100 points, steps 0–990, 1 → 0.0477715>
        >>> loss.smooth("running-median", width=200) == loss.smooth("running-median", window=20)
        True
        """
        from curveread.run.smoothing import smoothed

        self.check_order()
        return smoothed(self, method, options)

    def at(self, step: Any) -> Curve:
        """Return the curve at other steps, interpolated between its points: ``eval_loss - loss.at(eval_loss)``.

        Parameters
        ----------
        step
            (m,) steps, or the curve that has them. Before the first and after the last finite point the value is NaN.

        Examples
        --------
        >>> Curve("loss", [0, 10], [4.0, 2.0]).at([5, 10, 15]).value.tolist()
        [3.0, 2.0, nan]
        """
        return interpolated(self, step)

    def to_series(self) -> pd.Series[float]:
        """Return the values as a pandas Series of the curve's name, indexed by ``step``.

        Examples
        --------
        >>> Curve("loss", [10, 20], [2.5, 2.0]).to_series().to_dict()
        {10: 2.5, 20: 2.0}
        """
        import pandas as pd

        return pd.Series(self.value, index=pd.Index(self.step, name="step"), name=self.tag)

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
