"""Sections as lines of plain text: for the terminal and for what CI systems show. Nothing is wrapped or escaped."""

from __future__ import annotations

from collections.abc import Iterator

from curveread.logtext import clean
from curveread.report.text.document import Bullets, Checks, Named, Pictures, Section, Terms, TextTable


def lines(section: Section) -> list[str]:
    """Return what a section says, a line for each paragraph, item and row of a table."""
    return [line for block in section.blocks for line in _block(block)]


def named(item: str | Named) -> str:
    """Return an item of a list on one line: ``overfitting: no eval loss among the curves``."""
    if isinstance(item, str):
        return clean(item)
    lead = " ".join(clean(part) for part in (item.name, item.where) if part)
    return f"{lead}: {clean(item.text)}"


def _block(block: object) -> Iterator[str]:
    match block:
        case Bullets(items) | Checks(items):
            yield from map(named, items)
        case Pictures(items):
            yield from (clean(shot.caption) for shot in items)
        case Terms(items):
            yield from (clean(term.text) for term in items)
        case TextTable():
            head, rows = block.written()
            for row in rows:
                cells = [(name, clean(cell)) for name, cell in zip(head, row, strict=True) if cell]
                yield "; ".join(f"{name.lower()}: {cell}" if name else cell for name, cell in cells)
        case _:
            yield clean(block)
