"""A run in five lines of plain text, for a chat, a mail or a terminal; at most 800 characters in all."""

from __future__ import annotations

from textwrap import shorten as cut

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Severity
from curveread.findings.wording import span
from curveread.logtext import clean, shorten
from curveread.report import facts
from curveread.report.text.lead import Lead, lead

_ROOM = 140
_NAME = 40


def message(diagnosis: Diagnosis) -> str:
    """Return five lines: the verdict, where it shows and how sure that is, why, what to do, the key figures."""
    head = f"{diagnosis.verdict.health.upper()} {shorten(diagnosis.run.name, _NAME)}: "
    told = lead(diagnosis)
    lines = (
        head + _short(diagnosis.verdict.headline, _ROOM + 20 - len(head)),
        _where(diagnosis, told),
        _why(diagnosis, told),
        f"Do: {_short(told.action or 'nothing')}",
        _figures(diagnosis),
    )
    return "\n".join(lines) + "\n"


def _short(text: object, room: int = _ROOM) -> str:
    return cut(clean(text), max(room, 20), placeholder=" …")


def _where(diagnosis: Diagnosis, told: Lead) -> str:
    if told.number is None:
        return f"Found: nothing; {told.sure or 'no check ran'}"
    finding = diagnosis.findings[told.number - 1]
    others = [f for f in diagnosis.findings if f is not finding]
    sure = f", {told.sure}" if told.sure else ""
    also = f"; also {facts.counts(others)}" if others else ""
    where = span(finding.first_step, finding.last_step, diagnosis.run.x_axis)
    return f"Where: {clean(finding.rule)}, {where}{sure}{also}"


def _why(diagnosis: Diagnosis, told: Lead) -> str:
    if told.why is not None:
        return f"Why: {_short(told.why.said)}"
    alarm = next((f for f in diagnosis.findings if f.severity is not Severity.INFO), None)
    if alarm is not None:
        maybe = [f"the log does not tell; it may be {said}" for said in alarm.also_explained_by]
        return f"Why: {_short([*maybe, 'the log tells no more than the first line'][0])}"
    axis = diagnosis.run.x_axis
    course = ", ".join(f"{p.name} {span(p.first_step, p.last_step, axis)}" for p in diagnosis.phases)
    return f"Course: {_short(course or 'nothing is known of it')}"


def _figures(diagnosis: Diagnosis) -> str:
    out = ""
    for f in facts.figures(diagnosis.run, diagnosis.summary):
        told = clean(f"{f.name[:1].lower()}{f.name[1:]} {f.value}{f' {f.where}' if f.where else ''}")
        if len(out) + len(told) <= _ROOM:
            out += f" · {told}" if out else told
    return f"Figures: {out or 'none'}"
