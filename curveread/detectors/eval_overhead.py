"""The check ``eval-overhead``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from curveread.detectors.base import Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.rhythm import cost_of_evals, evals_of, evaluate_every, steps_per_epoch
from curveread.findings.arguments import duration, figure, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.language.cadence import EVAL_SHARE, better_interval
from curveread.run.roles import Role


@dataclass(frozen=True)
class EvalOverhead(Detector):
    """Evaluation took much of the run's time.

    What it finds
        Evaluations whose time, together, is a multiple of the usual share of the wall time.

    Why it matters
        That time trains nothing. Fewer evaluations, or a smaller evaluation set in between, show the same curve.

    How it decides
        Logged times of the evaluations (``eval_runtime``) are summed up; where there are none, the intervals of the
        training log that hold an evaluation are compared with those that hold none, and the pauses must be clear.
        The share of the wall time must be at least ``share`` and the time at least ``seconds``: in runs of a few
        minutes nobody waits. Long pauses of the whole run do not count as its wall time.

    When it is wrong
        Checkpoints that are saved at the same step count as evaluation where the times are read off the log.

    References
        The usual share, about 2 %, is a convention. Godbole et al., "Deep Learning Tuning Playbook", 2023, on how often
        and on how much to evaluate.
    """

    rule: ClassVar[str] = "eval-overhead"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.EVAL_LOSS), any_of(Role.TRAIN_LOSS))
    uses: ClassVar[tuple[Role, ...]] = (Role.EPOCH, Role.TIME)
    least: ClassVar[int] = 2

    share: float = field(default=0.1, metadata={"help": "share of the wall time that is too much"})
    seconds: float = field(default=300.0, metadata={"help": "seconds below which nobody minds"})

    def lacks(self, subject: Subject) -> str:
        """Return that the log has no clock, or that its clock does not show the evaluations."""
        if cost_of_evals(subject.views) is None:
            return "the log does not show how long an evaluation took"
        return ""

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding, about the run as a whole."""
        cost = cost_of_evals(subject.views)
        if cost is None or cost.share < self.share or cost.seconds < self.seconds:
            return []
        rhythm = evals_of(subject.views, subject.facts, subject.x_axis)
        view = subject.all(Role.EVAL_LOSS)[0]
        advice: list[str] = ["Evaluate on a fixed part of the evaluation set, and on all of it at the end."]
        if rhythm is not None and rhythm.axis == "step":
            better = max(
                better_interval(subject.length, steps_per_epoch(subject.views, subject.facts)), int(2 * rhythm.interval)
            )
            if better < subject.length / 5:
                advice.insert(0, evaluate_every(better, subject.trainer))
        how = text("" if cost.measured else ", read off the pauses in the log")
        return [
            Finding(
                rule=self.rule,
                severity=Severity.INFO,
                confidence=confidence_of(self.rule),
                tag=view.tag,
                message=text(
                    "evaluation took {time}, {share} of the wall time{how}; about {usual} is usual",
                    time=duration(cost.seconds),
                    share=share(cost.share),
                    how=how,
                    usual=figure(100.0 * EVAL_SHARE, "%"),
                ),
                evidence=(
                    Evidence("time-of-the-evaluations", "time of the evaluations", cost.seconds, "s"),
                    Evidence("share-of-the-wall-time", "share of the wall time", cost.share, "ratio"),
                ),
                also_explained_by=("checkpoints that are saved with the evaluations",) if not cost.measured else (),
                advice=tuple(advice),
            )
        ]
