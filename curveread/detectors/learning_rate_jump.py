"""The check ``learning-rate-jump``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Count, Place, Tag, figure, level
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.signals.levels import median_error, window_medians
from curveread.signals.median import median

_ASKED = 200
"""Jumps of which it is asked whether the loss rose after them."""


@dataclass(frozen=True)
class LearningRateJump(Detector):
    """The learning rate jumped up in the middle of the run.

    What it finds
        A rise of the learning rate from one logged point to the next that is not part of a ramp and not a restart of a
        cyclic schedule: a changed setting, a schedule that was set up anew, an override.

    Why it matters
        A learning rate that is suddenly too high is the commonest cause of a divergence in mid-run.

    How it decides
        A value at least ``times`` the one before, where the rate neither rose just before nor goes on rising after:
        ramps do. Not reported: the first rate above 0, steps of a staircase warm-up at the head, jumps where an
        attempt begins (the ``restart`` tells those), and two or more jumps to equal or shrinking heights at equal or
        growing distances, which are warm restarts. It is a warning when the loss rose right after, by ``least_z``
        standard errors, unless the rate only went back to an earlier peak. Of hundreds of jumps the 200 highest are
        asked for that.

    When it is wrong
        A cyclic schedule with only one restart in the log is reported as information. Of several parameter groups the
        curve with the most points is judged.

    References
        Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017; Cohen et al.,
        "Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability", ICLR 2021.
    """

    rule: ClassVar[str] = "learning-rate-jump"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.LEARNING_RATE),)
    uses: ClassVar[tuple[Role, ...]] = (Role.TRAIN_LOSS,)
    least: ClassVar[int] = 20

    times: float = field(default=2.0, metadata={"help": "smallest ratio to the value before"})
    least_z: float = field(default=6.0, metadata={"help": "rise of the loss, in standard errors, that is a reaction"})
    most: int = field(default=3, metadata={"help": "jumps that are reported one by one"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return a finding per jump; one for all when there are many."""
        view = subject.all(Role.LEARNING_RATE)[0]
        value = view.value
        if len(view) < self.least or float(value.min()) < 0.0:
            return []
        at = self._jumps(value)
        starts = np.sort(np.array([a.first_step for a in subject.attempts[1:]], dtype=np.int64))
        step, near = view.step[at], 3.0 * view.cadence
        at = at[np.searchsorted(starts, step - near) == np.searchsorted(starts, step + near, side="right")]
        if at.size == 0 or _staircase(value, at) or _planned(view, at):
            return []
        groups = [at] if at.size > self.most else [at[k : k + 1] for k in range(at.size)]
        return [self._finding(view, group, subject) for group in groups]

    def _jumps(self, value: FloatArray) -> IntArray:
        """Return the indices of the first point after each jump."""
        now, last, before, after = value[2:-1], value[1:-2], value[:-3], value[3:]
        jump = (now >= self.times * last) & (now > 1e-3 * float(value.max()))
        positive = value > 0.0
        jump[: max(int(positive.argmax()) - 1, 0) if positive.any() else None] = False  # the first begins the training
        # A ramp rises before or after; the float32 of a log is not exact.
        jump &= (before >= last * (1.0 - 1e-3)) & (after <= now * (1.0 + 1e-2))
        return np.flatnonzero(jump) + 2

    def _reaction(self, rate: CurveView, i: int, subject: Subject) -> tuple[float, float, float, str] | None:
        """Return (z, level before, level after, unit) of the training loss at the jump, None when it did not rise."""
        loss = subject.first(Role.TRAIN_LOSS)
        if loss is None or len(loss) < 30:
            return None
        y, k = loss.parts.y, int(np.searchsorted(loss.step, int(rate.step[i])))
        before, after = y[max(0, k - max(20, y.size // 50)) : k], y[k : k + max(12, y.size // 50)]
        if before.size < 10 or after.size < 5:
            return None
        width = min(5, after.size)
        top = float(window_medians(after, width, np.arange(after.size - width + 1)).max())
        base = median(before)
        noise = loss.parts.noise
        error = np.hypot(median_error(noise, width), median_error(noise, before.size, loss.parts.correlation))
        z = (top - base) / error if error > 0 else 0.0
        return (z, loss.parts.level(base), loss.parts.level(top), loss.unit) if z >= self.least_z else None

    def _finding(self, view: CurveView, at: IntArray, subject: Subject) -> Finding:
        asked = at if at.size <= _ASKED else at[np.sort(np.argsort(-view.value[at], kind="stable")[:_ASKED])]
        reactions = [(r, int(i)) for i in asked if (r := self._reaction(view, int(i), subject)) is not None]
        reaction, i = max(reactions) if reactions else (None, int(at[0]))
        old, new = float(view.value[i - 1]), float(view.value[i])
        back = new <= 1.1 * float(view.value[:i].max())
        step, first = int(view.step[i]), int(view.step[at[0]])
        message = text(
            "{tag} jumped from {before} to {after} at {onset}",
            tag=Tag(view.tag),
            before=figure(old),
            after=figure(new),
            onset=Place(step),
        )
        if at.size > 1:
            message += text(", one of {jumps} since {first}", jumps=Count(at.size, "such jump"), first=Place(first))
        evidence = [Evidence("before", "before", old, ""), Evidence("after", "after", new, "")]
        if old > 0:
            evidence.append(Evidence("ratio", "ratio", new / old, "ratio"))
        if reaction is not None:
            z, low, high, unit = reaction
            evidence += [
                Evidence("loss-before", "loss before", low, unit),
                Evidence("loss-after", "loss after", high, unit),
                Evidence("rise", "rise", z, "standard errors"),
            ]
            message += text(
                "; the training loss rose from {low} to {high} right after", low=level(low), high=level(high, unit)
            )
        if back:
            message += "; it only went back to an earlier peak"
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING if reaction is not None and not back else Severity.INFO,
            confidence=confidence_of(self.rule, float(reaction is not None)),
            tag=view.tag,
            first_step=first,
            peak_step=int(view.step[at[int(np.argmax(view.value[at]))]]),
            last_step=int(view.step[at[-1]]),
            message=message,
            evidence=tuple(evidence),
            also_explained_by=("a warm restart of the schedule", "a change that was made by hand"),
            advice=(
                "Check the schedule and its resume logic; ramp the rate up over some hundred steps where it must rise.",
            ),
        )


def _staircase(value: FloatArray, at: IntArray) -> bool:
    """Return whether the jumps are the steps of a warm-up: at the head, on a rate that had only risen until then."""
    last = int(at[-1])
    head = value[: last + 1]
    return at.size >= 2 and last < 0.2 * value.size and bool(np.all(np.diff(head) >= -1e-6 * float(head.max())))


def _planned(view: CurveView, at: IntArray) -> bool:
    """Return whether the jumps are warm restarts: heights equal or shrinking, distances equal or growing."""
    if at.size < 2:
        return False
    top = view.value[at]
    if bool(np.any(top[1:] > 1.05 * top[:-1])):
        return False
    distance = np.diff(np.concatenate([view.step[:1], view.step[at]])).astype(float)
    ratio = distance[1:] / np.maximum(distance[:-1], 1.0)
    return bool(np.all(ratio > 0.85) and (float(np.ptp(ratio)) < 0.4 or at.size == 2))
