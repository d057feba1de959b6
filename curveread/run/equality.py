"""ByValue: what a log holds, compared by its values and copied whole, although arrays and frozen mappings are in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any

import numpy as np


class ByValue:
    """Base of the frozen dataclasses that hold arrays or numbers that may be NaN.

    Two are equal when they are of one class and every compared field is equal; NaN equals NaN. A copy or an unpickled
    object is made anew from the fields, so that its arrays and mappings cannot be changed either.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return equal(self, other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(_hashed(self))

    def __reduce__(self) -> tuple[type[Any], tuple[Any, ...]]:
        values = (getattr(self, f.name) for f in fields(self))  # type: ignore[arg-type]
        return type(self), tuple(dict(v) if isinstance(v, MappingProxyType) else v for v in values)


def equal(one: Any, other: Any) -> bool:
    """Return whether two values are the same: NaN equals NaN, arrays are compared in type, shape and every element.

    They are arrays, numbers, texts, and sequences, mappings and dataclasses of them.
    """
    if one is other:
        return True
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return _same_array(one, other)
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (one != one and other != other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    if is_dataclass(one) and type(one) is type(other):
        return all(equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(one) if f.compare)
    return bool(one == other)


def _hashed(value: Any) -> Any:
    """Return what is the same for equal values and can be hashed; arrays and mappings count for nothing in it."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return value if value == value else None
    if isinstance(value, list | tuple):
        return tuple(map(_hashed, value))
    if is_dataclass(value):
        return (type(value), *(_hashed(getattr(value, f.name)) for f in fields(value) if f.compare))
    return None


def _same_array(one: Any, other: Any) -> bool:
    if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and one.dtype == other.dtype):
        return False
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
