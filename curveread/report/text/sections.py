"""Diagnosis -> the sections of a report, after its verdict, key figures, pictures and findings.

A section is one function that takes a diagnosis and returns a :class:`~curveread.report.text.document.Section`, or
None where there is nothing to say. Marked with :func:`section` it stands on the page, in the Markdown, the PDF, the
terminal, the postmortem and the CI formats, in the order of this file.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from curveread.findings.diagnosis import Diagnosis, NotChecked
from curveread.findings.text import Text, text
from curveread.findings.wording import amount, count, measure, span
from curveread.logtext import clean, shorten, words
from curveread.report import facts
from curveread.report.cards import cards
from curveread.report.events import telling
from curveread.report.text.document import (
    Block,
    Bullets,
    Code,
    Document,
    Named,
    Pictures,
    Section,
    Shot,
    Spark,
    Term,
    Terms,
    TextTable,
)
from curveread.report.text.lead import SIGNS, lead, shared

if TYPE_CHECKING:
    from curveread.findings.extras.beside import Picture

CAUSES = "Likely causes"
"""Heading of the causes: their head stands under the verdict."""

_Write = Callable[[Diagnosis], Section | None]
_WRITTEN: list[_Write] = []
_RECORDS: list[_Write] = []
_ROWS = 200
_LONG = 600
"""Letters of a sentence."""


def section(write: _Write) -> _Write:
    """Have a section written in every report."""
    _WRITTEN.append(write)
    return write


def record(write: _Write) -> _Write:
    """Have a section written in documents only, where it says what the run is; a check does not wait for it."""
    _RECORDS.append(write)
    return section(write)


def document(diagnosis: Diagnosis, title: str | None = None) -> Document:
    """Return all that is written of a diagnosis; ``title`` stands in place of the run's name."""
    run, told, failed = diagnosis.run, lead(diagnosis), len(diagnosis.failed)
    return Document(
        name=title or run.name,
        headline=clean(diagnosis.verdict.headline),
        health=diagnosis.verdict.health,
        counts=facts.counts(diagnosis.findings, failed) if failed or len(diagnosis.findings) > 1 else "",
        figures=facts.figures(run, diagnosis.summary),
        cards=cards(diagnosis.findings, run.x_axis, (diagnosis.verdict.headline, told.action)),
        sections=sections(diagnosis),
        calm=_calm(len(diagnosis.quiet), len(diagnosis.not_checked)),
        lead=told,
        command=facts.command(run),
    )


def sections(diagnosis: Diagnosis) -> tuple[Section, ...]:
    """Return the sections of a diagnosis, in order."""
    return _made(_WRITTEN, diagnosis)


def brief(diagnosis: Diagnosis) -> tuple[Section, ...]:
    """Return the sections of an output that must be short: what is told, and each thing once."""
    short = [write for write in _WRITTEN if write not in _RECORDS]
    return tuple(s for s in _made(short, diagnosis) if s.part == "told" and not s.in_words)


def _made(written: Sequence[_Write], diagnosis: Diagnosis) -> tuple[Section, ...]:
    return tuple(made for made in (write(diagnosis) for write in written) if made is not None)


def _calm(checked: int, not_checked: int) -> str:
    calm = f"{amount(checked, 'check')} ran and found nothing to report." if checked else "No check ran."
    return calm + (f" {count(not_checked)} could not run; the reasons stand below." if not_checked else "")


@section
def _causes(diagnosis: Diagnosis) -> Section | None:
    likely = likely_causes(diagnosis)  # what else would explain a finding stands with the finding
    why = lead(diagnosis).why
    after = (why.after,) if why is not None and why.after else ()
    return Section(CAUSES, (likely, *after)) if likely.rows else None


def likely_causes(diagnosis: Diagnosis) -> TextTable:
    """Return the causes of the gravest alarm with what the log holds for and against each, and what to do."""
    rows = [
        (
            shared(c.title, c.share),
            _sentences(c.speaks_for[:SIGNS]) or "nothing in the log",
            _sentences(c.speaks_against[:SIGNS]) or "nothing in the log",
            shorten(c.check, _LONG),
            shorten(c.fix, _LONG),
        )
        for c in diagnosis.causes
    ]
    return TextTable(("Cause", "Speaks for it", "Speaks against it", "To tell", "To mend"), tuple(rows), prose=True)


def _sentences(several: Sequence[str]) -> str:
    return "; ".join(shorten(one, 300) for one in several)


@section
def _readings(diagnosis: Diagnosis) -> Section | None:
    above = lead(diagnosis).action
    terms = tuple(
        Term(facts.heading(s.topic), shorten(s.text, _LONG), tuple(map(facts.pair, s.evidence)))
        for s in diagnosis.statements[:40]
        if shorten(s.text, _LONG) != above
    )
    return Section("How the run went", (Terms(terms),)) if terms else None


@section
def _forecast(diagnosis: Diagnosis) -> Section | None:
    ahead = diagnosis.forecast
    if ahead is None or not ahead.points:
        return None  # a refusal is told in words, among the readings
    rows = tuple(
        (count(p.step), *(measure(value, p.unit) for value in (p.low, p.mid, p.high))) for p in ahead.points[:12]
    )
    reason = (shorten(ahead.reason, _LONG),) if ahead.reason else ()
    table = TextTable((_axis(diagnosis), "Low", "Middle", "High"), rows, (0, 1, 2, 3))
    return Section("If it had gone on", (*reason, table), in_words=True)


@section
def _failed(diagnosis: Diagnosis) -> Section | None:
    return _checks("Failed", [(f.rule, f.error) for f in diagnosis.failed], unfolded=True)


@section
def _quiet(diagnosis: Diagnosis) -> Section | None:
    names = ", ".join(clean(q.rule) for q in diagnosis.quiet) or "none"
    return Section("Checked and quiet", (names,), "checked", count=len(diagnosis.quiet))


@section
def _not_checked(diagnosis: Diagnosis) -> Section | None:
    """Return what could not be checked, the checks with one reason on a line."""
    by_reason: dict[str, list[str]] = {}
    for n in diagnosis.not_checked:
        reason, rule = _short_of_points(n)
        by_reason.setdefault(str(reason), []).append(rule)
    if not by_reason:
        return None
    items = tuple(Named(shorten(reason, _LONG), ", ".join(rules)) for reason, rules in by_reason.items())
    return Section("Not checked", (Bullets(items),), "checked", count=len(diagnosis.not_checked))


def _short_of_points(n: NotChecked) -> tuple[str, str]:
    """Return why a check could not run, and its name; of a short curve only how many points it asks for differs."""
    args = dict(n.reason.args) if isinstance(n.reason, Text) else {}
    if not {"curve", "points", "least"} <= args.keys():
        return n.reason, clean(n.rule)
    said = text("the {curve} has {points}, too few for", curve=args["curve"], points=args["points"])
    return said, f"{clean(n.rule)} (at least {args['least']})"


@section
def _accepted(diagnosis: Diagnosis) -> Section | None:
    return _checks("Accepted earlier", [(f.rule, f.message) for f in diagnosis.accepted])


def _axis(diagnosis: Diagnosis) -> str:
    """Return what the places of a run count, to stand over a column of them."""
    return {"epoch": "Epoch", "tokens": "Tokens", "seconds": "Seconds"}.get(diagnosis.run.x_axis.lower(), "Step")


def _checks(heading: str, pairs: Sequence[tuple[str, str]], *, unfolded: bool = False) -> Section | None:
    if not pairs:
        return None
    items = tuple(Named(clean(rule), shorten(why, _LONG)) for rule, why in pairs)
    return Section(heading, (Bullets(items),), "checked", unfolded, count=len(items))


@section
def _notes(diagnosis: Diagnosis) -> Section | None:
    notes = diagnosis.run.notes
    if not notes:
        return None
    items = tuple(
        Named("", shorten(n.message, _LONG), n.source) if n.source else shorten(n.message, _LONG) for n in notes[:_ROWS]
    )
    blocks: tuple[Block, ...] = (Bullets(items), *_more(len(notes) - _ROWS, "note"))
    return Section("Data notes", blocks, "data", unfolded=len(notes) <= 6, count=len(notes))


@record
def _curves(diagnosis: Diagnosis) -> Section | None:
    curves = diagnosis.run.curves
    rows = tuple(
        (Code(r.tag), r.role, r.points, r.first, r.last, r.low, r.high, r.end, Spark(r.blocks))
        for r in facts.curve_rows(diagnosis.run)
    )
    if not rows:
        return None
    head = ("Tag", "Role", "Points", "First step", "Last step", "Lowest", "Highest", "Last value", "Shape")
    blocks: tuple[Block, ...] = (TextTable(head, rows, (2, 3, 4, 5, 6, 7)), *_more(len(curves) - len(rows), "curve"))
    return Section("Curves", blocks, "data", unfolded=len(rows) <= 12, count=len(curves))


@section
def _configuration(diagnosis: Diagnosis) -> Section | None:
    entries = facts.config(diagnosis.run)
    if not entries:
        return None
    table = TextTable(("Setting", "Value"), tuple((Code(e.name), Code(e.value)) for e in entries))
    blocks: tuple[Block, ...] = (table, *_more(len(diagnosis.run.config) - len(entries), "entry"))
    return Section("Configuration", blocks, "data", bulky=True, count=len(entries))


@section
def _checkpoints(diagnosis: Diagnosis) -> Section | None:
    kept = diagnosis.checkpoints
    judged = any(c.tied_with_best is not None for c in kept)
    said = {True: "yes", False: "no", None: ""}
    rows = tuple((count(c.step), Code(c.path), *([said[c.tied_with_best]] if judged else [])) for c in kept[:_ROWS])
    if not rows:
        return None
    blocks: tuple[Block, ...] = (
        TextTable((_axis(diagnosis), "Path", *(["As good as the best"] if judged else [])), rows, (0,)),
        *_more(len(kept) - _ROWS, "checkpoint"),
    )
    return Section("Checkpoints", blocks, "data", count=len(kept))


@section
def _timeline(diagnosis: Diagnosis) -> Section | None:
    events = telling(diagnosis.timeline)
    rows = tuple((count(t.step), words(t.kind), shorten(t.text, 300)) for t in events[:_ROWS])
    if len(rows) < 2:
        return None
    blocks: tuple[Block, ...] = (
        TextTable((_axis(diagnosis), "Event", "What happened"), rows, (0,)),
        *_more(len(events) - _ROWS, "event"),
    )
    return Section("Timeline", blocks, "data", count=len(events))


@record
def _beside(diagnosis: Diagnosis) -> Section | None:
    from curveread.findings.extras.beside import Picture, Spread

    axis = diagnosis.run.x_axis
    rows, items, shots = [], list[Named](), list[Shot]()
    for b in diagnosis.beside:
        at = f"{b.rule}, {span(b.first_step, None, axis)}"
        if isinstance(b.before, Spread) or isinstance(b.after, Spread):
            rows.append((at, Code(shorten(b.tag, 80)), facts.spread(b.before, axis), facts.spread(b.after, axis)))
        elif isinstance(b.before, Picture) or isinstance(b.after, Picture):
            shots += [_shot(b.tag, at, p, axis) for p in (b.before, b.after) if isinstance(p, Picture)]
        else:
            said = [
                f"{span(t[0], None, axis)}: {shorten(t[1], 300)}" for t in (b.before, b.after) if isinstance(t, tuple)
            ]
            items.append(Named(f"{shorten(b.tag, 80)} around {at}", "; then ".join(said)))
    if not (rows or items or shots):
        return None
    pictures = (Pictures(tuple(shots)),) if shots else ()
    table = (TextTable(("Finding", "Histogram", "Before it", "From it on"), tuple(rows)),) if rows else ()
    texts = (Bullets(tuple(items)),) if items else ()
    return Section(
        "Logged beside the findings", (*table, *pictures, *texts), "data", count=len(rows) + len(shots) + len(items)
    )


def _shot(tag: str, at: str, picture: Picture, axis: str) -> Shot:
    """Return a picture for a page, with its caption in words for every other output."""
    size = f"{picture.width} × {picture.height} pixels"
    caption = f"{shorten(tag, 80)} at {span(picture.step, None, axis)} (around {at}; {size})"
    address = f"data:image/{picture.kind};base64,{b64encode(picture.data).decode('ascii')}"
    return Shot(caption, address, picture.width, picture.height)


@record
def _sources(diagnosis: Diagnosis) -> Section | None:
    rows = facts.sources(diagnosis.run)
    if not rows:
        return None
    items, digests = [], diagnosis.digests
    for path, format, size in rows:
        digest = digests.get(path, "")
        items.append(Named("", f"{format}, {size}" + (f", SHA-256 {digest}" if digest else ""), path))
    blocks: tuple[Block, ...] = (Bullets(tuple(items)), *_more(len(diagnosis.run.sources) - len(rows), "file"))
    return Section("Read from", blocks, "foot", count=len(diagnosis.run.sources))


def _more(left: int, noun: str) -> tuple[str, ...]:
    return (f"and {amount(left, f'more {noun}')}",) if left > 0 else ()
