"""Diagnosis -> one HTML page that needs nothing else, and the compact fragment of a notebook."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.wording import count
from curveread.report import facts
from curveread.report.chart import chart
from curveread.report.logtext import clean, shorten
from curveread.report.palette import WORDS
from curveread.report.spec import ChartSpec
from curveread.report.svg.curves import sparkline
from curveread.report.svg.frame import MEDIUM, NARROW, WIDE
from curveread.report.svg.picture import picture, shared

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["fragment", "index", "page"]

_CARDS = 60
_ROWS = 400
_OPEN = 3
"""Of findings of the same check only the first few show their evidence at once."""


def page(diagnosis: Diagnosis, *, title: str | None = None, now: datetime | None = None) -> str:
    """Return the report as a self-contained HTML page without scripts.

    Parameters
    ----------
    diagnosis
        What was found.
    title
        Stands in place of the run's name.
    now
        The date at the foot of the page; by default the present, or ``SOURCE_DATE_EPOCH`` where that is set.
    """
    from markupsafe import Markup

    spec = chart(diagnosis)
    uid = (
        "c" + hashlib.sha256(repr((diagnosis.run.path, diagnosis.run.name)).encode("utf-8", "replace")).hexdigest()[:6]
    )
    drawn = bool(spec.panels)
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            p=_content(diagnosis, spec, title, now or _now()),
            css=Markup(_text("page.css") + _text("chart.css")),
            curves=Markup(shared(spec, uid)) if drawn else "",
            pictures=[Markup(picture(spec, uid, s)) for s in (WIDE, MEDIUM, NARROW)] if drawn else [],
        )
    )


def fragment(diagnosis: Diagnosis) -> str:
    """Return the compact HTML that a notebook shows: verdict, charts, findings."""
    from markupsafe import Markup

    spec = chart(diagnosis)
    uid = (
        "f"
        + hashlib.sha256(
            repr((diagnosis.run.path, diagnosis.verdict, len(diagnosis.findings))).encode("utf-8", "replace")
        ).hexdigest()[:6]
    )
    return (
        _environment()
        .get_template("fragment.html.jinja")
        .render(
            name=diagnosis.run.name,
            health=diagnosis.verdict.health,
            word=WORDS[diagnosis.verdict.health],
            headline=shorten(diagnosis.verdict.headline, 600),
            cards=facts.cards(diagnosis)[:_CARDS],
            more=max(0, len(diagnosis.findings) - _CARDS),
            css=Markup(_text("chart.css")),
            picture=Markup(picture(spec, uid, MEDIUM, alone=True)) if spec.panels else "",
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
            "counts": facts.counts(d),
            "href": quote(href, safe="/-_.~:"),
        }
        for d, href in entries
    ]
    tally = [(WORDS[h], sum(r["health"] == h for r in rows)) for h in ("error", "warning", "info", "ok")]
    return (
        _environment()
        .get_template("index.html.jinja")
        .render(
            rows=rows,
            tally=", ".join(f"{n} {word if word == 'OK' else word.lower()}" for word, n in tally if n),
            css=Markup(_text("page.css")),
            version=__version__,
            date=_date(_now()),
        )
    )


def _content(diagnosis: Diagnosis, spec: ChartSpec, title: str | None, now: datetime) -> SimpleNamespace:
    from markupsafe import Markup

    from curveread.version import __version__

    run = diagnosis.run
    cards = facts.cards(diagnosis)
    rows = facts.curve_rows(diagnosis)
    config = facts.config(diagnosis)
    sources = facts.sources(diagnosis)
    checked = len(diagnosis.quiet)
    calm = (
        f"{checked} check{'s' if checked != 1 else ''} ran and found nothing to report." if checked else "No check ran."
    )
    if diagnosis.not_checked:
        calm += f" {len(diagnosis.not_checked)} could not run; the reasons stand below."
    return SimpleNamespace(
        title=title or run.name,
        headline=shorten(diagnosis.verdict.headline, 600),
        health=diagnosis.verdict.health,
        word=WORDS[diagnosis.verdict.health],
        counts=facts.counts(diagnosis),
        figures=facts.figures(diagnosis)[:12],
        caption=_caption(spec, diagnosis),
        cards=cards[:_CARDS],
        fold=[sum(c.rule == f.rule for c in cards[:i]) >= _OPEN for i, f in enumerate(cards[:_CARDS])],
        more=cards[_CARDS:_ROWS],
        calm=calm,
        quiet=[clean(q.rule) for q in diagnosis.quiet],
        not_checked=[{"rule": clean(n.rule), "text": shorten(n.reason, 600)} for n in diagnosis.not_checked],
        failed=[{"rule": clean(f.rule), "text": shorten(f.error, 600)} for f in diagnosis.failed],
        notes=[{"kind": n.kind.value, "source": n.source, "message": shorten(n.message, 600)} for n in run.notes[:200]],
        curves=[_row(r, Markup) for r in rows],
        curve_count=count(len(run.curves)),
        curves_left_out=max(0, len(run.curves) - len(rows)),
        config=config,
        config_count=len(config),
        config_left_out=max(0, len(run.config) - len(config)),
        timeline=[
            {"step": count(t.step), "kind": clean(t.kind), "text": shorten(t.text, 300)}
            for t in diagnosis.timeline[:200]
        ],
        version=__version__,
        date=_date(now),
        sources=[{"path": p, "format": f, "size": s} for p, f, s in sources],
        sources_left_out=max(0, len(run.sources) - len(sources)),
        command=shorten(facts.command(diagnosis), 1000),
    )


def _row(row: facts.CurveRow, markup: Any) -> dict[str, Any]:
    names = ("tag", "role", "points", "first", "last", "low", "end")
    return {n: getattr(row, n) for n in names} | {"spark": markup(sparkline(row.blocks))}


def _caption(spec: ChartSpec, diagnosis: Diagnosis) -> str:
    parts = []
    kinds = {line.kind for p in spec.panels for line in p.lines}
    if "raw" in kinds:
        parts.append("Faint: every value as logged. Strong: its smoothed trend. Shaded: ±3 noise scales around it.")
    if any(m.kind in ("above", "below") for p in spec.panels for m in p.markers):
        parts.append("Arrows: values beyond the axis.")
    if any(p.gaps for p in spec.panels):
        parts.append("Hatched: NaN or Inf.")
    if sum(f.first_step is not None for f in diagnosis.findings) > len(spec.marks):
        parts.append(f"Marked: the first {len(spec.marks)} findings.")
    if any(r.kind == "restart" for r in spec.rules):
        parts.append("Dashed: restart.")
    return " ".join(parts)


def _date(now: datetime) -> str:
    return now.strftime("%Y-%m-%d %H:%M %Z").strip()


def _now() -> datetime:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now().astimezone()


@cache
def _text(name: str) -> str:
    return resources.files("curveread.report").joinpath(name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(loader=FunctionLoader(_text), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.filters["shorten"] = shorten
    return made
