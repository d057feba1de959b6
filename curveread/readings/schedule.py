"""What the curves say about the learning rate: where it could have decayed, decayed too early, or was too high."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curveread.detectors.base import CurveView, Views
from curveread.findings.arguments import Place, Tag, count, figure, share
from curveread.findings.diagnosis import Statement
from curveread.findings.finding import Evidence, Finding
from curveread.findings.text import Text, text
from curveread.run.roles import Role
from curveread.signals.events.change import change_of
from curveread.signals.levels import median_error
from curveread.signals.median import median
from curveread.signals.schedule.course import Course, course_of

HIGH, OVER = 0.5, 0.01
"""A rate above the first share of its peak is high, one below the second is over."""

LONG = 0.1
"""Share of the run for which a rate must have been over."""

STOPPED = "learning-rate-after-against-its-peak"
"""The evidence of a plateau that began where the rate came down."""

_SURE = 5.0
"""Standard errors by which a decay's gain, or a growth of the noise, must stand out."""


def schedule_statements(views: Views, findings: Sequence[Finding] = ()) -> list[Statement]:
    """Return advice on the schedule with its evidence; nothing where the data cannot tell."""
    train = next(iter(views[Role.TRAIN_LOSS]), None)
    rate = next(iter(views[Role.LEARNING_RATE]), None)
    if train is None or rate is None or len(train) < 60:
        return []
    course = course_of(rate.step.astype(np.float64), rate.value)
    if course is None or any(f.rule in ("divergence", "nonfinite-loss", "masked-nan", "no-learning") for f in findings):
        return []
    plateau = next((f for f in findings if f.rule == "plateau" and f.tag == train.tag), None)
    if plateau is not None:
        return _at_standstill(plateau)
    return _over_too_early(course, train) or _gained_by_decay(course, train)


def _at_standstill(plateau: Finding) -> list[Statement]:
    """Return that the rate came down too early, where the loss stood still from there on."""
    begin, lasted, over = plateau.first_step, plateau.get("share-of-the-run"), plateau.get(STOPPED)
    if begin is None or not isinstance(lasted, float) or not isinstance(over, float):
        return []
    sentence = text(
        "The learning rate was nearly {zero} from {begin} on, with {share} of the run to go: it decayed too early "
        "for this number of steps.",
        zero=count(0),
        begin=Place(begin),
        share=share(lasted),
    )
    reached = Evidence(STOPPED, "learning rate after, against its peak", over, "ratio")
    return [Statement("schedule", sentence, (reached,))]


def _over_too_early(course: Course, train: CurveView) -> list[Statement]:
    """Return that the rate was nearly 0 over a last stretch in which the loss, falling until then, stood still."""
    alive = np.flatnonzero(course.rate > OVER)
    if not alive.size or alive[-1] + 2 >= course.rate.size:
        return []
    since = float(course.step[alive[-1] + 1])
    first, last = float(train.step[0]), float(train.step[-1])
    lasted = (last - since) / max(last - first, 1.0)
    y, after = train.parts.y, train.step >= since
    n = int(after.sum())
    if lasted < LONG or n < 20:
        return []
    before = change_of(y[max(0, y.size - 2 * n) : y.size - n])
    behind = change_of(y[after])
    if before.high >= 0.0 or behind.low < 0.25 * before.mid:
        return []  # it did not fall before, or may have gone on falling
    sentence = text(
        "The learning rate was nearly {zero} for the last {share} of the run, and {tag}, which was falling until then, "
        "stood still from {since} on: the schedule ended too early for this number of steps.",
        zero=count(0),
        share=share(lasted),
        tag=Tag(train.tag),
        since=Place(round(since)),
    )
    label = text("share of the run at a rate near {zero}", zero=count(0))
    return [Statement("schedule", sentence, (Evidence("share-of-the-run-at-a-rate-near-0", label, lasted, "ratio"),))]


def _gained_by_decay(course: Course, train: CurveView) -> list[Statement]:
    """Return that a constant rate was the limit: a loss that had flattened fell again as the rate came down."""
    begin = _decay_begins(course)
    if begin is None:
        return []
    y, step = train.parts.y, train.step
    at = int(np.searchsorted(step, begin))
    length = min(step.size - at, at // 2)
    if length < 30:
        return []
    before, behind = y[at - length : at], y[at : at + length]
    slope = change_of(before)
    drop = float(np.median(before[-max(5, length // 5) :]) - np.median(behind[-max(5, length // 5) :]))
    error = float(np.hypot(1.0, 1.0) * median_error(train.parts.noise, max(5, length // 5), train.parts.correlation))
    expected = max(-slope.low, 0.0)
    if not np.isfinite(slope.low) or drop - expected < _SURE * error or drop < 3.0 * max(-slope.mid, 0.0):
        return []
    start, end = (train.parts.level(median(part[-max(5, length // 5) :])) for part in (before, behind))
    sentence = text(
        "When the learning rate came down from {begin} on, {tag} fell from {start} to {end}, {times} in as many steps "
        "before: the high rate had become the limit, and the decay could have begun earlier.",
        begin=Place(round(begin)),
        tag=Tag(train.tag),
        start=figure(start),
        end=figure(end),
        times=_times(drop, -slope.mid),
    )
    evidence = (
        Evidence("loss-before-the-decay", "loss before the decay", start, train.unit),
        Evidence("loss-after-as-many-steps-of-it", "loss after as many steps of it", end, train.unit),
    )
    return [Statement("schedule", sentence, evidence)]


def _times(drop: float, before: float) -> Text:
    if before > 0.05 * drop:
        return text("{times} times the fall", times=figure(drop / before))
    return text("after hardly any fall")


def _decay_begins(course: Course) -> float | None:
    """Return the step at which a rate that had been constant for a third of the run came down for good, else None."""
    level = course.rate
    top = float(level.max())
    high = np.flatnonzero(level >= 0.98 * top)
    last = int(high[-1])
    if high.size < level.size // 3 or int(high[0]) + high.size < last or last >= level.size - 8:
        return None
    later = level[last + 1 :]
    falls = bool(np.all(np.diff(later) <= 1e-9 * top)) and float(later[-1]) < HIGH * top
    return float(course.step[last]) if falls else None
