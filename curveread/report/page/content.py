"""Diagnosis -> what a page says, ready for its template: formatted, shortened, not yet escaped."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from curveread.findings.extras.drawing import Drawing
from curveread.logtext import shorten
from curveread.report.chart.palette import WORDS
from curveread.report.chart.spec import ChartSpec
from curveread.report.page.caption import caption
from curveread.report.text.document import Document

CARDS = 60
_ROWS = 400
_FIGURES = 10
"""Key figures at the top; the others stand among the data."""


def content(doc: Document, spec: ChartSpec, drawings: Sequence[Drawing], now: datetime) -> dict[str, Any]:
    """Return all that the template shows, but for the charts."""
    from curveread.version import __version__

    figures = doc.figures
    leading = tuple(f for f in figures if not f.aside)[:_FIGURES]
    cards = doc.cards
    placed = sum(card.placed for card in cards)
    return {
        "title": doc.name,
        "headline": shorten(doc.headline, 600),
        "health": doc.health,
        "word": WORDS[doc.health],
        "counts": doc.counts,
        "figures": leading,
        "more_figures": tuple(f for f in figures if f not in leading),
        "caption": caption(spec, drawings),
        "marked": len(spec.marks) if placed > len(spec.marks) else 0,
        "cards": cards[:CARDS],
        "more": cards[CARDS:_ROWS],
        "parts": {part: doc.part(part) for part in ("told", "checked", "data", "foot")},
        "version": __version__,
        "date": dated(now),
        "command": shorten(doc.command, 1000),
        "lead": doc.lead,
    }


def dated(now: datetime) -> str:
    """Return a date as the foot of a page states it."""
    return now.strftime("%Y-%m-%d %H:%M %Z").strip()


def present() -> datetime:
    """Return the date of a page that is made now, or ``SOURCE_DATE_EPOCH`` where that is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now().astimezone()
