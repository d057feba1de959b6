"""The check ``eval-below-train``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.quality import is_area, shares
from curveread.detectors.shared.returns import continued
from curveread.findings.arguments import Place, Tag, count, share
from curveread.findings.arguments import level as level_of
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.run.roles import Role, is_eval
from curveread.run.settings import settings
from curveread.run.tags.kinds import RL, TaskKind
from curveread.run.tags.losses import is_of_a_detector
from curveread.signals.levels import block_medians
from curveread.signals.median import median
from curveread.signals.scale import mad_scale

_REGULARISERS = ("dropout", "drop_rate", "drop_path", "mixup", "cutmix", "smoothing", "augment", "distill", "pdrop")
_OTHER_SUMS = RL | {
    TaskKind.PREFERENCE, TaskKind.GAN, TaskKind.DIFFUSION, TaskKind.VAE, TaskKind.DETECTION, TaskKind.SEGMENTATION,
    TaskKind.DISTILLATION, TaskKind.RETRIEVAL,
}  # fmt: skip
"""Kinds of training whose two losses are seldom the same sum over the same kind of batch."""

_EASIER = (
    "dropout, label smoothing or auxiliary terms, which only the training loss contains",
    "an evaluation set that is easier, or made of repeated patterns",
)
_RECENT = 200
"""Moves before a drop that it is measured by: those further back say little of it, and cost time."""
_FEW_EXAMPLES = "an evaluation of very few examples, or of a task that anything solves"


@dataclass(frozen=True)
class EvalBelowTrain(Detector):
    """The evaluation is better than it can honestly be: leakage is suspected.

    What it finds
        Five signs. *Memorised together*: the training loss fell to what only memorising reaches, and the evaluation
        loss went with it, at or below it. *Widening*: the evaluation loss is far below the training loss and goes on
        leaving it behind. *Learnt better than the training data*: both come to little of what guessing costs, and the
        evaluation loss falls faster to the end. *Switched*: the evaluation loss dropped from one evaluation to the next
        to the training level or below, while the training loss did not move. *Perfect at once*: no example is answered
        wrongly at the first evaluation.

    Why it matters
        An evaluation set that is in the training data measures memory. Every decision taken on it is wrong.

    How it decides
        Training and evaluation are paired: the training trend is read at each evaluation, half an averaging
        window earlier, because a logged training loss is the mean since the last log. The start is that of the log, or
        ln(answers) where a bad initialisation began above it. Memorised: over the last
        half of the evaluations the training loss is below ``memorised`` of its start, and below ``by_heart``, which
        only a text that is known by heart reaches; that start was at least
        ``least_start`` nats (a language model's, not that of a ten-class problem), and at least 90 % of the
        evaluations lie not more than ``slack`` above it. Widening: the start was as high, because classifiers
        are trained with noise, mixing and smoothed labels that do it, too; the gap is at least ``far`` of it at the
        end, twice what it was in the first quarter of the evaluations, and grew all along, without a training loss that
        rose. Of a detector's loss and its parts this is not asked: mosaics make its training the harder of the two.
        Learnt better, of any model: in the first quarter of the evaluations the two losses lie together; at the end the
        training loss is below a quarter of its start, the evaluation loss below a tenth, and e times below the training
        loss, which has not caught up since the second quarter; both fell by a third meanwhile. The training loss must
        be logged five times as often as the evaluation loss: a mean over an epoch is of a model that was worse. What is
        in the training loss only (dropout, mixed or smoothed labels, noise) lifts it from the first step on, and keeps
        it up; where the config names it, nothing is said.
        Switched: a drop of at least ``drop`` of the level between two evaluations, eight times what evaluations usually
        move, in the whole run and before it, from above the training loss to no more than 5 % above it, with the
        training loss unmoved, and it stays there. Where no loss shows anything, an accuracy or AUC is asked: one that
        is exactly 1 at the very first evaluation, and at most of them, of a run that does not go on from an earlier
        one. A constant gap below the training loss alone says nothing: an easier split, dropout and auxiliary terms do
        that, too.

    When it is wrong
        Dropout, label smoothing, augmentation and auxiliary terms are in the training loss only. An evaluation set that
        repeats few patterns is easy. A metric computed per example instead of per token is lower for
        long examples.

    References
        Kapoor and Narayanan, "Leakage and the reproducibility crisis in machine-learning-based science", 2023.
    """

    rule: ClassVar[str] = "eval-below-train"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.EVAL_LOSS, Role.EVAL_ACCURACY, Role.QUALITY_METRIC),)
    uses: ClassVar[tuple[Role, ...]] = (Role.TRAIN_LOSS,)
    least: ClassVar[int] = 2
    least_course: ClassVar[int] = 8
    """Evaluations whose losses can be read beside those of the training."""

    memorised: float = field(default=0.11, metadata={"help": "share of its start below which a loss is memorising"})
    least_start: float = field(default=3.0, metadata={"help": "nats at the start above which the first sign is read"})
    slack: float = field(default=0.05, metadata={"help": "how far above the training loss still counts as equal to it"})
    by_heart: float = field(default=0.5, metadata={"help": "nats below which only what is known by heart is"})
    far: float = field(default=0.1, metadata={"help": "widening gap, as a share of the loss at the start"})
    drop: float = field(default=0.1, metadata={"help": "drop between two evaluations, as a share of the level"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding per evaluation loss; where there is none, one of an accuracy."""
        train, kind = subject.first(Role.TRAIN_LOSS), subject.task.kind
        found = []
        if train is None:
            return self._perfect(subject)
        for view in subject.all(Role.EVAL_LOSS):
            if (
                len(view) < self.least_course
                or len(train) < 20
                or float(train.value.min()) <= 0
                or float(view.value.min()) <= 0
            ):
                continue
            level = train.trend_at(view.step)
            start = _start_of(train, subject)
            one = (
                self._switched(view, level)
                or (None if is_of_a_detector(view.tag, kind) else self._widening(view, start, level))
                or self._memorised(view, train, start, level)
                or self._better(view, train, start, level, subject)
            )
            if one is not None:
                found.append(one)
        return found or self._perfect(subject)

    def _perfect(self, subject: Subject) -> list[Finding]:
        """Find an accuracy or area under the ROC curve that is exactly 1 at the first evaluation and at most others."""
        areas = [v for v in subject.all(Role.QUALITY_METRIC) if is_area(v) and is_eval(v.tag)]
        for view in () if continued(subject) else (*subject.all(Role.EVAL_ACCURACY), *areas):
            right = shares(view)
            if right.size < self.least or right[0] < 1.0 or median(right) < 1.0:
                continue
            message = text(
                "{tag} is {all} at the first evaluation, and {perfect} of {points} times in all: so much is seldom "
                "learnt at once; the answers may be among the inputs, or the evaluation data trained on",
                tag=Tag(view.tag),
                all=level_of(float(view.value[0]), view.unit),
                perfect=count(int((right >= 1.0).sum())),
                points=count(right.size),
            )
            evidence = Evidence("perfect-evaluations", "perfect evaluations", int((right >= 1.0).sum()), "evaluations")
            return [self._finding(view, int(view.step[0]), message, (evidence,), (_FEW_EXAMPLES,))]
        return []

    def _memorised(self, view: CurveView, train: CurveView, start: float, level: FloatArray) -> Finding | None:
        half = len(view) // 2
        low = level[half:] < min(self.memorised * start, self.by_heart)
        if (
            view.assumed_unit != "nats"
            or train.assumed_unit != "nats"
            or start < self.least_start
            or int(low.sum()) < 4
        ):
            return None
        value, paired = view.value[half:][low], level[half:][low]
        with_it = value <= (1.0 + self.slack) * paired
        if float(with_it.mean()) < 0.9:
            return None
        gap = median(np.log(value / paired))
        last = float(value[-1])
        message = text(
            "{tag} fell with the training loss to {end}, {share} of where it began, without any gap: "
            "the evaluation data seem to be among the training data",
            tag=Tag(view.tag),
            end=level_of(last, view.unit),
            share=share(last / start),
        )
        return self._finding(
            view, int(view.step[half:][low][0]), message, _beside(gap, float(with_it.mean()), start, view.unit)
        )

    def _widening(self, view: CurveView, start: float, level: FloatArray) -> Finding | None:
        gap = level - view.value
        quarters = block_medians(gap, 4)
        grows = bool(np.all(np.diff(quarters) > 0.0))
        if (
            start < self.least_start
            or not grows
            or quarters[3] < self.far * start
            or quarters[3] < 2.0 * max(quarters[0], 0.0)
        ):
            return None
        levels = block_medians(level, 4)
        if levels[3] > levels[:3].min() + 0.25 * quarters[3]:
            return None  # the training loss rose away from the evaluation: another objective, harder data
        below = np.flatnonzero(gap <= 0.0)
        first = int(below[-1]) + 1 if below.size else 0
        last = float(view.value[-1])
        message = text(
            "{tag} fell below the training loss at {onset} and goes on leaving it behind "
            "({end} against {train} at the end): the evaluation data seem to be trained on",
            tag=Tag(view.tag),
            onset=Place(int(view.step[first])),
            end=level_of(last, view.unit),
            train=level_of(float(level[-1])),
        )
        ahead = float((gap > 0).mean())
        return self._finding(
            view, int(view.step[first]), message, _beside(float(np.log(last / level[-1])), ahead, start, view.unit)
        )

    def _better(
        self, view: CurveView, train: CurveView, start: float, level: FloatArray, subject: Subject
    ) -> Finding | None:
        # A training loss that is logged once an epoch is a mean over a model that was worse.
        if len(view) < 12 or len(train) < 5 * len(view) or subject.task.kind in _OTHER_SUMS or _regularised(subject):
            return None
        seen, unseen = np.log(block_medians(level, 4)), np.log(block_medians(view.value, 4))
        gaps = unseen - seen
        low = seen[3] < np.log(0.25 * start) and unseen[3] < np.log(0.1 * start) and gaps[3] < -1.0
        if (
            not low
            or gaps[0] < -0.5
            or gaps[3] > gaps[1]
            or min(seen[1] - seen[3], unseen[1] - unseen[3]) < -np.log(2.0 / 3.0)
        ):
            return None
        message = text(
            "{tag} falls faster than the training loss to the end: {end} against {train}, after a start of {start}; "
            "the evaluation data seem to be trained on",
            tag=Tag(view.tag),
            end=level_of(float(view.value[-1]), view.unit),
            train=level_of(float(level[-1])),
            start=level_of(start),
        )
        ahead = float((view.value < level).mean())
        return self._finding(view, int(view.step[0]), message, _beside(float(gaps[3]), ahead, start, view.unit))

    def _switched(self, view: CurveView, level: FloatArray) -> Finding | None:
        y, base = np.log(view.value), np.log(level)
        step = np.diff(y)
        moved = np.diff(base)
        apart = y - base
        highest = np.maximum.accumulate(apart[::-1])[::-1]  # of each evaluation and all that follow
        for i in np.flatnonzero((step < -self.drop) & (step < -8.0 * _usual(step)) & (moved >= 0.3 * step)):
            if i < 3 or i > y.size - 4 or median(apart[i - 2 : i + 1]) < self.drop or highest[i + 1] > 0.05:
                continue
            # Evaluations settle as the learning rate falls: those before the drop say how far they moved then.
            if step[i] >= -8.0 * _usual(step[max(0, i - _RECENT) : i]):
                continue
            first = int(view.step[i + 1])
            message = text(
                "{tag} dropped from {before} to {after} at {onset}, to the training loss, which did not move: "
                "the evaluation set changed there, or has leaked since",
                tag=Tag(view.tag),
                before=level_of(float(view.value[i])),
                after=level_of(float(view.value[i + 1]), view.unit),
                onset=Place(first),
            )
            gap = median(apart[i + 1 :])
            return self._finding(view, first, message, _beside(gap, 1.0, float(view.value[0]), view.unit))
        return None

    def _finding(
        self,
        view: CurveView,
        first: int,
        message: Text,
        evidence: tuple[Evidence, ...],
        explained: tuple[str, ...] = _EASIER,
    ) -> Finding:
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING,
            confidence=confidence_of(self.rule),
            tag=view.tag,
            first_step=first,
            peak_step=first,
            last_step=int(view.step[-1]),
            message=message,
            evidence=evidence,
            also_explained_by=explained,
            advice=(
                "Look for evaluation examples in the training data: exact duplicates, near duplicates, shared groups.",
                "Evaluate once on data that were certainly not seen.",
            ),
        )


def _usual(step: FloatArray) -> float:
    """Return how far evaluations usually move from one to the next."""
    return mad_scale(step) + 1e-4


def _beside(gap: float, below: float, start: float, unit: str) -> tuple[Evidence, ...]:
    """Return how the evaluation stood to the training loss."""
    at_or_below = "evaluations at or below the training loss"
    return (
        Evidence("median-gap-to-the-training-loss-since", "median gap to the training loss since", gap, "log units"),
        Evidence("evaluations-at-or-below-the-training-loss", at_or_below, below, "ratio"),
        Evidence("loss-at-the-start", "loss at the start", start, unit),
    )


def _start_of(train: CurveView, subject: Subject) -> float:
    """Return the loss of a model that knows nothing: where it began, or that of guessing where it began above it."""
    start, answers = median(train.value[: max(3, len(train) // 100)]), subject.task.answers
    return min(start, float(np.log(answers))) if answers is not None and train.assumed_unit == "nats" else start


def _regularised(subject: Subject) -> bool:
    """Return whether a config names what makes a training loss higher than the model is bad."""
    return any(
        bool(value) and value not in ("0", "0.0", "none", "None", "False", "false")
        for name, value in settings(subject.facts)
        if any(word in name for word in _REGULARISERS)
    )
