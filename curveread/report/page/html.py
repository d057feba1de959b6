"""Diagnosis -> one HTML page that needs nothing else, and the compact fragment of a notebook."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from curveread.findings.diagnosis import Diagnosis
from curveread.logtext import shorten
from curveread.report import facts
from curveread.report.cards import cards
from curveread.report.chart.chart import chart
from curveread.report.chart.layout import scene
from curveread.report.chart.palette import WORDS
from curveread.report.chart.size import MEDIUM, NARROW, WIDE
from curveread.report.files import address
from curveread.report.page.content import CARDS, content, dated, present
from curveread.report.page.svg.picture import picture, shared
from curveread.report.page.templates import asset, environment
from curveread.report.text.lead import lead
from curveread.report.text.sections import document


def page(diagnosis: Diagnosis, *, static: bool = False, title: str | None = None, now: datetime | None = None) -> str:
    """Return the report as a self-contained HTML page.

    Its charts can be explored; where scripts do not run, and on paper, still pictures stand in their place. A static
    page has no scripts. The date at its foot is the present, or ``SOURCE_DATE_EPOCH`` where that is set.
    """
    from markupsafe import Markup

    spec = chart(diagnosis)
    uid = (
        "c" + hashlib.sha256(repr((diagnosis.run.path, diagnosis.run.name)).encode("utf-8", "replace")).hexdigest()[:6]
    )
    drawn = bool(spec.panels)
    live: dict[str, Any] = {"live": False}
    style = asset("page.css") + asset("chart.css")
    if drawn and not static:
        from curveread.report.page.live import data, packing, scripts

        live = {"live": True, "digest": scripts.digest(), "script": Markup(scripts.script())}
        live["data"] = Markup(packing.packed(data.charts(diagnosis, spec)))
        live["left_out"] = max(len(diagnosis.drawings) - data.CURVES, 0)
        style += scripts.style()
    return (
        environment()
        .get_template("page.html.jinja")
        .render(
            p=content(document(diagnosis, title), spec, diagnosis.drawings, now or present()),
            css=Markup(style),
            curves=Markup(shared(spec, uid)) if drawn else "",
            pictures=[Markup(picture(scene(spec, s), uid)) for s in (WIDE, MEDIUM, NARROW)] if drawn else [],
            **live,
        )
    )


def fragment(diagnosis: Diagnosis) -> str:
    """Return the compact HTML that a notebook shows: verdict, charts, findings."""
    from markupsafe import Markup

    spec, told = chart(diagnosis), lead(diagnosis)
    headline = shorten(diagnosis.verdict.headline, 600)
    shown = cards(diagnosis.findings, diagnosis.run.x_axis, (headline, told.action))
    uid = (
        "f"
        + hashlib.sha256(
            repr((diagnosis.run.path, diagnosis.verdict, len(diagnosis.findings))).encode("utf-8", "replace")
        ).hexdigest()[:6]
    )
    return (
        environment()
        .get_template("fragment.html.jinja")
        .render(
            name=diagnosis.run.name,
            health=diagnosis.verdict.health,
            word=WORDS[diagnosis.verdict.health],
            headline=headline,
            lead=told,
            cards=shown[:CARDS],
            more=max(0, len(shown) - CARDS),
            failed=diagnosis.failed,
            css=Markup(asset("chart.css")),
            picture=Markup(picture(scene(spec, MEDIUM), uid, alone=True)) if spec.panels else "",
        )
    )


def index(entries: Sequence[tuple[Diagnosis, str]]) -> str:
    """Return the page that lists several runs; each comes with the address of its report."""
    from markupsafe import Markup

    from curveread.version import __version__

    rows = [
        {
            "health": d.verdict.health,
            "word": WORDS[d.verdict.health],
            "name": d.run.name,
            "headline": d.verdict.headline,
            "counts": facts.counts(d.findings, len(d.failed)),
            "href": address(href),
        }
        for d, href in entries
    ]
    order = ("error", "warning", "info", "undetermined", "ok")
    tally = [(WORDS[h], sum(r["health"] == h for r in rows)) for h in order]
    return (
        environment()
        .get_template("index.html.jinja")
        .render(
            rows=rows,
            tally=", ".join(f"{n} {word if word == 'OK' else word.lower()}" for word, n in tally if n),
            css=Markup(asset("page.css")),
            version=__version__,
            date=dated(present()),
        )
    )
