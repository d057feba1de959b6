"""Cause: what may lie behind the gravest finding, with what the log holds for it and against it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Cause"]


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause that could be.

    Parameters
    ----------
    name
        The cause in words.
    speaks_for, speaks_against
        What the log holds for and against it; both may be empty.
    """

    name: str
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()
