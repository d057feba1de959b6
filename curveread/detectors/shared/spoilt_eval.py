"""Single evaluations at which the loss is far too high and a metric far too low: what ``loss-spike`` tells of them."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.detectors.base import CurveView, Subject
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Place, Tag, figure
from curveread.findings.arguments import level as level_of
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role

METRICS_BESIDE = (Role.EVAL_ACCURACY, Role.QUALITY_METRIC)
"""Metrics that are good when high and measured with the evaluation loss."""

_LOSS, _METRIC = 1.5, 0.5
"""Against both neighbours: a loss half as high again, and a metric of half as much. Either alone may be noise."""

_KNOWN = 3
"""Evaluations that come before: a model that is just beginning swings."""


def spoilt(view: CurveView, subject: Subject, rule: str) -> list[Finding]:
    """Return a finding for each evaluation that stands out of both its neighbours, in the loss and in a metric.

    Parameters
    ----------
    view
        An evaluation loss.
    subject
        The run; its metrics of the same steps count.
    rule
        Name of the check that tells it.
    """
    for metric in subject.all(*METRICS_BESIDE):
        if metric.curve.direction != "higher" or len(view) <= _KNOWN + 1 or len(metric) <= _KNOWN + 1:
            continue
        _, i, j = np.intersect1d(view.step, metric.step, return_indices=True)
        loss, good = view.value[i], metric.value[j]
        if loss.size <= _KNOWN + 1 or float(min(loss.min(), good.min())) < 0.0:
            continue
        high = loss[1:-1] > _LOSS * np.maximum(loss[:-2], loss[2:])
        low = good[1:-1] < _METRIC * np.minimum(good[:-2], good[2:])
        at = [int(k) for k in 1 + np.flatnonzero(high & low) if k >= _KNOWN]
        if at and len(at) <= max(1, loss.size // 8):
            # Where others stand out by one of the two, the evaluations of this run swing, and one more is not news.
            severity = Severity.INFO if np.any(high != low) else Severity.WARNING
            return [_finding(view, metric, i[k - 1 : k + 2], good[k - 1 : k + 2], rule, severity) for k in at]
    return []


def _finding(
    view: CurveView, metric: CurveView, around: IntArray, good: FloatArray, rule: str, severity: Severity
) -> Finding:
    (before, peak, after), step = view.value[around], view.step[around]
    return Finding(
        rule=rule,
        severity=severity,
        confidence=confidence_of(rule),
        tag=view.tag,
        first_step=int(step[1]),
        peak_step=int(step[1]),
        last_step=int(step[2]),
        message=text(
            "{tag} jumped from {before} to {peak} at {place} and {metric} fell from {good} to {bad}: one evaluation",
            tag=Tag(view.tag),
            before=level_of(float(before)),
            peak=level_of(float(peak), view.unit),
            place=Place(int(step[1])),
            metric=Tag(metric.tag),
            good=figure(float(good[0])),
            bad=figure(float(good[1])),
        ),
        evidence=(
            Evidence(
                "height-above-the-trend", "height above the neighbours", float(peak - max(before, after)), view.unit
            ),
            Evidence("trend-before", "level before", float(before), view.unit),
            Evidence("metric-then", text("{tag} then", tag=Tag(metric.tag)), float(good[1]), metric.unit),
        ),
        also_explained_by=("weights that were bad for a moment: a learning rate near the edge of stability",),
        advice=(
            "Do not keep a checkpoint of that evaluation; average the weights (EMA) or lower the learning rate.",
            "If it comes again, check that the evaluation uses settled running statistics (batch norm, EMA).",
        ),
    )
