"""What every written report is made of: sections of paragraphs, lists and tables. Nothing is escaped yet.

Each output (page, Markdown, PDF, terminal, postmortem, CI formats) knows how to show these few blocks, so that a
section has to be written only once; :mod:`curveread.report.text.sections` has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from curveread.arrays import FloatArray
from curveread.report.cards import Card
from curveread.report.facts import Pair, WordedFigure
from curveread.report.text.lead import Lead


class Code(str):
    """A name as the log or the disk has it: a curve's tag, a path."""

    __slots__ = ()


class Spark(NamedTuple):
    """The shape of a curve, (n,) evenly spaced values; only the page can show it."""

    values: FloatArray


Cell = str | Spark


class Named(NamedTuple):
    """An item with a name before it, and perhaps the file it is about."""

    name: str
    text: str
    where: str = ""


class Bullets(NamedTuple):
    """A list."""

    items: tuple[str | Named, ...]


class Checks(NamedTuple):
    """A list of things to do, each with a box to tick."""

    items: tuple[str, ...]


class Shot(NamedTuple):
    """A picture that the log holds: what it is, in words, and its ``data:`` address for a page."""

    caption: str
    address: str
    width: int
    height: int


class Pictures(NamedTuple):
    """Pictures; where none can be shown their captions say that they are there."""

    items: tuple[Shot, ...]


class Term(NamedTuple):
    """A text that is complete without its caption, with the figures behind it."""

    caption: str
    text: str
    figures: tuple[Pair, ...] = ()


class Terms(NamedTuple):
    """Texts; captions and figures are shown where there is room."""

    items: tuple[Term, ...]


class TextTable(NamedTuple):
    """A table with a head.

    ``numeric`` are the positions of the columns that are aligned to the right; the cells of a ``prose`` table are
    sentences, so that a page shows each row as a block of its own.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: tuple[int, ...] = ()
    prose: bool = False

    def written(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return head and rows without the columns that cannot be written."""
        keep = [i for i in range(len(self.head)) if not any(isinstance(row[i], Spark) for row in self.rows)]
        rows = [tuple(cell for cell in (row[i] for i in keep) if isinstance(cell, str)) for row in self.rows]
        return tuple(self.head[i] for i in keep), rows


Block = str | Bullets | Checks | Pictures | Terms | TextTable
"""A ``str`` is a paragraph."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what is under it.

    Parameters
    ----------
    heading
        In words.
    blocks
        What it says.
    part
        ``told``: what happened, in every output; ``checked`` and ``data``: what was checked and what was read, in
        documents, on a page folded away; ``foot``: where it all comes from.
    unfolded
        Whether such a section stands open on a page.
    bulky
        Whether it is so long a table that only the page has it.
    in_words
        Whether a reading says the same in a sentence, so that short outputs can do without.
    count
        How many things it lists, shown beside its heading.
    """

    heading: str
    blocks: tuple[Block, ...]
    part: str = "told"
    unfolded: bool = False
    bulky: bool = False
    in_words: bool = False
    count: int | None = None


class Document(NamedTuple):
    """All that a written report says, made once for every output.

    Parameters
    ----------
    name, headline, health
        Of the run and its verdict.
    counts
        How many findings of which severity there are, in words; empty where that says nothing beside the verdict.
    figures, cards, sections
        Key figures, findings and sections, in their order.
    calm
        What is said where nothing was found.
    lead
        How sure it is, the one thing to do, and why.
    command
        What makes the report again.
    """

    name: str
    headline: str
    health: str
    counts: str
    figures: tuple[WordedFigure, ...]
    cards: tuple[Card, ...]
    sections: tuple[Section, ...]
    calm: str
    lead: Lead
    command: str

    def part(self, *parts: str) -> tuple[Section, ...]:
        """Return the sections of some parts."""
        return tuple(s for s in self.sections if s.part in parts)
