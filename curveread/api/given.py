"""What callers hand in, in the forms in which they have it: one name or many, one run or several."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Sized
from numbers import Number
from os import PathLike

from curveread.findings.diagnosis import Diagnosis
from curveread.run.model import Curve, Run

_ONE = (Run, Diagnosis, str, PathLike)


def names(given: str | Collection[str]) -> tuple[str, ...]:
    """Return names as a tuple, also of one alone."""
    return (given,) if isinstance(given, str) else tuple(given)


def several(what: object) -> list[tuple[str, object]] | None:
    """Return the runs of a list, or of a dict that names them, each with its name or none; None for what is one run."""
    if isinstance(what, Mapping):
        runs = what and all(isinstance(one, _ONE) or hasattr(one, "columns") for one in what.values())
        return [(str(name), one) for name, one in what.items()] if runs else None
    if isinstance(what, Sequence) and not isinstance(what, str) and not any(map(_within_a_run, what)):
        return [("", one) for one in what] or None
    return None


def _within_a_run(one: object) -> bool:
    """Return whether an element of a list is a row, a curve or a value."""
    if isinstance(one, Mapping):
        return not any(isinstance(value, Sized) and not isinstance(value, str) for value in one.values())
    return isinstance(one, Curve | Number) or (hasattr(one, "iloc") and not hasattr(one, "columns"))
