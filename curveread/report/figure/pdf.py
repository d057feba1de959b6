"""The PDF report: pages of A4 with verdict, key figures and charts, then the findings as text that can be searched."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages

from curveread.findings.diagnosis import Diagnosis
from curveread.logtext import shorten
from curveread.report import facts
from curveread.report.cards import Card
from curveread.report.chart.layout import scene
from curveread.report.chart.palette import WORDS
from curveread.report.chart.spec import ChartSpec
from curveread.report.figure.paint import PIXEL
from curveread.report.figure.paper import Paper, size, text_width, wrapped
from curveread.report.figure.style import plain
from curveread.report.text.document import Bullets, Checks, Document, Pictures, Section, Terms, TextTable
from curveread.report.text.plain import named
from curveread.report.text.sections import document

_WIDTH, _HEIGHT = 8.27, 11.69
_LEFT, _RIGHT, _TOP, _BOTTOM = 0.75, 0.6, 0.75, 0.8
_AXIS = 0.45
"""Inches that the charts are further in, for the numbers of their vertical axes."""


def pdf_document(diagnosis: Diagnosis, spec: ChartSpec, *, title: str | None = None) -> bytes:
    """Return the document."""
    name = title or spec.name
    out = io.BytesIO()
    words = {"CreationDate": None, "ModDate": None, "Title": shorten(name, 120), "Creator": None}
    # fonts of type 42: every letter can be searched and copied
    with mpl.rc_context({"pdf.fonttype": 42, "savefig.bbox": None}), PdfPages(out, metadata=words) as pdf:
        for paper in pages(diagnosis, spec, name):
            pdf.savefig(paper.figure)
    return out.getvalue()


def pages(diagnosis: Diagnosis, spec: ChartSpec, name: str) -> list[Paper]:
    """Return the pages, each with a footer."""
    from curveread.version import __version__

    doc = document(diagnosis, name)
    flow = _Pages(name)
    _verdict(flow, doc)
    _charts(flow, spec)
    _figures(flow, doc.figures)
    _findings(flow, doc.cards)
    _sections(flow, doc)
    foot: dict[str, Any] = {"size": 8, "alpha": 0.65}
    for i, paper in enumerate(flow.papers, start=1):
        paper.text(_LEFT, _HEIGHT - 0.45, plain(f"{shorten(name, 70)} · curveread {__version__}", 120), **foot)
        paper.text(_WIDTH - _RIGHT, _HEIGHT - 0.45, f"{i} / {len(flow.papers)}", ha="right", **foot)
    return flow.papers


class _Pages:
    """Paper after paper; text flows on to the next where one is full."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.papers: list[Paper] = []
        self.y = _HEIGHT

    @property
    def paper(self) -> Paper:
        return self.papers[-1]

    @property
    def room(self) -> float:
        """Inches left on the page."""
        return _HEIGHT - _BOTTOM - self.y

    def turn(self) -> None:
        """Begin a page."""
        self.papers.append(Paper(_WIDTH, _HEIGHT))
        self.y = _TOP

    def need(self, height: float) -> None:
        """Begin a page unless there is so much room."""
        if not self.papers or self.room < height:
            self.turn()

    def write(
        self, text: str, size: float = 9.5, *, indent: float = 0.0, bold: bool = False, after: float = 0.0, **how: Any
    ) -> None:
        """Write text over as many lines and pages as it takes."""
        step = size / 72 * 1.42
        for line in wrapped(plain(text, 4000), _WIDTH - _LEFT - _RIGHT - indent, size, bold=bold):
            self.need(step)
            self.y += step
            self.paper.text(_LEFT + indent, self.y, line, size=size, weight="bold" if bold else "normal", **how)
        self.y += after

    def heading(self, text: str) -> None:
        """Write a heading that stays with what follows it."""
        self.need(1.2)
        self.y += 0.22
        self.write(text, 13, bold=True, after=0.1)


def _verdict(pages: _Pages, doc: Document) -> None:
    pages.turn()
    said = "".join(f" · {part}" for part in (doc.counts, doc.lead.sure) if part)
    pages.write(f"{shorten(doc.name, 90)} · {WORDS[doc.health]}{said}", 9.5, alpha=0.7)
    pages.y += 0.06
    pages.write(shorten(doc.headline, 600), 16, bold=True, after=0.1)
    if doc.lead.action:
        pages.write(f"{doc.lead.doing}: {doc.lead.action}", 11, after=0.06)
    if doc.lead.why is not None:
        pages.write(f"Why: {doc.lead.why.said} {doc.lead.why.rest}", 9.5, after=0.06)
    pages.y += 0.08


def _figures(pages: _Pages, figures: Sequence[facts.WordedFigure]) -> None:
    """Write the key figures in rows of three."""
    columns = 3
    wide = (_WIDTH - _LEFT - _RIGHT) / columns
    for start in range(0, len(figures), columns):
        row = figures[start : start + columns]
        values = [wrapped(plain(f.value, 80), wide - 0.15, 12, bold=True)[0] for f in row]
        wheres = [wrapped(plain(f.where, 80), wide - 0.15, 8)[0] for f in row]
        pages.need(0.62)
        for i, (f, value, where) in enumerate(zip(row, values, wheres, strict=True)):
            x = _LEFT + i * wide
            pages.paper.text(x, pages.y + 0.13, plain(f.name, 40), size=8, alpha=0.7)
            pages.paper.text(x, pages.y + 0.33, value, size=12, weight="bold")
            pages.paper.text(x, pages.y + 0.48, where, size=8, alpha=0.7)
        pages.y += 0.62
    pages.y += 0.1


def _charts(pages: _Pages, spec: ChartSpec) -> None:
    """Draw the charts, as many on a page as fit; each page has the strip and the numbered findings over them."""
    rest = list(range(len(spec.panels)))
    measures = size("page", _WIDTH, _LEFT + _AXIS, _RIGHT)
    while rest:
        drawn = scene(spec, measures, rest)
        while drawn.height * PIXEL > pages.room and len(drawn.plots) > 1:
            drawn = scene(spec, measures, rest[: len(drawn.plots) - 1])
        if drawn.height * PIXEL > pages.room and pages.y > _TOP:
            pages.turn()
            continue
        pages.y = pages.paper.scene(drawn, pages.y)
        rest = rest[len(drawn.plots) :]
    if not spec.panels:
        pages.write("The log holds no curve that can be drawn.", after=0.1)


def _findings(pages: _Pages, cards: Sequence[Card]) -> None:
    pages.heading("Findings" if cards else "Nothing was found")
    for card in cards:
        pages.need(1.6)
        pages.paper.badge(_LEFT + 0.1, pages.y + 0.14, card.number, card.severity)
        pages.write(card.title, 10.5, indent=0.32, bold=True, after=0.02)
        meta = f"{card.word} · {card.rule} · {card.sure} · {card.where}"
        pages.write(
            meta + (f" · {shorten(card.tag, 80)}" if card.tag else ""), 8.5, indent=0.32, alpha=0.75, after=0.04
        )
        if card.events:
            rows = [(str(e.number), e.where, *(e.values or (e.message,))) for e in card.events]
            _table(pages, ("", "Where", *(card.columns or ("What happened",))), rows, ())
        elif not card.told:
            pages.write(card.full or card.message, 9.5, indent=0.32, after=0.02)
        for heading, lines in (
            ("What to do", card.advice),
            ("What else would explain it", card.others),
            ("Evidence", [f"{e.name}: {e.value}" for e in card.evidence]),
            ("What belongs to it", card.folded),
        ):
            if lines:
                pages.need(0.4)
                pages.y += 0.04
                pages.write(heading, 9, indent=0.32, bold=True)
            for line in lines:
                pages.write(f"– {line}", 9, indent=0.32)
        pages.y += 0.2


def _sections(pages: _Pages, doc: Document) -> None:
    """Write what else is told, what was checked and what was read; long tables are left to the page."""
    for section in doc.part("told"):
        pages.heading(section.heading)
        _blocks(pages, section)
    pages.heading("What was checked")
    for section in doc.part("checked"):
        pages.need(0.5)
        pages.write(section.heading, 9, bold=True)
        _blocks(pages, section)
        pages.y += 0.06
    for section in doc.part("data", "foot"):
        if not section.bulky:
            pages.heading(section.heading)
            _blocks(pages, section)
    pages.y += 0.1
    pages.write(f"Made with: {doc.command}", 8.5, alpha=0.75)


def _blocks(pages: _Pages, section: Section) -> None:
    for block in section.blocks:
        match block:
            case TextTable():
                _table(pages, *block.written(), block.numeric)
            case Bullets(items) | Checks(items):
                for item in items:
                    pages.write(f"– {named(item)}", 9)
            case Pictures(items):
                for shot in items:
                    pages.write(f"– {shot.caption}", 9)
            case Terms(items):
                for term in items:
                    pages.write(f"– {term.text}", 9)
            case text:
                pages.write(text, 9)


def _table(pages: _Pages, head: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[int]) -> None:
    """Write a table: short columns as wide as they are, the others share what is left, their text wrapped."""
    size, gap, room = 8.5, 0.16, _WIDTH - _LEFT - _RIGHT
    cells = [[plain(cell, 4000) for cell in row] for row in (head, *rows)]
    wide = [max(text_width(row[i], size, bold=row is cells[0]) for row in cells) for i in range(len(head))]
    fair = room / len(head) - gap
    long = [i for i, w in enumerate(wide) if w > fair]
    left = room - sum(w + gap for i, w in enumerate(wide) if i not in long) - gap * len(long)
    for i in long:
        wide[i] = min(wide[i], left / len(long))
    step = size / 72 * 1.42
    for n, row in enumerate(cells):
        lines = [wrapped(cell, wide[i], size) if cell else [] for i, cell in enumerate(row)]
        pages.need(step * min(max(map(len, lines)), 30))
        for line in range(max(map(len, lines))):
            pages.need(step)
            pages.y += step
            x = _LEFT
            for i, cell in enumerate(lines):
                if line < len(cell):
                    at, side = (x + wide[i], "right") if i in numeric else (x, "left")
                    how = {"weight": "bold"} if n == 0 else {}
                    pages.paper.text(at, pages.y, cell[line], size=size, ha=side, **how)
                x += wide[i] + gap
        pages.y += 0.02
    pages.y += 0.06
