"""Sweep -> one HTML page that needs nothing else, and what a notebook shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from curveread.findings.sweep.analysis import Side
from curveread.findings.sweep.sweep import Sweep
from curveread.findings.wording import count, number, percent
from curveread.logtext import clean, shorten
from curveread.report import swept
from curveread.report.files import address, put
from curveread.report.page.content import dated, present
from curveread.report.page.templates import asset, environment

_SETTINGS = 24
"""Columns of settings in the table."""
_GROUPS = 60
_GROUP_SETTINGS = 8
_LINES = 4
"""Of what is said on a topic only the first lines show at once."""
_FRAGMENT = 8
_CLIP = {"run": 80, "verdict": 200, "setting": 60}


def write(sweep: Sweep, path: Path, hrefs: Mapping[int, str]) -> Path:
    """Write the index page of a sweep, with the address of a run's own report by the place of its row.

    Raises
    ------
    ExportError
        When the file cannot be written.
    """
    put(path, page(sweep, hrefs))
    return path


def page(sweep: Sweep, hrefs: Mapping[int, str] | None = None) -> str:
    """Return the index page of a sweep as one HTML page that needs nothing else."""
    from markupsafe import Markup

    from curveread.report.page.live import packing, scripts, sweep_data
    from curveread.version import __version__

    drawn = sweep_data.curves(sweep)
    sweep = replace(sweep, rows=tuple(replace(r, sketches=()) for r in sweep.rows))
    columns = swept.columns(sweep, _SETTINGS)
    return (
        environment()
        .get_template("sweep.html.jinja")
        .render(
            **_said(sweep),
            columns=columns,
            rows=_rows(sweep, columns, hrefs or {}),
            sparks=[Markup(spark) for spark in drawn.sparks],
            more_settings=max(0, len(sweep.analysis.settings) - _SETTINGS),
            drawn=bool(drawn.charts),
            thinned=(count(drawn.kept), count(drawn.longest)) if drawn.kept < drawn.longest else None,
            digest=scripts.digest("sweep"),
            script=Markup(scripts.script("sweep")),
            data=Markup(packing.packed(sweep_data.content(sweep, columns, drawn))),
            css=Markup(asset("page.css") + asset("chart.css") + scripts.style("sweep")),
            version=__version__,
            date=dated(present()),
        )
    )


def fragment(sweep: Sweep) -> str:
    """Return the HTML that a notebook shows: what the sweep says, and the worst rows."""
    columns = swept.columns(sweep, 4)
    rows = _rows(sweep, columns, {})
    return (
        environment()
        .get_template("sweep_fragment.html.jinja")
        .render(**_said(sweep), columns=columns, rows=rows[:_FRAGMENT], more=max(0, len(rows) - _FRAGMENT))
    )


def _said(sweep: Sweep) -> dict[str, Any]:
    """Return what stands over the rows, in words."""
    analysis = sweep.analysis
    told: dict[str, list[str]] = {topic: [] for topic in swept.TOPICS.values()}
    for s in analysis.statements:
        told.setdefault(swept.TOPICS.get(s.topic, ""), []).append(clean(s.text))
    return {
        "title": swept.title(sweep),
        "statements": [(topic, lines[:_LINES], lines[_LINES:]) for topic, lines in told.items() if lines],
        "figures": swept.figures(sweep),
        "outcome": swept.outcome_name(analysis.outcome) if analysis.outcome else "",
        "better": analysis.outcome.better if analysis.outcome else "",
        "groups": _groups(sweep),
        "group_settings": _group_settings(sweep),
        "more_groups": max(0, len(analysis.groups) - _GROUPS),
        "shared": _shared(sweep),
        "importances": [
            (i.setting, percent(i.share), swept.interval(i.low, i.high, "percent")) for i in analysis.importances
        ],
    }


def _rows(sweep: Sweep, columns: Sequence[swept.Column], hrefs: Mapping[int, str]) -> list[dict[str, Any]]:
    outcome = sweep.analysis.outcome
    out = []
    for i in swept.order(sweep):
        row = sweep.rows[i]
        cells = [(c, shorten(swept.told(row, c, outcome), _CLIP.get(c.kind, 40))) for c in columns]
        out.append(
            {
                "at": i,
                "health": row.health,
                "href": address(hrefs.get(i, "")),
                "cells": cells,
                "rules": swept.rules(row),
            }
        )
    return out


def _groups(sweep: Sweep) -> list[dict[str, Any]]:
    tied = {True: "tied with the best", False: "worse than the best", None: "no claim: fewer than 3 seeds"}
    out = []
    for i, g in enumerate(sweep.analysis.groups[:_GROUPS]):
        known = g.centre == g.centre
        better = next((x for x in sweep.analysis.improvements if x.than == i), None)
        out.append(
            {
                "settings": {n: swept.value(v) for n, v in g.settings.items()},
                "runs": count(len(g.rows)),
                "broken": count(g.broken) if g.broken else "",
                "centre": number(g.centre) if known else "",
                "interval": swept.interval(g.low, g.high),
                "tied": "the best" if i == 0 and known and g.tied is not None else tied[g.tied] if known else "",
                "behind": f"{percent(better.probability)} ({swept.interval(better.low, better.high, 'percent')})"
                if better
                else "",
            }
        )
    return out


def _group_settings(sweep: Sweep) -> list[str]:
    """Return the settings by which the table of groups tells them apart: those that matter first."""
    known = {n for g in sweep.analysis.groups for n in g.settings}
    order = [s.name for s in swept.settings(sweep) if s.name in known]
    return [*order, *sorted(known - set(order))][:_GROUP_SETTINGS]


def _shared(sweep: Sweep) -> list[tuple[str, ...]]:
    return [
        (
            swept.WORDS["error"] if a.what == "error" else a.what,
            " and ".join(map(_side, a.sides)),
            f"{count(a.inside)} of {count(a.inside_of)}",
            f"{count(a.outside)} of {count(a.outside_of)}",
            f"{percent(a.effect)} ({swept.interval(a.effect_low, a.effect_high, 'percent')})",
            number(a.p_corrected, 2),
            ", ".join(shorten(c, 40) for c in a.confounded),
        )
        for a in sweep.analysis.associations
    ]


def _side(side: Side) -> str:
    return f"{shorten(side.setting, 60)} {side.sign} {shorten(swept.value(side.value), 60)}"
