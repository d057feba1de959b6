"""Figures of a run that several fixes name: the last sound place, the rate there, the checkpoint before."""

from __future__ import annotations

from pathlib import PurePath

import numpy as np

from curveread.causes.scene import Scene
from curveread.detectors.base import CurveView
from curveread.findings.arguments import Name, Place, Tag, level
from curveread.findings.text import Text, joined, text


def rate_at(scene: Scene, step: int) -> float | None:
    """Return the learning rate at a step; None where it is not logged."""
    return None if scene.rate is None else float(scene.rate.value[index_at(scene.rate, step)])


def index_at(rate: CurveView, step: float) -> int:
    """Return the index of the rate that holds at a step: the last that was logged up to it, else the first."""
    return int(np.clip(np.searchsorted(rate.step, step, side="right") - 1, 0, len(rate) - 1))


def best_before(view: CurveView | None, step: int) -> int | None:
    """Return the step of the lowest value up to a step; None without one."""
    if view is None:
        return None
    stop = int(np.searchsorted(view.step, step, side="right"))
    return int(view.step[int(np.argmin(view.value[:stop]))]) if stop else None


def _highest_at_onset(scene: Scene) -> tuple[float, int]:
    """Return the highest learning rate about the onset, and its step; 0.0 where it is not logged."""
    rate = scene.rate
    if rate is None:
        return 0.0, scene.onset
    first, last = index_at(rate, scene.onset), index_at(rate, scene.onset + scene.slack)
    at = first + int(np.argmax(rate.value[first : last + 1]))
    return float(rate.value[at]), int(rate.step[at])


def sound_rate(scene: Scene) -> Text:
    """Return to which peak the learning rate should be brought down, in words."""
    at = best_before(scene.curve if scene.curve is not None else scene.train, scene.onset)
    rate = None if at is None else rate_at(scene, at)
    now, then = _highest_at_onset(scene)
    if at is not None and rate is not None and 0.0 < rate < 0.8 * now:
        words = (
            "Keep {rate} at or below {bound}: the loss was best at {best}, at that rate, and had left "
            "its level by {onset}, at {now}."
        )
        return text(
            words,
            rate=Tag(scene.rate.tag if scene.rate is not None else "learning rate"),
            bound=level(rate),
            best=Place(at),
            onset=Place(scene.onset),
            now=level(now),
        )
    if now > 0.0:
        words = "Lower the peak of {rate} to between {third} and {tenth}, a third and a tenth of the {now} at {then}."
        return text(
            words,
            rate=Tag(scene.rate.tag if scene.rate is not None else "learning rate"),
            third=level(now / 3.0),
            tenth=level(now / 10.0),
            now=level(now),
            then=Place(then),
        )
    return text("Lower the learning rate to a third, then to a tenth, and log it: this log does not hold it.")


def back_before(scene: Scene) -> Text | None:
    """Return from which checkpoint to go on; None where the log names none before the onset."""
    before = [c for c in scene.run.checkpoints if c.step < scene.onset]
    if not before:
        return None
    last = max(before, key=lambda c: c.step)
    return text("Go on from {name} ({at}).", name=Name(PurePath(last.path).name), at=Place(last.step))


def after_back_before(scene: Scene, words: Text) -> Text:
    """Return what to do, behind the checkpoint from which to go on where the log names one."""
    back = back_before(scene)
    return words if back is None else joined(" ", (back, words))
