"""The check ``sparse-eval``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from curveread.detectors.base import Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.rhythm import evals_of, evaluate_every, steps_per_epoch
from curveread.findings.arguments import Count, Length, Tag, count
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.language.cadence import better_interval
from curveread.run.roles import Role


@dataclass(frozen=True)
class SparseEval(Detector):
    """The run was evaluated too rarely to show where it was best.

    What it finds
        A long run with a handful of evaluations, far apart.

    Why it matters
        The best checkpoint and the onset of overfitting are known to half an interval at best, and three evaluations
        cannot tell a rise from noise.

    How it decides
        A run of at least ``least_steps`` steps with at least two and at most ``most`` evaluations, more than
        ``usual`` steps apart, which is twice the usual distance, and fewer than one and a half per epoch where the
        epochs are known. Runs whose steps are epochs are not judged.

    When it is wrong
        A pretraining run on data that it sees once can hardly overfit: there an evaluation confirms the training loss.

    References
        Godbole et al., "Deep Learning Tuning Playbook", 2023. Usual distances are conventions: 500 steps are the
        default of transformers.TrainingArguments, nanoGPT evaluates every 250 to 2,000 steps.
    """

    rule: ClassVar[str] = "sparse-eval"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.EVAL_LOSS),)
    uses: ClassVar[tuple[Role, ...]] = (Role.TRAIN_LOSS, Role.EPOCH)
    least: ClassVar[int] = 2

    most: int = field(default=5, metadata={"help": "evaluations up to which a long run has few"})
    usual: int = field(default=2000, metadata={"help": "steps between evaluations that are far"})
    least_steps: int = field(default=5000, metadata={"help": "steps of a run that is long"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding, about the run as a whole."""
        rhythm = evals_of(subject.views, subject.facts, subject.x_axis)
        if rhythm is None or rhythm.axis != "step" or subject.length < self.least_steps or rhythm.count > self.most:
            return []
        if rhythm.interval <= self.usual or (rhythm.per_epoch is not None and rhythm.per_epoch >= 1.5):
            return []
        view = subject.all(Role.EVAL_LOSS)[0]
        better = better_interval(subject.length, steps_per_epoch(subject.views, subject.facts))
        return [
            Finding(
                rule=self.rule,
                severity=Severity.INFO,
                confidence=confidence_of(self.rule),
                tag=view.tag,
                message=text(
                    "{tag} was measured only {times} in {length}, every {interval}: its best step is known to ± {half}",
                    tag=Tag(view.tag),
                    times=Count(rhythm.count, "time"),
                    length=Length(subject.length),
                    interval=count(rhythm.interval),
                    half=Length(rhythm.interval / 2),
                ),
                evidence=(
                    Evidence("evaluations", "evaluations", float(rhythm.count), "evals"),
                    Evidence("interval", "interval", rhythm.interval, "steps"),
                    Evidence("evaluations-per-thousand-steps", "evaluations per 1,000 steps", rhythm.per_thousand, ""),
                ),
                also_explained_by=("an evaluation that is expensive, or data that are seen only once",),
                advice=(evaluate_every(better, subject.trainer),),
            )
        ]
