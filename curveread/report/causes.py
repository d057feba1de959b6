"""What may have caused the faults of a run: each cause with what in the log speaks for it and what against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding, Severity
from curveread.findings.wording import count, figure, measure
from curveread.report.logtext import clean, shorten
from curveread.run.roles import Role

__all__ = ["Cause", "causes"]

_PASSES = "more passes over the data than it bears"


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause that could be.

    Parameters
    ----------
    name
        The cause in words.
    speaks_for, speaks_against
        What the log holds for and against it; both may be empty.
    """

    name: str
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()


_UNSTABLE = frozenset(
    "divergence loss-spike nonfinite-loss masked-nan level-shift metric-collapse gradient-explosion oscillation".split()
)
"""Faults that the causes of :data:`_KNOWN` may lie behind."""

_KNOWN = (
    ("the learning rate", ("learning-rate-jump", "missing-warmup"), ("learning rate", "lr")),
    ("unstable gradients", ("gradient-explosion", "clipping-saturation"), ("grad",)),
    ("a restart of the run", ("restart", "concurrent-writers"), ("restart", "attempt")),
    ("the data at that place", ("outlier-batch",), ("epoch",)),
)
"""Cause, the checks that look for it, words of evidence that names it."""


def causes(diagnosis: Diagnosis) -> tuple[Cause, ...]:
    """Return the causes that may lie behind the gravest finding, those for which most speaks first."""
    loud = [f for f in diagnosis.findings if f.severity is not Severity.INFO]
    if not loud:
        return ()
    head = loud[0]
    found = [_known(diagnosis, head, *row) for row in _KNOWN] if head.rule in _UNSTABLE else []
    if head.rule in ("overfitting", "generalization-stall"):
        found.append(_passes(diagnosis, head))
    found += [Cause(shorten(text, 300)) for text in head.also_explained_by]
    return tuple(sorted(found, key=lambda c: (len(c.speaks_against) - 2 * len(c.speaks_for), not c.speaks_against)))


def _known(diagnosis: Diagnosis, head: Finding, name: str, rules: tuple[str, ...], words: tuple[str, ...]) -> Cause:
    length = max((diagnosis.run.last_step or 0) - (diagnosis.run.first_step or 0), 1)
    onset = head.first_step or 0
    quiet = {q.rule for q in diagnosis.quiet}
    speaks_for: list[str] = []
    speaks_against: list[str] = []
    everything = [*diagnosis.findings, *(e for f in diagnosis.findings for e in f.folded)]
    for rule in rules:
        if rule == head.rule:
            continue
        seen = [f for f in everything if f.rule == rule and f.first_step is not None]
        near = [f for f in seen if onset - 0.05 * length <= (f.first_step or 0) <= onset + 0.02 * length]
        if near:
            speaks_for.append(f"{rule} at step {count(near[0].first_step or 0)}: {shorten(near[0].message, 200)}")
        elif seen:
            speaks_against.append(f"{rule} only at step {count(seen[0].first_step or 0)}, not near it")
        elif rule in quiet:
            speaks_against.append(f"the check {rule} found nothing")
    for e in head.evidence:
        said = measure(e.value, e.unit)
        # "train/lr, 1 step before train/loss": what comes first is named first; two at once name no cause
        first = said.partition(",")[0] if " before" in said else ""
        named = first if e.key == "moved-first" else said if e.key == "at-the-same-place" else ""
        if any(w in named.lower() for w in words):
            speaks_for.append(f"{clean(e.name)}: {shorten(said, 200)}")
    return Cause(name, tuple(speaks_for), tuple(speaks_against))


def _passes(diagnosis: Diagnosis, head: Finding) -> Cause:
    """Return the cause of a run that learns its data by heart, with the epochs where the log counts them."""
    speaks_for = [f"{clean(e.name)}: {measure(e.value, e.unit)}" for e in head.evidence if "training-loss" in e.key]
    epochs = next(iter(diagnosis.run.of(Role.EPOCH)), None)
    if epochs is not None and head.first_step is not None and epochs.finite.all():
        then = float(np.interp(head.first_step, epochs.step, epochs.value))
        last = float(epochs.value[-1])
        said = f"it turned at epoch {figure(then)} of {figure(last)}"
        if then < 1.0:
            return Cause(_PASSES, tuple(speaks_for), (f"{said}, before the data was seen twice",))
        speaks_for.append(said)
    return Cause(_PASSES, tuple(speaks_for))
