"""Signs in the course of the curve itself: how it leaves, whether it comes back, how often."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.causes.kinds import KINDS, LASTING, Kind
from curveread.causes.scene import Scene
from curveread.causes.signs.sign import Seen, sign
from curveread.findings.arguments import Count, Length, Tag, level
from curveread.findings.landmarks import EPOCHS, RESTARTS, SIZES, Landmarks
from curveread.findings.text import Text, joined, text
from curveread.run.roles import LOSSES, Role
from curveread.signals.median import median
from curveread.signals.scale import change_noise, mad_scale

_EARLY = 0.05
_SUDDEN = 3
"""Points within which a level that jumps has made half of its way."""
_CHANCE = 0.05
_LONG, _LOOK = 8, 200
"""Logged points of a long way, and as far as it is looked for."""
_RISES = (Kind.SPIKE, Kind.DIVERGENCE, Kind.SHIFT)
_BUMPS = ("loss-spike", "gradient-explosion", "level-shift", "divergence")
_ACCURACIES = (Role.TRAIN_ACCURACY, Role.EVAL_ACCURACY)
_DECADE = 2.3
_REGULAR = 0.1
"""Largest spread of distances, as a share of the median distance, that a period has."""


@sign("returned-at-once")
def at_once(scene: Scene) -> Seen | None:
    """Whether the curve was back at its level within a few points."""
    if scene.finding.rule == "outlier-batch":
        return Seen(True, text("single points, back at the next"))
    how = scene.finding.get("recovery")
    if how is None:
        return None
    if how == "fast":
        return Seen(True, text("back at its level within {length}", length=Length(max(scene.end - scene.onset, 1))))
    return Seen(False, text("it was not back at once"))


@sign("returned-slowly")
def slowly(scene: Scene) -> Seen | None:
    """Whether the way back was long, as that of weights that were moved."""
    how = scene.finding.get("recovery")
    if how is None:
        return None
    if how == "slow":
        return Seen(True, text("the way back took {length}", length=Length(max(scene.end - scene.onset, 1))))
    return Seen(False, text("it did not come back slowly")) if how == "fast" else None


@sign("won-back")
def won_back(scene: Scene) -> Seen | None:
    """Whether a metric that fell rose again by itself."""
    if scene.finding.rule != "metric-collapse":
        return None
    there = scene.finding.get("lowest-level") is not None
    return Seen(there, text("it was won back by itself" if there else "it was not won back"))


@sign("one-point")
def one_point(scene: Scene) -> Seen | None:
    """Whether the event is one or two logged points wide."""
    if scene.curve is None or scene.finding.last_step is None or KINDS.get(scene.finding.rule) is Kind.COLLAPSE:
        return None
    words = text("it is {points} wide", points=Count(scene.points, "logged point"))
    return Seen(scene.points <= 2, words)


@sign("sudden")
def sudden(scene: Scene) -> Seen | None:
    """Whether the level left within a few points, rather than bit by bit."""
    view = scene.curve
    if view is None or view.curve.role is Role.KL or scene.finding.first_step is None:
        return None  # a divergence from the policy before is itself a change, not a level
    at = int(np.searchsorted(view.step, scene.onset))
    before, after = view.value[max(0, at - 20) : at], view.value[at:]
    if before.size < 5 or after.size < 5:
        return None
    low = median(before[-10:])
    apart = after - low
    way = float(apart[int(np.argmax(np.abs(apart)))])
    if abs(way) < 4.0 * mad_scale(before):
        return None
    reached = np.flatnonzero(apart * np.sign(way) >= 0.5 * abs(way))
    quick = int(reached[0]) < _SUDDEN
    words = "{curve} made half of its way within {points}"
    return Seen(quick, text(words, curve=Tag(view.tag), points=Count(int(reached[0]) + 1, "logged point")))


@sign("early")
def early(scene: Scene) -> Seen | None:
    """Whether it begins in the first twentieth of the run, or in its first ten points."""
    if scene.finding.first_step is None or KINDS.get(scene.finding.rule) in LASTING:
        return None
    view = scene.curve
    head = int(np.searchsorted(view.curve.step, scene.onset)) < 10 if view is not None else False
    into = scene.onset - scene.begin
    there = into <= _EARLY * scene.length or (head and into <= 0.2 * scene.length)
    if into == 0:
        return Seen(True, text("it begins with the run"))
    return Seen(there, text("it begins {length} into the run", length=Length(into)))


def _like(scene: Scene) -> IntArray:
    """Return the onsets of all findings of the kind in the same curve, in order."""
    return scene.stage.onsets(KINDS.get(scene.finding.rule), scene.finding.tag)


@sign("regular")
def regular(scene: Scene) -> Seen | None:
    """Whether such events come at even distances."""
    steps = _like(scene)
    if steps.size < 4:
        return None
    gaps = np.diff(steps).astype(float)
    usual = median(gaps)
    even = mad_scale(gaps) <= _REGULAR * usual and float(np.mean(np.abs(gaps - usual) <= 0.2 * usual)) >= 0.7
    words = "{events}, about every {length}" if even else "{events} at uneven distances"
    return (
        Seen(even, text(words, events=Count(int(steps.size), "such event"), length=Length(usual)))
        if even
        else Seen(False, text("{events} at uneven distances", events=Count(int(steps.size), "such event")))
    )


@sign("again-and-again")
def repeated(scene: Scene) -> Seen | None:
    """Whether there are several such events in the run."""
    n = int(_like(scene).size)
    words = text("{events} in this curve", events=Count(n, "such event"))
    return Seen(n >= 3, words) if n >= 3 else None


@sign("at-epoch")
def at_epoch(scene: Scene) -> Seen | None:
    """Whether such events lie at the border of epochs, more often than by chance."""
    marks = scene.case.marks_of(EPOCHS)
    steps = _like(scene)
    if marks is None or not steps.size:
        return None
    covered = min(1.0, marks.step.size * (2.0 * scene.slack + 1.0) / scene.length)
    if covered**steps.size > _CHANCE:
        return None  # so many epochs that one always begins beside
    after = np.searchsorted(marks.step, steps)
    beside = (np.clip(k, 0, marks.step.size - 1) for k in (after - 1, after))
    apart = np.min([np.abs(marks.step[k] - steps) for k in beside], axis=0)
    there = float(np.mean(apart <= scene.slack)) > 0.5
    return Seen(there, text("a new epoch begins there") if there else text("no epoch begins there"))


@sign("at-restart")
def at_restart(scene: Scene) -> Seen | None:
    """Whether the run was restarted there."""
    if KINDS.get(scene.finding.rule) is Kind.RESTART:
        return None
    marks = scene.case.marks_of(RESTARTS)
    if marks is None:
        return Seen(False, text("the log shows no restart"))
    return _beside(scene, marks, max(scene.near, 10.0 * scene.slack), text("no restart stands there"))


def _beside(scene: Scene, marks: Landmarks, within: float, none: Text) -> Seen:
    """Return whether a place lies within so many steps of the onset, in its words."""
    at = int(np.argmin(np.abs(marks.step - scene.onset)))
    there = abs(int(marks.step[at]) - scene.onset) <= within
    return Seen(there, joined("", (marks.text[at],)) if there else none)


@sign("size-changed")
def size_changed(scene: Scene) -> Seen | None:
    """Whether batch size or sequence length changed there: what a step sees, and how long it takes, is another."""
    marks = scene.case.marks_of(SIZES)
    if marks is None or scene.finding.first_step is None:
        return None
    return _beside(scene, marks, scene.near, text("batch size and sequence length stay there"))


@sign("level-of-before")
def level_of_before(scene: Scene) -> Seen | None:
    """Whether the loss after a restart is one that the run had left behind, or that of its start."""
    before, after = scene.finding.get("training-loss-before"), scene.finding.get("training-loss-after")
    if not isinstance(before, float) or not isinstance(after, float) or scene.train is None:
        return None
    past = scene.train.value[: int(np.searchsorted(scene.train.step, scene.onset))]
    if past.size < 10:
        return None
    noise = change_noise(past[-40:])
    there = after > before + 5.0 * max(noise, 0.005 * abs(before))
    words = "the training loss went on at {after}, after {before}"
    return Seen(there, text(words, after=level(after, scene.train.unit), before=level(before, scene.train.unit)))


@sign("bump-after")
def bump(scene: Scene) -> Seen | None:
    """Whether a spike or a burst of the gradient norm follows a restart at once."""
    if scene.finding.rule != "restart":
        return None
    near = any(
        f.rule in _BUMPS and f.first_step is not None and -scene.slack <= f.first_step - scene.onset <= 5.0 * scene.near
        for f in scene.stage.events
    )
    return Seen(near, text("a spike follows the restart") if near else text("the loss goes on without a bump"))


@sign("fell-off")
def fell_off(scene: Scene) -> Seen | None:
    """Whether a spike ends from one logged point to the next, as when odd batches are over, or bit by bit."""
    high = _height(scene)
    if high is None:
        return None
    top = int(np.argmax(high[:_LOOK]))
    rest = high[top:]
    below = np.flatnonzero(rest < 0.25)
    if not below.size:
        return Seen(False, text("it is still up after {points}", points=Count(rest.size, "logged point")))
    end = int(below[0])
    if end <= 2 or float(rest[end - 1]) > 0.6:
        return Seen(True, text("it ended from one logged point to the next"))
    return (
        Seen(False, text("it came back bit by bit, over {points}", points=Count(end, "logged point")))
        if end >= 5
        else None
    )


def _height(scene: Scene) -> FloatArray | None:
    """Return the course of a spike from its onset on, as shares of its height."""
    view = scene.curve
    if view is None or KINDS.get(scene.finding.rule) is not Kind.SPIKE or scene.finding.first_step is None:
        return None
    before, after = scene.around(view, 30, len(view))
    if before.size < 8 or after.size < 4:
        return None
    low = median(before[-10:])
    way = float(after[:_LOOK].max()) - low
    return (after - low) / way if way > 0.0 else None


@sign("learned-anew")
def anew(scene: Scene) -> Seen | None:
    """Whether the way back took about as long as the curve had needed for it at first.

    What was learned before comes back at once; only what is new has to be learned.
    """
    view, high = scene.curve, _height(scene)
    if view is None or high is None:
        return None
    at = int(np.searchsorted(view.step, scene.onset))
    before, after = view.value[:at], view.value[at:]
    low = median(before[-10:])
    upper = min(median(before[:3]), low + 0.7 * (float(after[:_LOOK].max()) - low))
    lower = low + 0.2 * (upper - low)
    if upper - low < 6.0 * mad_scale(before[-30:]):
        return None
    once = int(np.argmax(before < lower)) - int(np.argmax(before < upper))
    begun = int(np.argmax(after))
    back = np.flatnonzero(after[begun:] < lower)
    if once < 10:
        return None
    again = int(back[0]) if back.size else after.size - begun
    words = "it was back within {again}; it had taken {once} at first"
    said = text(words, again=Count(again, "logged point"), once=Count(once, "logged point"))
    if again >= 0.4 * once:
        return Seen(True, said)
    return Seen(False, said) if back.size and again < 0.2 * once else None


@sign("grows-steadily")
def grows(scene: Scene) -> Seen | None:
    """Whether a rise is exponential, by the same share every step: a feedback that nothing set off at one moment."""
    view = scene.curve
    if view is None or KINDS.get(scene.finding.rule) is not Kind.DIVERGENCE or scene.finding.first_step is None:
        return None
    at = int(np.searchsorted(view.step, scene.onset))
    before, after = view.value[max(0, at - 30) : at], view.value[at:]
    if before.size < 5 or after.size < _LONG:
        return None
    over = after[: int(np.argmax(after)) + 1] - median(before)
    over = over[over > 3.0 * mad_scale(before)]
    if over.size < _LONG:
        return Seen(
            False, text("{curve} rose within {points}", curve=Tag(view.tag), points=Count(over.size, "logged point"))
        )
    y = np.log(over)
    x = np.linspace(0.0, 1.0, y.size)
    slope, start = np.polyfit(x, y, 1)
    rest = y - (start + slope * x)
    there = slope > _DECADE and float(np.var(rest)) < 0.03 * float(np.var(y))
    if there:
        said = "{curve} grew by the same share from step to step, over {points}"
        return Seen(True, text(said, curve=Tag(view.tag), points=Count(over.size, "logged point")))
    return None


@sign("dies-away")
def damped(scene: Scene) -> Seen | None:
    """Whether a swing dies away by itself, at a learning rate that stays."""
    view, rate = scene.curve, scene.rate
    if view is None or KINDS.get(scene.finding.rule) is not Kind.SWING or len(view) < 40:
        return None
    if rate is None or float(np.ptp(rate.value)) > 0.02 * float(rate.value.max()):
        return None
    rest = view.parts.residual
    third = rest.size // 3
    early_on, late = mad_scale(rest[:third]), mad_scale(rest[-third:])
    if early_on <= 0.0:
        return None
    there = late < 0.3 * early_on
    words = "its swings die away" if there else "its swings stay as wide"
    return Seen(there, text(words)) if there or late > 0.7 * early_on else None


@sign("below-its-start")
def below_start(scene: Scene) -> Seen | None:
    """Whether an accuracy fell below where it began: what was right is now wrong, not merely lost."""
    view = scene.curve
    if view is None or KINDS.get(scene.finding.rule) is not Kind.COLLAPSE or view.curve.role not in _ACCURACIES:
        return None
    before, after = scene.around(view, len(view), len(view))
    if before.size < 5 or not after.size:
        return None
    start, top, low = float(before[0]), float(before.max()), float(after.min())
    if start > 0.5 * top:
        return None
    words = "{curve} fell to {low}; it began at {start}"
    return Seen(low < 0.5 * start, text(words, curve=Tag(view.tag), low=level(low), start=level(start)))


@sign("above-all-before")
def above_all(scene: Scene) -> Seen | None:
    """Whether a loss rose far above all that it ever was, its start included: further than unknown data take it."""
    view = scene.curve
    if view is None or view.curve.role not in LOSSES or KINDS.get(scene.finding.rule) not in _RISES:
        return None
    before, after = scene.around(view, len(view), len(view))
    if before.size < 8 or after.size < 3 or scene.finding.first_step is None:
        return None
    most, top = float(before.max()), float(after.max())
    if float(before.min()) <= 0.0 or median(before[:3]) < 1.5 * median(before[-10:]):
        return None
    words = "{curve} rose to {top}; before it was {most} at most"
    return Seen(top > 3.0 * most, text(words, curve=Tag(view.tag), top=level(top), most=level(most)))
