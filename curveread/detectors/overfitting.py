"""The check ``overfitting``."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import erfc, factorial, sqrt
from typing import ClassVar, NamedTuple

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.carry_over import uncarried
from curveread.detectors.shared.quality import Quality, quality_since
from curveread.findings.arguments import Argument, AxisWord, Labelled, Place, Span, Tag, level, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.run.roles import Role
from curveread.run.tags.kinds import TaskKind
from curveread.run.tags.precision import is_overall_precision
from curveread.signals.levels import evaluation_noise, median_error, window_medians
from curveread.signals.median import median
from curveread.signals.ties import best_on_disk
from curveread.signals.trend import kendall_score, kendall_spread

_FOUR_IN_ORDER = 1.0 / factorial(4)
"""Share of all orders of four values in which they rise throughout."""
_ALONE = "and no training loss is logged: it memorises, or it diverges"
_THIRD = _HALF_AS_MUCH = float(np.log(1.5))
"""Fall of a training loss by a third, and rise of an evaluation loss by half as much again, in log units."""


@dataclass(frozen=True)
class Overfitting(Detector):
    """The evaluation loss rises after its minimum while the training loss goes on falling.

    What it finds
        The step of the best evaluation, bracketed by the evaluations around it; how much was lost since; the
        checkpoint to keep.

    Why it matters
        After the minimum the model memorises its training data and gets worse on new data. The weights of the
        end are not the ones to ship.

    How it decides
        The rise from the minimum to the last evaluations is compared with the noise of the evaluation curve (second
        differences) and must be ``least_z`` standard errors and ``least_rise`` of the level; the evaluations after the
        minimum must rise as a whole (Mann-Kendall, one-sided, p below ``p_value``); the training loss must not rise;
        where none is logged the rise must be ``steep``. 0.6 of the standard errors are enough where the training loss
        fell by a tenth since, or the rise is long and steady. Where the run memorises, a ``steep`` rise whose order
        chance would give less than once in 500 is enough, and so is a rise at once that stays up while the training
        loss falls (p below ``p_value``): the later half of the evaluations since all lie ``steep`` above the minimum,
        or where it memorises ``slight`` and three times their noise. With fewer than four evaluations after the minimum
        every one of them must be higher than the one before. Fewer than eight evaluations in all do not show their
        noise: there every one after the minimum must be higher than the one before, and the rise ``steep``; where the
        run memorises (the training loss fell by a third since, to less than half of the evaluation loss) a rise of
        ``slight`` will do, a steep one may fall by less than that in between, and half of ``steep`` is enough for four
        or more while the training loss fell by a third. Then some may also be out of order, where the last is the
        highest and chance would give an order no worse no more often than that of four, or all since the minimum lie
        half as high again. The case is then no clearer than that order: k evaluations rise by chance in one of k!
        cases. Where no evaluation loss rose, accuracies are asked: one of the evaluation that stays at the level of
        guessing, of one answer to all inputs, or low and where it began, while the training data are learnt; without an
        evaluation loss also one that lost a seventh of its gain after its best stretch, slowly, while the training
        accuracy rose.
        A quality metric that was measured with it is told beside it. A rise that undoes a quarter of the progress is
        an error where no such metric held its level; a smaller one is information where the metric went on to gain
        ``gained`` of all that it gained, and kept it.

    When it is wrong
        Late generalisation (grokking) first looks like this. An evaluation set that is too small, or evaluation
        that alternates between sets, moves up and down. A change of the training data (curriculum) raises the
        loss on the old evaluation set: that is forgetting. Accuracy may go on improving while the loss rises:
        the model becomes over-confident first.

    References
        Prechelt, "Early Stopping - But When?", 1998; Mann 1945 and Kendall 1975 (trend test);
        Power et al., "Grokking", 2022.
    """

    rule: ClassVar[str] = "overfitting"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.EVAL_LOSS, Role.EVAL_ACCURACY),)
    uses: ClassVar[tuple[Role, ...]] = (Role.TRAIN_LOSS, Role.TRAIN_ACCURACY, Role.QUALITY_METRIC)
    least: ClassVar[int] = 3

    least_z: float = field(default=4.0, metadata={"help": "standard errors that the end lies above the minimum"})
    least_rise: float = field(default=0.005, metadata={"help": "rise as a share of the level of the minimum"})
    p_value: float = field(default=0.01, metadata={"help": "largest p of the trend test after the minimum"})
    steep: float = field(default=0.1, metadata={"help": "log rise of few evaluations that says enough by itself"})
    gained: float = field(default=0.1, metadata={"help": "share of its gain that a metric made after the minimum"})
    slight: float = field(default=0.01, metadata={"help": "log rise of few evaluations where the run memorises"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding per evaluation loss; where none of them rose, one of an accuracy."""
        train = subject.first(Role.TRAIN_LOSS)
        found = [self._judge(view, train, subject) for view in subject.all(Role.EVAL_LOSS) if len(view) >= self.least]
        return [f for f in found if f is not None] or uncarried(subject, self.rule)

    def _judge(self, view: CurveView, train: CurveView | None, subject: Subject) -> Finding | None:
        rise = _rise(view, train, subject)
        if rise is None or rise.size < (self.steep if train is None else self._least(view, rise.floor)):
            return None
        points, few = rise.after.size, len(view) < 8 or rise.after.size < 5
        shown = (points >= 5 and self._many(rise)) or (few and self._few(rise, len(view)))
        return self._finding(view, rise, train, subject) if shown else None

    def _few(self, rise: _Rise, n: int) -> bool:
        """Return whether the few evaluations from the minimum on rise beyond doubt."""
        if rise.memorises and float(rise.after[1:].min()) >= rise.floor + _HALF_AS_MUCH:
            return True  # in whatever order
        # What is too slight to be a rise is too slight to break a steep one.
        slack = self.slight if n < 8 and rise.memorises and rise.size >= self.steep else 0.0
        in_order = bool(np.all(np.diff(rise.after) > -slack))
        # Many of which few are out of order are as clear as four that are in order.
        nearly = rise.memorises or rise.fall >= _THIRD
        if not in_order and not (nearly and rise.last_is_highest and _mann_kendall(rise.after) <= _FOUR_IN_ORDER):
            return False
        if n < 8:
            gap = 0.5 if rise.after.size >= 4 and rise.fall >= _THIRD else 1.0
            return rise.size >= (self.slight if rise.memorises else gap * self.steep)
        return rise.z >= self.least_z * (1.0 if rise.memorises else 2.0)

    def _many(self, rise: _Rise) -> bool:
        """Return whether the evaluations from the minimum on rise as a whole, and higher than noise."""
        p = _mann_kendall(rise.after)
        # A long, steady rise proves itself by its direction, one of a run that memorises by what it stands beside.
        in_order = rise.after.size >= 10 and p <= 0.2 * self.p_value
        by_itself = rise.memorises or in_order or rise.fall >= self.steep
        if rise.memorises and in_order and rise.size >= self.steep:
            return True  # however far the evaluations scatter: their order is no chance
        if rise.z < self.least_z * (0.6 if by_itself else 1.0):
            return False
        # What is memorised at once rises at once, and then stays up: no trend, but none of them comes back.
        late = float(rise.after[rise.after.size // 2 :].min()) - rise.floor
        if rise.memorises and late >= max(self.slight, 3.0 * rise.noise):
            return True
        return p <= self.p_value or (late >= self.steep and _mann_kendall(-rise.training) <= self.p_value)

    def _least(self, view: CurveView, floor: float) -> float:
        """Return the smallest rise that matters, on the view's even scale."""
        if view.parts.transform.kind == "log":
            return self.least_rise
        return max(0.02 * float(view.parts.y.max() - floor), 0.02)

    def _finding(self, view: CurveView, rise: _Rise, train: CurveView | None, subject: Subject) -> Finding:
        y, step, n, low, floor = view.parts.y, view.step, len(view), rise.low, rise.floor
        quality = rise.quality
        lowest = int(np.argmin(view.value))  # the best that the key figures and the checkpoint to keep speak of, too
        best, last, level_at_end = float(view.value[lowest]), float(view.value[-1]), view.parts.level(rise.end)
        noisy_end = last - best < 0.5 * (level_at_end - best)
        at = int(step[low])
        before, behind = int(step[max(0, low - 1)]), int(step[min(n - 1, low + 1)])
        late_gain = float(y[low // 2] - floor)
        gained = float(np.max(y[: low + 1]) - floor)
        severity = Severity.WARNING
        if rise.size > max(late_gain, 0.25 * gained, self.steep):
            severity = Severity.ERROR if quality is None or quality.change < -1.0 else Severity.WARNING
        elif quality is not None and quality.change > 1.0 and quality.gained >= self.gained and quality.kept:
            severity = Severity.INFO
        message = text(
            "{tag} was best at {onset} ({best}) and rose {rise} to {end} by the end, {training}{quality}",
            tag=Tag(view.tag),
            onset=Place(int(step[lowest])),
            best=level(best, view.unit),
            rise=_risen(best, level_at_end if noisy_end else last),
            end=text("around {level}", level=level(level_at_end)) if noisy_end else level(last),
            training=text("while the training loss went on falling" if train is not None else _ALONE),
            quality=text("") if quality is None else quality.words,
        )
        evidence = [
            Evidence("best-evaluation-loss", "best evaluation loss", best, view.unit),
            Evidence("evaluation-loss-at-the-end", "evaluation loss at the end", last, view.unit),
            Evidence("level-at-the-end", "level of the last evaluations", level_at_end, view.unit),
            Evidence("rise", "rise", float(rise.z), "standard errors"),
            Evidence(
                "onset-between-steps",
                text("onset between {axis}", axis=AxisWord(several=True)),
                text("{steps}", steps=Labelled(Span(before, behind))),
            ),
            *([] if train is None else [_change_of_training(rise.fall, train)]),
            Evidence(
                "share-of-the-run-after-the-minimum",
                "share of the run after the minimum",
                (subject.last_step - at) / subject.length,
                "ratio",
            ),
        ]
        if quality is not None:
            name = text("best {tag} at {axis}", tag=Tag(quality.tag), axis=AxisWord())
            evidence.append(Evidence("best-metric-at", name, float(quality.best_at), "step"))
        alternatives = [
            "a change of the training data, which the evaluation set does not follow"
            if train is not None
            else "a training that diverges: no training loss is logged"
        ]
        if quality is None or quality.change >= -1.0:  # what fell with the loss did not improve
            alternatives.append("over-confidence: accuracy may still improve while the loss rises")
        return Finding(
            rule=self.rule,
            severity=severity,
            confidence=confidence_of(self.rule, min(float(np.log(rise.z / self.least_z)), _order_strength(y, low))),
            tag=view.tag,
            first_step=at,
            peak_step=int(step[low + int(np.argmax(y[low:]))]),
            last_step=int(step[-1]),
            message=message,
            evidence=tuple(evidence),
            also_explained_by=tuple(alternatives),
            advice=(_what_to_keep(view, subject), _next_time(subject)),
        )


def _what_to_keep(view: CurveView, subject: Subject) -> Text:
    """Return which checkpoint to keep: the best on disk by this curve, of a detector the best by its precision."""
    precision = (v for v in subject.all(Role.QUALITY_METRIC) if is_overall_precision(v.tag))
    if (judge := next(precision, None)) is not None:
        best = Place(int(judge.step[int(np.argmax(judge.value))]))
        return text("Keep the checkpoint of the best {tag}, {best}.", tag=Tag(judge.tag), best=best)
    if subject.task.kind is TaskKind.BOOSTING:
        return text("Predict with the rounds up to {onset}.", onset=Place(int(view.step[int(np.argmin(view.value))])))
    kept = np.array([c.step for c in subject.checkpoints], dtype=np.int64)
    if kept.size:
        chosen = Place(int(kept[best_on_disk(kept, view.step, view.value)]))
        return text("Keep the checkpoint of {kept}, the best on disk.", kept=chosen)
    return text("Keep the checkpoint nearest to {onset}.", onset=Place(int(view.step[int(np.argmin(view.value))])))


def _next_time(subject: Subject) -> str:
    """Return how the next run stays out of it, in the words of its trade."""
    if subject.task.kind is TaskKind.BOOSTING:
        return "Stop early next time (early_stopping_rounds), or take smaller trees or more regularisation."
    if subject.trainer:
        return "Stop early next time (load_best_model_at_end, EarlyStoppingCallback), or add data or regularisation."
    return "Stop early next time, or add data or regularisation."


def _risen(best: float, end: float) -> Argument:
    return share(end / best - 1.0) if best > 0 else level(end - best)


def _change_of_training(fall: float, train: CurveView) -> Evidence:
    """Return how the training loss moved since, as a share of its level there where that has a meaning."""
    key, name = "change-of-the-training-loss-since", "change of the training loss since"
    if train.parts.transform.kind == "log":
        return Evidence(key, name, 100.0 * float(np.expm1(-fall)), "%")
    return Evidence(key, name, -float(fall), "scaled")


class _Rise(NamedTuple):
    """The course of an evaluation loss from its minimum on, on the view's even scale.

    Parameters
    ----------
    low, after
        Index of the minimum; (m,) values from it on.
    floor, end, noise, z
        Levels around the minimum and at the end, the noise of an evaluation; their difference in standard errors.
    fall
        How far the training loss fell meanwhile.
    training
        (k,) values of the training loss from there on; none where it is not logged.
    left_behind
        Whether the training loss ends below half of the evaluation loss.
    quality
        A metric that was measured with it.
    """

    low: int
    after: FloatArray
    floor: float
    end: float
    noise: float
    z: float
    fall: float
    training: FloatArray
    left_behind: bool
    quality: Quality | None

    @property
    def memorises(self) -> bool:
        """Whether the training loss fell by a third since, to less than half of the evaluation loss."""
        return self.left_behind and self.fall >= _THIRD

    @property
    def last_is_highest(self) -> bool:
        """Whether nothing speaks for a turn: no evaluation lies above the last."""
        return bool(self.after[-1] == self.after.max())

    @property
    def size(self) -> float:
        """Height of the end above the minimum."""
        return self.end - self.floor


def _rise(view: CurveView, train: CurveView | None, subject: Subject) -> _Rise | None:
    """Return the course since the minimum; None where fewer than three evaluations show it or the train loss rose.

    Without a training loss none fell meanwhile.
    """
    y, n = view.parts.y, len(view)
    low = _minimum(y)
    after = y[low:]
    if after.size < 3:
        return None
    reach = min(max(1, n // 15), low)
    around = y[max(0, low - reach) : low + reach + 1]
    floor = median(around) if n >= 8 else float(y[low])
    tail = int(np.clip((after.size - 1) // 3, 1, max(5, n // 10)))
    end = median(y[-tail:])
    noise = evaluation_noise(y)
    z = (end - floor) / float(np.hypot(median_error(noise, tail), median_error(noise, around.size)))
    fall = 0.0 if train is None else _train_fall(train, int(view.step[low]))
    if fall is None:
        return None
    behind = train is not None and _left_behind(view, train, end)
    training = np.zeros(0) if train is None else train.parts.y[train.step >= view.step[low]]
    return _Rise(low, after, floor, end, noise, z, fall, training, behind, quality_since(subject, view, low))


def _minimum(y: FloatArray) -> int:
    """Return the index of the minimum; of the 3-point median for curves long enough that noise could place it."""
    if y.size < 12:
        return int(np.argmin(y))
    smooth = window_medians(y, 3)
    centre = int(np.argmin(smooth)) + 1
    low = max(0, centre - 1)
    return low + int(np.argmin(y[low : centre + 2]))


def _mann_kendall(y: FloatArray) -> float:
    """Return the one-sided p value that the points have no upward trend: exact below 10 points, else normal."""
    n = y.size
    if n > 400:  # all pairs: keep the work bounded for dense evaluation
        y = np.median(y[: n // 200 * 200].reshape(200, -1), axis=1)
        n = 200
    s = kendall_score(y)
    if n < 10:
        return _kendall_tail(n, int(s))
    z = (s - np.sign(s)) / kendall_spread(n)
    return 0.5 * erfc(z / sqrt(2.0))


def _kendall_tail(n: int, s: int) -> float:
    """Return P(S >= s) for n points in random order, from the counts of permutations by inversions."""
    counts = np.ones(1)
    for k in range(2, n + 1):
        counts = np.convolve(counts, np.ones(k))
    # S = pairs - 2 * inversions, so S >= s means at most (pairs - s) / 2 inversions.
    inversions = (n * (n - 1) // 2 - s) // 2
    return float(counts[: inversions + 1].sum() / counts.sum())


def _order_strength(y: FloatArray, low: int) -> float:
    """Return how clear the order of the evaluations since the minimum is: k rise by chance once in k!, 0 for three."""
    return float(np.log(factorial(min(y.size - low, 10)) / factorial(3)))


def _left_behind(view: CurveView, train: CurveView, end: float) -> bool:
    """Return whether the training loss ends below half of the evaluation loss."""
    if view.parts.transform.kind != "log" or train.parts.transform.kind != "log":
        return False
    return bool(end - median(train.parts.y[-max(3, len(train) // 20) :]) >= np.log(2.0))


def _train_fall(train: CurveView, at: int) -> float | None:
    """Return how far the training loss fell from around step ``at`` to the end; None unless it did."""
    y, step = train.parts.y, train.step
    here = int(np.searchsorted(step, at))
    n = y.size
    m = max(min(3, n // 3), n // 20)
    around = y[max(0, here - m) : here + m]
    if around.size == 0:
        return None
    fall = float(np.median(around) - np.median(y[-m:]))
    return fall if fall > 0.0 else None
