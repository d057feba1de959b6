"""The check ``plateau``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.stops import Stop, stopped
from curveread.findings.arguments import Place, Tag, count, precise, share
from curveread.findings.arguments import level as level_of
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import METRICS, Role
from curveread.signals.decomposition import Decomposition
from curveread.signals.events.decay import breaking_point
from curveread.signals.events.jumps import jumps
from curveread.signals.levels import median_error, window_medians
from curveread.signals.median import median
from curveread.signals.scale import change_noise
from curveread.signals.trend import Blocks, blocks_of, theil_sen

_OF_FREQUENCIES = 0.67
"""Share of ln(vocabulary) above which a model knows little more than how often each token is used."""


@dataclass(frozen=True)
class Plateau(Detector):
    """The training loss stopped improving while compute went on.

    What it finds
        A training loss that was falling, stops at a place, and stays flat to the end. ``first_step`` is where it
        stops.

    Why it matters
        The steps after it were for nothing, and the reason is often in the schedule: a learning rate that
        reached zero too early, or was cut too soon.

    How it decides
        Three answers. *Flat*: the 99 % interval of the slope over the tail (Theil-Sen on block medians) allows
        for a gain of less than ``least_gain`` of the progress made before. *Improving*: it allows for more.
        Otherwise *undetermined*, and nothing is said. Every curve flattens in the end, so a flat tail alone is
        a plateau only when it lasts for at least ``long`` of the run (the training went on for more than one and
        a half times as long as it took to get there) and either no fall at all can be made out in so long a tail, or
        the curve broke off: a power law that stops fits better than one that goes on, by ``break_gain`` in chi². A
        shorter one, from ``warn_share`` on, is a plateau when something else stopped with it: a learning rate that fell
        to less than 0.5 % of its peak (which must last half as long again: schedules of several cuts end so), gradients
        that vanished or are not finite. Then it need not be proved flat: it must only not fall.
        Values that repeat exactly are told apart: that is a logger that stopped measuring.
        A loss below ``learnt`` of its start is only information unless nothing could be learnt any more. A loss below
        2 % of its start or an accuracy of 99 % leaves nothing to gain, and a training loss that looks flat in its noise
        while the evaluation loss or a metric goes on improving has not stopped. A loss over a known vocabulary that
        stays above two thirds of guessing knows little more than the frequencies of the tokens: there a tail that is
        flat beside the progress is enough.

    When it is wrong
        A model that reaches the entropy of its data abruptly looks the same. A later break-through (grokking)
        cannot be foreseen.

    References
        Theil 1950 and Sen 1968 (slope); Schuirmann 1987 (equivalence test: absence of evidence is not
        evidence of absence).
    """

    rule: ClassVar[str] = "plateau"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.TRAIN_LOSS),)
    uses: ClassVar[tuple[Role, ...]] = (Role.EVAL_LOSS, Role.LEARNING_RATE, Role.GRAD_NORM, *METRICS)
    least: ClassVar[int] = 30

    least_gain: float = field(default=0.1, metadata={"help": "share of the progress that a flat tail may still gain"})
    long: float = field(default=0.6, metadata={"help": "share of the run that must be flat when nothing else stopped"})
    break_gain: float = field(default=9.0, metadata={"help": "by how much in chi² a broken decay must fit better"})
    warn_share: float = field(default=0.2, metadata={"help": "share of the run above which it is a warning"})
    learnt: float = field(default=0.3, metadata={"help": "share of the first level below which it has mostly learnt"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        view = subject.all(Role.TRAIN_LOSS)[0]
        if len(view) < self.least:
            return []
        begin = _repeats_from(view.value)
        if begin is not None:
            return [] if _came_to_rest(view.value, begin) else [self._stale(view, begin, subject)]
        parts = view.parts
        blocks = blocks_of(parts.y, parts.scale, parts.correlation, most=120, least_points=4 if len(view) >= 60 else 2)
        k = len(blocks)
        start_level = median(blocks.median[: max(1, k // 40)])
        end_level = median(blocks.median[-max(3, k // 10) :])
        progress = start_level - end_level
        if progress <= 0.0 or _solved(subject):
            return []
        if float(view.value.min()) >= 0.0 and parts.level(end_level) <= 0.02 * parts.level(start_level):
            return []
        stop = stopped(subject)
        if stop is not None:
            block = int(np.clip(np.searchsorted(view.step[blocks.edge[:-1]], stop.step), 1, k - 1))
            left = (int(view.step[-1]) - stop.step) / subject.length
            # Schedules of several cuts end with some epochs at next to nothing.
            if (
                left >= self.warn_share * (1.0 if stop.dead else 1.5)
                and k - block >= 8
                and self._gains_nothing(blocks, block, progress)
            ):
                return [self._finding(view, blocks, block, subject, stop)]
        onset = self._onset(view, blocks, subject, progress)
        return [] if onset is None else [self._finding(view, blocks, onset, subject, None)]

    def _onset(self, view: CurveView, blocks: Blocks, subject: Subject, progress: float) -> int | None:
        """Return the block from which on the curve is flat without a known reason, None where it is none."""

        def left(block: int) -> float:
            return (int(view.step[-1]) - int(view.step[blocks.edge[block]])) / subject.length

        parts, flat = view.parts, self._flat_from(blocks, progress)
        if flat is None or left(flat) < self.long:
            return None
        onset = max(flat, _arrival(blocks, flat))
        if _frequencies(view, subject) is not None:
            onset = flat  # what falls there still is next to nothing beside what there is to learn
        elif left(onset) < 0.75 * self.long:
            return None  # most of the flat tail was still coming down
        else:
            still = left(onset) >= self.long and self._gains_nothing(blocks, onset, 0.0)
            if not still and self._bends_gradually(blocks, parts):
                return None
        if any(j.size > 0 for j in jumps(parts.y, parts.scale, parts.correlation) if j.index > blocks.edge[flat]):
            return None  # a level that was lost and is being won back is not a plateau
        step = int(view.step[blocks.edge[onset]])
        # The evaluation, on always the same data, sees a progress that the batches' noise hides; a metric sees another.
        return None if subject.eval_falls(step, 0.01) or _metric_improves(subject, step) else onset

    def _gains_nothing(self, blocks: Blocks, begin: int, progress: float) -> bool:
        """Return whether the tail from block ``begin`` on does not fall beyond doubt, nor rises, by what matters."""
        tail = slice(begin, len(blocks))
        mid, low, high = theil_sen(*_thin(blocks.centre[tail], blocks.median[tail]))
        change = mid * float(blocks.centre[-1] - blocks.centre[begin])
        return low <= 0.0 <= high or abs(change) <= self.least_gain * progress

    def _is_flat(self, blocks: Blocks, begin: int, progress: float) -> bool:
        """Return whether the tail from block ``begin`` on is flat beyond doubt."""
        tail = slice(begin, len(blocks))
        _, low, high = theil_sen(*_thin(blocks.centre[tail], blocks.median[tail]))
        length = float(blocks.centre[-1] - blocks.centre[begin])
        return -low * length <= self.least_gain * progress and high * length <= 1.5 * self.least_gain * progress

    def _flat_from(self, blocks: Blocks, progress: float) -> int | None:
        """Return the first block of the longest flat tail, None when no tail is flat beyond doubt."""
        k = len(blocks)
        candidates = range(max(2, k // 60), k - max(8, k // 7), max(1, k // 60))
        return next((b for b in candidates if self._is_flat(blocks, b, progress)), None)

    def _bends_gradually(self, blocks: Blocks, parts: Decomposition) -> bool:
        """Return whether one smooth decay explains the curve as well as one that breaks off.

        Decay laws hold in the logged unit, so medians and errors are taken there.
        """
        k = len(blocks)
        skip = max(1, k // 50)  # the first steps follow no law
        x = (blocks.centre + 0.5) / float(blocks.edge[-1])
        s = slice(skip, k)
        value = parts.transform.back(blocks.median)
        error = (
            parts.transform.back(blocks.median + blocks.error) - parts.transform.back(blocks.median - blocks.error)
        ) / 2
        found = breaking_point(x[s], value[s], error[s], max(5, k // 12), k - skip - max(6, k // 7))
        return found.gain < self.break_gain

    def _finding(self, view: CurveView, blocks: Blocks, onset: int, subject: Subject, stop: Stop | None) -> Finding:
        first = stop.step if stop is not None else int(view.step[blocks.edge[onset]])
        last = int(view.step[-1])
        flat = (last - first) / subject.length
        level = view.parts.level(median(blocks.median[onset:]))
        before = view.parts.level(median(blocks.median[: max(1, len(blocks) // 40)]))
        # A loss that fell to a fraction of where it began has mostly learnt what there was.
        done = float(view.value.min()) >= 0.0 and level < self.learnt * before
        message = text(
            "{tag} stopped improving at {onset} and stayed at {level} for the last {share} of the run",
            tag=Tag(view.tag),
            onset=Place(first),
            level=level_of(level, view.unit),
            share=share(flat),
        )
        evidence = [
            Evidence("level-of-the-plateau", "level of the plateau", level, view.unit),
            Evidence("level-at-the-start", "level at the start", before, view.unit),
            Evidence("share-of-the-run", "share of the run", flat, "ratio"),
        ]
        died = stop is not None and stop.dead
        if stop is not None:
            message += ": " + stop.reason
            evidence.append(stop.evidence)
            advice = stop.advice
        else:
            if (vocabulary := _frequencies(view, subject)) is not None:
                message += text(
                    ": little better than guessing among {vocabulary} tokens, as who knows only how often each is used",
                    vocabulary=count(vocabulary),
                )
            elif _rate_went_on(subject, first):
                message += ", though the learning rate was not cut there"
            advice = (
                "Check what changed there: learning rate, frozen parameters, data order.",
                "If nothing changed, the next run can stop, or decay its learning rate, much earlier.",
            )
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING if flat >= self.warn_share and not (done and not died) else Severity.INFO,
            confidence=confidence_of(self.rule, float(stop is not None)),
            tag=view.tag,
            first_step=first,
            peak_step=first,
            last_step=last,
            message=message,
            evidence=tuple(evidence),
            also_explained_by=("the entropy of the data, or the capacity of the model: nothing is left to learn",),
            advice=advice,
        )

    def _stale(self, view: CurveView, begin: int, subject: Subject) -> Finding:
        """Tell a tail of one repeated value: a logger that stopped measuring."""
        value, same_value = view.value, len(view) - begin
        first, last = int(view.step[begin]), int(view.step[-1])
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING if (last - first) / subject.length >= self.warn_share else Severity.INFO,
            confidence=confidence_of(self.rule, 1.0),
            tag=view.tag,
            first_step=first,
            peak_step=first,
            last_step=last,
            message=text(
                "{tag} repeats the value {value} exactly from {onset} on: "
                "the logger stopped measuring, the training may have gone on",
                tag=Tag(view.tag),
                value=precise(value[-1]),
                onset=Place(first),
            ),
            evidence=(
                Evidence("points-with-the-same-value", "points with the same value", float(same_value), "points"),
            ),
            also_explained_by=("weights, data and dropout that are all frozen",),
            advice=("Check where the logged value comes from; judge the run by its evaluation loss.",),
        )


def _repeats_from(value: FloatArray) -> int | None:
    """Return the index from which on a loss is one number to its end, None where that is no tail worth the name."""
    same = np.flatnonzero(value != value[-1])
    begin = int(same[-1]) + 1 if same.size else 0
    return begin if value.size - begin >= max(20, 0.1 * value.size) and begin >= 10 else None


def _came_to_rest(value: FloatArray, begin: int) -> bool:
    """Return whether a rounded loss without noise approached the number that it repeats: it has converged."""
    away = np.abs(value[begin - 4 : begin] - value[-1])
    digit = float(np.diff(np.unique(value)).min())
    return float(away[-1]) < 2.5 * digit and bool(np.all(np.diff(away) <= digit))


def _solved(subject: Subject) -> bool:
    """Return whether an accuracy stands at its ceiling in the end: nothing is left to gain."""
    return any(
        len(v) >= 5 and median(v.value[-max(3, len(v) // 10) :]) >= 0.99 * (100.0 if v.unit == "%" else 1.0)
        for v in subject.all(Role.TRAIN_ACCURACY, Role.EVAL_ACCURACY)
    )


def _metric_improves(subject: Subject, begin: int) -> bool:
    """Return whether a metric that is good when high, or when low, goes on that way after a step, beyond doubt."""
    for view in subject.all(*METRICS):
        sign = {"higher": 1.0, "lower": -1.0}.get(view.curve.direction, 0.0)
        value = sign * view.value[view.step >= begin]
        third = value.size // 3
        if sign == 0.0 or third < 3:
            continue
        gain = float(np.median(value[-third:]) - np.median(value[:third]))
        noise = change_noise(value)
        if gain > 4.0 * np.sqrt(2.0) * median_error(noise, third) and gain > 0.05 * float(np.ptp(view.value)):
            return True
    return False


def _frequencies(view: CurveView, subject: Subject) -> int | None:
    """Return the size of the vocabulary where a loss ends as high as the frequencies of its tokens alone put it.

    Of text, their entropy is about 0.7 (words, pieces) to 0.8 (characters) of the logarithm of their number.
    """
    vocabulary = subject.task.vocabulary
    if vocabulary is None or view.assumed_unit != "nats":
        return None
    level = median(view.value[len(view) // 2 :]) / float(np.log(vocabulary))
    return vocabulary if _OF_FREQUENCIES < level < 1.0 else None


def _rate_went_on(subject: Subject, step: int) -> bool:
    """Return whether a learning rate is logged and was not halved or more around ``step``."""
    rate = subject.first(Role.LEARNING_RATE)
    if rate is None or len(rate) < 5:
        return False
    near = max(0.05 * subject.length, 2.0 * rate.cadence)
    before, after = (float(np.interp(at, rate.step, rate.value)) for at in (step - near, step + near))
    return after > 0.5 * before


def _arrival(blocks: Blocks, flat: int) -> int:
    """Return the first block at which the curve has come down to the level of its later half, within noise."""
    k = len(blocks)
    level = median(blocks.median[(flat + k) // 2 :])
    width = 5
    if k - flat < 2 * width:
        return flat
    medians = window_medians(blocks.median[flat:], width)
    near = level + 1.5 * 1.2533 * median(blocks.error) / np.sqrt(width)
    hit = np.flatnonzero(medians <= near)
    return flat + int(hit[0]) if hit.size else flat


def _thin(x: FloatArray, y: FloatArray, most: int = 60) -> tuple[FloatArray, FloatArray]:
    """Return at most ``most`` pairs, each a median of neighbours, so that all pairs' slopes stay cheap."""
    if x.size <= most:
        return x, y
    edges = np.linspace(0, x.size, most + 1).round().astype(int)
    first, size = edges[:-1], np.diff(edges)
    means, medians = np.empty(most), np.empty(most)
    for alike in {int(size.min()), int(size.max())}:  # all groups of one size are worked out together
        at = np.flatnonzero(size == alike)
        index = first[at, None] + np.arange(alike)
        means[at], medians[at] = x[index].mean(axis=1), np.median(y[index], axis=1)
    return means, medians
