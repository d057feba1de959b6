"""How trainers print numbers, step counts, clocks and ranks: the pieces that all dialects are built of.

All patterns work on bytes and are linear: quantifiers are possessive or bounded, so a hostile line costs its length.
"""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray

_WHOLE = rb"(?:\d{1,3}(?:,\d{3}){1,9}(?!,?\d)|\d++)"  # a possessive group is at fault in Python before 3.11.5
NUMBER = (
    rb"[-+]?(?:(?:" + _WHOLE + rb"(?:\.\d*+)?+|\.\d++)(?:[eE][-+]?\d++)?+"
    rb"|(?:nan|NaN|NAN|inf(?:inity)?|Inf(?:inity)?|INF)(?![A-Za-z]))"
)
"""A printed number: decimals, exponents, thousands commas, nan and inf."""
COUNT = _WHOLE
"""A whole number, with or without thousands commas."""
UNIT = (
    rb"(?:\s?(?:ms|us|mins?|secs?|s|%|[KMGT]i?B|it/s|s/it|tok(?:en)?s?/s(?:ec)?|samples?/s(?:ec)?|steps?/s(?:ec)?)"
    rb"(?![\w/])|(?:[KMGkx]|(?:[kKM]?[A-Za-z]{1,10})?/[A-Za-z]{1,10}|hours?|minutes?|seconds?|fps|f0)(?![\w/]))?+"
)
"""What may be glued to a number and does not change it."""
_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
CLOCK = (
    rb"(?<![\w.@])(?:\d{4}[-/]\d\d?[-/]\d\d?(?:[T ,]\d\d?:\d\d:\d\d(?:[.,]\d{1,9})?)?"
    rb"|\d{1,4} days?, \d{1,2}:\d\d:\d\d|\d{1,3}:\d\d:\d\d(?:[.,]\d{1,9})?|\d{1,3}:\d\d(?![\d.])"
    rb"|\d\d/\d\d(?:/\d{2,4})? \d\d:\d\d:\d\d"
    rb"|\d\d? " + _MONTH + rb" \d{4}|" + _MONTH + rb" {1,2}\d\d?,? (?:\d\d:\d\d:\d\d )?\d{4}"
    rb"|\d{4}\xe5\xb9\xb4\d\d?\xe6\x9c\x88\d\d?\xe6\x97\xa5"
    rb"|\d{1,5}(?:\.\d{1,5}){2,5})(?![\w:])"
)
"""Dates, times of day, durations and versions: digits that measure nothing."""
RANK = (
    rb"(?:\[(?:rank|default|Rank |(?=\d{1,6}\]:(?!  )))(?P<rank>\d{1,6})\]:|(?P<label>\d{1,6}):(?= (?!\s*+[-+]?\d))"
    rb"|\[\d++,(?P<mpi>\d{1,6})\]<std\w++>:)"
)
"""Who printed the line, as torchrun, srun and mpirun put it in front."""
STAMP = (
    rb"(?<!\d)(?:\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
    rb"|\d\d/\d\d/\d{4} \d\d:\d\d:\d\d)"
)
"""Date and time of a line, as Python's logging prints them."""


def floats(cells: list[bytes]) -> FloatArray:
    """Return (n,) float64 of cells that match :data:`NUMBER`; NaN for one that the end of the file cut (``1.35E``)."""
    try:
        return np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        return np.array([_float(c) for c in b" ".join(cells).replace(b",", b"").split(b" ")], np.float64)


def _float(cell: bytes) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def clock(cells: list[bytes]) -> FloatArray:
    """Return (n,) seconds since the epoch of cells that match :data:`STAMP`; NaN where a date does not exist.

    A clock that names no zone is taken as UTC, so that durations are right and dates are off by the zone.
    """
    plain = b"\n".join(cells).replace(b",", b".").replace(b"T", b" ").decode("ascii")
    try:
        if "/" not in plain and "Z" not in plain and "+" not in plain and max(map(len, cells)) <= 26:
            return np.array(plain.split("\n"), "datetime64[us]").astype(np.int64) / 1e6
    except ValueError:
        pass
    return np.array([_moment(c) for c in plain.split("\n")], np.float64)


def _moment(cell: str) -> float:
    from datetime import UTC, datetime

    try:
        if cell[2:3] == "/":
            return datetime.strptime(cell, "%m/%d/%Y %H:%M:%S").replace(tzinfo=UTC).timestamp()
        moment = datetime.fromisoformat(cell.replace("/", "-"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except ValueError:
        return float("nan")
