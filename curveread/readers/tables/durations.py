"""How long an epoch or a step took, written as ``04:39`` or ``1:04:39`` in a column: seconds."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from curveread.readers.tables.columns import MISSING, Column
from curveread.run.roles import Role, role_of
from curveread.run.tags.words import words

_DURATION = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):([0-5]\d(?:\.\d{1,9})?)")
_HOURS = 24
_HALF_A_DAY = 43200.0
_OTHERS = frozenset("timestamp timestamps date datetime clock elapsed remaining left eta".split())
"""Words of a name that tells when, or how long all took so far and will take by an estimate."""
_FASTAI = frozenset(("epoch", "train_loss", "valid_loss"))
"""Columns beside which fastai writes how long an epoch took."""


def durations(name: str, cells: Sequence[str], names: Sequence[str]) -> Column | None:
    """Return a column of durations in seconds; None where its cells are none, or may as well be times of day.

    Parameters
    ----------
    name, cells
        The column: a time by its name.
    names
        All columns of the table.

    Returns
    -------
    Column or None
        Cells hold durations where they go down somewhere, as no clock does but at midnight, where one is longer than a
        day, where only some have hours, where hours have one digit as Python prints them, and in fastai's tables.
    """
    if role_of(name) is not Role.TIME or not _OTHERS.isdisjoint(words(name)):
        return None
    found = [(i, _DURATION.fullmatch(c.strip())) for i, c in enumerate(cells) if c.strip().lower() not in MISSING]
    if not found or any(m is None or (m[1] is not None and int(m[2]) > 59) for _, m in found):
        return None
    parts = [(m[1], m[2], m[3]) for _, m in found if m is not None]
    seconds = np.array([3600.0 * int(h or 0) + 60.0 * int(m) + float(s) for h, m, s in parts])
    hours = [h for h, _, _ in parts if h is not None]
    sure = (name == "time" and set(names) >= _FASTAI) or 0 < len(hours) < len(parts)
    long = any(int(h or m) >= _HOURS or (h is not None and len(h) == 1) for h, m, _ in parts)
    steps = np.diff(seconds)
    falls = ((steps < 0) & (steps > (-_HALF_A_DAY if hours else -_HALF_A_DAY / 60))).any()  # at midnight a clock does
    if not (sure or long or falls):
        return None
    return Column(np.array([i for i, _ in found], np.int64), seconds)
