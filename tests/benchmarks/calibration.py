"""Whether findings of a confidence around p are right in about p of the cases; and the numbers that make them so.

``python -m tests.benchmarks.calibration`` fits the maps of ``curveread/findings/confidence.py`` on the labelled runs
and the synthetic family and prints them, with the fit on every family that was left out of its own calibration and on
noises that none was fitted on. Takes three minutes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curveread.detectors import confidence
from tests.benchmarks.scoring import Tally

__all__ = ["Stated", "calibration", "fitted", "held_out", "stated"]

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
LEAST = 8  # findings of a family, for a line of its own
BELIEF = ((1.4, 1.5), (1.0, 1.0))  # of offset and slope before any finding is seen: mean and standard deviation
CAPPED = {"eval-below-train"}  # curves alone cannot prove leakage, however often it was one
_FLAT, _LEVEL = 0.1, 3.0  # a map that can be turned round: every strength stays readable in the confidence


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


@contextmanager
def raw() -> Iterator[None]:
    """Let every check say its strength, readable by :func:`strength`, in place of a fitted confidence."""
    before = confidence.FITTED, confidence.UNMEASURED, confidence._MOST
    confidence.FITTED, confidence.UNMEASURED, confidence._MOST = {}, (_LEVEL, _FLAT), 1.0
    try:
        yield
    finally:
        confidence.FITTED, confidence.UNMEASURED, confidence._MOST = before


def strength(finding: Stated) -> float:
    """Return the strength that a check gave under :func:`raw`."""
    return (_logit(finding.confidence) - _LEVEL) / _FLAT


def fitted(findings: Sequence[tuple[str, float, bool]]) -> dict[str, tuple[float, float]]:
    """Return offset and slope of every rule's logistic map: the most likely ones, given what is believed beforehand.

    Parameters
    ----------
    findings
        (rule, strength, whether it was right). A rule that knows but one strength gets no slope.
    """
    out = {}
    for rule in sorted({f[0] for f in findings}):
        x = np.array([f[1] for f in findings if f[0] == rule])
        y = np.array([f[2] for f in findings if f[0] == rule], dtype=np.float64)
        out[rule] = _logistic(x, y)
    return out


def _logistic(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Newton's method on the posterior; it is concave."""
    varies = bool(np.ptp(x) > 1e-6)
    design = np.stack([np.ones_like(x), x if varies else np.zeros_like(x)], axis=1)
    mean, sd = (np.array(b) for b in zip(*BELIEF, strict=True))
    w = mean.copy()
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ w, -30.0, 30.0)))
        slope = design.T @ (y - p) - (w - mean) / sd**2
        bend = (design * (p * (1.0 - p))[:, None]).T @ design + np.diag(1.0 / sd**2)
        move = np.linalg.solve(bend, slope)
        w = w + np.clip(move, -2.0, 2.0)
        if float(np.abs(move).max()) < 1e-9:
            break
    return float(w[0]), float(w[1]) if varies else 0.0


def _logit(p: float) -> float:
    return math.log(p / (1.0 - p))


def held_out(findings: Sequence[Stated]) -> list[Stated]:
    """Return the findings with the confidence of a map that was fitted on the other families alone."""
    out = []
    for family in sorted({f.family for f in findings}):
        maps = fitted([(f.rule, _logit(f.confidence), f.right) for f in findings if f.family != family])
        for f in findings:
            if f.family == family:
                offset, slope = maps.get(f.rule, (_logit(f.confidence), 0.0))
                x = offset + slope * _logit(f.confidence)
                p = f.confidence if f.rule in CAPPED else min(max(1.0 / (1.0 + math.exp(-x)), 0.02), 0.99)
                out.append(Stated(f.family, f.rule, p, f.right))
    return out


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
        "held_out": asdict(_fit(held_out(findings), groups)),
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


def main() -> int:
    """Fit the maps and print them, with how they do on families left out."""
    from tests.benchmarks import synthetic
    from tests.benchmarks.accuracy import scan
    from tests.benchmarks.corpora import sample_logs, trained

    with raw():
        seen = stated(scan([*sample_logs(), *trained(), *synthetic.healthy(3), *synthetic.faulty(3)]))
        strange = stated(
            scan([*synthetic.healthy(1, laws=synthetic.OTHERS), *synthetic.faulty(1, laws=synthetic.EVEN)])
        )
    known = [(f.rule, strength(f), f.right) for f in seen if f.rule not in CAPPED]
    maps = fitted(known)
    print("FITTED: dict[str, tuple[float, float]] = {")
    for rule, (offset, slope) in maps.items():
        of_rule = [right for name, _, right in known if name == rule]
        print(f'    "{rule}": ({offset:.2f}, {slope:.2f}),  # {sum(of_rule)} of {len(of_rule)} right')
    print("}")
    parts = {"in sample": _with(seen, maps), "noises never seen": _with(strange, maps)}
    left: list[Stated] = []
    for family in sorted({f.family for f in seen}):
        others = fitted([(f.rule, strength(f), f.right) for f in seen if f.family != family])
        left += _with([f for f in seen if f.family == family], others)
    parts["family left out"] = left
    for name, findings in parts.items():
        fit = _fit(findings, sorted({f.family for f in findings}))
        print(f"{name}: {fit.findings} findings, confidence {fit.confidence:.3f}, right {fit.right:.3f}, ", end="")
        print(f"ECE {fit.error:.3f}, Brier {fit.brier:.4f}, base rate's {fit.base:.4f}")
        for b in _bins(findings):
            print(f"  {b['from']:.2f} to {b['to']:.2f} {b['findings']:>5} {b['confidence']:.3f} {b['right']:.3f}")
    return 0


def _with(findings: Sequence[Stated], maps: dict[str, tuple[float, float]]) -> list[Stated]:
    """Return the findings with the confidence that the maps give them; a loss-spike that is no alarm is left out."""
    out = []
    for f in findings:
        offset, slope = maps.get(f.rule, confidence.UNMEASURED)
        p = min(max(1.0 / (1.0 + math.exp(-(offset + slope * strength(f)))), 0.02), 0.99)
        if f.rule in CAPPED:
            p = f.confidence
        if f.rule != "loss-spike" or p >= 0.5:
            out.append(Stated(f.family, f.rule, p, f.right))
    return out


if __name__ == "__main__":
    raise SystemExit(main())
