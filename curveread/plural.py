"""Things that are counted, in words."""

from __future__ import annotations

from collections.abc import Sequence


def amount(value: float, unit: str, several: str = "") -> str:
    """Return a counted thing with its plural: ``1 step``, ``2,400 steps``, ``2 entries are``.

    Parameters
    ----------
    value
        How many; rounded to a whole number.
    unit
        The thing, and what follows it, as it stands for one: ``entry is``.
    several
        The same for another number, ``entries are``; the unit with an s when left out.
    """
    number = round(value)
    return f"{number:,} {unit if number == 1 else several or unit + 's'}".replace("-", "\N{MINUS SIGN}", number < 0)


def some(names: Sequence[str], most: int) -> str:
    """Return at most so many names, and how many more there are: ``a, b and 3 more``."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def few(names: Sequence[str], most: int) -> str:
    """Return at most so many names, and a sign that there are more: ``a, b …``."""
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")
