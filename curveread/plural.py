"""Things that are counted, in words."""

from __future__ import annotations


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
