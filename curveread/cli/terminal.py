"""What a diagnosis looks like in a terminal: 80 columns are enough, a pipe gets no colours."""

from __future__ import annotations

from curveread.cli.screen import Screen, cells, padded
from curveread.cli.strips import print_strips
from curveread.findings.diagnosis import Diagnosis, KeyFigure
from curveread.findings.wording import amount, compact, duration, measure, span
from curveread.logtext import clean, shorten
from curveread.plural import some
from curveread.report.cards import Card, cards
from curveread.report.text.document import Section, Terms
from curveread.report.text.lead import NAME_IT, Lead, lead
from curveread.report.text.plain import lines
from curveread.report.text.sections import CAUSES, brief
from curveread.run.notes import DataNote

STYLES = {"ok": "bold green", "info": "bold cyan", "warning": "bold yellow", "error": "bold red"}

_LINES = 4
"""Lines of a section that are printed; the report has all."""

_NAMED = " --train-loss TAG or --role 'REGEX=ROLE' says it."
_EVENTS = 12
"""Events of one kind that have a row; the report has all."""
_UNCHECKED = 12
"""Checks that were not possible and are named; the report and the JSON name all, with the reasons."""
_OF_LOSSES = frozenset(
    f"best_{split}_{kind}" for split in ("eval", "train") for kind in ("loss", "perplexity", "bits_per_byte")
)
"""Key figures of losses; what else is a best value is a metric's."""


def print_diagnosis(out: Screen, diagnosis: Diagnosis) -> None:
    """Print verdict, what to do, why, curves over one axis, key figures, findings, readings, notes and the rest."""
    verdict = diagnosis.verdict
    label = (verdict.health.upper(), STYLES.get(verdict.health, "bold"))
    text = f"{clean(diagnosis.run.name)}: {clean(verdict.headline)}"
    out.line(label, "  ", (text, "bold"), hang=len(verdict.health) + 2)
    told = lead(diagnosis)
    if told.sure:
        out.line((told.sure, "dim"), indent=len(verdict.health) + 2)
    _print_lead(out, told, _NAMED if told.action == NAME_IT else "")
    print_strips(out, diagnosis)
    facts = _facts(diagnosis)
    if facts:
        out.line((facts, "dim"), indent=2, hang=2)
    for card in cards(diagnosis.findings, diagnosis.run.x_axis, (verdict.headline, told.action)):
        out.blank()
        _print_card(out, card)
    for section in brief(diagnosis):
        if section.heading != CAUSES:  # its head stands under the verdict
            _print_section(out, section)
    _print_rest(out, diagnosis)


def _print_lead(out: Screen, told: Lead, how: str) -> None:
    """Print the one thing to do and how, and the most probable cause with what speaks for it and against it."""
    if told.action:
        name = f"{told.doing.lower()}: "
        out.line((name, "bold"), told.action + how, indent=2, hang=len(name))
    if told.why is not None:
        out.line(("why: ", "bold"), told.why.said, indent=2, hang=5)
        out.line((f"{told.why.rest} {told.why.after}", "dim"), indent=7, hang=0)


def print_notes(out: Screen, notes: tuple[DataNote, ...]) -> None:
    """Print what was lost or repaired while reading."""
    for note in notes:
        source = f"{shorten(note.source, 48)}: " if note.source else ""
        out.line((f"note: {source}{clean(note.message)}", "dim"), indent=2, hang=6)


def _facts(diagnosis: Diagnosis) -> str:
    """Return the key figures on a line: where the run lies, how long it took, the best and the last loss."""
    run = diagnosis.run
    facts = []
    if run.first_step is not None and run.x_axis != "seconds":  # there the reach is the duration, which is said next
        facts.append(span(run.first_step, run.last_step, run.x_axis))
    if run.wall_seconds:
        facts.append(duration(run.wall_seconds))
    best, last = diagnosis.summary.get("best_eval_loss"), diagnosis.summary.get("last_eval_loss")
    train = diagnosis.summary.get("last_train_loss")
    if best is not None:
        facts.append(f"{clean(best.label) or 'best eval loss'} {measure(best.value, best.unit)}{_at(best, run.x_axis)}")
    if last is not None and (best is None or last.value != best.value):
        facts.append(f"last {measure(last.value, last.unit)}")
    if best is None and train is not None:
        facts.append(f"{clean(train.label) or 'last train loss'} {measure(train.value, train.unit)}")
    metric = next(
        (r for key, r in diagnosis.summary.items() if key.startswith("best_") and key not in _OF_LOSSES), None
    )
    if metric is not None and (best is not None or all(s.topic != "keep" for s in diagnosis.statements)):
        facts.append(f"{clean(metric.label)} {measure(metric.value, metric.unit)}{_at(metric, run.x_axis)}")
    return " · ".join(facts)


def _at(figure: KeyFigure, x_axis: str) -> str:
    """Return where a figure was, in brackets."""
    if figure.step is None:
        return ""
    own = x_axis in ("epoch", "tokens", "seconds")
    return f" ({span(figure.step, None, x_axis) if own else f'step {compact(figure.step)}'})"


def _print_card(out: Screen, card: Card) -> None:
    lead = f"{card.number} "
    about = f"  {card.where}, {card.sure}"
    out.line((lead, "dim"), (card.severity, STYLES[card.severity]), " ", (card.rule, "bold"), about, indent=2, hang=2)
    inner = 2 + len(lead)
    if card.events:
        _print_events(out, card, inner)
    elif not card.told:
        out.line(card.message, indent=inner)
    for advice in card.advice:
        out.line(("→ ", "dim"), advice, indent=inner, hang=2)
    if card.others:
        out.line(("or: ", "dim"), "; ".join(card.others), indent=inner, hang=4)


def _print_events(out: Screen, card: Card, indent: int) -> None:
    """Print a row for each event, with as many of its figures as fit."""
    shown = card.events[:_EVENTS]
    if not card.columns:
        for event in shown:
            out.line((f"{event.number} ", "dim"), event.message, indent=indent, hang=2)
    else:
        rows = [("", "", *card.columns), *((str(e.number), e.where, *e.values) for e in shown)]
        widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
        while len(widths) > 2 and indent + sum(widths) + 2 * len(widths) > out.width:
            widths.pop()
        for n, row in enumerate(rows):
            pairs = enumerate(zip(row, widths, strict=False))
            line = "  ".join(padded(cell, width, right=i != 1) for i, (cell, width) in pairs)
            out.row((" " * indent + line.rstrip(), "" if n else "dim"))
    if len(card.events) > _EVENTS:
        out.line((f"and {len(card.events) - _EVENTS} more in the report", "dim"), indent=indent)


def _print_section(out: Screen, section: Section) -> None:
    """Print the first lines of a section; readings, which speak for themselves, without a heading."""
    said = lines(section)
    out.blank()
    if not isinstance(section.blocks[0], Terms):
        out.line((f"{section.heading}:", "dim"), indent=2)
    for line in said[:_LINES]:
        out.line("· ", line, indent=2, hang=2)
    rest = len(said) - _LINES
    if rest > 0:
        kind = "reading" if isinstance(section.blocks[0], Terms) else "line"
        out.line((f"· and {amount(rest, f'more {kind}')} in the report", "dim"), indent=2, hang=2)


def _print_rest(out: Screen, diagnosis: Diagnosis) -> None:
    counts = [f"{amount(len(diagnosis.quiet), 'check')} quiet"] if diagnosis.quiet else []
    if diagnosis.not_checked:
        counts.append(f"not checked: {some([n.rule for n in diagnosis.not_checked], _UNCHECKED)}")
    if diagnosis.failed or diagnosis.accepted or diagnosis.run.notes or counts:
        out.blank()
    for failed in diagnosis.failed:
        out.line(("check failed", STYLES["error"]), f" {failed.rule}: {clean(failed.error)}", indent=2, hang=2)
    for f in diagnosis.accepted:
        where = span(f.first_step, f.last_step, diagnosis.run.x_axis)
        out.line((f"accepted earlier: {f.severity.value} {f.rule}, {where}", "dim"), indent=2, hang=2)
    print_notes(out, diagnosis.run.notes)
    if counts:
        out.line(("; ".join(counts), "dim"), indent=2, hang=2)
