"""Comparison -> HTML: a page of its own, and what a notebook shows."""

from __future__ import annotations

import base64
from typing import Any

from curveread.findings.comparison import Comparison
from curveread.logtext import clean
from curveread.report.page.templates import asset, environment
from curveread.report.text.comparison import SIDE_BY_SIDE, findings, table


def page(comparison: Comparison) -> str:
    """Return the comparison as one HTML page that needs nothing else."""
    return _render("comparison.html.jinja", comparison)


def fragment(comparison: Comparison) -> str:
    """Return the HTML that a notebook shows: what the comparison says, and the table."""
    return _render("comparison_fragment.html.jinja", comparison)


def _render(template: str, comparison: Comparison) -> str:
    from markupsafe import Markup

    from curveread.report.page.live import comparison_data, packing, scripts
    from curveread.version import __version__

    head, rows = table(comparison)
    drawn = any(a.step.size for a in comparison.aligned.values())
    live: dict[str, Any] = {}
    if template == "comparison.html.jinja":
        live = {"picture": "", "css": Markup(asset("page.css"))}
    if drawn and live:
        from curveread.report.figure.comparison import png

        live["digest"], live["script"] = scripts.digest("sweep"), Markup(scripts.script("sweep"))
        live["data"] = Markup(packing.packed(comparison_data.content(comparison)))
        live["css"] = Markup(asset("page.css") + asset("chart.css") + scripts.style("sweep"))
        live["picture"], live["dark"] = (
            "data:image/png;base64," + base64.b64encode(png(comparison, dpi=130, dark=dark)).decode()
            for dark in (False, True)
        )
    names = [r.name for r in comparison.runs]
    return (
        environment()
        .get_template(template)
        .render(
            title=f"{len(names)} runs compared",
            statements=[clean(s.text) for s in comparison.statements],
            head=head,
            upright=len(rows) > SIDE_BY_SIDE,
            rows=[
                {"health": r.diagnosis.verdict.health, "headline": r.diagnosis.verdict.headline, "cells": cells}
                for r, cells in zip(comparison.runs, rows, strict=True)
            ],
            names=names,
            differing=[(n, [v.get(name, "?") for name in names]) for n, v in comparison.differing.items()],
            found=[(rule, [v.get(name, "") for name in names]) for rule, v in findings(comparison).items()],
            version=__version__,
            **live,
        )
    )
