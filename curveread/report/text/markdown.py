"""Diagnosis -> Markdown for pull requests and issues; all text from logs is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence

from curveread.findings.diagnosis import Diagnosis
from curveread.logtext import clean, shorten
from curveread.report.cards import Card
from curveread.report.chart.palette import WORDS
from curveread.report.files import address
from curveread.report.text.document import Bullets, Checks, Code, Named, Pictures, Section, Terms, TextTable
from curveread.report.text.lead import Lead
from curveread.report.text.sections import document

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~$&])")
_LINKS = re.compile(r"(@|://|www\.|\bGH-)", re.IGNORECASE)
_LEAD = re.compile(r"^(\s*\d*)([.)+=-])(?=\s|-|=|$)")
_SIGNS = {"ok": "✔", "undetermined": "?", "info": "ℹ", "warning": "▲", "error": "✖"}
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


def _lead(lead: Lead) -> list[str]:
    out = [f"**{lead.doing}:** {escape(lead.action)}", ""] if lead.action else []
    if lead.why is not None:
        out += [f"**Why:** {escape(lead.why.said)} {escape(lead.why.rest)}", ""]
    return out


def markdown(diagnosis: Diagnosis, *, picture: str | None = None, title: str | None = None) -> str:
    """Return the report as Markdown."""
    from curveread.version import __version__

    doc = document(diagnosis, title)
    out = [f"# {_SIGNS[doc.health]} {escape(shorten(doc.headline, 400))}", ""]
    about = [f"**{WORDS[doc.health]}**", *(said for said in (doc.counts, doc.lead.sure) if said)]
    out += [f"Run {code(doc.name)} · {' · '.join(about)}", ""]
    out += _lead(doc.lead)
    if picture:
        out += [f"![Charts of the run with numbered findings](<{address(picture)}>)", ""]
    if doc.figures:
        rows = [(escape(f.name), escape(f.value), escape(f.where)) for f in doc.figures]
        out += table(("Figure", "Value", ""), rows)
    out += ["## Findings", "", *([] if doc.cards else [escape(doc.calm), ""])]
    for card in doc.cards[:_SHOWN]:
        out += _card(card)
    if len(doc.cards) > _SHOWN:
        out += [f"and {len(doc.cards) - _SHOWN} more findings", ""]
    for section in doc.part("told"):
        out += [f"## {section.heading}", "", *blocks(section)]
    out += ["## What was checked", ""]
    for section in doc.part("checked"):
        out += _checked(section)
    for section in doc.part("data", "foot"):
        out += [] if section.bulky else _folded(section)
    out += [f"curveread {__version__} · {code(doc.command, 500)}", ""]
    return "\n".join(out)


def _card(card: Card) -> list[str]:
    out = [f"### {card.number}. {escape(card.title)}", ""]
    place = f"{code(card.tag)}, {escape(card.where)}" if card.tag is not None else escape(card.where)
    out += [f"**{card.word}** · {escape(card.rule)} · {card.sure} · {place}", ""]
    if not card.told:
        out += [escape(card.message), ""]
    if card.events:
        head = ("", "Where", *(card.columns or ("What happened",)))
        rows = [(str(e.number), e.where, *(e.values or (e.message,))) for e in card.events]
        out += table([escape(name) for name in head], [[escape(cell) for cell in row] for row in rows])
    for heading, lines in (("What to do", card.advice), ("What else would explain it", card.others)):
        if lines:
            out += [f"{heading}:", "", *(f"- {escape(line)}" for line in lines), ""]
    if card.evidence:
        out += table(("Evidence", ""), [(escape(e.name), escape(e.value)) for e in card.evidence])
    if card.folded:
        out += ["What belongs to it:", "", *(f"- {escape(line)}" for line in card.folded), ""]
    return out


def _checked(section: Section) -> list[str]:
    """Return an outcome of the checks: its names on a line, or a list with the reasons."""
    lines = blocks(section)
    if isinstance(section.blocks[0], str):
        return [f"{section.heading}: {lines[0]}", *lines[1:]]
    return [f"{section.heading}:", "", *lines]


def _folded(section: Section) -> list[str]:
    """Return a table folded away; a list, such as the data notes, is worth a place of its own."""
    if isinstance(section.blocks[0], Bullets):
        return [f"## {section.heading}", "", *blocks(section)]
    return [f"<details><summary>{section.heading}</summary>", "", *blocks(section), "</details>", ""]


def blocks(section: Section) -> list[str]:
    """Return what a section says, an empty line after each block."""
    out: list[str] = []
    for block in section.blocks:
        match block:
            case TextTable():
                head, rows = block.written()
                out += table([escape(name) for name in head], [[_cell(cell) for cell in row] for row in rows])
            case Bullets(items):
                out += [*(f"- {_item(item)}" for item in items), ""]
            case Checks(items):
                out += [*(f"- [ ] {escape(item)}" for item in items), ""]
            case Pictures(items):
                out += [*(f"- {escape(shot.caption)}" for shot in items), ""]
            case Terms(items):
                out += [*(f"- {escape(term.text)}" for term in items), ""]
            case text:
                out += [escape(text), ""]
    return out


def _item(item: str | Named) -> str:
    if isinstance(item, str):
        return escape(item)
    lead = " ".join([*([escape(item.name)] if item.name else []), *([code(item.where)] if item.where else [])])
    return f"{lead}: {escape(item.text)}"


def _cell(cell: str) -> str:
    return code(cell, 60, cell=True) if isinstance(cell, Code) else escape(cell)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table, an empty one after it; the cells are Markdown already."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows), ""]
