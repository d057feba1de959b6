"""The tables of confidence: ``python -m tests.benchmarks.calibration [--write]`` fits them in a minute.

Every finding of the lab's runs, of other programs' and of the public runs that are not left aside is right or wrong by
its label. How likely it is to be right is a logistic model: a common level, for each rule an offset and a slope in the
strength of the case, for each kind of training a shift, all drawn towards the mean so that little data says little. The
findings of a rule in one program or repository share their fate: together they count for less than two, as in a
beta-binomial of that correlation. What is stated is a lower estimate. Printed is how the tables do on the programs and
repositories left out of each fit, and on those left aside; ``--write`` puts them into
``curveread/detectors/confidence.py``.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from curveread.detectors import confidence
from curveread.detectors.confidence import confidence_of, group_of, in_task
from curveread.detectors.registry import rules
from curveread.run.tags.kinds import TaskKind

if TYPE_CHECKING:
    from tests.benchmarks.outside import Outcome

__all__ = ["Stated", "Tables", "calibration", "fitted", "left_out", "stated", "using"]

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
SURE = 0.95
ALIKE = 0.5
"""Correlation of the findings of a rule in one group: n of them count as n / (1 + (n - 1) / 2), fewer than two."""
CAUTION = 0.6
"""Standard deviations by which the level of a rule, and the shift of a kind, are stated below the most likely ones.

The checks were made in sight of these very runs, and are right there more often than elsewhere.
"""
LEAST_RULE, LEAST_KIND = 3, 2  # groups that must have shown it
BELIEF = {"common": (2.0, 1.5), "rule": (0.0, 1.0), "slope": (0.0, 0.5), "kind": (0.0, 1.3)}
"""Mean and standard deviation of the logits before any finding is seen: nine in ten are right."""
BEGIN, END = "# --- fitted: begin ---\n", "# --- fitted: end ---"
_FLAT, _LEVEL = 0.1, 3.0  # a map that can be turned round: every strength stays readable in the confidence


@dataclass(frozen=True, slots=True)
class Stated:
    """A finding's confidence and whether it was right; ``group`` is its program or repository."""

    group: str
    rule: str
    kind: str
    confidence: float | None
    right: bool
    strength: float = 0.0


@dataclass(frozen=True, slots=True)
class Tables:
    """What :mod:`curveread.detectors.confidence` holds."""

    rules: dict[str, tuple[float, float]]
    kinds: dict[str, float]

    @property
    def elsewhere(self) -> float:
        return min(0.0, *self.kinds.values()) if self.kinds else 0.0


def stated(outcomes: Iterable[Outcome]) -> list[Stated]:
    """Return every finding that was judged."""
    return [
        Stated(o.entry.group, s.rule, group_of(TaskKind(s.task)), s.confidence, right)
        for o in outcomes
        for right, said in ((True, o.right), (False, o.wrong))
        for s in said
        if s.task
    ]


@contextmanager
def using(tables: Tables) -> Iterator[None]:
    """State confidences by other tables."""
    before = confidence.RULES, confidence.KINDS, confidence.ELSEWHERE
    confidence.RULES, confidence.KINDS, confidence.ELSEWHERE = tables.rules, tables.kinds, tables.elsewhere
    try:
        yield
    finally:
        confidence.RULES, confidence.KINDS, confidence.ELSEWHERE = before


@contextmanager
def raw() -> Iterator[None]:
    """Let every check say its strength, readable by :func:`strength`, in place of a fitted confidence."""
    caps = confidence.CAPS
    confidence.CAPS = {}
    try:
        with using(Tables(dict.fromkeys(rules(), (_LEVEL, _FLAT)), {})):
            yield
    finally:
        confidence.CAPS = caps


def strength(said: float) -> float:
    """Return the strength that a check gave under :func:`raw`."""
    return (math.log(said / (1.0 - said)) - _LEVEL) / _FLAT


def fitted(findings: Sequence[Stated]) -> Tables:
    """Return the tables that are a little lower than the most likely ones, given what is believed beforehand.

    Parameters
    ----------
    findings
        With their strengths; the confidences are not looked at.
    """
    columns: list[tuple[str, str]] = [("common", "")]
    columns += [(part, name) for part in ("rule", "slope") for name in sorted({f.rule for f in findings})]
    columns += [("kind", name) for name in sorted({f.kind for f in findings})]
    at = {column: i for i, column in enumerate(columns)}
    together = Counter((f.rule, f.group) for f in findings)
    design = np.zeros((len(findings), len(columns)))
    weight = np.empty(len(findings))
    for row, f in enumerate(findings):
        design[row, [0, at["rule", f.rule], at["kind", f.kind]]] = 1.0
        design[row, at["slope", f.rule]] = f.strength
        weight[row] = 1.0 / (1.0 + ALIKE * (together[f.rule, f.group] - 1))
    mean, sd = np.array([BELIEF[part] for part, _ in columns]).T
    w, spread = _most_likely(design, np.array([f.right for f in findings], dtype=np.float64), weight, mean, sd)
    shown: dict[str, dict[str, set[str]]] = {part: defaultdict(set) for part in ("rule", "kind")}
    for f in findings:
        shown["rule"][f.rule].add(f.group)
        shown["kind"][f.kind].add(f.group)

    def low(*parts: tuple[str, str]) -> float:
        both = np.isin(np.arange(len(columns)), [at[part] for part in parts]).astype(np.float64)
        return round(float(both @ w - CAUTION * math.sqrt(both @ spread @ both)), 2)

    levels = {
        rule: (low(("common", ""), ("rule", rule)), round(max(float(w[at["slope", rule]]), 0.0), 2))
        for rule, groups in shown["rule"].items()
        if len(groups) >= LEAST_RULE
    }
    kinds = {kind: low(("kind", kind)) for kind, groups in shown["kind"].items() if len(groups) >= LEAST_KIND}
    return Tables(dict(sorted(levels.items())), dict(sorted(kinds.items())))


def _most_likely(
    design: NDArray[np.float64],
    right: NDArray[np.float64],
    weight: NDArray[np.float64],
    mean: NDArray[np.float64],
    sd: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the peak of the posterior and the covariance there: Newton's method; it is concave."""
    w = mean.copy()
    for _ in range(100):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ w, -30.0, 30.0)))
        slope = design.T @ (weight * (right - p)) - (w - mean) / sd**2
        bend = (design * (weight * p * (1.0 - p))[:, None]).T @ design + np.diag(1.0 / sd**2)
        move = np.clip(np.linalg.solve(bend, slope), -2.0, 2.0)
        w = w + move
        if float(np.abs(move).max()) < 1e-9:
            break
    return w, np.asarray(np.linalg.inv(bend), dtype=np.float64)


def left_out(findings: Sequence[Stated]) -> list[Stated]:
    """Return the findings with the confidence of tables that were fitted on all other groups."""
    out = []
    for group in sorted({f.group for f in findings}):
        with using(fitted([f for f in findings if f.group != group])):
            out += [_restated(f) for f in findings if f.group == group]
    return out


def _restated(f: Stated) -> Stated:
    return replace(f, confidence=in_task(f.rule, confidence_of(f.rule, f.strength), TaskKind(f.kind)))


def calibration(findings: Iterable[Stated]) -> dict[str, Any]:
    """Return how confidences fit: bins, expected calibration error, Brier score, how many of the surest are right.

    ``error`` is the mean distance of confidence and share right over the bins, weighted by their findings; ``base`` the
    Brier score of one confidence for all, the share right; ``unmeasured`` counts the findings that state none, and how
    many of them were right; ``kinds`` has for each kind of training the mean confidence, how many are right, of how
    many.
    """
    given = list(findings)
    known = [f for f in given if f.confidence is not None]
    none = [f.right for f in given if f.confidence is None]
    if not known:
        return {}
    said = np.array([f.confidence for f in known])
    right = np.array([float(f.right) for f in known])
    place = np.clip(np.searchsorted(EDGES, said, side="right") - 1, 0, len(EDGES) - 2)
    bins = [
        {
            "from": EDGES[i],
            "to": EDGES[i + 1],
            "findings": int((place == i).sum()),
            "confidence": float(said[place == i].mean()),
            "right": float(right[place == i].mean()),
        }
        for i in np.unique(place)
    ]
    return {
        "findings": len(known),
        "confidence": float(said.mean()),
        "right": float(right.mean()),
        "error": sum(abs(b["confidence"] - b["right"]) * b["findings"] for b in bins) / len(known),
        "brier": float(np.mean((said - right) ** 2)),
        "base": float(right.mean() * (1.0 - right.mean())),
        "sure": [int(right[said >= SURE].sum()), int((said >= SURE).sum())],
        "unmeasured": [sum(none), len(none)],
        "kinds": {
            kind: [
                sum(f.confidence or 0.0 for f in of_kind) / len(of_kind),
                sum(f.right for f in of_kind),
                len(of_kind),
            ]
            for kind in sorted({f.kind for f in known})
            for of_kind in [[f for f in known if f.kind == kind]]
        },
        "bins": bins,
    }


def _strengths(place: Path) -> Any:
    from tests.benchmarks.outside import found_in
    from tests.benchmarks.tables import OURS

    with raw():
        return found_in(OURS, place)


def main() -> int:
    """Fit the tables, print them with how they do on groups left out and left aside, and, when asked, write them."""
    from tests.benchmarks.outside import entries, judged
    from tests.benchmarks.tables import with_section

    parser = argparse.ArgumentParser(description="Fit the tables of confidence.")
    parser.add_argument("--write", action="store_true", help="put them into curveread/detectors/confidence.py")
    chosen = parser.parse_args()
    runs = [e for source in ("trained", "trained2", "wild") for e in entries(source)]
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(_strengths, [e.place for e in runs], chunksize=4))
    seen = {
        aside: [
            replace(f, strength=strength(f.confidence), confidence=None)
            for f in stated(judged(e, of_run) for e, of_run in zip(runs, found, strict=True) if e.aside is aside)
            if f.confidence is not None
        ]
        for aside in (False, True)
    }
    tables = fitted(seen[False])
    section = _section(tables, seen[False])
    print(section)
    with using(tables):
        parts = {"in sight": [*map(_restated, seen[False])], "left aside": [*map(_restated, seen[True])]}
    parts["program or repository left out"] = left_out(seen[False])
    for kind in sorted({f.kind for f in seen[False]}):
        parts[f"left out, {kind}"] = [f for f in parts["program or repository left out"] if f.kind == kind]
    for name, part in parts.items():
        print(_line(name, calibration(part)))
    if chosen.write:
        place = Path(confidence.__file__)
        place.write_text(with_section(place.read_text(encoding="utf-8"), section, BEGIN, END), encoding="utf-8")
    return 0


def _section(tables: Tables, findings: Sequence[Stated]) -> str:
    """Return the tables as Python, beside each line what it rests on."""

    def seen(alike: Sequence[Stated]) -> str:
        return f"# {sum(f.right for f in alike)} of {len(alike)} right, {len({f.group for f in alike})} programs"

    lines = ["RULES: dict[str, tuple[float, float]] = {"]
    for rule, (offset, slope) in tables.rules.items():
        lines.append(f'    "{rule}": ({offset:.2f}, {slope:.2f}),  {seen([f for f in findings if f.rule == rule])}')
    lines += ["}", "KINDS: dict[str, float] = {"]
    for kind, shift in tables.kinds.items():
        lines.append(f'    "{kind}": {shift:.2f},  {seen([f for f in findings if f.kind == kind])}')
    return "\n".join([*lines, "}", f"ELSEWHERE = {tables.elsewhere:.2f}", ""])


def _line(name: str, c: dict[str, Any]) -> str:
    if not c:
        return f"{name}: none that states a confidence"
    sure, unmeasured = (f"{part} of {whole}" for part, whole in (c["sure"], c["unmeasured"]))
    bins = ", ".join(f"{b['confidence']:.2f}: {b['right']:.2f} ({b['findings']})" for b in c["bins"])
    return (
        f"{name}: {c['findings']} findings, confidence {c['confidence']:.3f}, right {c['right']:.3f}, "
        f"ECE {c['error']:.3f}, Brier {c['brier']:.3f} (one for all {c['base']:.3f}), of {SURE} and more {sure} right, "
        f"of those without confidence {unmeasured}; {bins}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
