"""Metrics beside the loss: each with its own best step, and whether they disagree with the loss about what to keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Views
from curveread.findings.arguments import Place, Tag, number
from curveread.findings.diagnosis import KeyFigure, Statement
from curveread.findings.finding import Evidence, Finding
from curveread.findings.text import Text, joined, listed, text
from curveread.readings.keep import Keep, as_trained
from curveread.run.roles import Role, is_eval
from curveread.run.tags.precision import is_average_precision, is_overall_precision
from curveread.run.tags.words import slug
from curveread.signals.levels import window_medians, windows_of
from curveread.signals.median import median
from curveread.signals.scale import bend_noise

_ROLES = (Role.EVAL_ACCURACY, Role.TRAIN_ACCURACY, Role.REWARD, Role.QUALITY_METRIC, Role.ERROR_METRIC)

_MOST, _SPOKEN, _LEAST = 6, 3, 5
"""Metrics in the key figures, metrics that a report speaks of, and points that each must have."""

_LONG = 60
"""Of a metric with more points the best stretch counts, a twentieth of them: its best point is chance."""

_SURE = 3.0
"""Standard errors of a difference of two values above which metric and loss disagree."""


class Metric(NamedTuple):
    """A metric with a better way and its best usable point.

    Of a long curve that is the middle and the median of the best stretch.
    """

    view: CurveView
    higher: bool
    step: int
    value: float

    @staticmethod
    def of(view: CurveView, higher: bool) -> Metric:
        """Return a curve as a metric."""
        if len(view) <= _LONG:
            value = view.value[as_trained(view)]
            at = int(np.argmax(value) if higher else np.argmin(value))
            return Metric(view, higher, int(view.step[at]), float(view.value[at]))
        width, starts = windows_of(len(view), 0.05)
        medians = window_medians(view.value, width, starts)
        best = int(np.argmax(medians) if higher else np.argmin(medians))
        return Metric(view, higher, int(view.step[starts[best] + width // 2]), float(medians[best]))

    @property
    def long(self) -> bool:
        """Whether the best stretch counts, and not the best point."""
        return len(self.view) > _LONG

    @property
    def peak(self) -> int:
        """Index of its best point."""
        return int(np.argmin(self.worse))

    @property
    def worse(self) -> FloatArray:
        """(n,) values turned so that lower is better."""
        return -self.view.value if self.higher else self.view.value


def metrics_of(views: Views, findings: Sequence[Finding] = ()) -> tuple[Metric, ...]:
    """Return the metrics of a run, those of an eval split where it has any; without losses, perplexities and speeds.

    A run that never learned has none worth telling.
    """
    if any(f.rule == "no-learning" for f in findings):
        return ()
    found: list[Metric] = []
    for role in _ROLES:
        for view in views[role]:
            way = view.curve.direction
            if not way or len(view) < _LEAST or _settled(view) or any(_same(view, m.view) for m in found):
                continue
            found.append(Metric.of(view, way == "higher"))
    held_out = [m for m in found if _held_out(m.view)]
    return tuple(sorted(held_out or found, key=_order)[:_MOST])


def _order(metric: Metric) -> tuple[bool, bool]:
    """Return what puts a policy's return first, then the metric that sums up a detector's."""
    return metric.view.curve.role is not Role.REWARD, not is_overall_precision(metric.view.tag)


def _held_out(view: CurveView) -> bool:
    return is_eval(view.tag) or view.curve.role is Role.REWARD or is_average_precision(view.tag)


def _settled(view: CurveView) -> bool:
    """Return whether a metric has its best value at most points: no place is the best then."""
    best = view.value.max() if view.curve.direction == "higher" else view.value.min()
    return bool(np.count_nonzero(view.value == best) > 0.5 * len(view))


def _same(a: CurveView, b: CurveView) -> bool:
    """Return whether two metrics are one under two names."""
    return np.array_equal(a.step, b.step) and np.array_equal(a.value, b.value)


def metric_summary(metrics: Sequence[Metric]) -> dict[str, KeyFigure]:
    """Return the best value of each metric under ``best_<tag>``."""
    out: dict[str, KeyFigure] = {}
    for metric in metrics:
        name = slug(metric.view.tag)
        if name:
            label = text("best level of {tag}" if metric.long else "best {tag}", tag=Tag(metric.view.tag))
            out.setdefault(f"best_{name[:60]}", KeyFigure(metric.value, metric.view.unit, metric.step, label))
    return out


def metric_statements(metrics: Sequence[Metric], keep: Keep | None) -> list[Statement]:
    """Return what the key figures leave open.

    That is where a best stretch lies beside the best point, how far a return came, and which metrics ask for another
    checkpoint than the loss by more than noise.
    """
    kept = keep.tag if keep is not None else ""
    if is_average_precision(kept):  # told where it says what to keep; the others are slices of it
        metrics = [m for m in metrics if not is_average_precision(m.view.tag)]
    sentences: list[Text] = [text("{best}.", best=_best_words(m)) for m in metrics[:_SPOKEN] if _worth_telling(m)]
    apart = [m for m in metrics if keep is not None and _disagrees(m, keep)]
    if apart and keep is not None:
        others = [text("{tag} at {at}", tag=Tag(m.view.tag), at=Place(m.step)) for m in apart]
        beside = text(
            "{tag} is best at {at}, but {others}: they disagree by more than noise. Go by the one that "
            "the model is for.",
            tag=Tag(keep.tag),
            at=Place(keep.at),
            others=listed(others),
        )
        sentences.append(beside)
    if not sentences:
        return []
    evidence = tuple(Evidence("best", text("best {tag}", tag=Tag(m.view.tag)), m.value, m.view.unit) for m in metrics)
    return [Statement("metric", joined(" ", sentences), evidence)]


def _worth_telling(metric: Metric) -> bool:
    """Return whether a best value is no plain one, which stands among the key figures."""
    return metric.view.curve.role is Role.REWARD or (
        metric.long and float(metric.view.value[metric.peak]) != metric.value
    )


def _best_words(metric: Metric) -> Text:
    where = "{tag} is best around {at} ({value})" if metric.long else "{tag} is best at {at} ({value})"
    said = text(where, tag=Tag(metric.view.tag), at=Place(metric.step), value=number(metric.value))
    if metric.view.curve.role is not Role.REWARD:
        highest = (
            "; its highest point is {value}, at {at}" if metric.higher else "; its lowest point is {value}, at {at}"
        )
        peak = Place(int(metric.view.step[metric.peak]))
        return said + text(highest, value=number(float(metric.view.value[metric.peak])), at=peak)
    # A return has no scale of its own: what chance brings is that of the first episodes.
    value, part = metric.view.value, max(1, len(metric.view) // 20)
    first, last = number(float(value[:part].mean())), number(float(value[-part:].mean()))
    if part > 1:  # means of a twentieth each
        return said + text(", after around {first} at the start; the log ends around {last}", first=first, last=last)
    if metric.step == int(metric.view.step[0]):
        return said + text(", at the start; the log ends at {last}", last=last)
    return said + text(", after {first} at the start; the log ends at {last}", first=first, last=last)


def _disagrees(metric: Metric, keep: Keep) -> bool:
    """Return whether the metric's best step is worse by the loss, and the loss's worse by the metric, beyond noise."""
    noise = bend_noise(metric.view.value)
    if noise <= 0.0 or keep.error <= 0.0 or keep.step.size < 6 or metric.step == keep.at:
        return False
    by_loss = _around(keep.step, keep.worse, metric.step) - _around(keep.step, keep.worse, keep.at)
    by_metric = _around(metric.view.step, metric.worse, keep.at) - _around(metric.view.step, metric.worse, metric.step)
    # Differences of medians of three neighbours: the error of a median of 3, twice.
    factor = 1.2533 * float(np.sqrt(2.0 / 3.0))
    return by_loss > _SURE * factor * keep.error and by_metric > _SURE * factor * noise


def _around(step: np.ndarray[tuple[int], np.dtype[np.int64]], value: FloatArray, at: int) -> float:
    """Return the median of the point nearest to a step and its neighbours."""
    i = int(np.argmin(np.abs(step - at)))
    return median(value[max(0, i - 1) : i + 2])
