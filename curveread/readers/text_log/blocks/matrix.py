"""Tables of splits by metrics, printed once an epoch: AllenNLP names the splits above, Ludwig at the left."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from curveread.readers.text_log.line.printed import NUMBER
from curveread.readers.text_log.line.words import eval_word, is_split

_NUMBER = re.compile(NUMBER)
_WORD = re.compile(r"[A-Za-z][\w /.@%()\-]{0,60}")
_NONE = frozenset((b"", b"N/A", b"None", b"-", b"nan"))
_MOST = 400


@dataclass(slots=True)
class Matrix:
    """A table that is being read, row by row: the number of its last row, and tag -> number as printed."""

    line: int = 0
    cells: dict[str, bytes] = field(default_factory=dict)
    _names: list[str] = field(default_factory=list)
    _splits: bool = False

    def take(self, n: int, text: bytes) -> bool:
        """Read a line with bars in it; return whether it is a row of a table of splits."""
        parts = [p.strip() for p in text.replace(b"\xe2\x94\x82", b"|").split(b"|")]
        if not parts[0] and len(parts) > 2 and not parts[-1]:
            parts = parts[1:-1]
        if len(parts) < 2:
            return False
        first = parts[0].decode("utf-8", "replace").rpartition(" - ")[2].strip()
        names = [p.decode("utf-8", "replace") for p in parts[1:]]
        if all(_WORD.fullmatch(name) for name in names) and not any(p in _NONE for p in parts[1:]):
            return self._heads(first, names)
        if len(names) != len(self._names) or not _WORD.fullmatch(first):
            return False
        if not all(p in _NONE or _NUMBER.fullmatch(p) for p in parts[1:]):
            return False
        if not self._splits and not is_split(first):
            return False
        for name, cell in zip(self._names, parts[1:], strict=True):
            if cell not in _NONE and len(self.cells) < _MOST:
                split, metric = (name, first) if self._splits else (first, name)
                self.cells.setdefault(f"{_said(split)} {metric}".strip(), cell)
        self.line = n
        return True

    def _heads(self, first: str, names: list[str]) -> bool:
        """Take the names above the columns."""
        self._splits = all(is_split(name) for name in names)
        if self._splits and is_split(first):  # Training | Validation: nothing stands above the metrics' names
            names = [first, *names]
        if not self._splits and (len(names) < 1 or (first and is_split(first))):
            return False
        self._names = names
        return self._splits

    def close(self) -> dict[str, bytes]:
        """Return what the table holds and begin a new one."""
        cells, self.cells, self._names = self.cells, {}, []
        return cells


def _said(split: str) -> str:
    """Return the word of a split in a tag: train and the words of evaluations."""
    return "validation" if split.lower() == "vali" else eval_word(split) or "train"
