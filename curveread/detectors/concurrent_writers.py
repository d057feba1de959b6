"""The check ``concurrent-writers``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import combinations, pairwise
from typing import ClassVar

import numpy as np

from curveread.detectors.base import Detector, Need, Subject
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Labelled, Length, Name, Place, PlaceList, Tag, count, duration
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.run.model import Attempt
from curveread.run.notes import NoteKind
from curveread.run.roles import Role


@dataclass(frozen=True)
class ConcurrentWriters(Detector):
    """Two processes logged into the same run at the same time.

    What it finds
        Two attempts of the run that overlap both in wall time and in steps: a restart cannot begin before what it
        restarts has ended. And one file in which the rows of two writers alternate.

    Why it matters
        The curves of the run are a mixture: of two trainings in one folder, or of an old process that went on after its
        successor had started. Every verdict on them is doubtful.

    How it decides
        The wall times of an attempt span a stretch; two stretches overlap by at least ``least_share`` of the shorter
        one and by ``least_seconds``, and so do their steps, by at least ``least_share`` of the shorter. In one file:
        at least ``doubled`` of the steps hold two different values of the training loss, and the reader noted that
        steps go back, at least once for every second of them: then each curve is a mixture, and that is a warning.

    When it is wrong
        Machines whose clocks differ. Ranks of one training that each log the same curve into files of their own. Two
        writers that keep in step in one file never go back, and are not seen.

    References
        TensorBoard documentation: one writer per run folder.
    """

    rule: ClassVar[str] = "concurrent-writers"
    needs: ClassVar[tuple[Need, ...]] = ()
    uses: ClassVar[tuple[Role, ...]] = (Role.TRAIN_LOSS,)
    least: ClassVar[int] = 0

    least_share: float = field(default=0.1, metadata={"help": "overlap as a share of the shorter attempt"})
    least_seconds: float = field(default=1.0, metadata={"help": "shortest overlap in wall time"})
    most: int = field(default=30, metadata={"help": "attempts beyond which only neighbours are compared"})

    doubled: float = field(default=0.3, metadata={"help": "share of the steps that two writers in one file both wrote"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding: the pair with the longest overlap."""
        spans = [(a, *s) for a in subject.attempts if (s := _wall(a)) is not None]
        pairs = combinations(spans, 2) if len(spans) <= self.most else pairwise(spans)
        best: tuple[float, Attempt, Attempt] | None = None
        for (a, a0, a1), (b, b0, b1) in pairs:
            seconds = min(a1, b1) - max(a0, b0)
            shorter = min(a1 - a0, b1 - b0)
            steps = min(a.last_step, b.last_step) - max(a.first_step, b.first_step)
            fewer = min(a.last_step - a.first_step, b.last_step - b.first_step)
            if seconds < max(self.least_seconds, self.least_share * shorter) or fewer <= 0:
                continue
            if steps >= self.least_share * fewer and (best is None or seconds > best[0]):
                best = (seconds, a, b)
        return [self._overlapping(*best)] if best else self._alternating(subject)

    def _alternating(self, subject: Subject) -> list[Finding]:
        """Find two writers whose rows alternate in one file."""
        back = max((n.times for n in subject.notes if n.kind is NoteKind.UNORDERED), default=0)
        view = subject.first(Role.TRAIN_LOSS) if back else None
        if view is None:
            return []
        step, value = view.curve.step, view.curve.value
        twice = (step[1:] == step[:-1]) & (value[1:] != value[:-1])
        both = np.unique(step[1:][twice])
        if both.size < max(10, self.doubled * np.unique(step).size) or back < 0.5 * both.size:
            return []
        first, last = int(both[0]), int(both[-1])
        message = text(
            "two processes seem to have logged into one file at the same time: the steps of {tag} go back "
            "{back} times, and {twice} from {first} to {last} hold two values",
            tag=Tag(view.tag),
            back=count(back),
            twice=Length(both.size),
            first=Labelled(Place(first)),
            last=Labelled(Place(last)),
        )
        finding = self._finding(
            message, first, last, (Evidence("steps-written-twice", "steps written twice", float(both.size), "steps"),)
        )
        return [replace(finding, tag=view.tag, severity=Severity.WARNING)]

    def _overlapping(self, seconds: float, a: Attempt, b: Attempt) -> Finding:
        first, last = max(a.first_step, b.first_step), min(a.last_step, b.last_step)
        message = text(
            "two processes logged into this run at the same time, for {overlap}: both wrote {steps}",
            overlap=duration(seconds),
            steps=PlaceList((first, last), last="to"),
        )
        evidence = [
            Evidence("overlap-in-wall-time", "overlap in wall time", seconds, "s"),
            Evidence("steps-written-twice", "steps written twice", float(last - first), "steps"),
        ]
        evidence += [Evidence("source", "source", text("{file}", file=Name(x.source))) for x in (a, b) if x.source]
        return self._finding(message, first, last, tuple(evidence))

    def _finding(self, message: Text, first: int, last: int, evidence: tuple[Evidence, ...]) -> Finding:
        return Finding(
            rule=self.rule,
            severity=Severity.INFO,
            confidence=confidence_of(self.rule),
            first_step=first,
            peak_step=first,
            last_step=last,
            message=message,
            evidence=evidence,
            also_explained_by=("ranks of one training that each log the same curve", "machines whose clocks differ"),
            advice=("Read the files one by one; give every process a folder of its own, or log from one rank only.",),
        )


def _wall(attempt: Attempt) -> tuple[float, float] | None:
    """Return the first and last wall time of an attempt, None without a clock or with a single point."""
    ends = [
        (float(w.min()), float(w.max()))
        for c in attempt.curves.values()
        if c.wall_time is not None and (w := c.wall_time[np.isfinite(c.wall_time)]).size >= 2
    ]
    return (min(e[0] for e in ends), max(e[1] for e in ends)) if ends else None
