"""Boxes of ``| name | number |`` lines, as stable-baselines3, baselines and Spinning Up print them: a record each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from curveread.readers.text_log.line.printed import NUMBER
from curveread.run.tags.counters import Counts, counter_of

_NUMBER = re.compile(NUMBER)
_MOST = 400


@dataclass(frozen=True, slots=True)
class Boxed:
    """What a box holds: line, tags, numbers as printed, and what of them counts the steps."""

    line: int
    tags: tuple[str, ...]
    cells: tuple[bytes, ...]
    step: bytes | None
    counts: str


@dataclass(slots=True)
class Box:
    """A box that is being read, line by line."""

    _cells: dict[str, bytes] = field(default_factory=dict)
    _section: str = ""
    _line: int = 0

    def take(self, n: int, line: bytes) -> bool:
        """Read a line that begins with a bar; return whether it is one of a box."""
        parts = line.split(b"|")
        if len(parts) != 4 or parts[0].strip() or parts[3].strip():
            return False
        name, value = parts[1].rstrip(), parts[2].strip()
        text = name.strip().decode("utf-8", "replace")
        if not text or text[0].isdigit():
            return False
        if not value:
            self._section = text if text.endswith("/") else f"{text}/"
            return True
        if _NUMBER.fullmatch(value) is None:
            return text[0].isalpha() and bool(self._cells)
        tag = self._section + text if self._section and name.startswith(b"   ") else text
        if len(self._cells) < _MOST:
            self._cells.setdefault(tag, value)
        self._line = n
        return True

    def close(self) -> Boxed | None:
        """Return the box that ends here; None when none was open."""
        cells, self._cells, self._section = self._cells, {}, ""
        if not cells:
            return None
        ranked = [(kind, i, t) for i, t in enumerate(cells) if (kind := counter_of(t.rpartition("/")[2])) is not None]
        whole = [(k, i, t) for k, i, t in sorted(ranked) if float(cells[t].replace(b",", b"")).is_integer()]
        if not whole:
            return Boxed(self._line, tuple(cells), tuple(cells.values()), None, "")
        kind, _, name = whole[0]
        step = cells.pop(name)
        counts = "epoch" if kind is Counts.EPOCH else "step"
        return Boxed(self._line, tuple(cells), tuple(cells.values()), step, counts)
