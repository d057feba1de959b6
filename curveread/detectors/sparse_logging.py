"""The check ``sparse-logging``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from curveread.detectors.base import Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.rhythm import logging_of
from curveread.findings.arguments import Count, Length, Name, Tag, count
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.language.cadence import arguments, round_steps
from curveread.run.roles import Role


@dataclass(frozen=True)
class SparseLogging(Detector):
    """The training loss was logged too rarely for its course to be read.

    What it finds
        A training loss with fewer points than most checks need, in a run that was long enough for many.

    Why it matters
        Spikes, a plateau's onset and the noise itself are invisible between two points far apart. The Trainer logs
        every 500 steps unless told otherwise, which leaves a fine-tune with two or three points.

    How it decides
        At least ``least_steps`` steps, fewer than ``most`` points of the training loss, and ``apart`` steps or more
        between them. Runs whose steps are epochs are not judged.

    When it is wrong
        A log that was thinned when it was exported: the data notes say so where that can be seen.

    References
        Documentation of transformers.TrainingArguments: logging_steps.
    """

    rule: ClassVar[str] = "sparse-logging"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.TRAIN_LOSS),)
    uses: ClassVar[tuple[Role, ...]] = (Role.EPOCH,)
    least: ClassVar[int] = 2

    most: int = field(default=20, metadata={"help": "points below which a loss can hardly be judged"})
    apart: int = field(default=50, metadata={"help": "steps between points that are far"})
    least_steps: int = field(default=500, metadata={"help": "steps of a run that is long enough for more points"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding, about the run as a whole."""
        rhythm = logging_of(subject.views, subject.facts, subject.x_axis)
        if rhythm is None or rhythm.axis != "step" or subject.length < self.least_steps:
            return []
        if rhythm.count >= self.most or rhythm.interval < self.apart:
            return []
        view = subject.all(Role.TRAIN_LOSS)[0]
        better = min(round_steps(subject.length / 200.0), 50)
        return [
            Finding(
                rule=self.rule,
                severity=Severity.INFO,
                confidence=confidence_of(self.rule),
                tag=view.tag,
                message=text(
                    "{tag} has only {points} in {length}, one every {interval}: "
                    "what happens between them cannot be seen",
                    tag=Tag(view.tag),
                    points=Count(rhythm.count, "point"),
                    length=Length(subject.length),
                    interval=count(rhythm.interval),
                ),
                evidence=(
                    Evidence("points", "points", float(rhythm.count), "points"),
                    Evidence("interval", "interval", rhythm.interval, "steps"),
                ),
                also_explained_by=("a log that was thinned when it was exported",),
                advice=(
                    text(
                        "Log every {steps} ({settings}).",
                        steps=Length(better),
                        settings=Name(arguments(logging_steps=better)),
                    )
                    if subject.trainer
                    else text("Log every {steps}.", steps=Length(better)),
                ),
            )
        ]
