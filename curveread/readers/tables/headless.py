"""Tables without names: two columns, the first of which counts (``0,1.71``, ``10,1.14``), or one of rewards."""

from __future__ import annotations

from itertools import islice, pairwise
from pathlib import Path

from curveread.readers.tables.csv_rows import delimiter_of, first_line, is_number, lines_of
from curveread.readers.textfile import stem_of
from curveread.run.roles import LOSSES, Role, role_of, words

_FEWEST, _LOOKED_AT = 3, 1000
_RARELY = 0.05
"""Of the rows: a log that was resumed starts over at fewer."""
_REWARDS = frozenset({"reward", "rewards", "return", "returns"})
_VALUES = (*LOSSES, Role.TRAIN_ACCURACY, Role.EVAL_ACCURACY)


def names_rewards(name: str) -> bool:
    """Return whether the name of a file, or of its only column, says rewards: nothing else need name the numbers."""
    return role_of(name) is Role.REWARD and bool(_REWARDS & set(words(name)))


def names_values(name: str) -> bool:
    """Return whether the name of a file says what bare numbers in it are: rewards, a loss, an accuracy."""
    return names_rewards(name) or role_of(name) in _VALUES


def header_for(head: str, path: Path) -> str:
    """Return the names that stand for a missing header, ``step`` and the file's own name; empty where none may.

    The counter may start over now and then. One column has a name where the file's says what it holds. The last
    line of ``head`` may be cut.
    """
    first = first_line(head)
    delimiter = delimiter_of(first)
    whole = head[: head.rfind("\n") + 1]
    if not delimiter:
        values = [line.strip() for line in islice(lines_of(whole), _LOOKED_AT)] if names_values(stem_of(path)) else []
        if values[:1] == ["0"] and all("." in value for value in values[1:]):
            return ""  # the name that pandas gives to values without one
        return stem_of(path) if len(values) >= _FEWEST and all(map(is_number, values)) else ""
    if not first[:1].isdecimal():
        return ""
    rows = [line.strip().split(delimiter) for line in islice(lines_of(whole), _LOOKED_AT)]
    if len(rows) < _FEWEST or any(len(row) != 2 or not row[0].strip().isdecimal() for row in rows):
        return ""
    counts = [int(row[0]) for row in rows]
    back = [b for a, b in pairwise(counts) if b <= a]
    if len(back) > max(1, _RARELY * len(rows)) or any(b != counts[0] for b in back):
        return ""
    try:
        measured = any(not float(value).is_integer() for _, value in rows)
    except ValueError:
        return ""
    stem = path.name.partition(".")[0]
    name = stem if any(map(str.isalpha, stem)) and delimiter not in stem and '"' not in stem else "value"
    return f"step{delimiter}{name}" if measured else ""
