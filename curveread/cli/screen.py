"""Lines of text on stdout: wrapped to the width that is there, in colours on a terminal, plain in a pipe.

Rich is loaded for a terminal only: a check in a pipe is over before it would be there.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING

from curveread.logtext import inert

if TYPE_CHECKING:
    from rich.console import Console

Part = str | tuple[str, str]
"""Text, or text with a style of Rich such as ``bold red``; never markup."""

_LEAST = 20


class Screen:
    """Where a command prints."""

    @cached_property
    def width(self) -> int:
        """Columns: ``COLUMNS``, else those of the terminal, else 80."""
        told = os.environ.get("COLUMNS", "")
        if told.isdecimal() and int(told) > 0:
            return int(told)
        try:
            return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
        except (AttributeError, ValueError, OSError):  # closed, or no terminal
            return 80

    @cached_property
    def draws(self) -> bool:
        """Whether bars can be shown: not where stdout takes ASCII only."""
        try:
            "█▁×▲→".encode(sys.stdout.encoding or "ascii")
        except UnicodeEncodeError:
            return False
        return True

    @cached_property
    def _console(self) -> Console | None:
        if not (sys.stdout.isatty() or os.environ.get("FORCE_COLOR")):
            return None
        from rich.console import Console

        return Console(markup=False, emoji=False, highlight=False, width=self.width)

    def line(self, *parts: Part, indent: int = 0, hang: int = 0) -> None:
        """Print the parts as one text, wrapped; lines from the second on are indented ``hang`` columns more."""
        pairs = [(part, "") if isinstance(part, str) else part for part in parts]
        text = "".join(piece for piece, _ in pairs)
        room = max(self.width - indent - hang, _LEAST)
        for i, (start, end) in enumerate(_breaks(text, room)):
            self._print(" " * (indent + (hang if i else 0)), pairs, start, end)

    def row(self, *parts: Part) -> None:
        """Print the parts as one line, whatever its length: a path that is to be copied, a row of a table."""
        pairs = [(part, "") if isinstance(part, str) else part for part in parts]
        self._print("", pairs, 0, sum(len(piece) for piece, _ in pairs))

    def text(self, text: str) -> None:
        """Print lines that are laid out already."""
        for line in text.removesuffix("\n").split("\n"):
            self.row(line)

    def blank(self) -> None:
        """Print an empty line."""
        print()

    def _print(self, lead: str, pairs: list[tuple[str, str]], start: int, end: int) -> None:
        """Print what of the parts lies between two places of their joined text."""
        cut: list[tuple[str, str]] = []
        at = 0
        for piece, style in pairs:
            inner = piece[max(start - at, 0) : max(end - at, 0)]
            if inner:
                cut.append((inner, style))
            at += len(piece)
        line = lead + "".join(inner for inner, _ in cut)
        shown = inert(line)
        if self._console is None:
            print(shown.rstrip())
            return
        if shown != line:
            lead, cut = shown, []
        from rich.text import Text

        self._console.print(Text.assemble(lead, *cut), soft_wrap=True)


def cells(text: str) -> int:
    """Return how many columns a text takes: two for a wide letter, none for a combining sign."""
    return len(text) if text.isascii() else sum(map(_cell, text))


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return text filled up with spaces to ``width`` columns, before it for ``right``."""
    space = " " * max(width - cells(text), 0)
    return space + text if right else text + space


def _cell(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _breaks(text: str, room: int) -> list[tuple[int, int]]:
    """Return where the lines of a text begin and end: at spaces, inside a word only where it is too long itself."""
    out: list[tuple[int, int]] = []
    start, n = 0, len(text)
    while True:
        at, used, space = start, 0, -1
        while at < n and used + _cell(text[at]) <= room:
            if text[at] == " ":
                space = at
            used += _cell(text[at])
            at += 1
        if at == n:
            return [*out, (start, n)]
        end = at if text[at] == " " else space if space > start else max(at, start + 1)
        out.append((start, end))
        start = end
        while start < n and text[start] == " ":
            start += 1
        if start == n:
            return out
