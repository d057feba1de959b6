"""A run in five lines of plain text, for a chat, a mail or a terminal; at most 800 characters in all."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten as cut

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding, Severity
from curveread.findings.wording import amount, count, span, sureness
from curveread.report import facts
from curveread.report.logtext import clean, shorten
from curveread.report.text.sections import why

__all__ = ["LINES", "message"]

LINES = 5
_ROOM = 140
_NAME = 40
_UNTOLD = "the log tells no more than the first line"


def message(diagnosis: Diagnosis) -> str:
    """Return five lines: the verdict, where it shows and how sure that is, why, what to do, the key figures."""
    head = f"{diagnosis.verdict.health.upper()} {shorten(diagnosis.run.name, _NAME)}: "
    lines = (
        head + _short(diagnosis.verdict.headline, _ROOM + 20 - len(head)),
        _where(diagnosis),
        _why(diagnosis),
        _do(diagnosis),
        _figures(diagnosis),
    )
    return "\n".join(lines) + "\n"


def _short(text: object, room: int = _ROOM) -> str:
    return cut(clean(text), max(room, 20), placeholder=" …")


def _alarms(diagnosis: Diagnosis) -> Sequence[Finding]:
    return [f for f in diagnosis.findings if f.severity is not Severity.INFO]


def _where(diagnosis: Diagnosis) -> str:
    found, alarms = diagnosis.findings, _alarms(diagnosis)
    checks = f"{amount(len(diagnosis.quiet), 'check')} quiet, {count(len(diagnosis.not_checked))} not possible"
    if not found:
        return f"Found: nothing; {checks}"
    first = (alarms or found)[0]
    axis = diagnosis.run.x_axis
    others = [f for f in found if f is not first]
    more = f"; also {facts.counts(others)}" if others else ""
    where = span(first.first_step, first.last_step, axis)
    return f"Where: {clean(first.rule)}, {where}, {sureness(first.confidence)}{more}"


def _why(diagnosis: Diagnosis) -> str:
    cause = why(diagnosis)
    if cause is not None:
        signs = f": {cause.signs[0].words}" if cause.signs else ""
        return f"Why: {_short(cause.cause + signs)}"
    alarms = _alarms(diagnosis)
    if alarms:
        maybe = [said for f in alarms for said in f.also_explained_by]
        return f"Why: {_short(f'the log does not tell; it may be {maybe[0]}')}" if maybe else f"Why: {_UNTOLD}"
    axis = diagnosis.run.x_axis
    course = ", ".join(f"{p.name} {span(p.first_step, p.last_step, axis)}" for p in diagnosis.phases)
    return f"Course: {_short(course) if course else 'nothing is known of it'}"


def _do(diagnosis: Diagnosis) -> str:
    cause, alarms = why(diagnosis), _alarms(diagnosis)
    if cause is not None:
        return f"Do: {_short(cause.fix)}"
    advice = [said for f in alarms or diagnosis.findings for said in f.advice]
    kept = [s.text for s in diagnosis.statements if s.topic == "keep"]
    return f"Do: {_short((advice if alarms else [*kept, *advice] or ['nothing'])[0])}"


def _figures(diagnosis: Diagnosis) -> str:
    out = ""
    for f in facts.figures(diagnosis.run, diagnosis.summary):
        told = clean(f"{f.name[:1].lower()}{f.name[1:]} {f.value}{f' {f.where}' if f.where else ''}")
        if len(out) + len(told) <= _ROOM:
            out += f" · {told}" if out else told
    return f"Figures: {out or 'none'}"
