"""Signs in the course of the curve itself: how it leaves, whether it comes back, how often."""

from __future__ import annotations

import numpy as np

from curveread.arrays import IntArray
from curveread.causes.kinds import KINDS, LASTING, Kind
from curveread.causes.scene import Scene
from curveread.causes.signs.sign import Seen, sign
from curveread.findings.arguments import Count, Length, Tag, level
from curveread.findings.landmarks import EPOCHS, RESTARTS
from curveread.findings.text import joined, text
from curveread.signals.scale import change_noise, mad_scale

_EARLY = 0.05
_SUDDEN = 3
"""Points within which a level that jumps has made half of its way."""
_CHANCE = 0.05
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
    if scene.curve is None or scene.finding.last_step is None:
        return None
    words = text("it is {points} wide", points=Count(scene.points, "logged point"))
    return Seen(scene.points <= 2, words)


@sign("sudden")
def sudden(scene: Scene) -> Seen | None:
    """Whether the level left within a few points, rather than bit by bit."""
    view = scene.curve
    if view is None or scene.finding.first_step is None:
        return None
    at = int(np.searchsorted(view.step, scene.onset))
    before, after = view.value[max(0, at - 20) : at], view.value[at:]
    if before.size < 5 or after.size < 5:
        return None
    low = float(np.median(before[-10:]))
    end = float(np.median(after[len(after) // 2 :]))
    way = end - low
    if abs(way) < 4.0 * mad_scale(before):
        return None
    reached = np.flatnonzero((after - low) * np.sign(way) >= 0.5 * abs(way))
    if not reached.size:
        return None
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
    usual = float(np.median(gaps))
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
    marks = next((m for m in scene.case.marks if m.kind == EPOCHS), None)
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
    marks = next((m for m in scene.case.marks if m.kind == RESTARTS), None)
    if marks is None:
        return Seen(False, text("the log shows no restart"))
    at = int(np.argmin(np.abs(marks.step - scene.onset)))
    there = abs(int(marks.step[at]) - scene.onset) <= max(scene.near, 10.0 * scene.slack)
    return Seen(there, joined("", (marks.text[at],)) if there else text("no restart stands there"))


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
    near = [
        f
        for f in scene.others("loss-spike", "gradient-explosion", "level-shift", "divergence")
        if f.first_step is not None and -scene.slack <= f.first_step - scene.onset <= 5.0 * scene.near
    ]
    return Seen(bool(near), text("a spike follows the restart") if near else text("the loss goes on without a bump"))
