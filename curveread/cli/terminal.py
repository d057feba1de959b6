"""What a diagnosis looks like in a terminal: 80 columns are enough, a pipe gets no colours."""

from __future__ import annotations

import re

from curveread.cli.screen import Screen
from curveread.cli.strips import print_strips
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding
from curveread.findings.wording import amount, compact, duration, measure, span, sureness
from curveread.report.facts import repeated
from curveread.report.logtext import clean, shorten
from curveread.report.text.document import Section, Terms
from curveread.report.text.plain import lines
from curveread.report.text.sections import CAUSES, brief, why
from curveread.run.notes import DataNote

__all__ = ["STYLES", "print_diagnosis", "print_notes"]

STYLES = {"ok": "bold green", "info": "bold cyan", "warning": "bold yellow", "error": "bold red"}

_LINES = 4
"""Lines of a section that are printed; the report has all."""

_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z])")
_UNCHECKED = 12
"""Checks that were not possible and are named; the report and the JSON name all, with the reasons."""


def print_diagnosis(out: Screen, diagnosis: Diagnosis) -> None:
    """Print verdict, key figures, curves over one axis, findings, readings, data notes and what was not checked.

    Parameters
    ----------
    out
        Where to.
    diagnosis
        What was found.
    """
    verdict = diagnosis.verdict
    label = (verdict.health.upper(), STYLES.get(verdict.health, "bold"))
    text = f"{clean(diagnosis.run.name)}: {clean(verdict.headline)}"
    out.line(label, "  ", (text, "bold"), hang=len(verdict.health) + 2)
    facts = _facts(diagnosis)
    if facts:
        out.line((facts, "dim"), indent=2, hang=2)
    _print_why(out, diagnosis)
    print_strips(out, diagnosis)
    for first, *later in repeated(diagnosis.findings):
        out.blank()
        _print_finding(out, first + 1, diagnosis.findings[first], diagnosis.run.x_axis)
        for i in later:
            out.line((f"{i + 1} ", "dim"), clean(diagnosis.findings[i].message), indent=4, hang=2)
    for section in brief(diagnosis):
        if section.heading != CAUSES:  # its head stands under the verdict
            _print_section(out, section)
    _print_rest(out, diagnosis)


def _print_why(out: Screen, diagnosis: Diagnosis) -> None:
    """Print the most probable cause, its strongest signs, and what to do."""
    cause = why(diagnosis)
    if cause is None:
        return
    signs = f": {'; '.join(s.words for s in cause.signs)}" if cause.signs else ""
    out.line(("why: ", "bold"), f"{cause.cause}{signs}", indent=2, hang=5)
    out.line(("do:  ", "bold"), cause.fix, indent=2, hang=5)
    out.line((cause.rest, "dim"), indent=7, hang=0)


def print_notes(out: Screen, notes: tuple[DataNote, ...]) -> None:
    """Print what was lost or repaired while reading."""
    for note in notes:
        source = f"{shorten(note.source, 48)}: " if note.source else ""
        out.line((f"note: {source}{clean(note.message)}", "dim"), indent=2, hang=6)


def _facts(diagnosis: Diagnosis) -> str:
    """Return the key figures on a line: where the run lies, how long it took, the best and the last loss."""
    run = diagnosis.run
    facts = []
    by_time = run.x_axis == "seconds"  # then the reach is the duration, which is said next
    if run.first_step is not None and run.last_step is not None and not by_time:
        unit = clean(run.x_axis) if run.x_axis in ("epoch", "tokens") else "step"
        unit = unit.removesuffix("s")
        facts.append(f"{compact(run.last_step)} {unit}{'' if run.last_step == 1 else 's'}")
    if run.wall_seconds:
        facts.append(duration(run.wall_seconds))
    best, last = diagnosis.summary.get("best_eval_loss"), diagnosis.summary.get("last_eval_loss")
    train = diagnosis.summary.get("last_train_loss")
    if best is not None:
        own = run.x_axis in ("epoch", "tokens", "seconds")
        at = "" if best.step is None else span(best.step, None, run.x_axis) if own else f"step {compact(best.step)}"
        place = f" ({at})" if at else ""
        facts.append(f"{clean(best.label) or 'best eval loss'} {measure(best.value, best.unit)}{place}")
    if last is not None and (best is None or last.value != best.value):
        facts.append(f"last {measure(last.value, last.unit)}")
    if best is None and train is not None:
        facts.append(f"{clean(train.label) or 'last train loss'} {measure(train.value, train.unit)}")
    return " · ".join(facts)


def _print_finding(out: Screen, number: int, finding: Finding, axis: str) -> None:
    severity = finding.severity.value
    where = f"{span(finding.first_step, finding.last_step, axis)}, {sureness(finding.confidence)}"
    lead = f"{number} "
    out.line((lead, "dim"), (severity, STYLES[severity]), " ", (finding.rule, "bold"), f"  {where}", indent=2, hang=2)
    out.line(clean(finding.message), indent=2 + len(lead))
    for advice in finding.advice:
        out.line(("→ ", "dim"), clean(advice), indent=2 + len(lead), hang=2)


def _print_section(out: Screen, section: Section) -> None:
    """Print the first lines of a section; readings, which speak for themselves, without a heading."""
    said = lines(section)
    out.blank()
    if not isinstance(section.blocks[0], Terms):
        out.line((f"{section.heading}:", "dim"), indent=2)
    for line in said[:_LINES]:
        out.line("· ", _brief(line), indent=2, hang=2)
    rest = len(said) - _LINES
    if rest > 0:
        kind = "reading" if isinstance(section.blocks[0], Terms) else "line"
        out.line((f"· and {amount(rest, f'more {kind}')} in the report", "dim"), indent=2, hang=2)


def _brief(text: str, room: int = 180) -> str:
    """Return the first sentences of a text that fit, at least one; what is left out is in the report."""
    sentences = _SENTENCE.split(text)
    kept = sentences[0]
    for sentence in sentences[1:]:
        if len(kept) + 1 + len(sentence) > room:
            break
        kept += f" {sentence}"
    return kept if len(kept) <= 2 * room else shorten(kept, 2 * room)


def _print_rest(out: Screen, diagnosis: Diagnosis) -> None:
    counts = [f"{amount(len(diagnosis.quiet), 'check')} quiet"] if diagnosis.quiet else []
    if diagnosis.not_checked:
        names = [n.rule for n in diagnosis.not_checked]
        rest = f" and {len(names) - _UNCHECKED} more" if len(names) > _UNCHECKED else ""
        counts.append("not checked: " + ", ".join(names[:_UNCHECKED]) + rest)
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
