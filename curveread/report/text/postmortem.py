"""Diagnosis and Impact -> the sections of a postmortem, as a team writes it after an incident.

The outline is that of the postmortems in Google's "Site Reliability Engineering" (2016, chapter 15 and appendix D).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding, Severity
from curveread.findings.impact import Detection, Impact, Spent
from curveread.findings.wording import amount, compact, count, duration, percent, span
from curveread.logtext import clean, shorten, words
from curveread.report import facts
from curveread.report.events import telling
from curveread.report.text.document import Block, Bullets, Checks, Section, TextTable
from curveread.report.text.sections import CAUSES, likely_causes, sections
from curveread.run.roles import Role

_EVENTS = 40
_WORTH_LOGGING = (Role.EVAL_LOSS, Role.GRAD_NORM, Role.LEARNING_RATE)
_SURROUNDINGS = (
    "moved-first",
    "learning-rate-then",
    "at-the-same-place",
    "checkpoint-before",
    "ended-by",
)
"""Evidence that says what lay around a finding."""


def postmortem(diagnosis: Diagnosis, after: Impact) -> tuple[Section, ...]:
    """Return the sections; for a run in which nothing went wrong one that says so."""
    loud = [f for f in diagnosis.findings if f.severity is not Severity.INFO]
    if not loud:
        return (_nothing(diagnosis),)
    causes = _causes(diagnosis)
    return (
        _summary(diagnosis, after, loud),
        _impact(after),
        _timeline(diagnosis, after),
        *(s for s in sections(diagnosis) if s.part == "told" and s.heading != causes.heading),
        _first(diagnosis, loud),
        causes,
        _well(diagnosis, after, loud),
        _detections(after),
        _actions(diagnosis, after, loud),
    )


def _nothing(diagnosis: Diagnosis) -> Section:
    quiet = amount(len(diagnosis.quiet), "check")
    reach = span(diagnosis.run.first_step, diagnosis.run.last_step, diagnosis.run.x_axis)
    text = f"There is nothing to write up: {quiet} ran over {reach} and none found a fault."
    known = tuple(shorten(f.message, 400) for f in diagnosis.findings)
    blocks: tuple[Block, ...] = (text,)
    if known:
        blocks = (text, "Worth knowing:", Bullets(known))
    if diagnosis.not_checked:
        names = ", ".join(n.rule for n in diagnosis.not_checked)
        blocks = (*blocks, f"Not checked, because the log lacks what they need: {names}.")
    return Section("Summary", blocks)


def _summary(diagnosis: Diagnosis, after: Impact, loud: Sequence[Finding]) -> Section:
    run = diagnosis.run
    first = min((f for f in loud if f.first_step is not None), key=lambda f: f.first_step or 0, default=loud[0])
    when = f" It begins at {_place(first.first_step, after, run.last_step)}." if first.first_step is not None else ""
    return Section(
        "Summary",
        (
            f"{clean(diagnosis.verdict.headline)}{when}",
            f"{facts.counts(diagnosis.findings, len(diagnosis.failed))}; warnings and errors cover "
            f"{percent(after.affected.share)} of the run.",
        ),
    )


def _place(step: int | None, after: Impact, last: int | None) -> str:
    text = f"step {count(step or 0)}"
    return text + (f" of {count(last)}" if last else "")


def _impact(after: Impact) -> Section:
    rows = [("Within warnings and errors", after.affected)]
    if after.after_best is not None:
        rows.append(("After the best eval", after.after_best))
    if after.repeated.steps:
        rows.append(("Trained twice, after restarts", after.repeated))
    rows.append(("The whole run", after.whole))
    columns: list[tuple[str, Callable[[Spent], str]]] = [("Steps", lambda s: f"{count(s.steps)} ({percent(s.share)})")]
    if after.whole.seconds is not None:
        columns.append(("Time", lambda s: duration(s.seconds or 0.0)))
    if after.whole.tokens is not None:
        columns.append(("Tokens", lambda s: compact(round(s.tokens or 0.0))))
    if after.whole.cost is not None:
        columns.append(("Cost", lambda s: f"{s.cost or 0.0:,.2f}"))
    head = ("", *(name for name, _ in columns))
    table = TextTable(head, tuple((name, *(show(spent) for _, show in columns)) for name, spent in rows))
    missing = [
        n for n, v in (("no clock", after.whole.seconds), ("no count of tokens", after.whole.tokens)) if v is None
    ]
    note = f"The log has {' and '.join(missing)}." if missing else ""
    return Section("Impact", (table, *((note,) if note else ()), "Who was affected, and what had to wait: …"))


def _timeline(diagnosis: Diagnosis, after: Impact) -> Section:
    clock = after.started is not None
    run = diagnosis.run
    events: list[tuple[int, float | None, str]] = [(run.first_step or 0, after.started, "the log begins")]
    events += [(t.step, t.wall_time, shorten(t.text, 300)) for t in telling(diagnosis.timeline)]
    events += [
        (n.step, n.wall_time, f"from here a check of the log would have told: {clean(n.finding.rule)}")
        for n in after.detections
        if n.step is not None
    ]
    events.sort(key=lambda e: e[0])
    left = len(events) - _EVENTS
    rows = tuple((*((_clock(wall),) if clock else ()), count(step), text) for step, wall, text in events[:_EVENTS])
    head = (*(("Time (UTC)",) if clock else ()), "Step", "What happened")
    more = (f"and {count(left)} more events",) if left > 0 else ()
    return Section("Timeline", (TextTable(head, rows), *more))


def _clock(wall: float | None) -> str:
    return "" if wall is None else datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _first(diagnosis: Diagnosis, loud: Sequence[Finding]) -> Section:
    lines = []
    for finding in loud[:4]:
        around = [facts.pair(e) for e in finding.evidence if e.key in _SURROUNDINGS]
        if around:
            said = "; ".join(f"{e.name}: {e.value}" for e in around)
            lines.append(f"{finding.rule} at step {count(finding.first_step or 0)}: {said}")
    everything = [*diagnosis.findings, *(e for f in diagnosis.findings for e in f.folded)]
    ordered = sorted((f for f in everything if f.first_step is not None), key=lambda f: f.first_step or 0)
    order = [f"step {count(f.first_step or 0)}: {f.rule}" + (f" in {clean(f.tag)}" if f.tag else "") for f in ordered]
    blocks: list[Block] = [Bullets(tuple(lines))] if lines else []
    blocks += ["In the order in which it began:", Bullets(tuple(order[:12]))]
    return Section("What moved first", tuple(blocks))


def _causes(diagnosis: Diagnosis) -> Section:
    likely = likely_causes(diagnosis)
    return Section(CAUSES, (likely if likely.rows else "The log speaks for no cause.", "What it was: …"))


def _well(diagnosis: Diagnosis, after: Impact, loud: Sequence[Finding]) -> Section:
    lines = []
    onset = min((f.first_step for f in loud if f.first_step is not None), default=None)
    kept = [c for c in diagnosis.run.checkpoints if onset is None or c.step <= onset]
    if kept:
        last = max(kept, key=lambda c: c.step)
        lines.append(f"A checkpoint from before is kept: step {count(last.step)} ({shorten(last.path, 120)}).")
    back = [f for f in loud if f.rule == "loss-spike" and f.severity is Severity.WARNING]
    if back:
        lines.append(f"{amount(len(back), 'spike')} came back by {'itself' if len(back) == 1 else 'themselves'}.")
    if not diagnosis.run.notes:
        lines.append("The log is whole: nothing had to be repaired or left out.")
    if diagnosis.quiet:
        names = ", ".join(q.rule for q in diagnosis.quiet)
        lines.append(f"{amount(len(diagnosis.quiet), 'check')} found nothing: {names}.")
    return Section("What went well", (Bullets(tuple(lines)) if lines else "…",))


def _detections(after: Impact) -> Section:
    if not after.detections:
        return Section("Where we could have noticed", ("The findings have no place of their own in the run.",))
    clock = any(n.wall_time is not None for n in after.detections)
    rows = tuple(_detection_row(n, clock) for n in after.detections)
    head = ("Finding", "Began", "A check tells it from", *(("Time (UTC)",) if clock else ()), "Left of the run then")
    looks = sum(n.looks for n in after.detections)
    how = f"Measured, not estimated: the checks ran on the log as it was at {amount(looks, 'length')}."
    return Section("Where we could have noticed", (TextTable(head, rows), how))


def _detection_row(n: Detection, clock: bool) -> tuple[str, ...]:
    began = f"step {count(n.finding.first_step or 0)}"
    if n.step is None:
        return (n.finding.rule, began, "the whole log only", *(("",) if clock else ()), "")
    when = (_clock(n.wall_time),) if clock else ()
    return (n.finding.rule, began, f"step {count(n.step)}, as {_article(n)}", *when, _left(n.left))


def _article(n: Detection) -> str:
    named = {Severity.ERROR: "an error", Severity.WARNING: "a warning", Severity.INFO: "a remark"}
    return named[n.severity or n.finding.severity]


def _left(left: Spent) -> str:
    parts = [f"{amount(left.steps, 'step')} ({percent(left.share)})"]
    if left.seconds is not None:
        parts.append(duration(left.seconds))
    if left.cost is not None:
        parts.append(f"cost {left.cost:,.2f}")
    return ", ".join(parts)


def _actions(diagnosis: Diagnosis, after: Impact, loud: Sequence[Finding]) -> Section:
    items = list(dict.fromkeys(shorten(advice, 400) for f in loud for advice in f.advice))
    early = [n for n in after.detections if n.step is not None and n.left.steps > 0.05 * after.whole.steps]
    if early:
        bar = (early[0].severity or Severity.WARNING).value
        items.append(
            f"Check the log while the run goes on, say after each eval: curveread check "
            f"{shorten(diagnosis.run.path, 200)} --fail-on {bar} would have ended with 1 "
            f"from step {count(early[0].step or 0)} on."
        )
    lacking = {n.lacking for n in diagnosis.not_checked}
    wanted = [words(role.value) for role in _WORTH_LOGGING if (role,) in lacking]
    items += [f"Log the {name}: a check could not run without it." for name in wanted]
    return Section("Action items", (Checks(tuple(f"{item} (owner: …, by: …)" for item in items)),))
