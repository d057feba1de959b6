"""The PDF report: pages of A4 with verdict, key figures and charts, then the findings as text that can be searched."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.wording import count
from curveread.report import facts
from curveread.report.chart.layout import scene
from curveread.report.chart.palette import WORDS
from curveread.report.chart.spec import ChartSpec
from curveread.report.events import telling
from curveread.report.figure.paint import PIXEL
from curveread.report.figure.paper import Paper, size, wrapped
from curveread.report.figure.style import plain
from curveread.report.logtext import shorten

__all__ = ["document", "pages"]

_WIDTH, _HEIGHT = 8.27, 11.69
_LEFT, _RIGHT, _TOP, _BOTTOM = 0.75, 0.6, 0.75, 0.8
_AXIS = 0.45
"""Inches that the charts are further in, for the numbers of their vertical axes."""
_LISTED = 60


def document(diagnosis: Diagnosis, spec: ChartSpec, *, title: str | None = None) -> bytes:
    """Return the document.

    Parameters
    ----------
    diagnosis
        What was found.
    spec
        Its picture.
    title
        Stands in place of the run's name.
    """
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

    flow = _Pages(name)
    _verdict(flow, diagnosis, spec)
    _charts(flow, spec)
    _findings(flow, diagnosis)
    _outcomes(flow, diagnosis)
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


def _verdict(pages: _Pages, diagnosis: Diagnosis, spec: ChartSpec) -> None:
    pages.turn()
    tally = facts.counts(diagnosis)
    pages.write(f"{shorten(pages.name, 90)} · {WORDS[spec.health]}" + (f" · {tally}" if tally else ""), 9.5, alpha=0.7)
    pages.y += 0.06
    pages.write(shorten(spec.headline, 600), 16, bold=True, after=0.2)
    _figures(pages, facts.figures(diagnosis))


def _figures(pages: _Pages, figures: Sequence[facts.Figure]) -> None:
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


def _findings(pages: _Pages, diagnosis: Diagnosis) -> None:
    cards = facts.cards(diagnosis)
    pages.heading("Findings" if cards else "Nothing was found")
    for card in cards:
        pages.need(1.6)
        pages.paper.badge(_LEFT + 0.1, pages.y + 0.14, card.number, card.severity)
        pages.write(card.full or card.message, 10.5, indent=0.32, bold=True, after=0.02)
        meta = f"{card.word} · {card.rule} · {card.sure} ({card.percent}) · {card.where}"
        pages.write(
            meta + (f" · {shorten(card.tag, 80)}" if card.tag else ""), 8.5, indent=0.32, alpha=0.75, after=0.04
        )
        for pair in card.evidence:
            pages.write(f"{pair.name}: {pair.value}", 9, indent=0.32)
        for heading, lines in (
            ("What followed from it", card.folded),
            ("What to do", card.advice),
            ("What else would explain it", card.others),
        ):
            if lines:
                pages.need(0.4)
                pages.y += 0.04
                pages.write(heading, 9, indent=0.32, bold=True)
            for line in lines:
                pages.write(f"– {line}", 9, indent=0.32)
        pages.y += 0.2


def _outcomes(pages: _Pages, diagnosis: Diagnosis) -> None:
    """Write the readings in words, what happened when, what was checked and what was read."""
    if diagnosis.statements:
        pages.heading("Readings")
        for statement in diagnosis.statements:
            pages.write(f"– {statement.text}", 9)
    if diagnosis.timeline:
        pages.heading("Timeline")
        events = telling(diagnosis)
        for entry in events[:_LISTED]:
            pages.write(f"step {count(entry.step)}: {shorten(entry.text, 300)}", 9)
        _more(pages, len(events) - _LISTED)
    pages.heading("What was checked")
    pages.write("Checked and quiet: " + (", ".join(q.rule for q in diagnosis.quiet) or "none"), 9, after=0.06)
    for n in diagnosis.not_checked:
        pages.write(f"Not checked: {n.rule}: {shorten(n.reason, 300)}", 9)
    for f in diagnosis.failed:
        pages.write(f"Failed: {f.rule}: {shorten(f.error, 300)}", 9, bold=True)
    notes = diagnosis.run.notes
    if notes:
        pages.heading("Data notes")
        for note in notes[:_LISTED]:
            source = f"{shorten(note.source, 120)}: " if note.source else ""
            pages.write(f"– {source}{shorten(note.message, 600)}", 9)
        _more(pages, len(notes) - _LISTED)
    sources = facts.sources(diagnosis, _LISTED)
    if sources:
        pages.heading("Sources")
        for path, format, size in sources:
            pages.write(f"{shorten(path, 160)}: {format}, {size}", 9)
        _more(pages, len(diagnosis.run.sources) - _LISTED)
    pages.y += 0.1
    pages.write(f"Made with: {facts.command(diagnosis)}", 8.5, alpha=0.75)


def _more(pages: _Pages, left: int) -> None:
    if left > 0:
        pages.write(f"and {count(left)} more", 9)
