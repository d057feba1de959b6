"""A quality metric measured beside a loss: what it did while the loss rose."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Subject
from curveread.findings.arguments import Tag, level
from curveread.findings.text import Text, text
from curveread.run.roles import Role
from curveread.run.tags.grammar import parse
from curveread.run.tags.words import words
from curveread.signals.levels import block_medians, evaluation_noise, median_error
from curveread.signals.median import median

_FEW = 8
"""Points of a metric of which one says more than the median of it and its neighbours."""
_ROUNDED, _ASKED, _UNKNOWN = 5e-5, 100, 2000
"""Half of the last digit of a share as it is printed, shares that say of how many examples all are, and more examples
than shares tell."""
_ABOUT, _ALIKE = 0.02, 0.002
"""Shares of its level within which a metric stayed where it was: one that only scattered, and whatever it did."""
_AREAS = (("auc",), ("auroc",), ("rocauc",), ("roc", "auc"), ("auc", "roc"), ("roc",))


class Quality(NamedTuple):
    """A quality metric since the evaluation loss was best.

    Parameters
    ----------
    tag, best_at
        Its name; the step at which it was best.
    then, now
        Its level around the minimum of the loss and at the end: medians of evaluations, not the values of one.
    change
        Its change since in units of what noise would explain: beyond +-1 it rose or fell.
    gained, kept
        The change as a share of all that it ever gained; whether its end is as good as any such stretch before.
    """

    tag: str
    best_at: int
    then: float
    now: float
    change: float
    gained: float
    kept: bool

    @property
    def words(self) -> Text:
        """Its course, to stand at the end of a sentence."""
        tag, now = Tag(self.tag), level(self.now)
        if abs(self.now - self.then) <= (_ABOUT if abs(self.change) <= 1.0 else _ALIKE) * abs(self.then):
            return text("; {tag} stayed around {now}", tag=tag, now=now)
        if abs(self.change) <= 1.0:
            return text("; {tag} went from {then} to {now}, within its noise", tag=tag, then=level(self.then), now=now)
        if self.change > 0.0:
            return text(
                "; {tag} still rose from around {then} to around {now}", tag=tag, then=level(self.then), now=now
            )
        return text("; {tag} fell from around {then} to around {now}", tag=tag, then=level(self.then), now=now)


def quality_since(subject: Subject, view: CurveView, low: int) -> Quality | None:
    """Return the accuracy (else quality metric) measured beside a loss that changed most clearly since a point of it.

    Parameters
    ----------
    subject
        What the check is given; it declared the roles of quality metrics.
    view, low
        The loss and the index of its point.
    """
    metrics = _beside(subject.all(Role.EVAL_ACCURACY) or subject.all(Role.QUALITY_METRIC), view)
    found = [_since(m, int(view.step[low])) for m in metrics if len(m) >= 3 and rises_beside(m, view)]
    return max(found, key=lambda q: abs(q.change), default=None)


def gains_since(subject: Subject, step: int) -> bool:
    """Return whether the model got better since a step than it had ever been: a metric of its quality gained a tenth.

    That is a tenth of all its gain, to more than it was at any point before, while none fell.

    Parameters
    ----------
    subject
        What the check is given; it declared the roles of quality metrics.
    step
        The step.
    """
    metrics = [m for m in subject.all(Role.EVAL_ACCURACY, Role.QUALITY_METRIC) if m.curve.direction == "higher"]
    known = [m for m in metrics if len(m) >= 8 and m.step[0] <= step and m.value.max() != m.value.min()]
    since = [(_since(m, step), float(m.value[m.step <= step].max())) for m in known]
    better = any(q.change > 1.0 and q.gained >= 0.1 and q.now > before for q, before in since)
    return better and all(q.change >= -1.0 for q, _ in since)


def _since(metric: CurveView, step: int) -> Quality:
    """Return the course of a metric of at least three points since a step."""
    value, n = metric.value, len(metric)
    at = min(int(np.searchsorted(metric.step, step)), n - 1)
    tail = int(np.clip((n - at) // 3, 1, max(5, n // 10)))
    around = 1 if n >= _FEW else 0
    then, now = median(value[max(0, at - around) : at + around + 1]), median(value[-tail:])
    single = evaluation_noise(value)
    noise = 2.0 * median_error(single, min(tail, 3)) + 0.01 * float(np.ptp(value)) + 1e-12
    if metric.curve.role is Role.EVAL_ACCURACY and (examples := examples_of(part := shares(metric))) < _UNKNOWN:
        scale = float(np.max(value)) / max(float(np.max(part)), 1e-12)
        noise = max(noise, scale * by_chance(float(part[at]), examples))
    best = int(np.argmax(value))
    highest = float(value[best])
    gained = (now - then) / max(highest - float(value[0]), 1e-12)
    kept = float(block_medians(value, n // tail).max()) - now <= max(3.0 * single, noise)
    return Quality(metric.tag, int(metric.step[best]), then, now, (now - then) / noise, gained, kept)


def rises_beside(metric: CurveView, view: CurveView) -> bool:
    """Return whether more of a metric is better, and it was measured at half of the points of a loss or more."""
    return metric.curve.direction == "higher" and measured_beside(metric, view)


def measured_beside(metric: CurveView, view: CurveView) -> bool:
    """Return whether a metric was measured at half of the points of a loss or more."""
    return 2 * int(np.isin(view.step, metric.step).sum()) >= len(view)


def _beside(metrics: tuple[CurveView, ...], view: CurveView) -> list[CurveView]:
    """Return the metrics that share most words with a loss: of several evaluation sets those of its own."""
    own = set(words(view.tag))
    shared = [len(own & set(words(m.tag))) for m in metrics]
    return [m for m, n in zip(metrics, shared, strict=True) if n == max(shared)]


def shares(view: CurveView) -> FloatArray:
    """Return the values of an accuracy or an area as shares of 1, (n,); percentages are known by unit or by size."""
    return view.value / (100.0 if view.unit == "%" or float(view.value.max(initial=0.0)) > 1.0 else 1.0)


def by_chance(share: float, examples: int) -> float:
    """Return the standard error of a share of some examples: a binomial one, 0 for shares that are none."""
    return float(np.sqrt(np.clip(share * (1.0 - share), 0.0, None) / examples))


def is_area(view: CurveView) -> bool:
    """Return whether a metric is an area under the ROC curve: 0.5 by chance, 1 where every order is right."""
    head = parse(view.tag).head
    return head is not None and head.words in _AREAS


def examples_of(share: FloatArray) -> int:
    """Return the least number of examples of which all shares, (n,), are whole numbers; 2,000 where it is not less."""
    number = np.arange(1, _UNKNOWN + 1)
    counts = np.outer(number, np.unique(share)[:_ASKED])
    whole = np.all(np.abs(counts - np.round(counts)) <= _ROUNDED * number[:, None], axis=1)
    return int(number[int(np.argmax(whole))]) if whole.any() else _UNKNOWN
