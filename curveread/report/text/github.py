"""Diagnosis -> the workflow commands that GitHub shows as annotations of a job."""

from __future__ import annotations

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.wording import span
from curveread.logtext import clean, inert
from curveread.report.text.lead import lead
from curveread.report.text.plain import lines
from curveread.report.text.sections import brief

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def notices(diagnosis: Diagnosis) -> list[str]:
    """Return a line for the verdict, then an annotation for each finding, gravest first, and for all else that is told.

    A run that could not be judged is a ``::warning``: a green job must not look like a good run.

    A finding is ``::error``, ``::warning`` or ``::notice`` by its severity: GitHub shows ten of each for a step.
    """
    name = clean(diagnosis.run.name)
    out = [inert(f"{diagnosis.verdict.health.upper()}  {name}: {clean(diagnosis.verdict.headline)}")]
    if diagnosis.verdict.health == "undetermined":
        out.append(_command("warning", f"{name} could not be judged", [diagnosis.verdict.headline]))
    for f in diagnosis.findings:
        title = f"{f.rule} in {name}, {span(f.first_step, f.last_step)}"
        said = [str(f.message), *(f"→ {advice}" for advice in f.advice)]
        out.append(_command(_LEVELS[f.severity.value], title, said))
    told = lead(diagnosis)
    if told.action:
        out.append(_command("notice", f"{told.doing}: {name}", [told.action]))
    out += [_command("notice", f"{s.heading}: {name}", lines(s)) for s in brief(diagnosis)]
    out += [_command("error", f"check {f.rule} failed on {name}", [f.error]) for f in diagnosis.failed]
    return out


def unread(path: str, reason: str) -> str:
    """Return the annotation for a path that could not be read."""
    return _command("error", f"{clean(path)} cannot be read", [reason])


def _command(level: str, title: str, said: list[str]) -> str:
    """Return a workflow command; what would end its title or its message is written as GitHub's percent codes."""
    head = _percent(inert(clean(title))).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={head}::" + "%0A".join(_percent(inert(clean(line))) for line in said)


def _percent(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
