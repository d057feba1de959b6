"""Events of one kind in one curve that are too many to be told one by one: the clearest stands for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from curveread.findings.arguments import Count, Span
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import joined, text

_MOST = 100
"""Events of one kind, gravity and curve that are told one by one."""
_BESIDE = 20
"""Of more the next clearest that are kept with the one that stands for all."""


def gathered(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings, those of one check in one curve that are over a hundred of one gravity as one.

    Nobody reads a thousand spikes, and each would be asked for its causes. The clearest of them is told, with how many
    there are and where they lie; the next clearest, and what had been folded into any of them, are folded into it.
    """
    groups: dict[tuple[str, str | None, Severity], list[int]] = defaultdict(list)
    for i, f in enumerate(findings):
        if f.first_step is not None:
            groups[f.rule, f.tag, f.severity].append(i)
    out: dict[int, Finding] = dict(enumerate(findings))
    for members in groups.values():
        if len(members) > _MOST:
            ranked = sorted(members, key=lambda i: -(findings[i].confidence or 0.0))
            for i in ranked[1:]:
                del out[i]
            out[ranked[0]] = _for_all([findings[i] for i in ranked])
    return list(out.values())


def _for_all(ranked: Sequence[Finding]) -> Finding:
    """Return the first finding as the one that stands for all of them."""
    clearest, beside = ranked[0], ranked[1 : 1 + _BESIDE]
    first = min(f.first_step for f in ranked if f.first_step is not None)
    last = max(at for f in ranked if (at := f.last_step if f.last_step is not None else f.first_step) is not None)
    among = text(
        "the clearest of {events} within {span}, told as one",
        events=Count(len(ranked), "such event"),
        span=Span(first, last),
    )
    return replace(
        clearest,
        message=joined("; ", (clearest.message, among)),
        evidence=(
            *clearest.evidence,
            Evidence("such-events", "such events", float(len(ranked))),
            Evidence("such-events-within", "within", text("{span}", span=Span(first, last))),
        ),
        folded=(
            *(replace(f, folded=()) for f in beside),
            *gathered([effect for f in ranked for effect in f.folded]),
        ),
    )
