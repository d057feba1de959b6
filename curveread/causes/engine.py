"""Finding -> its most probable causes: naive Bayes over named signs, in the open."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from curveread.case import Case
from curveread.causes.candidate import Candidate, said
from curveread.causes.counted import COUNTED
from curveread.causes.kinds import KINDS, Kind, kind_of
from curveread.causes.scene import Scene, Stage
from curveread.findings.arguments import Name, Place, Span, share
from curveread.findings.cause import Cause
from curveread.findings.finding import Finding, Severity
from curveread.findings.text import Text, joined, text

if TYPE_CHECKING:
    from curveread.causes.signs.sign import Seen

_MOST = 3
"""Causes that are told of a finding."""
_TOLD = 0.03
"""Smallest share that is told."""
_SAID = math.log(1.5)
"""Logarithm of the factor from which on a sign is told."""
_SURE = 0.6
"""Share of the first cause below which it is said what would tell it from the next."""
_AHEAD, _LEADS = 0.5, 1.1
"""Share of all from which on a cause leads that only the signs against the others speak for; by what the unknown leads
below it."""
_NEVER = 0.02
"""Share that the unknown has at least: no cause is certain."""
_TELLING = 3.0
"""Ratio of a sign's factors from which on it tells causes apart."""
_LASTS = 0.02
"""Share of the run that may be left after something that lasted to its end."""
_LEAD = 0.1
"""Share of the run by which a first sight may come before a finding."""


class Belief(NamedTuple):
    """How far the engine trusts itself.

    Parameters
    ----------
    counted
        Kind of event -> cause -> labelled runs in which it lay behind such an event.
    weight
        Labelled runs that the share which practitioners expect (`Candidate.usual`) stands for.
    sharpness
        Exponent of the signs' factors: below 1 since signs are not independent of each other.
    unknown
        Prior of a cause that is not in the catalog, of which no sign says anything: what speaks against all others
        makes it likelier.
    """

    counted: Mapping[str, Mapping[str, float]]
    weight: float = 10.0
    sharpness: float = 0.9
    unknown: float = 0.04


BELIEF = Belief(COUNTED)


def ranked(scene: Scene, belief: Belief = BELIEF) -> tuple[Cause, ...]:
    """Return the most probable causes of a finding in falling order; none for one whose rule tells of a setting.

    There are at most three, with shares that sum to less than 1: the rest is unknown.

    Notes
    -----
    Naive Bayes: the share of a cause is its prior among events of the kind, times a factor for every sign of which the
    log says that it is there or that it is not, brought to a sum of 1 with the prior of the unknown. A sign about which
    the log says nothing changes nothing: where all are silent the shares are the priors. Where nothing speaks for the
    first cause, and what speaks against the others does not bring it half of all either, the unknown leads.
    """
    kind = kind_of(scene.finding)
    if kind is None:
        return ()
    from curveread.causes.registry import candidates
    from curveread.causes.signs import SIGNS

    possible = [c for c in candidates() if c.usual.get(kind, 0.0) > 0.0]
    asked = {name: SIGNS[name](scene) for name in sorted({s for c in possible for s in c.signs})}
    scores = {c.id: _prior(c, kind, belief) * _factor(c, asked) ** belief.sharpness for c in possible}
    best = sorted(possible, key=lambda c: -scores[c.id])[:_MOST]
    total, unknown = sum(scores.values()), belief.unknown
    if scores[best[0].id] < _AHEAD * total and not _speaking(best[0], asked, 1):
        unknown = max(unknown, _LEADS * scores[best[0].id])
    unknown = max(unknown, _NEVER * total)
    shares = {name: score / (total + unknown) for name, score in scores.items()}
    best = [c for n, c in enumerate(best) if n == 0 or shares[c.id] >= _TOLD]
    lacking = _worth_logging(scene, best, asked) if shares[best[0].id] < _SURE else None
    return tuple(
        Cause(
            c.id,
            c.title,
            shares[c.id],
            tuple(seen.words for seen in _speaking(c, asked, 1)),
            tuple(seen.words for seen in _speaking(c, asked, -1)),
            joined(" ", (said(c.check, scene), lacking)) if c is best[0] and lacking else said(c.check, scene),
            said(c.fix, scene),
        )
        for c in best
    )


def _worth_logging(scene: Scene, best: Sequence[Candidate], asked: Mapping[str, Seen | None]) -> Text | None:
    """Return what to log next time to tell the causes apart, the cheapest first; None where nothing lacks."""
    from curveread.causes.signs import NEEDS, WORTH_LOGGING

    for needed, lacks in WORTH_LOGGING.items():
        if not lacks(scene):
            continue
        silent = [name for name, seen in asked.items() if seen is None and NEEDS.get(name) == needed]
        for name in silent:
            moved = [c.signs.get(name, (1.0, 1.0)) for c in best]
            there, absent = ([pair[side] for pair in moved] for side in (0, 1))
            if max(max(there) / min(there), max(absent) / min(absent)) >= _TELLING:
                return text("Log {what} next time: it tells these causes apart.", what=Name(needed))
    return None


def _prior(candidate: Candidate, kind: Kind, belief: Belief) -> float:
    counted = belief.counted.get(kind.value, {})
    seen = counted.get(candidate.id, 0.0) + belief.weight * candidate.usual[kind]
    return seen / (sum(counted.values()) + belief.weight)


def _factors(candidate: Candidate, asked: Mapping[str, Seen | None]) -> list[tuple[float, Seen]]:
    """Return the factor of each sign that the log answers, with its answer."""
    out = []
    for name, (there, absent) in candidate.signs.items():
        seen = asked[name]
        if seen is not None:
            out.append((there if seen.there else absent, seen))
    return out


def _factor(candidate: Candidate, asked: Mapping[str, Seen | None]) -> float:
    return math.prod(factor for factor, _ in _factors(candidate, asked))


def _speaking(candidate: Candidate, asked: Mapping[str, Seen | None], way: int) -> list[Seen]:
    """Return the answers that speak for a cause (1) or against it (-1), the strongest first."""
    answered = [(math.log(factor), seen) for factor, seen in _factors(candidate, asked)]
    found = [(abs(power), seen) for power, seen in answered if way * power > _SAID]
    return [seen for _, seen in sorted(found, key=lambda pair: -pair[0])]


def with_causes(findings: Sequence[Finding], case: Case, events: Sequence[Finding] = ()) -> list[Finding]:
    """Return the findings with their causes.

    ``events`` are all that happened in the run, for how often and where: the findings before many of a kind were
    gathered; ``findings`` where nothing was.
    """
    everything = [*findings, *(folded for f in findings for folded in f.folded)]
    stage = Stage(case, everything, [*events, *(folded for f in events for folded in f.folded)])
    causes = {id(f): ranked(Scene(stage, f)) for f in everything if f.rule in KINDS}
    return [
        replace(f, causes=(_with_cost(causes[id(f)][0], f, everything, causes, case), *causes[id(f)][1:]))
        if causes.get(id(f))
        else f
        for f in findings
    ]


def _with_cost(
    cause: Cause, finding: Finding, everything: Sequence[Finding], causes: Mapping[int, tuple[Cause, ...]], case: Case
) -> Cause:
    """Return the first cause of a finding with what of the run came after it began: its first finding, of any check."""
    first, last = case.run.first_step or 0, case.run.last_step
    if finding.first_step is None or last is None or finding.severity is Severity.INFO:
        return cause
    length = max(last - first, 1)
    end = finding.last_step if finding.last_step is not None else last
    if finding.severity is not Severity.ERROR and end < last - _LASTS * length:
        return cause  # what came after was a sound run
    if KINDS[finding.rule] in (Kind.STALL, Kind.UNDERFIT):
        return cause  # where nothing was learned there is no moment at which it shows
    same = [
        f
        for f in everything
        if f.first_step is not None
        and finding.first_step - _LEAD * length <= f.first_step <= finding.first_step
        and causes.get(id(f), (None,))[0] is not None
        and causes[id(f)][0].cause == cause.cause
    ]
    sight = min(same, key=lambda f: f.first_step or 0, default=finding)
    seen = sight.first_step if sight.first_step is not None else finding.first_step
    words = "{span}, {share} of the run, came after it began ({rule} at {at})"
    part = share((last - seen) / length)
    return replace(cause, after=text(words, span=Span(seen, last), share=part, rule=Name(sight.rule), at=Place(seen)))
