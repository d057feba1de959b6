"""The check ``implausible-loss``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.detectors.base import Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Place, Tag, figure
from curveread.findings.arguments import level as level_of
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role


@dataclass(frozen=True)
class ImplausibleLoss(Detector):
    """A language model's loss is lower than text allows.

    What it finds
        A language model that begins to learn and then loses practically nothing per token.

    Why it matters
        The model sees what it should predict: labels that are not shifted, a mask that lets the target through, targets
        that are padding. It learns to copy, and writes nonsense.

    How it decides
        The loss is known to be a language model's, and begins where a model that knows nothing does, at ``start`` nats
        or more. From some point to the end it is below ``floor`` nats a token, at five points at least. Even a text
        that is known by heart cannot be told before it begins: a few texts of a thousand tokens cost more than that.
        Texts that were seen in three epochs or more may be known by heart, and an evaluation loss that stays high shows
        that they are: then nothing is said.

    When it is wrong
        A single batch that is learnt by heart on purpose, as a test of the program.

    References
        Shannon, "Prediction and Entropy of Printed English", 1951; Karpathy, "A Recipe for Training Neural Networks",
        2019 (overfit one batch; visualise just before the net).
    """

    rule: ClassVar[str] = "implausible-loss"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.TRAIN_LOSS),)
    uses: ClassVar[tuple[Role, ...]] = (Role.EVAL_LOSS, Role.EPOCH)
    least: ClassVar[int] = 6

    start: float = field(default=4.0, metadata={"help": "nats at the start of a model that knows nothing"})
    floor: float = field(default=1e-3, metadata={"help": "nats a token that no text is worth"})

    def lacks(self, subject: Subject) -> str:
        """Return that nothing says that the loss is a language model's."""
        return "" if subject.task.language else "nothing says that a language model is trained"

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        view = subject.all(Role.TRAIN_LOSS)[0]
        value = view.value
        high = np.flatnonzero(value >= self.floor)
        low = int(high[-1]) + 1 if high.size else 0
        if view.assumed_unit != "nats" or float(value[0]) < self.start or value.size - low < 5:
            return []
        step = int(view.step[low])
        epoch = subject.first(Role.EPOCH)
        passes = float(np.interp(step, epoch.step, epoch.value)) if epoch is not None and len(epoch) else 0.0
        unseen = any(len(v) and float(v.value[-1]) > 100.0 * self.floor for v in subject.all(Role.EVAL_LOSS))
        if passes >= 3.0 or unseen:
            return []
        return [
            Finding(
                rule=self.rule,
                severity=Severity.WARNING,
                confidence=confidence_of(self.rule),
                tag=view.tag,
                first_step=step,
                peak_step=step,
                last_step=int(view.step[-1]),
                message=text(
                    "{tag} fell from {start} to less than {floor} a token by {onset}: no text is that predictable, "
                    "the model seems to see what it should predict",
                    tag=Tag(view.tag),
                    start=level_of(float(value[0])),
                    floor=figure(self.floor, "nats"),
                    onset=Place(step),
                ),
                evidence=(
                    Evidence("loss-at-the-end", "loss at the end", float(value[-1]), "nats"),
                    Evidence("points-below", "points below it", float(value.size - low), "points"),
                ),
                also_explained_by=("a single batch that is learnt by heart on purpose",),
                advice=(
                    "Look at one batch: whether labels are shifted by one, the mask is causal, and padding is ignored.",
                ),
            )
        ]
