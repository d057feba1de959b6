"""The check ``underfitting``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.detectors.base import Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Tag, count, level, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.signals.events.change import change_of
from curveread.signals.median import median


@dataclass(frozen=True)
class Underfitting(Detector):
    """Training and evaluation loss ended together, little better than guessing.

    What it finds
        A classifier that learned something, then stopped far above what there was to learn, with no gap between
        training and evaluation.

    Why it matters
        Without a gap, regularisation and more data do not help; a larger model, a higher learning rate or
        better features do.

    How it decides
        What is high cannot be read off a loss alone, so guessing must be known: the accuracy begins near 1/K and the
        loss at ln K (to ``anchor``). The loss then ends above ``high`` of ln K in training and evaluation, the two
        within ``gap`` of each other, and over the last third the training loss falls by less than a tenth of its
        progress, and by less than a quarter for certain.

    When it is wrong
        Labels that are mostly noise, or classes that cannot be told apart, put the floor that high.

    References
        Google, "Deep Learning Tuning Playbook"; Goodfellow, Bengio and Courville, "Deep Learning", chapter 11.
    """

    rule: ClassVar[str] = "underfitting"
    needs: ClassVar[tuple[Need, ...]] = (
        any_of(Role.TRAIN_LOSS),
        any_of(Role.EVAL_LOSS),
        any_of(Role.TRAIN_ACCURACY, Role.EVAL_ACCURACY),
    )
    least: ClassVar[int] = 5

    anchor: float = field(default=0.1, metadata={"help": "how near the start must be to guessing, relative"})
    high: float = field(default=0.7, metadata={"help": "share of the loss of guessing that is high"})
    gap: float = field(default=0.05, metadata={"help": "largest relative gap between training and evaluation loss"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        train, evaluation = subject.all(Role.TRAIN_LOSS)[0], subject.all(Role.EVAL_LOSS)[0]
        classes = self._classes(subject)
        n = len(train)
        if classes is None or n < 30 or len(evaluation) < self.least:
            return []
        guess = float(np.log(classes))
        third = train.value[-(n // 3) :]
        start, end = median(train.value[: max(3, n // 100)]), median(third)
        outer = median(evaluation.value[-max(2, len(evaluation) // 3) :])
        progress = guess - end
        together = abs(outer - end) <= self.gap * end
        if abs(start - guess) > self.anchor * guess or not together or min(end, outer) < self.high * guess:
            return []
        change = change_of(third)
        if progress < 0.03 * guess or -change.low > 0.25 * progress or -change.mid > 0.1 * progress:
            return []
        return [
            Finding(
                rule=self.rule,
                severity=Severity.INFO,
                confidence=confidence_of(self.rule),
                tag=train.tag,
                first_step=int(train.step[n - n // 3]),
                peak_step=int(train.step[-1]),
                last_step=int(train.step[-1]),
                message=text(
                    "{train} and {evaluation} ended together at {level}, {share} of the loss of guessing "
                    "among {classes} classes, and no longer fell",
                    train=Tag(train.tag),
                    evaluation=Tag(evaluation.tag),
                    level=level(end, train.unit),
                    share=share(end / guess),
                    classes=count(classes),
                ),
                evidence=(
                    Evidence("training-loss-last-third", "training loss, last third", end, train.unit),
                    Evidence("evaluation-loss-last-third", "evaluation loss, last third", outer, evaluation.unit),
                    Evidence("loss-of-guessing", "loss of guessing", guess, "nats"),
                ),
                also_explained_by=("labels that are mostly noise", "classes that the inputs cannot tell apart"),
                advice=("Try a larger model, a higher or longer-lasting learning rate, better features.",),
            )
        ]

    def _classes(self, subject: Subject) -> int | None:
        """Return the number of classes that the first accuracy names, None when it names none."""
        for view in subject.all(Role.TRAIN_ACCURACY, Role.EVAL_ACCURACY):
            first = median(view.value[: max(3, len(view) // 100)]) if len(view) else 0.0
            if not 0.0 < float(view.value.max() if len(view) else 0.0) <= 1.0 or not 1e-4 < first <= 0.6:
                continue
            classes = round(1.0 / first)
            train = subject.all(Role.TRAIN_LOSS)[0]
            start = median(train.value[: max(3, len(train) // 100)])
            exact = round(float(np.exp(min(start, 20.0))))
            # Early accuracies are coarse: the loss says which K, the accuracy that it is a guess.
            if exact >= 2 and 0.5 < exact / classes < 2.0:
                return exact
        return None
