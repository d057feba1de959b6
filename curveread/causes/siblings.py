"""What the log of one run cannot say: that other runs have the same event at the same step. Then the data did it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from curveread.causes.kinds import kind_of
from curveread.causes.registry import candidate
from curveread.findings.arguments import Count
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding
from curveread.findings.text import text

_SHARED = "same-step-in-siblings"
"""Name of the sign."""
APART = 2
"""Steps that may lie between what is logged of the same step."""
_CHANCE = 0.05


def with_siblings(diagnoses: Sequence[Diagnosis]) -> list[Diagnosis]:
    """Return diagnoses of runs on the same data, the causes of what several have at the same step weighed by that.

    Notes
    -----
    Bayes' rule as in :func:`~curveread.causes.engine.ranked`, with one sign more: each share times the factor of the
    sign for its cause, brought back to a sum of 1 with what was unknown. Not where runs have so many events that they
    meet by chance.
    """
    return [
        replace(d, findings=tuple(_weighed(f, d, [o for o in diagnoses if o is not d]) for f in d.findings))
        for d in diagnoses
    ]


def _weighed(finding: Finding, own: Diagnosis, others: Sequence[Diagnosis]) -> Finding:
    kind, at = kind_of(finding), finding.first_step
    if kind is None or at is None or not finding.causes:
        return finding
    like = [[f.first_step for f in o.findings if f.first_step is not None and kind_of(f) is kind] for o in others]
    n = sum(any(abs(step - at) <= APART for step in steps) for steps in like)
    length = max((own.run.last_step or 0) - (own.run.first_step or 0), 1)
    by_chance = max(map(len, like), default=0) * (2 * APART + 1) / length  # that one of them lies as near
    if not n or by_chance > _CHANCE:
        return finding
    factors = [candidate(c.cause).signs.get(_SHARED, (1.0, 1.0))[0] for c in finding.causes]
    shares = [c.share * factor for c, factor in zip(finding.causes, factors, strict=True)]
    total = sum(shares) + 1.0 - sum(c.share for c in finding.causes)
    said = text("{runs} had it at the same step", runs=Count(n, "other run"))
    causes = [
        replace(
            c,
            share=share / total,
            speaks_for=(said, *c.speaks_for) if factor > 1.0 else c.speaks_for,
            speaks_against=(said, *c.speaks_against) if factor < 1.0 else c.speaks_against,
        )
        for c, share, factor in zip(finding.causes, shares, factors, strict=True)
    ]
    return replace(finding, causes=tuple(sorted(causes, key=lambda c: -c.share)))
