"""How often to evaluate and to log: the usual rates, what a rate can resolve, and what it costs.

The rates are conventions, not laws. transformers.TrainingArguments logs and saves every 500 steps unless set
otherwise; nanoGPT evaluates its GPT-2 every 1,000 steps and its small Shakespeare model every 250; fine-tunes of a few
epochs are evaluated ten to twenty times an epoch. Google's "Deep Learning Tuning Playbook" (Godbole et al., 2023) asks
for evaluations at fixed steps, on samples large enough that their noise does not decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray, IntArray

USUAL_STEPS = (500, 1000)
"""Steps between evaluations in long trainings."""
EVAL_SHARE = 0.02
"""Share of the wall time that evaluation usually takes."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often something was measured.

    Parameters
    ----------
    count
        Measurements.
    interval
        Median distance in what the axis counts.
    axis
        What that is: ``step`` or ``epoch``.
    per_epoch
        Measurements per epoch, None where the epochs are not known.
    """

    count: int
    interval: float
    axis: str
    per_epoch: float | None

    @property
    def per_thousand(self) -> float:
        """Measurements per 1,000 of the axis."""
        return 1000.0 / self.interval


class Cost(NamedTuple):
    """What evaluations took.

    Parameters
    ----------
    seconds
        Time of all evaluations.
    share
        Of the wall time.
    measured
        Whether the log holds their times; else they are read off its clock, and include checkpoints saved with them.
    """

    seconds: float
    share: float
    measured: bool


def counted(x_axis: str) -> str:
    """Return what an axis counts for a cadence: ``step``, ``epoch``, or empty for time, tokens and samples."""
    name = x_axis.lower()
    if "epoch" in name:
        return "epoch"
    return "" if any(word in name for word in ("token", "second", "time", "sample")) else "step"


def epoch_length(step: IntArray, epoch: FloatArray) -> float | None:
    """Return the steps of an epoch from a curve that counts epochs, None where it does not tell.

    Whole numbers: the median distance of their changes. Fractions: the slope between the ends.
    """
    if step.size < 2 or not bool(np.isfinite(epoch).all()):
        return None
    if bool(np.all(epoch == np.round(epoch))):
        turns = step[1:][np.diff(epoch) > 0]
        return float(np.median(np.diff(turns))) if turns.size >= 2 and turns[-1] > turns[0] else None
    rise, run = float(epoch[-1] - epoch[0]), float(step[-1] - step[0])
    return run / rise if rise > 1e-9 and run > 0.0 else None


def rhythm_of(step: IntArray, x_axis: str, per_epoch: float | None) -> Rhythm | None:
    """Return how often a curve was measured, None with fewer than two points or on an axis that counts no steps.

    Parameters
    ----------
    step
        (n,) steps of the points, non-decreasing; points that share a step are one.
    x_axis
        What the steps count, in the log's words.
    per_epoch
        Steps of an epoch, None where that is not known.
    """
    axis = counted(x_axis)
    gaps = np.diff(step)
    gaps = gaps[gaps > 0]
    if not axis or not gaps.size:
        return None
    interval = float(np.median(gaps))
    if axis == "epoch":
        return Rhythm(gaps.size + 1, interval, axis, 1.0 / interval)
    # Evaluations at the ends of epochs are one an epoch, however many steps that is.
    return Rhythm(gaps.size + 1, interval, axis, per_epoch / interval if per_epoch else None)


def round_steps(steps: float) -> int:
    """Return the nearest of 1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500 … that is not larger, at least 1."""
    if not np.isfinite(steps) or steps < 1.0:
        return 1
    power = 10.0 ** np.floor(np.log10(steps))
    digits = (1.0, 2.0, 2.5, 5.0) if power >= 10.0 else (1.0, 2.0, 5.0)
    return int(max(d for d in digits if d * power <= steps * (1.0 + 1e-9)) * power)


def better_interval(length: float, per_epoch: float | None) -> int:
    """Return the steps between evaluations that the conventions give a run, rounded.

    Parameters
    ----------
    length
        Steps of the run.
    per_epoch
        Steps of an epoch, None where that is not known.

    Returns
    -------
    1,000 steps, a twentieth of the run, or a fifteenth of an epoch: the smallest of them, but not so small that the
    run is evaluated more than 200 times.
    """
    wanted = min(float(USUAL_STEPS[1]), length / 20.0, per_epoch / 15.0 if per_epoch else np.inf)
    return round_steps(max(wanted, length / 200.0))


def smallest_rise(noise: float, evals: int, *, z: float = 4.0) -> float:
    """Return the smallest lasting rise of an eval loss that its noise lets one see, in the unit of the noise.

    Two medians of a tenth of the evaluations each are compared: their standard error is 1.2533 noise / sqrt(m) each
    (asymptotic efficiency of the median, 2/pi), and ``z`` of it are asked for.
    """
    m = max(1, evals // 10)
    one = 1.0 if m == 1 else 1.2533
    return float(z * one * noise * np.sqrt(2.0 / m))


def eval_pauses(step: IntArray, wall: FloatArray, evals: IntArray) -> float | None:
    """Return the seconds that one evaluation took: by how much longer the log's intervals are that hold one.

    Parameters
    ----------
    step, wall
        (n,) steps and wall times (s) of the training log.
    evals
        (m,) steps of evaluations, non-decreasing.

    Returns
    -------
    None unless at least five intervals hold one evaluation and thirty hold none, and all but a tenth of the former
    are longer than nine tenths of the latter: else the clock does not show them. Saving a checkpoint at the same step
    counts, too. O(n log m).
    """
    if step.size < 36 or evals.size < 5:
        return None
    with np.errstate(invalid="ignore", over="ignore"):
        steps, seconds = np.diff(step), np.diff(wall)
    good = (steps > 0) & np.isfinite(seconds) & (seconds >= 0.0)
    unique = evals[np.concatenate([[True], evals[1:] != evals[:-1]])]
    # An evaluation at a step is done before that step is logged, or after it: both intervals are looked at.
    best: float | None = None
    for side in ("left", "right"):
        held = np.diff(np.searchsorted(unique, step, side="left" if side == "left" else "right"))
        with_one, without = good & (held == 1), good & (held == 0)
        del held  # of a long curve each array is a copy of it
        if with_one.sum() < 5 or without.sum() < 30:
            continue
        pace = float(np.median(seconds[without] / steps[without]))
        extra = seconds[with_one] - pace * steps[with_one]
        usual = float(np.quantile(seconds[without] - pace * steps[without], 0.9))
        if float(np.quantile(extra, 0.1)) <= max(usual, 0.0):
            continue
        each = float(np.median(extra))
        best = each if best is None else max(best, each)
    return best


def eval_cost(runtime: FloatArray, step: IntArray, wall: FloatArray, evals: IntArray) -> Cost | None:
    """Return what evaluation took of the wall time, None where the log cannot tell.

    Parameters
    ----------
    runtime
        (k,) logged seconds of the evaluations, empty where there are none.
    step, wall
        (n,) steps and wall times (s) of the training log.
    evals
        (m,) steps of the evaluations, non-decreasing.

    Notes
    -----
    Pauses of more than a hundred usual intervals (a restart, a night) are not training time.
    """
    known = np.isfinite(wall)
    if not known.all():
        step, wall = step[known], wall[known]
    if wall.size < 10:
        return None
    seconds = np.diff(wall)
    usual = float(np.median(seconds[seconds > 0.0])) if bool((seconds > 0.0).any()) else 0.0
    if usual <= 0.0:
        return None
    inside = evals[(evals >= step[0]) & (evals <= step[-1])]
    whole = float(seconds[(seconds > 0.0) & (seconds < 100.0 * usual)].sum())
    logged = runtime[np.isfinite(runtime) & (runtime > 0.0)]
    if logged.size:
        whole = max(whole, float(seconds[seconds > 0.0].sum()) if logged.max() > 50.0 * usual else whole)
        took, measured = float(logged.sum()), True
    else:
        each = eval_pauses(step, wall, inside)
        if each is None:
            return None
        took, measured = each * (1 + np.count_nonzero(np.diff(inside))), False
    return Cost(took, min(took / whole, 1.0), measured) if whole > 0.0 else None


def arguments(*, eval_steps: int | None = None, logging_steps: int | None = None) -> str:
    """Return the lines of transformers.TrainingArguments that set a cadence; checkpoints go with evaluations."""
    lines = []
    if eval_steps is not None:
        lines += ['eval_strategy="steps"', f"eval_steps={eval_steps}", f"save_steps={eval_steps}"]
    if logging_steps is not None:
        lines.append(f"logging_steps={logging_steps}")
    return ", ".join(lines)
