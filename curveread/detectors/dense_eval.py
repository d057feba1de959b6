"""The check ``dense-eval``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from curveread.detectors.base import Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.rhythm import cost_of_evals, evals_of, evaluate_every, steps_per_epoch
from curveread.findings.arguments import Count, Tag, measure
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.language.cadence import EVAL_SHARE, better_interval
from curveread.run.roles import Role
from curveread.run.tags.kinds import TaskKind


@dataclass(frozen=True)
class DenseEval(Detector):
    """The run was evaluated far more often than its curve needs.

    What it finds
        Hundreds of evaluations a few steps apart.

    Why it matters
        They cost time that trains nothing, and picking the best of hundreds of noisy evaluations picks a lucky one.

    How it decides
        More than ``most`` evaluations, more than ``per_thousand`` per 1,000 steps and, where the epochs are known, more
        than ``per_epoch`` per epoch. Quiet where the log shows that they cost no more than the usual share of the time.
        Runs whose steps are epochs are not judged, nor is a boosting: it evaluates every round as it goes.

    When it is wrong
        An evaluation on a few examples costs nothing. Studies of training dynamics want every step.

    References
        Godbole et al., "Deep Learning Tuning Playbook", 2023. Usual distances are conventions: 500 steps are the
        default of transformers.TrainingArguments, nanoGPT evaluates every 250 to 2,000 steps.
    """

    rule: ClassVar[str] = "dense-eval"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.EVAL_LOSS),)
    uses: ClassVar[tuple[Role, ...]] = (Role.TRAIN_LOSS, Role.EPOCH, Role.TIME)
    least: ClassVar[int] = 2

    most: int = field(default=200, metadata={"help": "evaluations that are too many"})
    per_thousand: float = field(default=20.0, metadata={"help": "evaluations per 1,000 steps that are too many"})
    per_epoch: float = field(default=40.0, metadata={"help": "evaluations per epoch that are too many"})

    def lacks(self, subject: Subject) -> str:
        """Return that a boosting evaluates every round."""
        return "a boosting evaluates every round" if subject.task.kind is TaskKind.BOOSTING else ""

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding, about the run as a whole."""
        rhythm = evals_of(subject.views, subject.facts, subject.x_axis)
        if rhythm is None or rhythm.axis != "step" or rhythm.count <= self.most:
            return []
        if rhythm.per_thousand <= self.per_thousand:
            return []
        if rhythm.per_epoch is not None and rhythm.per_epoch <= self.per_epoch:
            return []
        cost = cost_of_evals(subject.views)
        if cost is not None and cost.share <= EVAL_SHARE:
            return []
        view = subject.all(Role.EVAL_LOSS)[0]
        better = better_interval(subject.length, steps_per_epoch(subject.views, subject.facts))
        evidence = [
            Evidence("evaluations", "evaluations", float(rhythm.count), "evals"),
            Evidence("interval", "interval", rhythm.interval, "steps"),
            Evidence("evaluations-per-thousand-steps", "evaluations per 1,000 steps", rhythm.per_thousand, ""),
        ]
        if cost is not None:
            evidence.append(Evidence("share-of-the-wall-time", "share of the wall time", cost.share, "ratio"))
        return [
            Finding(
                rule=self.rule,
                severity=Severity.INFO,
                confidence=confidence_of(self.rule),
                tag=view.tag,
                message=text(
                    "{tag} was measured {times}, {often}: far more often than its course needs",
                    tag=Tag(view.tag),
                    times=Count(rhythm.count, "time"),
                    often=text("at every step")
                    if rhythm.interval == 1
                    else text("every {interval}", interval=measure(rhythm.interval, "steps")),
                ),
                evidence=tuple(evidence),
                also_explained_by=("an evaluation that is cheap", "a study of the training itself"),
                advice=(evaluate_every(better, subject.trainer),),
            )
        ]
