"""Whether findings of a confidence around p are right in about p of the cases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.scoring import Tally

__all__ = ["Stated", "calibration", "stated"]

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
LEAST = 8  # findings of a family, for a line of its own


@dataclass(frozen=True, slots=True)
class Stated:
    """A finding's confidence and whether it was right."""

    family: str
    rule: str
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """How well confidences fit on some findings.

    Parameters
    ----------
    findings, confidence, right
        How many, their mean confidence, the share that is right.
    error
        Expected calibration error: mean distance of confidence and share right over the bins, weighted.
    brier, base
        Brier score of the confidences, and of one confidence for all: the share right in the other families.
    by_rule
        Brier score of one confidence per rule, from the other families.
    """

    findings: int
    confidence: float
    right: float
    error: float
    brier: float
    base: float
    by_rule: float


def stated(tallies: Sequence[Tally]) -> list[Stated]:
    """Return every finding that counts for precision and says how sure it is."""
    return [
        Stated(t.label.family, j.seen.rule, j.seen.confidence, j.right)
        for t in tallies
        for j in t.alarms
        if j.seen.confidence is not None
    ]


def calibration(findings: Sequence[Stated]) -> dict[str, Any]:
    """Return bins, the fit over all and by family held out, and per rule mean confidence beside the share right."""
    if not findings:
        return {}
    groups = sorted({f.family for f in findings})
    sources = sorted({g.split()[0] for g in groups})
    named = {"all": groups} | {f"all {s}": [g for g in groups if g.split()[0] == s] for s in sources}
    named |= {g: [g] for g in groups if sum(f.family == g for f in findings) >= LEAST}
    return {
        "bins": _bins(findings),
        "fits": {name: asdict(_fit(findings, families)) for name, families in named.items()},
        "rules": _rules(findings, sources),
    }


def _arrays(findings: Sequence[Stated]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array([f.confidence for f in findings]), np.array([float(f.right) for f in findings])


def _bins(findings: Sequence[Stated]) -> list[dict[str, float]]:
    confidence, right = _arrays(findings)
    place = _place(confidence)
    return [
        {
            "from": EDGES[i],
            "to": EDGES[i + 1],
            "findings": int((place == i).sum()),
            "confidence": float(confidence[place == i].mean()),
            "right": float(right[place == i].mean()),
        }
        for i in np.unique(place)
    ]


def _place(confidence: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.clip(np.searchsorted(EDGES, confidence, side="right") - 1, 0, len(EDGES) - 2)


def _fit(findings: Sequence[Stated], families: Sequence[str]) -> Fit:
    """Return the fit over some families; what a family is held against is taken from all the others."""
    inside = [f for f in findings if f.family in families]
    confidence, right = _arrays(inside)
    place = _place(confidence)
    error = sum(abs(confidence[place == i].mean() - right[place == i].mean()) * (place == i).mean() for i in set(place))
    base, by_rule = np.empty(len(inside)), np.empty(len(inside))
    for family in {f.family for f in inside}:
        others = [f for f in findings if f.family != family]
        share = float(np.mean([f.right for f in others])) if others else 0.5
        for i, finding in enumerate(inside):
            if finding.family == family:
                alike = [f.right for f in others if f.rule == finding.rule]
                base[i] = share
                by_rule[i] = (sum(alike) + 5 * share) / (len(alike) + 5)
    return Fit(
        findings=len(inside),
        confidence=float(confidence.mean()),
        right=float(right.mean()),
        error=float(error),
        brier=float(np.mean((confidence - right) ** 2)),
        base=float(np.mean((base - right) ** 2)),
        by_rule=float(np.mean((by_rule - right) ** 2)),
    )


def _rules(findings: Sequence[Stated], sources: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return each rule's figures, and those of each source of runs with enough findings of it."""
    out = {}
    for rule in sorted({f.rule for f in findings}):
        of_rule = [f for f in findings if f.rule == rule]
        out[rule] = _rule(of_rule)
        parts = {source: [f for f in of_rule if f.family.split()[0] == source] for source in sources}
        if sum(map(bool, parts.values())) > 1:
            out |= {f"{rule}, {source}": _rule(part) for source, part in parts.items() if len(part) >= LEAST}
    return out


def _rule(findings: Sequence[Stated]) -> dict[str, Any]:
    """Return a rule's figures; ``low`` and ``high`` are the 95 % Wilson interval of the share right."""
    confidence, right = _arrays(findings)
    n, share, z = len(findings), float(right.mean()), 1.96
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    mean = float(confidence.mean())
    low, high = centre - half, centre + half
    return {
        "findings": n,
        "confidence": mean,
        "right": share,
        "low": low,
        "high": high,
        "reads": "too sure" if mean > high else "too shy" if mean < low else "fits",
    }
