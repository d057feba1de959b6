"""What may have caused the faults of a run: each cause with what in the log speaks for it and what against it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from curveread.case import Case
from curveread.findings.arguments import Argument, Name, Place, Tag, figure, measure
from curveread.findings.cause import Cause
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.landmarks import EPOCHS, RATE, RESTARTS
from curveread.findings.text import Text, joined, text
from curveread.run.model import Run
from curveread.run.roles import Role

__all__ = ["causes"]

_UNSTABLE = frozenset(
    "divergence loss-spike nonfinite-loss masked-nan level-shift metric-collapse gradient-explosion oscillation".split()
)
"""Faults that the suspects may lie behind."""
_BY_HEART = ("overfitting", "generalization-stall")
_PASSES = "too many passes over the data"
_BEFORE, _AFTER = 0.05, 0.02
"""A finding is near another that begins so late before it or so early after it, as shares of the run."""


@dataclass(frozen=True, slots=True)
class _Suspect:
    """A cause that is looked for.

    Parameters
    ----------
    name
        The cause in words.
    rules
        The checks that look for it.
    role
        The curve that shows it.
    landmarks
        The kind of place that shows it.
    """

    name: str
    rules: tuple[str, ...]
    role: Role | None = None
    landmarks: str = ""


_SUSPECTS = (
    _Suspect("the learning rate", ("learning-rate-jump", "missing-warmup"), Role.LEARNING_RATE, RATE),
    _Suspect("unstable gradients", ("gradient-explosion", "clipping-saturation"), Role.GRAD_NORM),
    _Suspect("a restart of the run", ("restart", "concurrent-writers"), landmarks=RESTARTS),
    _Suspect("the data at that place", ("outlier-batch",), landmarks=EPOCHS),
)


def causes(case: Case, findings: Sequence[Finding], quiet: Collection[str]) -> tuple[Cause, ...]:
    """Return the causes that may lie behind the gravest finding, those for which most speaks first.

    Parameters
    ----------
    case
        The run and its landmarks.
    findings
        What was found, gravest first.
    quiet
        The checks that ran and found nothing.
    """
    head = next((f for f in findings if f.severity is not Severity.INFO), None)
    if head is None:
        return ()
    found = []
    if head.rule in _UNSTABLE:
        found += [_weighed(suspect, case, head, findings, quiet) for suspect in _SUSPECTS]
    if head.rule in _BY_HEART:
        found.append(_passes(case.run, head))
    found += [Cause(words) for words in head.also_explained_by]
    return tuple(sorted(found, key=lambda c: (len(c.speaks_against) - 2 * len(c.speaks_for), not c.speaks_against)))


def _weighed(
    suspect: _Suspect,
    case: Case,
    head: Finding,
    findings: Sequence[Finding],
    quiet: Collection[str],
) -> Cause:
    """Return a suspect with what other findings, quiet checks and the finding's own evidence say of it."""
    run = case.run
    length = max((run.last_step or 0) - (run.first_step or 0), 1)
    onset = head.first_step or 0
    speaks_for: list[str] = []
    speaks_against: list[str] = []
    everything = [*findings, *(folded for f in findings for folded in f.folded)]
    for rule in suspect.rules:
        if rule == head.rule:
            continue
        seen = [(f.first_step, f.message) for f in everything if f.rule == rule and f.first_step is not None]
        near = [s for s in seen if onset - _BEFORE * length <= s[0] <= onset + _AFTER * length]
        if near:
            at, message = near[0]
            speaks_for.append(
                text("{rule} at {at}: {message}", rule=Name(rule), at=Place(at), message=_argument(message))
            )
        elif seen:
            speaks_against.append(text("{rule} only at {at}, not near it", rule=Name(rule), at=Place(seen[0][0])))
        elif rule in quiet:
            speaks_against.append(text("the check {rule} found nothing", rule=Name(rule)))
    shown = [e for e in head.evidence if _shows(e, suspect, case)]
    return Cause(suspect.name, (*speaks_for, *map(_stated, shown)), tuple(speaks_against))


def _shows(evidence: Evidence, suspect: _Suspect, case: Case) -> bool:
    """Return whether evidence of a finding points at a suspect: its curve moved first, or its place coincides."""
    args = dict(evidence.value.args) if isinstance(evidence.value, Text) else {}
    if evidence.key == "moved-first":
        first = args.get("first")
        known = "by" in args  # two that moved at once name no cause
        curve = case.run.curves.get(first.name) if known and isinstance(first, Tag) else None
        return curve is not None and curve.role is not None and curve.role is suspect.role
    if evidence.key == "at-the-same-place":
        return any(args.get("place") in m.text for m in case.marks if m.kind == suspect.landmarks)
    return False


def _stated(evidence: Evidence) -> Text:
    """Return evidence as a sentence: ``moved first: grad_norm, 3 steps before train/loss``."""
    value = evidence.value
    worded = _argument(value) if isinstance(value, str) else measure(value, evidence.unit)
    return text("{name}: {value}", name=_argument(evidence.name), value=worded)


def _argument(words: str) -> Argument | Text:
    return words if isinstance(words, Text) else Name(words)


def _passes(run: Run, head: Finding) -> Cause:
    """Return the cause of a run that learns its data by heart, with the epochs where the log counts them."""
    speaks_for: list[str] = [_stated(e) for e in head.evidence if "training-loss" in e.key]
    epochs = next(iter(run.of(Role.EPOCH)), None)
    if epochs is None or head.first_step is None or not epochs.finite.all():
        return Cause(_PASSES, tuple(speaks_for))
    then = float(np.interp(head.first_step, epochs.step, epochs.value))
    turned = text("it turned at epoch {then} of {last}", then=figure(then), last=figure(float(epochs.value[-1])))
    if then < 1.0:
        return Cause(_PASSES, tuple(speaks_for), (joined("", (turned, ", before the data was seen twice")),))
    return Cause(_PASSES, (*speaks_for, turned))
