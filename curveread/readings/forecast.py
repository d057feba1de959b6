"""Where the loss is going: at +10 %, +50 % and +100 % of the steps, while the schedule goes on as it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Views
from curveread.findings.arguments import Name, Place, Tag, figure, number, share
from curveread.findings.diagnosis import Statement
from curveread.findings.finding import Evidence, Finding
from curveread.findings.forecast import Forecast, ForecastPoint
from curveread.findings.text import Text, joined, text
from curveread.run.model import Run
from curveread.run.roles import LOSSES, Role
from curveread.run.settings import number_of, text_in
from curveread.signals.extrapolation import Clock, Extrapolation, extrapolate, medians
from curveread.signals.median import median
from curveread.signals.schedule.course import Course, course_of

AHEAD = (1.1, 1.5, 2.0)
"""Where a forecast looks, in lengths of the run."""

LEAST_EVALS, LEAST_POINTS = 12, 30
"""Fewer evals than the first: the train loss is forecast; fewer points than the second: nothing is."""

OPEN = 0.6
"""A falling rate above this share of its peak: most of what the decay brings is still to come, and not to be seen."""

OVER = 0.02
"""A rate below this share of its peak teaches nothing any more."""

SPOILED = ("divergence", "overfitting", "nonfinite-loss", "masked-nan", "no-learning")
"""Findings in a loss after which no decay is left to carry on."""

_WIDTH, _TO_COME, _LEVEL = 0.85, 0.5, 0.005
"""Half of the interval, in units of the root of the summed squares of: the noise, the bootstrap's spread, so much of
what is still to come, so much of the level."""

_DECAY = 0.03
"""Share of the level by which the low end is lower still where the rate is high, or not logged: it may yet be decayed.
All four were chosen on the synthetic and the sample runs (``python -m tests.benchmarks.forecast``)."""

_PLANNED = ("max_steps", "max_iters", "train_iters", "num_training_steps", "total_steps", "num_iterations")
_COOLDOWN = ("warmdown_iters", "cooldown_iters", "cooldown_steps", "num_decay_steps", "lr_decay_iters", "decay_steps")
_DECAYING = ("cosine", "linear", "polynomial", "warmup_stable_decay", "wsd", "decay", "one_cycle", "onecycle", "sqrt")

_LARGEST = 1e100

_VAGUE = 2.0
"""An interval that reaches so many times the present loss says nothing."""

_MISSED = 4.0
"""A back-test fails when it is wrong by so many standard deviations of its own."""


def forecast(run: Run, views: Views, findings: Sequence[Finding] = (), steps: Sequence[int] | None = None) -> Forecast:
    """Return where the loss is going, or why that cannot be said.

    Parameters
    ----------
    run
        The run.
    views
        role -> views of its curves.
    findings
        What was found in it.
    steps
        The steps asked for; +10 %, +50 % and +100 % of the run, and the planned end where the log has it, when not
        given.

    Returns
    -------
    Forecast of the eval loss where it has at least 12 usable points, else of the train loss. A power law with an offset
    in the steps; while the learning rate falls along a known course, also one in the summed learning rate, which counts
    a third, since a falling rate slows progress down. It is refused when the schedule cannot be carried on (a decay
    that lies ahead, one that is over, cycles), or when it fails on the last fifth of the curve. See
    :mod:`curveread.signals.extrapolation`; the annealing of the summed rate is that of Tissue et al., "Scaling Law with
    Learning Rate Annealing", 2024.
    """
    view = _chosen(views)
    if view is None:
        return Forecast(None, reason="no loss with enough points")
    losses = {None} | {v.tag for role in LOSSES for v in views[role]}
    spoiled = next((f for f in findings if f.rule in SPOILED and f.tag in losses), None)
    if spoiled is not None:
        reason = text("{rule}: no decay is left to carry on", rule=Name(spoiled.rule))
        return Forecast(view.tag, reason=reason)
    first, last = float(run.first_step or 0), float(run.last_step or 0)
    if not float(np.abs(view.value).max()) < _LARGEST:
        return Forecast(view.tag, reason=text("values beyond {largest} do not follow a law", largest=number(_LARGEST)))
    course = _course(views)
    planned = _planned_end(run, last)
    reach, why = _reach(run, course, first, last, planned)
    wanted = steps if steps is not None else _wanted(course, first, last, planned)
    asked = np.array([s for s in wanted if last < s <= reach], dtype=np.float64)
    if asked.size == 0:
        return Forecast(view.tag, reason=why or "the steps asked for are not ahead")
    law = _Law.of(view, course, first)
    if law is None:
        return Forecast(view.tag, reason="too few points since the learning rate changed")
    tested = law.back_test()
    if abs(tested.miss) > _MISSED:
        failed = text(
            "the back-test failed: the last fifth, forecast from the steps before it, came out {error} {side} what was "
            "logged",
            error=figure(abs(tested.error)),
            side=text("above" if tested.error > 0 else "below"),
        )
        return Forecast(view.tag, reason=failed)
    found = law.ahead(asked)
    half = _WIDTH * np.sqrt(
        found.noise**2 + found.spread**2 + (_TO_COME * (found.mid - found.end)) ** 2 + (_LEVEL * found.mid) ** 2
    )
    high_rate = course is None or (course.kind == "constant" and course.now >= 0.5)
    low = found.mid - half - (_DECAY * np.abs(found.mid) if high_rate else 0.0)
    if law.positive:
        low = np.maximum(low, 0.0)
    high = found.mid + half
    if law.positive and float(high.max()) > _VAGUE * median(law.level[-5:]):
        return Forecast(
            view.tag, reason="the curve follows no law closely enough: even a doubling could not be excluded"
        )
    points = tuple(
        ForecastPoint(int(asked[i]), float(low[i]), float(found.mid[i]), float(high[i]), view.unit)
        for i in range(asked.size)
    )
    return Forecast(view.tag, points, why if asked.size < len(wanted) else "")


def forecast_statements(found: Forecast) -> list[Statement]:
    """Return the forecast in words; nothing where there is none."""
    if found.tag is None or not found.given:
        return []
    last = found.points[-1]
    sentence = text(
        "Had it gone on in the same way, {tag} would have come to {low} to {high} by {at} ({share} interval).",
        tag=Tag(found.tag),
        low=number(last.low),
        high=number(last.high),
        at=Place(last.step),
        share=share(0.8),
    )
    if found.reason:
        sentence = joined("", (sentence, " No further: ", found.reason, "."))
    evidence = (Evidence("forecast", text("forecast at {at}", at=Place(p.step)), p.mid, p.unit) for p in found.points)
    return [Statement("forecast", sentence, tuple(evidence))]


def _chosen(views: Views) -> CurveView | None:
    """Return the eval loss where it has enough points, else the train loss, else None."""
    for role, least in ((Role.EVAL_LOSS, LEAST_EVALS), (Role.TRAIN_LOSS, LEAST_POINTS)):
        for view in views[role][:1]:
            if len(view) >= least and view.step[-1] > view.step[0]:
                return view
    return None


def _course(views: Views) -> Course | None:
    rate = next(iter(views[Role.LEARNING_RATE]), None)
    return None if rate is None else course_of(rate.step.astype(np.float64), rate.value)


def _planned_end(run: Run, last: float) -> float | None:
    """Return the step at which the config ends the run; None where it does not say, or steps count something else."""
    if not any(word in run.x_axis.lower() for word in ("step", "iter")):
        return None
    planned = number_of(run.config, *_PLANNED)
    return planned if planned is not None and 0.98 * last <= planned <= 50.0 * last else None


def _wanted(course: Course | None, first: float, last: float, planned: float | None) -> list[float]:
    """Return the steps at which a forecast looks: the usual ones, and where the schedule or the run is to end."""
    usual = [float(round(first + share * (last - first))) for share in AHEAD]
    end = planned or (course.end if course is not None else None)
    if end is not None and end > last and all(abs(end - step) > 0.02 * last for step in usual):
        usual.append(float(round(end)))
    return sorted(usual)


def _reach(run: Run, course: Course | None, first: float, last: float, planned: float | None) -> tuple[float, str]:
    """Return the last step to which the schedule can be carried on, and why it goes no further."""
    named = text_in(
        run.config, "lr_scheduler_type", "lr_scheduler", "lr_schedule", "scheduler", "lr_decay_style"
    ).lower()
    decays = next((word for word in _DECAYING if word in named), "")
    if not named and (number_of(run.config, *_COOLDOWN) or 0.0) > 0.0:
        decays = named = "a cooldown"
    schedule = Name(named[:40])
    if course is None:
        if decays:
            unseen = "the config says the learning rate decays ({schedule}), but the log does not hold it"
            return last, text(unseen, schedule=schedule)
        return np.inf, ""
    if course.kind == "unclear":
        return last, "the learning rate follows no course that could be carried on"
    if course.kind == "constant":
        if course.now < OVER:
            return last, _come_down(course.now) + " and stays there"
        if not decays or course.now < OPEN:
            return np.inf, ""
        stable = number_of(run.config, "num_decay_steps")
        if planned is not None and stable is not None:
            begin = planned - stable
            return begin, text("the schedule decays the learning rate from {begin} on", begin=Place(round(begin)))
        return last, text("a decay of the learning rate lies ahead ({schedule})", schedule=schedule)
    if course.now > OPEN:
        ahead = (
            "a decay of the learning rate lies ahead: it is at {share} of its peak and falling, and what that brings "
            "does not show yet"
        )
        return last, text(ahead, share=share(course.now))
    end = planned or course.end
    if end is None:
        return np.inf, ""
    if last >= end - max(0.02 * (end - first), 1.5 * _spacing(run)):
        return last, _come_down(course.now) + ", the schedule is over"
    return end + 0.05 * (end - first), text("the schedule ends at about {end}", end=Place(round(end)))


def _spacing(run: Run) -> float:
    """Return the steps between two logged learning rates: where the schedule ends is known no better."""
    rate = next((c for c in run.of(Role.LEARNING_RATE) if len(c) > 1), None)
    return 0.0 if rate is None else median(np.diff(rate.step))


def _come_down(of_peak: float) -> Text:
    if of_peak < 0.0005:
        return text("the learning rate has come down to nothing")
    return text("the learning rate has come down to {share} of its peak", share=share(of_peak))


class _Test(NamedTuple):
    """A forecast of the last fifth from the steps before: its error, and that in its own standard deviations."""

    error: float
    miss: float


class _Law(NamedTuple):
    """Block medians of a loss in the present regime of its schedule, ready to be carried on."""

    step: FloatArray
    level: FloatArray
    first: float
    course: Course | None
    positive: bool

    @staticmethod
    def of(view: CurveView, course: Course | None, first: float) -> _Law | None:
        """Return the blocks, None where there are fewer than 8; the head of the run follows no law and is left out."""
        since = course.regime if course is not None and course.kind == "constant" else first
        begin = int(np.searchsorted(view.step, since))
        if len(view) - begin < 8 or float(view.step[-1]) - since < 0.1 * (float(view.step[-1]) - first):
            return None
        step, level = medians(view.step[begin:], view.value[begin:])
        skip = step.size // 10 if since <= first else 0
        return _Law(step[skip:], level[skip:], first, course, bool(view.value.min() > 0.0))

    def ahead(self, asked: FloatArray, upto: int | None = None) -> Extrapolation:
        """Carry the law of the first ``upto`` blocks on to the steps ``asked``."""
        step, level = self.step[:upto], self.level[:upto]
        # A law begins with the run; half a block keeps the first place above 0.
        offset = self.first - 0.5 * median(np.diff(self.step))
        clocks = [Clock(step - offset, asked - offset, 2.0)]
        if self.course is not None and self.course.kind == "falling":
            summed = self.course.summed(np.concatenate([step, asked]))
            if float(summed[0]) > 0.0:
                clocks.append(Clock(summed[: step.size], summed[step.size :]))
        return extrapolate(clocks, level, positive=self.positive)

    def back_test(self) -> _Test:
        """Forecast the last fifth of the blocks from those before."""
        cut = self.step.size - max(2, self.step.size // 5)
        found = self.ahead(self.step[cut:], cut)
        error = median(found.mid - self.level[cut:])
        spread = median(found.spread)
        own = math.hypot(spread, found.noise / math.sqrt(self.step.size - cut))
        return _Test(error, error / own if own > 0.0 else 0.0)
