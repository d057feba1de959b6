"""Curves in memory that bring steps of their own: Curves, pandas Series, pairs of steps and values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.errors import ArgumentError
from curveread.plural import amount
from curveread.run.model import Curve
from curveread.run.notes import DataNote, NoteKind


def placed(what: object) -> dict[str, Curve] | None:
    """Return the curves of what brings steps of its own; None for anything else.

    Parameters
    ----------
    what
        A Curve, a Series whose index counts the steps, or a list of those; or a dict with one of them or a tuple of
        steps and values in it: beside them values alone have the steps 0, 1, 2 …

    Raises
    ------
    ArgumentError
        When what stands for a curve is none.
    """
    if isinstance(what, Mapping):
        brings = [isinstance(v, Curve) or _is_pair(v) or _own_index(v) is not None for v in what.values()]
        return {str(name): _curve(str(name), value) for name, value in what.items()} if any(brings) else None
    found = list(what) if isinstance(what, list | tuple) else [what]
    if not found or not all(isinstance(one, Curve) or _is_series(one) for one in found):
        return None
    curves = [_curve(str(getattr(one, "tag", None) or getattr(one, "name", None) or "value"), one) for one in found]
    return {curve.tag: curve for curve in curves}


def in_order(curves: Iterable[Curve]) -> tuple[dict[str, Curve], list[DataNote]]:
    """Return the curves by name, each by its steps, and a note about each that was not."""
    out, notes = dict[str, Curve](), list[DataNote]()
    for curve in curves:
        back = int(np.count_nonzero(curve.step[1:] < curve.step[:-1]))
        if back:
            curve = curve.take(np.argsort(curve.step, kind="stable"))
            message = f"{curve.tag}: its steps were in no order ({amount(back, 'step')} back): sorted by step"
            notes.append(DataNote(NoteKind.X_AXIS, "", message))
        out[curve.tag] = curve
    return out, notes


def _curve(name: str, value: Any) -> Curve:
    if isinstance(value, Curve):
        return value if value.tag == name else replace(value, tag=name, role=None, meaning=None)
    if _is_pair(value):
        step, value = value
    else:
        index = _own_index(value)
        step = np.arange(len(value)) if index is None else index
    try:
        return Curve(name, _numbers(step), _numbers(value), _clock(value))
    except (TypeError, ValueError) as error:
        raise ArgumentError("run", name, f"not a curve: {error}") from error


def _numbers(values: Any) -> NDArray[Any]:
    return np.asarray(values, dtype=np.float64)


def _is_series(value: object) -> bool:
    return hasattr(value, "index") and hasattr(value, "iloc") and not hasattr(value, "columns")


def _clock(value: Any) -> NDArray[Any] | None:
    """Return the index of a Series in seconds since the epoch where it holds times."""
    if not _is_series(value) or not hasattr(value.index, "tz_localize"):
        return None
    return seconds_of(value.index)


def seconds_of(times: Any) -> NDArray[Any]:
    """Return times that pandas holds in seconds since 1970, NaN where there is none."""
    import pandas as pd

    index = pd.DatetimeIndex(times)
    utc = index if index.tz is None else index.tz_convert(None)
    return np.asarray((utc - pd.Timestamp(0)) / pd.Timedelta(seconds=1), dtype=np.float64)


def _is_pair(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and np.ndim(value[0]) == np.ndim(value[1]) == 1


def _own_index(value: Any) -> Any:
    """Return the index of a Series that counts something other than its rows; None otherwise."""
    if not _is_series(value) or getattr(value.index.dtype, "kind", "O") not in "iuf":
        return None
    index = value.index.to_numpy()
    return None if value.index.name is None and np.array_equal(index, np.arange(len(index))) else index
