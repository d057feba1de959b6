"""Diagnosis -> what a page says, ready for its template: formatted, shortened, not yet escaped."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from curveread.findings.extras.drawing import Drawing
from curveread.logtext import shorten
from curveread.report import facts
from curveread.report.cards import Card
from curveread.report.chart.palette import WORDS
from curveread.report.chart.spec import ChartSpec
from curveread.report.page.caption import caption
from curveread.report.text.document import Document, Section
from curveread.report.text.lead import Lead

CARDS = 60
_ROWS = 400
_FIGURES = 10
"""Key figures at the top; the others stand among the data."""


@dataclass(frozen=True, slots=True)
class Content:
    """All that a page says, but for its charts.

    Parameters
    ----------
    title, headline, health, word, counts
        Of the run and its verdict; how many findings of which severity there are.
    figures, more_figures
        The key figures at the top and those among the data.
    caption, marked
        What stands under the charts; how many findings are marked in them where that is not all, else 0.
    cards, more
        The findings, and those that have a line only.
    parts
        The sections by their part.
    version, date, command
        What made the page, when, and how to make it again.
    lead
        How sure the verdict is, the one thing to do, and why.
    """

    title: str
    headline: str
    health: str
    word: str
    counts: str
    figures: tuple[facts.WordedFigure, ...]
    more_figures: tuple[facts.WordedFigure, ...]
    caption: str
    marked: int
    cards: tuple[Card, ...]
    more: tuple[Card, ...]
    parts: Mapping[str, tuple[Section, ...]]
    version: str
    date: str
    command: str
    lead: Lead


def content(doc: Document, spec: ChartSpec, drawings: Sequence[Drawing], now: datetime) -> Content:
    """Return all that the template shows, but for the charts."""
    from curveread.version import __version__

    figures = doc.figures
    leading = tuple(f for f in figures if not f.aside)[:_FIGURES]
    cards = doc.cards
    placed = sum(card.placed for card in cards)
    parts = {part: doc.part(part) for part in ("told", "checked", "data", "foot")}
    return Content(
        title=doc.name,
        headline=shorten(doc.headline, 600),
        health=doc.health,
        word=WORDS[doc.health],
        counts=doc.counts,
        figures=leading,
        more_figures=tuple(f for f in figures if f not in leading),
        caption=caption(spec, drawings),
        marked=len(spec.marks) if placed > len(spec.marks) else 0,
        cards=cards[:CARDS],
        more=cards[CARDS:_ROWS],
        parts=parts,
        version=__version__,
        date=dated(now),
        command=shorten(doc.command, 1000),
        lead=doc.lead,
    )


def dated(now: datetime) -> str:
    """Return a date as the foot of a page states it."""
    return now.strftime("%Y-%m-%d %H:%M %Z").strip()


def present() -> datetime:
    """Return the date of a page that is made now, or ``SOURCE_DATE_EPOCH`` where that is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now().astimezone()
