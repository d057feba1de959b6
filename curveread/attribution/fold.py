"""Consequences are folded into their causes, and the findings get an order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from curveread.attribution.crowd import gathered
from curveread.attribution.follows import Causes, follows, twins
from curveread.case import Case
from curveread.findings.arguments import AxisWord, Name, Place, Tag, count
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import joined, listed, text

_NAMED = 4
"""Curves with the same finding that a sentence names."""


def fold(findings: Sequence[Finding], case: Case) -> list[Finding]:
    """Return the findings without those that only follow from another one; the cause keeps them as evidence.

    Within 2 % of the run's length things lie at the same place.
    """
    near = 0.02 * max((case.run.last_step or 0) - (case.run.first_step or 0), 1)
    into: dict[int, int] = {}
    causes = Causes(findings, near)

    def leads(j: int, i: int) -> bool:
        """Return whether of two twins ``j`` stands for both: the first that is not only a remark."""
        return (findings[j].severity is Severity.INFO, j) < (findings[i].severity is Severity.INFO, i)

    for i, effect in enumerate(findings):
        for j in causes.of(i):
            if i in into or j in into or not follows(effect, findings[j], near):
                continue
            if not twins(effect, findings[j]) or leads(j, i):
                into[i] = j
    effects: dict[int, list[int]] = defaultdict(list)
    for i, j in into.items():
        effects[j].append(i)
    return [_whole(j, findings, effects) for j in range(len(findings)) if j not in into]


def _whole(j: int, findings: Sequence[Finding], effects: Mapping[int, Sequence[int]]) -> Finding:
    """Return a finding with what follows from it, and with what follows from that."""
    return _with_effects(findings[j], gathered([_whole(i, findings, effects) for i in effects.get(j, ())]))


def _with_effects(cause: Finding, effects: Sequence[Finding]) -> Finding:
    """Return a finding with its effects as evidence, none of them lost with the one that it was folded into itself."""
    if not effects:
        return cause
    told = [e for effect in effects for e in (effect, *_of_fold(effect)) if not _never_was(effect, cause)]
    folded = [_retold(e) if _never_was(e, cause) else e for e in effects]
    folded += [deeper for effect in effects for deeper in _of_fold(effect)]
    twins = [e for e in effects if e.rule == cause.rule]
    message = cause.message
    if twins:
        tags = [text("{tag}", tag=Tag(e.tag or "")) for e in twins]
        more = [text("{n} more", n=count(len(tags) - _NAMED))] if len(tags) > _NAMED else []
        message = joined("; ", (message, text("the same in {tags}", tags=listed([*tags[:_NAMED], *more]))))
    return replace(
        cause,
        severity=max([cause.severity, *(e.severity for e in twins)]),
        message=message,
        evidence=cause.evidence + tuple(map(_as_evidence, told)),
        folded=cause.folded + tuple(folded),
    )


def _of_fold(effect: Finding) -> tuple[Finding, ...]:
    """Return what had been folded into an effect; the steps of a staircase are the check's own."""
    return () if effect.rule == "level-shift" else effect.folded


def _as_evidence(effect: Finding) -> Evidence:
    place = text(" in {tag}", tag=Tag(effect.tag)) if effect.tag else ""
    name = text("{rule}{place} at {axis}", rule=Name(effect.rule), place=joined("", (place,)), axis=AxisWord())
    return Evidence("consequence", name, float(effect.first_step or 0), "step")


def _never_was(effect: Finding, cause: Finding) -> bool:
    """Return whether the effect is not an event of its own, but how the cause looks to another check."""
    return (effect.rule, cause.rule) == ("loss-spike", "level-shift")


def _retold(effect: Finding) -> Finding:
    message = text(
        "not a spike: the points before {end} stand above a trend that already falls to the step",
        end=Place(effect.last_step or 0),
    )
    return replace(effect, severity=Severity.INFO, message=message)


def ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings, gravest first, then by step."""

    def key(f: Finding) -> tuple[int, int, str, str]:
        return -f.severity.rank, -1 if f.first_step is None else f.first_step, f.rule, f.tag or ""

    return tuple(sorted(findings, key=key))
