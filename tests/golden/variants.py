"""The sample logs cut short, thinned, turned round and damaged, and what the checks say of each, line by line.

Whole logs lie far from the borders of the checks: how many points a rule asks for, how far beyond the noise a rise must
lie. Some of these variants lie close to each border, so a border that moves shows in the record beside this file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

import curveread as cr
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding
from curveread.run.curve import Curve
from curveread.run.model import Run

__all__ = ["FILE", "parsed", "record", "rendered"]

FILE = Path(__file__).with_name("variants.txt")
FIRST = (3, 10, 30)
THINNED = (4, 8, 11, 20, 40)


def record(sample: Path) -> list[str]:
    """Return what is said of a sample log and of its variants, one line a finding."""
    run = cr.read(sample)
    whole = cr.diagnose(run)
    sentences = [f"says: {line}" for f in whole.findings for line in (f.message, *f.advice, *f.also_explained_by)]
    variants = ((name, cr.diagnose(variant)) for name, variant in _variants(run))
    return sentences + [f"{n}: {line}" for n, diagnosis in (("whole", whole), *variants) for line in _said(diagnosis)]


def rendered(records: Mapping[str, list[str]]) -> str:
    """Return the record of several runs as the text that is kept."""
    return "\n".join(f"== {name}\n" + "".join(f"{line}\n" for line in lines) for name, lines in records.items())


def parsed(text: str) -> dict[str, list[str]]:
    """Return the record of several runs from the text that is kept."""
    sections = (section.rstrip("\n").split("\n") for section in text.split("== ")[1:])
    return {name: lines for name, *lines in sections}


def _variants(run: Run) -> Iterator[tuple[str, Run]]:
    steps = max(run.curves.values(), key=len).step
    for n in FIRST:
        if n < steps.size:
            yield f"first {n}", _changed(run, {t: c.take(c.step <= steps[n - 1]) for t, c in run.curves.items()})
    for n in THINNED:
        if n < steps.size:
            yield f"thinned to {n}", _changed(run, {t: _thinned(c, n) for t, c in run.curves.items()})
    yield "second half", _changed(run, {t: c.take(c.step >= steps[steps.size // 2]) for t, c in run.curves.items()})
    few = {t: _thinned(c, 60) for t, c in run.curves.items()}
    yield "turned round", _changed(run, {t: replace(c, value=c.value[::-1]) for t, c in few.items()})
    yield "a NaN", _changed(run, {t: _with(c, 0.6, 0.62, np.nan) for t, c in few.items()})
    yield "zero at the end", _changed(run, {t: _with(c, 0.7, 1.0, 0.0) for t, c in few.items()})
    yield "noisier", _changed(run, {t: _noisier(c, 3.0) for t, c in few.items()})


def _changed(run: Run, curves: Mapping[str, Curve]) -> Run:
    return replace(run, curves={t: c for t, c in curves.items() if len(c)})


def _thinned(curve: Curve, n: int) -> Curve:
    return curve.take(np.unique(np.linspace(0, len(curve) - 1, n).round().astype(int)))


def _with(curve: Curve, begin: float, end: float, value: float) -> Curve:
    values = curve.value.copy()
    values[int(begin * values.size) : int(np.ceil(end * values.size))] = value
    return replace(curve, value=values)


def _noisier(curve: Curve, factor: float) -> Curve:
    """Return the curve with its own changes from point to point, in another order, added."""
    own = np.diff(curve.value, prepend=curve.value[:1])
    order = (np.arange(own.size) * 37) % max(1, own.size)
    return replace(curve, value=curve.value + factor * own[order] * np.where(order % 2, 1.0, -1.0))


def _said(diagnosis: Diagnosis) -> Iterator[str]:
    """Return the verdict, and per finding what it says in figures: which rule, how grave, how sure, where, why."""
    failed = "".join(f", failed: {failure.rule}" for failure in diagnosis.failed)
    yield f"{diagnosis.verdict.health}{failed}"
    for finding in diagnosis.findings:
        yield from _told(finding, "")


def _told(finding: Finding, indent: str) -> Iterator[str]:
    sure = "unmeasured" if finding.confidence is None else f"{finding.confidence:.2f}"
    steps = f"{finding.first_step}/{finding.peak_step}/{finding.last_step}"
    figures = (
        f"{e.key}={e.value:.4g}" if isinstance(e.value, float) else f"{e.key}={e.value}" for e in finding.evidence
    )
    yield " ".join((f"{indent}{finding.rule}", str(finding.severity), sure, f"{finding.tag} {steps}", *figures))
    for follower in finding.folded:
        yield from _told(follower, f"{indent}> ")
