"""The check ``no-learning``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.policy import beside_the_return
from curveread.detectors.shared.returns import TRAINING, never_gained
from curveread.detectors.shared.unmoved import unmoved
from curveread.detectors.shared.untrained import LEAST_DROP, Sign, guessing, surest_sign
from curveread.findings.arguments import Place, Tag, count, share
from curveread.findings.arguments import level as level_of
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.language.guessing import guess_of
from curveread.run.roles import Role
from curveread.signals.levels import median_error, window_medians, windows_of
from curveread.signals.median import median
from curveread.signals.trend import kendall_tau

_FELL = 0.05
"""Share of its level by which the first value of a loss lies above it where that is worth a word."""


@dataclass(frozen=True)
class NoLearning(Detector):
    """The training loss, or a policy's reward, never left the level at which it started.

    What it finds
        A training loss that is flat from the first step on, for the whole run or for at least ``least_stuck`` of it.
        Without a training loss, rewards of which none ever rose above that of the first episodes: that wander without
        rising, fall, are one number throughout, or have no spread within groups of answers to one prompt. And, at any
        noise, what shows that nothing is trained: a loss or a gradient norm of exactly 0, a loss or an evaluation that
        repeats one number to its last digit, a language model that stays at the level of guessing, losses of which none
        moves by a thousandth (by 1.5 % in ten points, ten epochs or a thousand steps, up to 5 % of a training's first
        epoch apart where an evaluation does not move), metrics that are all 0 in three decimals, or word error rates of
        an empty answer or worse, accuracies that are each one number throughout (of the evaluation, to four digits,
        where a loss is logged), an accuracy of the training whose best is one number again and again, an accuracy of
        the evaluation that never surely rises above its first number: it comes back to it while the loss is that of one
        answer to all inputs or no accuracy of the training rises, or no evaluation loss falls below what one answer
        costs or by 1.5 %; an R2 that never rises above 0, areas under the ROC curve that stay at 0.5 while the training
        loss does not fall.

    Why it matters
        The compute bought nothing. The cause is usually simple: a learning rate of nearly zero, frozen or
        detached parameters, dead units, labels that do not belong to the inputs.

    How it decides
        The best stretch (5 % of the points) must lie less than ``least_drop`` of the starting level below the first
        one, the log must be able to show such a drop (its standard error is at most a third of it), and the last fifth
        must not lie significantly below the second. A fall of more than ``settling`` within the first points leaves it
        undetermined: that may be all there was to learn. A level at ln(k), within its own error or 1 %, for a usual
        class count or the vocabulary is named as uniform guessing. An evaluation loss without a training loss counts
        only at such a level: most may be learnt before the first evaluation. One answer to all inputs that is right in
        a share of the cases costs at least the entropy of the shares: where an evaluation loss gets within 5 % of it
        and no further, little was learnt of the inputs. The examples, which the accuracies are whole numbers of, say
        how far two accuracies differ by chance. Where the training data are learnt meanwhile it is ``overfitting``. The
        best of a training accuracy is the share of one class where it comes back, to the last digit, at a third of the
        points, is no more than 1.5 times the first, and takes at least a hundred examples to tell.
        A reward never rose when no tenth of the run lies above the first by half the scatter of its points (10th to
        90th percentile; by the whole where it ends no higher than it began) nor the run above its first hundredth, and
        no fifth by 2.5 standard errors (where the policy's entropy stays within 5 % the first, or a gain of less than
        1 %, is enough). From 30 points on, or 10 where they fall as a whole (Mann-Kendall, one in a hundred) or where
        a divergence of exactly 0 shows that the policy never changes. Where one return falls as a whole, others of at
        least 10 points count that gained less than a tenth of their level.
        A run that begins at a later step than it is long goes on from an earlier one and is not judged, unless
        nothing in it moves; nor is a log of returns alone, which may be an evaluation, unless its name or that of its
        file says training, or its episodes fall as a whole (one in 2,000): a policy that does not change does not.
        Where at least half of the actions are drawn at random to the end only evaluations are asked.

    When it is wrong
        A fine-tune that starts from a model which already does the task may gain less than ``least_drop``; that
        is why an evaluation loss that clearly falls silences the check. A loss dominated by a constant term looks flat.

    References
        Karpathy, "A Recipe for Training Neural Networks", 2019 (verify the loss at initialisation).
    """

    rule: ClassVar[str] = "no-learning"
    needs: ClassVar[tuple[Need, ...]] = (
        any_of(Role.TRAIN_LOSS, Role.EVAL_LOSS, Role.REWARD, Role.TRAIN_ACCURACY, Role.EVAL_ACCURACY),
    )
    uses: ClassVar[tuple[Role, ...]] = (
        Role.EVAL_LOSS,
        Role.QUALITY_METRIC,
        Role.ERROR_METRIC,
        Role.EPOCH,
        Role.DIAGNOSTIC,
        *TRAINING,
    )
    least: ClassVar[int] = 4
    least_course: ClassVar[int] = 30
    """Points of which a course in noise can be said to be flat."""

    least_drop: float = field(
        default=LEAST_DROP, metadata={"help": "drop, as a share of the starting level, that counts"}
    )
    settling: float = field(default=0.15, metadata={"help": "fall at the very start that is not learning (log units)"})
    least_stuck: float = field(default=0.75, metadata={"help": "share of the run stuck at the start that is reported"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        if (sign := surest_sign(subject)) is not None:
            return [self._shown(sign)]
        view = subject.first(Role.TRAIN_LOSS)
        if view is None and subject.all(Role.REWARD):
            never = never_gained(subject, self.least_course)
            beside = beside_the_return(subject, subject.first_step, subject.last_step) if never else ()
            return [replace(f, evidence=(*f.evidence, *beside)) for f in never]
        # A fine-tune gains little at first sight, and the evaluation shows that it does.
        if view is not None and len(view) >= self.least_course and not subject.eval_falls(subject.first_step, 0.003):
            found = self._loss(view)
            if found:
                return [self._finding(view, *found, subject)]
        alone = subject.all(Role.EVAL_LOSS)
        if view is None and len(alone) == 1 and len(alone[0]) >= self.least_course:
            found = self._loss(alone[0])
            if found and self._guess(alone[0], *found[:2], subject) is not None:
                return [self._finding(alone[0], *found, subject)]
        sign = guessing(subject) or unmoved(subject)
        return [] if sign is None else [self._shown(sign)]

    def _loss(self, view: CurveView) -> tuple[int, float, float] | None:
        """Return (index up to which it is stuck, level, drop) or None."""
        value = view.value
        if float(value.min()) <= 0.0:
            return None
        parts = view.parts
        m, starts = windows_of(value.size, 0.05)
        medians = window_medians(parts.y, m, starts)
        error = np.sqrt(2.0) * median_error(parts.noise, m, parts.correlation)
        if error > self.least_drop / 2.0:
            return None
        # The first few points settle biases and norms, which is not learning yet; a large fall there may be all there
        # was to learn, which the curve cannot tell.
        if median(parts.y[:3]) - float(medians[0]) > self.settling:
            return None
        # Against the first stretch that is not the start-up.
        level = float(medians[: max(2, medians.size // 10)].min())
        threshold = level - max(self.least_drop, 4.0 * error)
        left = np.flatnonzero(medians < threshold)
        if float(medians[0]) - level > 0.05:
            return None
        stuck = int(starts[left[0]]) if left.size else value.size - 1
        if stuck < self.least_stuck * value.size:
            return None
        if self._drifts(parts.y[: stuck + 1], error):
            return None
        return stuck, parts.level(level), float(medians[0] - medians.min())

    def _drifts(self, y: FloatArray, error: float) -> bool:
        """Return whether the loss falls slowly but surely: then it learns, if little."""
        if kendall_tau(y) < -0.5:
            return True
        fifth = y.size // 5
        fall = float(np.median(y[fifth : 2 * fifth]) - np.median(y[-fifth:]))
        return fall > max(4.0 * error / 2.0, 0.5 * self.least_drop)

    def _guess(self, view: CurveView, stuck: int, level: float, subject: Subject) -> int | None:
        """Return among how many answers a guess would cost the level at which a loss stood, None where it is none."""
        error = level * median_error(view.parts.noise, stuck + 1, view.parts.correlation)
        return guess_of(level, error, subject.task.answers)

    def _shown(self, sign: Sign) -> Finding:
        return Finding(
            rule=self.rule,
            severity=Severity.ERROR,
            confidence=confidence_of(self.rule),
            tag=sign.view.tag,
            first_step=sign.first,
            peak_step=sign.first,
            last_step=sign.last,
            message=sign.message,
            evidence=sign.evidence,
            advice=(sign.advice,),
        )

    def _finding(self, view: CurveView, stuck: int, level: float, drop: float, subject: Subject) -> Finding:
        first, last = int(view.step[0]), int(view.step[stuck])
        whole = stuck >= len(view) - 1
        start = float(view.value[0])
        tag, stood = Tag(view.tag), level_of(level, view.unit)
        message = text("{tag} never left its starting level of {level}", tag=tag, level=stood)
        explained: str = "a model that already did the task when the run began"
        if start > (1.0 + _FELL) * level:
            explained = "inputs that say no more than how often each answer comes"
            told = "{tag} fell from {start} to {level} within its first points and never left that level"
            message = text(told, tag=tag, start=level_of(start), level=stood)
        if not whole:
            stuck_for = share((last - first) / subject.length)
            message += text(" until {end}: {share} of the run", end=Place(last), share=stuck_for)
        evidence = [Evidence("starting-level", "starting level", level, view.unit)]
        evidence.append(Evidence("largest-gain", "largest drop", drop, "log units"))
        advice = ["Overfit one small batch: a model that cannot do that has a bug, not a hard problem."]
        guess = self._guess(view, stuck, level, subject)
        if guess is not None:
            evidence.append(
                Evidence("guessing", text("ln({answers})", answers=count(guess)), float(np.log(guess)), "nats")
            )
            message += text(", which is ln({answers}): uniform guessing among {answers}", answers=count(guess))
            nothing = "inputs that say nothing about the {answers} answers: guessing is then the best"
            explained = text(nothing, answers=count(guess))
        rate = subject.first(Role.LEARNING_RATE)
        if rate is not None and len(rate) and float(rate.value.max()) < 1e-7:
            evidence.append(Evidence("largest-learning-rate", "largest learning rate", float(rate.value.max()), ""))
            advice.insert(0, "The learning rate is practically zero: check its unit and the scheduler.")
        norm = subject.first(Role.GRAD_NORM)
        if norm is not None and len(norm) and median(norm.value) < 1e-6:
            evidence.append(
                Evidence("median-gradient-norm", text("median {tag}", tag=Tag(norm.tag)), median(norm.value), "")
            )
            advice.insert(0, "Gradients are practically zero: look for frozen or detached parameters and dead units.")
        return Finding(
            rule=self.rule,
            severity=Severity.ERROR,
            confidence=confidence_of(self.rule, float(whole)),
            tag=view.tag,
            first_step=first,
            peak_step=first,
            last_step=last,
            message=message,
            evidence=tuple(evidence),
            also_explained_by=(explained,),
            advice=tuple(advice),
        )
