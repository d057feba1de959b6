"""Diagnosis -> Markdown for pull requests and issues; all text from logs is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.wording import count
from curveread.report import facts
from curveread.report.chart.palette import WORDS
from curveread.report.events import telling
from curveread.report.logtext import clean, shorten

__all__ = ["address", "code", "escape", "markdown", "table"]

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~$&])")
_LINKS = re.compile(r"(@|://|www\.|\bGH-)", re.IGNORECASE)
_LEAD = re.compile(r"^(\s*\d*)([.)+=-])(?=\s|-|=|$)")
_SIGNS = {"ok": "✔", "info": "ℹ", "warning": "▲", "error": "✖"}
_SHOWN = 40


def escape(text: object) -> str:
    """Return text on one line that Markdown shows as it is: no markup, HTML, formula, mention, reference or link."""
    marked = _LEAD.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", clean(text)))
    # an invisible word joiner: GitHub looks for mentions and links after it has taken the backslashes away
    return _LINKS.sub(lambda m: m.group(1) + "\u2060", marked).replace("\\#", "\\#\u2060")


def code(text: object, length: int = 100, *, cell: bool = False) -> str:
    """Return text as a code span; ``cell`` makes it safe inside a table."""
    inner = shorten(text, length)
    if cell:
        inner = inner.replace("|", "\\|")
    if not inner.strip():
        return "` `"
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", inner)), default=0))
    pad = " " if inner[0] in "` " or inner[-1] in "` " else ""
    return f"{fence}{pad}{inner}{pad}{fence}"


def markdown(diagnosis: Diagnosis, *, picture: str | None = None, title: str | None = None) -> str:
    """Return the report as Markdown.

    Parameters
    ----------
    diagnosis
        What was found.
    picture
        Name of a picture beside the file, to be linked.
    title
        Stands in place of the run's name.
    """
    from curveread.version import __version__

    health = diagnosis.verdict.health
    out = [f"# {_SIGNS[health]} {escape(shorten(diagnosis.verdict.headline, 400))}", ""]
    tally = facts.counts(diagnosis)
    out += [f"Run {code(title or diagnosis.run.name)} · **{WORDS[health]}**" + (f" · {tally}" if tally else ""), ""]
    if picture:
        out += [f"![Charts of the run with numbered findings](<{address(picture)}>)", ""]
    figures = facts.figures(diagnosis)
    if figures:
        out += table(("Figure", "Value", ""), [(escape(f.name), escape(f.value), escape(f.where)) for f in figures])
    cards = facts.cards(diagnosis)
    out += ["## Findings" if cards else "## Nothing needs attention", ""]
    for card in cards[:_SHOWN]:
        out += _card(card)
    if len(cards) > _SHOWN:
        out += [f"and {len(cards) - _SHOWN} more findings", ""]
    if diagnosis.statements:
        out += ["## Readings", "", *(f"- {escape(shorten(s.text, 600))}" for s in diagnosis.statements), ""]
    out += _timeline(diagnosis)
    out += ["## What was checked", ""]
    quiet = ", ".join(escape(q.rule) for q in diagnosis.quiet) or "none"
    out += [f"Checked and quiet: {quiet}", ""]
    out += _listed("Not checked", [(n.rule, str(n.reason)) for n in diagnosis.not_checked])
    out += _listed("Failed", [(f.rule, f.error) for f in diagnosis.failed])
    out += _listed("Accepted earlier", [(f.rule, str(f.message)) for f in diagnosis.accepted])
    notes = diagnosis.run.notes
    if notes:
        out += ["## Data notes", ""]
        for n in notes[:_SHOWN]:
            place = f" {code(n.source)}" if n.source else ""
            out += [f"- {escape(n.kind.value)}{place}: {escape(shorten(n.message, 400))}"]
        out += [f"- and {len(notes) - _SHOWN} more"] if len(notes) > _SHOWN else []
        out += [""]
    rows = facts.curve_rows(diagnosis, 60)
    if rows:
        out += ["<details><summary>Curves</summary>", ""]
        out += table(
            ("Tag", "Role", "Points", "First step", "Last step", "Lowest", "Last value"),
            [(code(r.tag, 60, cell=True), r.role, r.points, r.first, r.last, r.low, r.end) for r in rows],
        )
        left = len(diagnosis.run.curves) - len(rows)
        out += ([f"and {left} more curves", ""] if left > 0 else []) + ["</details>", ""]
    out += [f"curveread {__version__} · {code(facts.command(diagnosis), 500)}", ""]
    return "\n".join(out)


def _card(card: facts.Card) -> list[str]:
    out = [f"### {card.number}. {escape(card.message)}", ""]
    place = f"{code(card.tag)}, {escape(card.where)}" if card.tag is not None else escape(card.where)
    out += [f"**{card.word}** · {escape(card.rule)} · {card.sure} ({card.percent}) · {place}", ""]
    if card.evidence:
        out += table(("Evidence", ""), [(escape(e.name), escape(e.value)) for e in card.evidence])
    for heading, lines in (
        ("What followed from it", card.folded),
        ("What to do", card.advice),
        ("What else would explain it", card.others),
    ):
        if lines:
            out += [f"{heading}:", "", *(f"- {escape(line)}" for line in lines), ""]
    return out


def _timeline(diagnosis: Diagnosis) -> list[str]:
    """Return what happened beside the findings, folded away."""
    told = [t for t in telling(diagnosis) if t.kind != "finding"]
    rows = [(count(t.step), escape(t.kind.replace("-", " ")), escape(shorten(t.text, 300))) for t in told[:_SHOWN]]
    if len(rows) < 2:
        return []
    left = len(told) - len(rows)
    more = [f"and {left} more events", ""] if left > 0 else []
    head = ("Step", "Event", "")
    return ["<details><summary>Timeline</summary>", "", *table(head, rows), *more, "</details>", ""]


def _listed(heading: str, pairs: Sequence[tuple[str, str]]) -> list[str]:
    if not pairs:
        return []
    return [f"{heading}:", "", *(f"- {escape(name)}: {escape(shorten(why, 400))}" for name, why in pairs), ""]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table, an empty one after it; the cells are Markdown already."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows), ""]


def address(name: str) -> str:
    """Return a file's name as the target of a link."""
    from urllib.parse import quote

    return quote(name, safe="-_.~")
