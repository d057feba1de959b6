"""What surrounds an event: what moved first, what the learning rate did, what coincided, the checkpoint before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import comb
from pathlib import PurePath
from typing import NamedTuple

import numpy as np

from curveread.attribution.lead import Watched, lead_at
from curveread.attribution.recovery import with_recovery
from curveread.case import Case
from curveread.findings.arguments import Argument, Length, Name, Place, Tag, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.landmarks import EPOCHS, EVALS, RATE, RESTARTS, Landmarks
from curveread.findings.lead import Lead, Moved, lead_of
from curveread.findings.text import Text, joined, text
from curveread.run.roles import Role
from curveread.signals.schedule.changes import stretches, warms_up

EVENTS = ("divergence", "gradient-explosion", "loss-spike", "masked-nan", "nonfinite-loss")
"""The checks whose findings are events: they begin somewhere for a reason."""

_ENDS = ("divergence", "masked-nan", "nonfinite-loss")

_CHANCE = 0.05
"""Largest probability that unrelated events would lie beside a kind of place as often as these do."""

_MEANS = {
    RESTARTS: "another data order, or an optimizer that began anew",
    EPOCHS: "the data are shuffled anew, or the same batch comes again",
    EVALS: "a model that was left in evaluation mode, or a random state that the evaluation changed",
    RATE: "a step of the schedule that made the training unstable",
}


def surrounded(findings: Sequence[Finding], case: Case, events: Sequence[Finding] = ()) -> list[Finding]:
    """Return the folded findings with what surrounds those that are events, as evidence, explanation and advice.

    ``events`` are the findings before many of a kind were gathered; ``findings`` where nothing was.
    """
    all_events = [f for f in events or findings if f.rule in EVENTS and f.first_step is not None]
    if not all_events:
        return list(findings)
    near = _Nearby(case, all_events)
    return [near.described(f) if f.rule in EVENTS and f.first_step is not None else f for f in findings]


class _RateThen(NamedTuple):
    """What the learning rate was doing, in words (``warming up``, ``falling`` …), and its share of the peak."""

    how: str
    of_peak: float

    @property
    def at_peak(self) -> bool:
        return self.of_peak >= 0.995

    def words(self) -> str:
        if self.at_peak:
            return text("{how}, at its peak", how=Name(self.how))
        return text("{how}, at {share} of its peak", how=Name(self.how), share=share(self.of_peak))


class _Nearby:
    """The surroundings of one run's events."""

    def __init__(self, case: Case, events: Sequence[Finding]) -> None:
        self.run, self.views = case.run, case.views
        self.loss = {v.tag: Watched(v) for v in self.views.get(Role.TRAIN_LOSS, ())}
        self.norm = next((Watched(v) for v in self.views.get(Role.GRAD_NORM, ())), None)
        self.rate = next(iter(self.views.get(Role.LEARNING_RATE, ())), None)
        self.marks, self.events = case.marks, events
        self.schedule = stretches(self.rate.value) if self.rate is not None else []
        self.changes = case.marks_of(RATE)
        self.slack = self._slack()
        self.chance = {m.kind: self._chance(m, events) for m in self.marks}

    def _slack(self) -> float:
        """Return how many steps a place may lie beside an event and still coincide with it: the log's cadence."""
        losses = self.views.get(Role.TRAIN_LOSS, ())
        return max(losses[0].cadence if losses else 1.0, 2.0)

    def _beside(self, marks: Landmarks, step: int) -> int | None:
        """Return the index of the mark that an event at ``step`` coincides with, None without one."""
        at = int(np.argmin(np.abs(marks.step - step)))
        return at if abs(int(marks.step[at]) - step) <= self.slack else None

    def _chance(self, marks: Landmarks, events: Sequence[Finding]) -> float:
        """Return how likely so many of the events lie beside such a mark by chance (binomial)."""
        length = max((self.run.last_step or 0) - (self.run.first_step or 0), 1)
        covered = min(1.0, marks.step.size * (2.0 * self.slack + 1.0) / length)
        steps = {f.first_step for f in events if f.first_step is not None}
        n, hits = len(steps), sum(self._beside(marks, s) is not None for s in steps)
        if n > 200:
            return 1.0 if hits < 2.0 * covered * n else 0.0
        return float(sum(comb(n, k) * covered**k * (1.0 - covered) ** (n - k) for k in range(hits, n + 1)))

    def described(self, finding: Finding) -> Finding:
        """Return an event with its surroundings."""
        if finding.rule == "loss-spike" and finding.tag in self.loss:
            finding = with_recovery(finding, self.loss[finding.tag].view, self._end_after(finding))
        known = finding.get("first-non-finite")  # then the check itself says what moved first
        lead = None if known is not None else self._raised(finding) or self._lead(finding)
        evidence = [Evidence("moved-first", "moved first", lead.sentence())] if lead else []
        onset = int(known) if isinstance(known, float) else finding.first_step or 0
        message, advice = finding.message, list(finding.advice)
        if lead is not None and lead.known and finding.tag == lead.then.tag and lead.first.tag != self._rate_tag:
            risen = text("{first} had risen {by} before", first=Tag(lead.first.tag), by=_by(lead))
            message = joined("; ", (message, risen))
            onset = min(onset, lead.first.at)
        course = self._course(onset)
        if course is not None:
            evidence.append(Evidence("learning-rate-then", "the learning rate then", course.words()))
        if finding.rule == "loss-spike":
            advice += self._stability(lead, course)
        beside, explained = self._coincidences(finding.first_step or 0)
        before = self._checkpoint(onset)
        if before is not None:
            step, name = before
            kept = text("{name}, {length} before", name=Name(name), length=Length(onset - step))
            beside.append(Evidence("checkpoint-before", "last checkpoint before it", kept))
            if finding.severity is Severity.ERROR and not any(_names_place(a, step) for a in advice):
                back = "Roll back to {name} ({at}), the last checkpoint before it."
                advice.insert(0, text(back, name=Name(name), at=Place(step)))
        return replace(
            finding,
            message=message,
            evidence=(*finding.evidence, *evidence, *beside),
            also_explained_by=(*explained, *finding.also_explained_by),
            advice=tuple(advice),
        )

    def _end_after(self, spike: Finding) -> Finding | None:
        """Return the first event behind a spike, in the same curve, from which no curve comes back."""
        first = spike.first_step or 0
        later = [f for f in self.events if f.rule in _ENDS and f.tag == spike.tag and (f.first_step or 0) > first]
        return min(later, key=lambda f: f.first_step or 0, default=None)

    @property
    def _rate_tag(self) -> str | None:
        return self.rate.tag if self.rate is not None else None

    def _raised(self, finding: Finding) -> Lead | None:
        """Return the lead of a learning rate that jumped up just before; it moves by itself, so it is the first."""
        marks, onset, rate = self.changes, finding.first_step or 0, self.rate
        at = self._beside(marks, onset) if marks is not None else None
        if marks is None or at is None or rate is None or not marks.raised[at] or marks.step[at] > onset:
            return None
        k = int(np.searchsorted(rate.step, marks.step[at]))
        moved = Moved(rate.tag, int(rate.step[k - 1]), int(rate.step[k]))
        return lead_of(moved, Moved(finding.tag or "", max(moved.still, onset - 1), onset))

    def _lead(self, finding: Finding) -> Lead | None:
        """Return which of training loss and gradient norm moved first; None where one did not move, or is not there."""
        loss = self.loss.get(finding.tag or "") or next(iter(self.loss.values()), None)
        return None if loss is None or self.norm is None else lead_at(finding, loss, self.norm)

    def _course(self, step: int) -> _RateThen | None:
        """Return what the learning rate was doing at a step, None where the log does not say."""
        rate = self.rate
        if rate is None or not len(rate):
            return None
        at = int(np.clip(np.searchsorted(rate.step, step, side="right") - 1, 0, len(rate) - 1))
        here = next((s for s in self.schedule if s.first <= at <= s.last), None)
        top = float(rate.value.max())
        if here is None or top <= 0.0:
            return None
        of_peak = float(rate.value[at]) / top
        how = {1: "rising", 0: "constant", -1: "falling"}[here.way]
        return _RateThen("warming up" if warms_up(rate.value, here) else how, of_peak)

    def _stability(self, lead: Lead | None, course: _RateThen | None) -> list[str]:
        """Return what to do about a spike besides its batches, where the log says what moved first or the rate."""
        if lead is not None and lead.known and lead.first.tag == self._rate_tag:
            return ["The learning rate had just been raised: raise it more slowly, or less far."]
        if lead is not None and lead.known and self.norm is not None and lead.first.tag == self.norm.view.tag:
            clip = "Clip {norm} near its 90th percentile: it rose before the loss did."
            return [text(clip, norm=Tag(lead.first.tag))]
        if course is not None and course.how == "warming up":
            return ["The learning rate was still warming up: lengthen the warm-up, or lower the peak."]
        if course is not None and course.at_peak:
            return ["The learning rate was at its peak: lower it if such spikes go on."]
        return []

    def _coincidences(self, step: int) -> tuple[list[Evidence], list[str]]:
        """Return what lies beside an event and is hardly there by chance, as evidence and as explanation."""
        evidence: list[Evidence] = []
        explained: list[str] = []
        for marks in self.marks:
            at = self._beside(marks, step)
            chance = self.chance[marks.kind]
            if at is None or chance > _CHANCE or (marks.kind in (EPOCHS, EVALS) and explained):
                continue  # what happens all the time explains nothing where something rare happened
            place = joined("", (marks.text[at],))
            by_chance = text("{place} (by chance: {chance})", place=place, chance=_rarely(chance))
            evidence.append(Evidence("at-the-same-place", "at the same place", by_chance))
            explained.append(joined(": ", (place, _MEANS[marks.kind])))
        return evidence, explained

    def _checkpoint(self, onset: int) -> tuple[int, str] | None:
        """Return step and name of the last checkpoint that was saved before a step."""
        before = [c for c in self.run.checkpoints if c.step < onset]
        if not before:
            return None
        last = max(before, key=lambda c: c.step)
        return last.step, PurePath(last.path).name


def _by(lead: Lead) -> Argument | Text:
    if lead.least == lead.most:
        return Length(lead.least)
    return text("about {length}", length=Length(lead.then.at - lead.first.at))


def _rarely(chance: float) -> Argument | Text:
    return share(chance) if chance >= 0.001 else text("under {least}", least=share(0.001))


def _names_place(words: str, step: int) -> bool:
    """Return whether a sentence already speaks of a step."""
    return isinstance(words, Text) and any(arg == Place(step) for _, arg in words.args)
