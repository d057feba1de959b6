"""Diagnosis -> what a page says, ready for its template: formatted, shortened, not yet escaped."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.wording import count, measure
from curveread.report import facts
from curveread.report.chart.palette import WORDS
from curveread.report.chart.spec import ChartSpec
from curveread.report.logtext import clean, shorten
from curveread.report.page.svg.curves import sparkline

__all__ = ["CARDS", "content", "dated"]

CARDS = 60
_ROWS = 400
_FIGURES = 10
"""Key figures at the top; the others stand among the data."""
_OPEN = 3
"""Of findings of the same check only the first few show their evidence at once."""


def content(diagnosis: Diagnosis, spec: ChartSpec, title: str | None, now: datetime) -> SimpleNamespace:
    """Return all that the template shows, but for the charts."""
    from markupsafe import Markup

    from curveread.version import __version__

    run = diagnosis.run
    figures = facts.figures(diagnosis)
    leading = [f for f in figures if not f.aside][:_FIGURES]
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
        figures=leading,
        more_figures=[f for f in figures if f not in leading],
        caption=_caption(spec, diagnosis),
        marked=len(spec.marks) if sum(f.first_step is not None for f in diagnosis.findings) > len(spec.marks) else 0,
        cards=cards[:CARDS],
        fold=[sum(c.rule == f.rule for c in cards[:i]) >= _OPEN for i, f in enumerate(cards[:CARDS])],
        explained=[
            _explained(c.rule) if c.rule not in {o.rule for o in cards[:i]} else [] for i, c in enumerate(cards)
        ],
        more=cards[CARDS:_ROWS],
        statements=facts.statements(diagnosis),
        forecast=_forecast(diagnosis),
        checkpoints=_checkpoints(diagnosis),
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
        date=dated(now),
        sources=[{"path": p, "format": f, "size": s, "digest": diagnosis.digests.get(p, "")} for p, f, s in sources],
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
    if any(r.kind == "restart" for r in spec.rules):
        parts.append("Dashed: restart.")
    reduced = [d for d in diagnosis.drawings if d.points > d.step.size + d.nonfinite_step.size]
    if reduced:
        most = max(reduced, key=lambda d: d.points)
        which = "curve is" if len(reduced) == 1 else "curves are"
        parts.append(
            f"{count(len(reduced))} long {which} drawn with the lowest and the highest point of every stretch and all "
            f"points around findings: {count(most.step.size)} of {count(most.points)} for {shorten(most.tag, 60)}. "
            "Zooming shows what is there, not more."
        )
    return " ".join(parts)


def _explained(rule: str) -> list[facts.Pair]:
    """Return the sections of a check's description."""
    from curveread.detectors.registry import detector
    from curveread.errors import UsageError

    try:
        text = detector(rule).explain()
    except UsageError:
        return []
    out = [facts.Pair("", "")]
    for line in text.splitlines():
        if line[:1].strip() and out[0].value:
            out.append(facts.Pair(line.strip(), ""))
        elif line.strip():
            out[-1] = facts.Pair(out[-1].name, f"{out[-1].value} {line.strip()}".strip().replace("``", ""))
    return [p for p in out if p.value and p.name != "References"]


def _forecast(diagnosis: Diagnosis) -> dict[str, Any] | None:
    told = diagnosis.to_dict().get("forecast")
    if not told or not told.get("points"):
        return None  # a refusal is told in words, among the readings
    points = [
        {"step": count(p["step"])} | {k: measure(p[k], p.get("unit", "")) for k in ("low", "mid", "high")}
        for p in told.get("points", [])[:12]
    ]
    return {"reason": shorten(told.get("reason", ""), 600), "points": points}


def _checkpoints(diagnosis: Diagnosis) -> list[dict[str, str]]:
    out = []
    for c in diagnosis.to_dict()["checkpoints"][:200]:
        told = ["as good as the best" if c.get("tied_with_best") else "", "" if c.get("kept", True) else "not kept"]
        out.append({"step": count(c["step"]), "path": c["path"], "text": ", ".join(filter(None, told))})
    return out


def dated(now: datetime) -> str:
    """Return a date as the foot of a page states it."""
    return now.strftime("%Y-%m-%d %H:%M %Z").strip()
