"""Tables without names: a counter and what was measured (``0,1.71``, ``10 1.14``), or one column or row of values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, pairwise
from pathlib import Path

from curveread.readers.tables.csv_rows import delimiter_of, first_line, is_number, lines_of
from curveread.readers.textfile import stem_of
from curveread.run.roles import LOSSES, TRAIN_WORDS, Role, role_of, words

_FEWEST, _LOOKED_AT = 3, 1000
_SHORTEST, _LONGEST = 8, 1 << 15
"""Fewest values of a file that is one row, since a few may be results, and most characters of it."""
_RARELY = 0.05
"""Of the rows: a log that was resumed starts over at fewer."""
_REWARDS = frozenset({"reward", "rewards", "return", "returns"})
_OF_AGENTS = frozenset(
    "score scores episode episodes ep game games train training agent agents dqn ddqn log history all avg mean".split()
)
"""Words of a file's name that say no more than that an agent's scores are in it."""
_MANY = 20
"""Fewest scores in a file, since some may be results."""
_VALUES = (*LOSSES, Role.TRAIN_ACCURACY, Role.EVAL_ACCURACY)


def names_rewards(name: str) -> bool:
    """Return whether the name of a file, or of its only column, says rewards: nothing else need name the numbers."""
    return role_of(name) is Role.REWARD and bool(_REWARDS & set(words(name)))


def names_values(name: str) -> bool:
    """Return whether the name of a file says what bare numbers in it are: rewards, a loss, an accuracy."""
    return names_rewards(name) or role_of(name) in _VALUES


def names_a_training(name: str) -> bool:
    """Return whether the name of a file says that it is the log of a training, and not what of it."""
    said = set(words(name))
    return bool(said & TRAIN_WORDS) and bool(said & {"log", "logs", "history"})


def names_scores(name: str) -> bool:
    """Return whether the name of a file says scores, and beside it nothing but that they are an agent's."""
    said = {word for word in words(name) if word.isalpha()}
    return bool(said & {"score", "scores"}) and said <= _OF_AGENTS


def are_of_games(values: Sequence[str]) -> bool:
    """Return whether scores are those of games: those of samples and of tests are few, or shares of one."""
    return len(values) >= _MANY and all(map(is_number, values)) and any(abs(float(value)) > 1.0 for value in values)


def header_for(head: str, path: Path) -> str:
    """Return the names that stand for a missing header, ``step`` and the file's own name; empty where none may.

    The counter may start over now and then, and one that counts the rows may stand before it. One column, or a lone
    row, has a name where the file's says what it holds. The last line of ``head`` may be cut.
    """
    first = first_line(head)
    delimiter = delimiter_of(first)
    whole = head[: head.rfind("\n") + 1]
    stem = stem_of(path)
    scores = names_scores(stem)
    named = scores or names_values(stem)
    if named and (row := _lone_row(head)):
        return "" if _is_a_count(row) or (scores and not are_of_games(row)) else stem
    if len(_split(first)) == 1:
        values = [line.strip() for line in islice(lines_of(whole), _LOOKED_AT)] if named else []
        if scores and not are_of_games(values):
            return ""
        if values[:1] == ["0"] and all("." in value for value in values[1:]):
            return ""  # the name that pandas gives to values without one
        return stem if len(values) >= _FEWEST and all(map(is_number, values)) else ""
    if not first.lstrip()[:1].isdecimal():
        return ""
    rows = [_split(line, delimiter) for line in islice(lines_of(whole), _LOOKED_AT)]
    width = len(rows[0]) if rows else 0
    if len(rows) < _FEWEST or width not in (2, 3) or any(len(row) != width for row in rows):
        return ""
    *counters, measured = zip(*rows, strict=True)
    if not all(map(_counts_up, counters)) or not _is_measured(measured):
        return ""
    short = path.name.partition(".")[0]
    between = delimiter or "\t"
    name = short if any(map(str.isalpha, short)) and between not in short and '"' not in short else "value"
    return between.join(["index", "step", name][-width:])


def with_header(header: str, text: str) -> str:
    """Return a table below the names that :func:`header_for` gave it: a lone row as a column, tabs for blanks."""
    first = first_line(text)
    if not delimiter_of(header) and len(cells := _split(first)) > 1:
        return "\n".join([header, *filter(None, cells), ""])
    if delimiter_of(header) and not delimiter_of(first):
        rows = "\n".join("\t".join(line.split()) for line in lines_of(text))
        text = rows + "\n" * text.endswith("\n")  # a last line without its end may be cut
    return f"{header}\n{text}"


def _split(line: str, delimiter: str | None = None) -> list[str]:
    """Return the cells of a line that commas, tabs or semicolons part, else blanks; without a blank one at the end."""
    delimiter = delimiter_of(line) if delimiter is None else delimiter
    if not delimiter:
        return line.split()
    return [cell.strip() for cell in line.rstrip().rstrip(delimiter).split(delimiter)]


def _lone_row(head: str) -> list[str]:
    """Return the numbers of a text that is one line of them; none of any other."""
    cells = _split(first_line(head)) if "\n" not in head.strip() and len(head) < _LONGEST else []
    cells = cells[1:] if cells[:1] == [""] else cells
    return cells if len(cells) >= _SHORTEST and all(map(is_number, cells)) else []


def _is_a_count(cells: Sequence[str]) -> bool:
    """Return whether cells are 0, 1, 2 …: the names that pandas gives to columns without one."""
    return list(cells) == [str(i) for i in range(len(cells))]


def _counts_up(cells: Sequence[str]) -> bool:
    """Return whether cells are whole numbers that rise, and now and then begin again at the first."""
    if not all(map(str.isdecimal, cells)):
        return False
    counts = [int(cell) for cell in cells]
    back = [b for a, b in pairwise(counts) if b <= a]
    return len(back) <= max(1, _RARELY * len(cells)) and all(b == counts[0] for b in back)


def _is_measured(cells: Sequence[str]) -> bool:
    """Return whether all cells are numbers, one of them with a fraction."""
    try:
        return any(not float(cell).is_integer() for cell in cells)
    except ValueError:
        return False
