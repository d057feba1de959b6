"""The figure of a run on one sheet: verdict, charts and the list of findings."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from curveread.report.cards import Card
from curveread.report.chart.layout import scene
from curveread.report.chart.palette import WORDS
from curveread.report.chart.spec import ChartSpec
from curveread.report.figure.paint import PIXEL
from curveread.report.figure.paper import Paper, size, wrapped
from curveread.report.figure.style import plain

_WIDTH = 10.0
_LEFT, _RIGHT = 0.72, 0.2
_MARGIN = _LEFT - 0.5
_GAP = 0.2
"""Inches between the charts and the list."""
_LISTED = 12


def sheet(spec: ChartSpec, cards: Sequence[Card], quiet: int) -> Figure:
    """Return the figure of a run with its findings and the number of quiet checks, as high as it needs to be."""
    headline = wrapped(plain(spec.headline, 400), _WIDTH - _MARGIN - _RIGHT, 14, bold=True)
    room = _WIDTH - _LEFT - _RIGHT
    told = [(number, card, message) for card in cards for number, message in _events(card)]
    listed = [(number, card, wrapped(plain(message, 400), room, 9)) for number, card, message in told[:_LISTED]]
    closing = _closing(quiet, len(told))
    head = 0.55 + 0.27 * len(headline)
    tail = sum(0.19 * len(lines) + 0.05 for _, _, lines in listed) + (0.25 if closing else 0) + 0.15
    charts = scene(spec, size("sheet", _WIDTH, _LEFT, _RIGHT))
    paper = Paper(_WIDTH, head + charts.height * PIXEL + _GAP + tail)
    paper.text(_MARGIN, 0.3, plain(spec.name, 110) + "  ·  " + WORDS[spec.health], size=9.5, alpha=0.7)
    for i, line in enumerate(headline):
        paper.text(_MARGIN, 0.58 + 0.27 * i, line, size=14, weight="bold")
    y = paper.scene(charts, head) + _GAP
    for number, card, lines in listed:
        paper.badge(_LEFT - 0.41, y, number, card.severity)
        for line in lines:
            paper.text(_LEFT - 0.2, y + 0.045, line, size=9)
            y += 0.19
        y += 0.05
    if closing:
        paper.text(_LEFT - 0.2 if cards else _MARGIN, y + 0.045, closing, size=9, alpha=0.75)
    return paper.figure


def _events(card: Card) -> list[tuple[int, str]]:
    """Return number and message of each finding that a card tells."""
    alone = f"{card.title}: {card.where}" if card.told else card.message
    return [(e.number, e.message) for e in card.events] or [(card.number, alone)]


def _closing(quiet: int, findings: int) -> str:
    if findings > _LISTED:
        return f"and {findings - _LISTED} more findings"
    if findings:
        return ""
    return f"{quiet} checks ran and found nothing to report." if quiet else "No check ran."
