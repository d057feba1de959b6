"""Finding -> its most probable causes: naive Bayes over named signs, in the open."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from curveread.case import Case
from curveread.causes.candidate import KINDS, Candidate, Kind
from curveread.causes.counted import COUNTED
from curveread.causes.registry import candidates
from curveread.causes.scene import Scene
from curveread.causes.signs.sign import Seen
from curveread.findings.cause import Cause
from curveread.findings.finding import Finding

__all__ = ["BELIEF", "Belief", "ranked", "with_causes"]

_MOST = 3
"""Causes that are told of a finding."""
_TOLD = 0.03
"""Smallest share that is told."""


@dataclass(frozen=True, slots=True)
class Belief:
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
        Share that is kept for causes that are not in the catalog.
    """

    counted: Mapping[str, Mapping[str, float]]
    weight: float = 6.0
    sharpness: float = 0.9
    unknown: float = 0.04


BELIEF = Belief(COUNTED)


def ranked(scene: Scene, belief: Belief = BELIEF) -> tuple[Cause, ...]:
    """Return the most probable causes of a finding in falling order; none for one whose rule tells of a setting.

    Parameters
    ----------
    scene
        The finding and what stands around it.
    belief
        How far to trust priors and signs.

    Returns
    -------
    tuple of Cause
        At most three, with shares that sum to less than 1: the rest is unknown.

    Notes
    -----
    Naive Bayes: the share of a cause is its prior among events of the kind, times a factor for every sign of which the
    log says that it is there or that it is not, brought to a sum of 1. A sign about which the log says nothing changes
    nothing: where all are silent the shares are the priors.
    """
    kind = KINDS.get(scene.finding.rule)
    if kind is None:
        return ()
    from curveread.causes.signs import SIGNS

    possible = [c for c in candidates() if c.usual.get(kind, 0.0) > 0.0]
    asked = {name: SIGNS[name](scene) for name in sorted({s for c in possible for s in c.signs})}
    scores = {c.id: _prior(c, kind, belief) * _factor(c, asked) ** belief.sharpness for c in possible}
    total = sum(scores.values())
    shares = {name: (1.0 - belief.unknown) * score / total for name, score in scores.items()}
    best = sorted(possible, key=lambda c: -shares[c.id])[:_MOST]
    return tuple(
        Cause(
            c.id,
            c.title,
            shares[c.id],
            tuple(seen.words for seen in _speaking(c, asked, 1)),
            tuple(seen.words for seen in _speaking(c, asked, -1)),
            c.check(scene),
            c.fix(scene),
        )
        for n, c in enumerate(best)
        if n == 0 or shares[c.id] >= _TOLD
    )


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
    found = [(abs(math.log(f)), seen) for f, seen in _factors(candidate, asked) if (f > 1.0) - (f < 1.0) == way]
    return [seen for _, seen in sorted(found, key=lambda pair: -pair[0])]


def with_causes(findings: Sequence[Finding], case: Case, belief: Belief = BELIEF) -> list[Finding]:
    """Return the findings with their causes.

    Parameters
    ----------
    findings
        What is told of the run.
    case
        The run with its views, landmarks and task.
    belief
        How far to trust priors and signs.
    """
    everything = [*findings, *(folded for f in findings for folded in f.folded)]
    return [replace(f, causes=ranked(Scene(case, f, everything), belief)) if f.rule in KINDS else f for f in findings]
