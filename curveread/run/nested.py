"""Counters that start over with each epoch, as one axis: epochs before a row times steps per epoch, and its step."""

from __future__ import annotations

import numpy as np

from curveread.arrays import BoolArray, FloatArray, IntArray


def in_epochs(
    step: FloatArray, epoch: FloatArray, total: FloatArray, counted: BoolArray, by_epoch: BoolArray
) -> tuple[FloatArray, str, float]:
    """Make steps that start over with each epoch go on.

    Parameters
    ----------
    step, epoch, total
        (n,) float64; NaN where not printed.
    counted
        (n,) bool: rows with a step.
    by_epoch
        (n,) bool: rows whose ``step`` is an epoch: lines above or below the steps of each epoch.

    Returns
    -------
    step
        (n,) float64: epochs before it times steps per epoch, added, where the steps fall whenever the epoch rises.
    reason
        What was done, empty when nothing was.
    each
        Steps per epoch, NaN when nothing was done.
    """
    epoch = _carried_epochs(epoch, step, counted, by_epoch)
    both = np.flatnonzero(counted & np.isfinite(epoch))
    if both.size < 2:
        return step, "", np.nan
    rises = np.diff(epoch[both]) > 0
    falls = np.diff(step[both]) < 0
    if not rises.any() or not (falls & rises).sum() > 0.5 * rises.sum():
        return step, "", np.nan
    printed = total[both][np.isfinite(total[both])]
    gaps = np.diff(np.unique(step[both]))
    gap = float(np.median(gaps)) if gaps.size else 1.0
    counted_up = step[both].max() + gap - min(gap, step[both].min())
    each = float(np.median(printed)) if printed.size else float(counted_up)
    out = step.copy()
    first = min(float(epoch[both].min()), 1.0)
    out[both] += (epoch[both] - first) * each
    return out, f"steps start over with each epoch; they are counted on, {each:,.0f} an epoch", each


def _carried_epochs(epoch: FloatArray, step: FloatArray, counted: BoolArray, by_epoch: BoolArray) -> FloatArray:
    """Return the epochs of the rows that name none: those of the lines of epochs around them."""
    if (np.isfinite(epoch) & counted).any() or not by_epoch.any():
        return epoch
    at = np.maximum.accumulate(np.where(by_epoch, np.arange(step.size), -1))
    first = float(step[by_epoch].min())
    out: FloatArray = np.where(at >= 0, step[np.maximum(at, 0)], first - 1)
    named = out[counted]
    if counted.any() and np.flatnonzero(counted)[0] < np.flatnonzero(by_epoch)[0]:
        out = out + 1  # the line of an epoch stands below its steps
    return out if named.size else epoch


def epoch_ends(step: IntArray, epoch: FloatArray, rows: BoolArray, counted: BoolArray, each: float) -> IntArray:
    """Return the steps with those of evaluations that name their epoch at its end. O(n).

    Parameters
    ----------
    step
        (n,) int64 steps; those of ``rows`` are the ones printed before them.
    epoch
        (n,) float64 epochs of ``rows``.
    rows, counted
        (n,) bool: the evaluations, and the rows with a step.
    each
        Steps per epoch, NaN where steps do not start over.
    """
    if not rows.any() or not np.isfinite(each):
        return step
    out = step.copy()
    at = np.flatnonzero(rows)
    offset = (np.ceil((step[at]) / each) - epoch[at]).astype(np.int64)
    common = int(np.bincount(offset - offset.min()).argmax() + offset.min())
    ends = ((epoch[at] + common) * each).astype(np.int64)
    near = np.abs(ends - step[at]) <= each
    out[at[near]] = np.maximum(ends[near], step[at[near]])
    return out
