"""The check ``restart``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np

from curveread.detectors.base import CurveView, Detector, Need, Subject
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Length, Place, figure, level
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.model import Attempt, Curve
from curveread.run.roles import Role
from curveread.signals.levels import median_error
from curveread.signals.median import median
from curveread.signals.scale import change_noise


@dataclass(frozen=True)
class Restart(Detector):
    """The run was started more than once.

    What it finds
        Each start after the first: where it resumed, how many logged points of the attempt before it
        supersedes, how long the pause was, whether the loss went on where it was, and whether the learning rate did.

    Why it matters
        Steps that were computed twice are lost compute. A restart without optimizer state, with another data
        order or from a wrong checkpoint shows as a jump of the loss.

    How it decides
        The readers split a log into attempts (several files, steps that run back, a session start). The training loss
        of the first points of the new attempt is compared with that of the attempt before at the same steps, or just
        before; a rise of ``harm_z`` standard errors and 2 % is a warning. The learning rate went on when the first of
        the new attempt lies within a factor ``rate`` of what the old one had there.

    When it is wrong
        Two trainings logged into one folder look like a restart from the beginning. Only where the loss starts again
        from its first level, or goes on from its last one, is it said which of the two it was.

    References
        stas00, "Machine Learning Engineering", training loss patterns (resume-related spikes).
    """

    rule: ClassVar[str] = "restart"
    needs: ClassVar[tuple[Need, ...]] = ()
    uses: ClassVar[tuple[Role, ...]] = (Role.TRAIN_LOSS, Role.LEARNING_RATE)
    least: ClassVar[int] = 0

    harm_z: float = field(default=5.0, metadata={"help": "rise of the loss, in standard errors, that did harm"})

    rate: float = field(default=1.5, metadata={"help": "ratio of the learning rates above which one is new"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return a finding per start after the first."""
        pairs = zip(subject.attempts, subject.attempts[1:], strict=False)
        view, rate = subject.first(Role.TRAIN_LOSS), subject.first(Role.LEARNING_RATE)
        return [self._finding(old, new, view, rate) for old, new in pairs if _trains(old, new, view)]

    def _finding(self, old: Attempt, new: Attempt, view: CurveView | None, rate: CurveView | None) -> Finding:
        first, last = new.first_step, max(old.last_step, new.first_step)
        lost = sum(len(c) for c in old.superseded.values())
        unit = view.unit if view is not None else ""
        # The first logged step stands for those since the one before it.
        again = max(0, old.last_step - first + max(1, view.cadence if view is not None else 1))
        evidence = [Evidence("steps-computed-again", "computed again", float(again), "steps")]
        if lost:
            evidence.append(Evidence("superseded-points", "superseded points", float(lost), "points"))
        pause = _pause(old, new)
        if pause is not None:
            evidence.append(Evidence("pause", "pause", pause, "s"))
        severity, advice = Severity.INFO, list[str]()
        explained: tuple[str, ...] = ()
        jump = _jump(old, new, view)
        if jump is not None:
            evidence += [
                Evidence("training-loss-before", "training loss before", jump.before, unit),
                Evidence("training-loss-after", "training loss after", jump.after, unit),
            ]
        if _from_the_start(old, new):
            message = text(
                "the counter began again at {at}, after it had reached {reached}",
                at=Place(first),
                reached=Place(old.last_step),
            )
            if jump is not None and jump.fresh:
                message += "; the loss began again from its first level: a new training in the same folder"
            elif jump is not None and jump.taken_over:
                message += text(
                    ", but the loss went on at {after}: the weights were those of before", after=level(jump.after, unit)
                )
            advice = ["Give every training a log of its own, or carry the counter on."]
            explained = ("a second training that was logged where the first was",)
        else:
            message = text("the run was restarted at {at}", at=Place(first))
            if old.last_step > first:
                message += text(", after it had reached {reached}", reached=Place(old.last_step))
                lost_steps = Length(again)
                advice = [text("Save checkpoints more often: {steps} had to be computed again.", steps=lost_steps)]
            if jump is not None and jump.z > self.harm_z and jump.size > 0.02:
                severity = Severity.WARNING
                message += text(
                    ", and the loss rose from {before} to {after} there",
                    before=level(jump.before),
                    after=level(jump.after, unit),
                )
                advice.insert(
                    0,
                    "Check that the optimizer state, the learning-rate schedule and the data order were restored too.",
                )
            elif jump is not None:
                message += "; the loss went on where it was"
        rates = _rates(old, new, rate)
        if rates is not None and max(rates) >= self.rate * min(rates):
            evidence += [
                Evidence("learning-rate-before", "learning rate before", rates[0]),
                Evidence("learning-rate-after", "learning rate after", rates[1]),
            ]
            message += text(
                "; the learning rate went from {before} to {after}", before=figure(rates[0]), after=figure(rates[1])
            )
        return Finding(
            rule=self.rule,
            severity=severity,
            confidence=confidence_of(self.rule),
            tag=view.tag if view is not None else None,
            first_step=first,
            peak_step=first,
            last_step=last,
            message=message,
            evidence=tuple(evidence),
            also_explained_by=explained,
            advice=tuple(advice),
        )


def _pause(old: Attempt, new: Attempt) -> float | None:
    """Return the seconds from the last point of the old attempt to the first of the new, None without clocks."""
    clocks = [c.wall_time[np.isfinite(c.wall_time)] for c in old.curves.values() if c.wall_time is not None]
    ends = [float(w.max()) for w in clocks if w.size]
    if not ends or new.started is None or not np.isfinite(new.started):
        return None
    return new.started - max(ends)


class _Jump(NamedTuple):
    """The training loss at a restart.

    Parameters
    ----------
    z, size
        Rise in its standard errors, and as a share of the level before.
    before, after
        Level of the old attempt there (its last one where the counter began again), and of the new one.
    fresh, taken_over
        Whether the new attempt begins where the old one began, or where the old one ended.
    """

    z: float
    size: float
    before: float
    after: float
    fresh: bool
    taken_over: bool


def _from_the_start(old: Attempt, new: Attempt) -> bool:
    """Return whether an attempt begins where the one before had begun: it resumed from no step that the log knows."""
    return new.first_step <= old.first_step + max(1, (old.last_step - old.first_step) // 50)


def _trains(old: Attempt, new: Attempt, view: CurveView | None) -> bool:
    """Return whether an attempt logged any training: a closing evaluation that counts its own steps did not."""
    if view is None or (before := _own(old, view)) is None or not len(before):
        return True
    return new.first_step < new.last_step or _own(new, view) is not None


def _jump(old: Attempt, new: Attempt, view: CurveView | None) -> _Jump | None:
    """Return how the training loss went on at a restart, None where too little of it is logged."""
    if view is None:
        return None
    a, b = _own(old, view), _own(new, view)
    if a is None or b is None or len(a) < 10 or len(b) < 5:
        return None
    x, y = a.value[a.finite], b.value[b.finite]
    if x.size < 10 or y.size < 5:
        return None
    m = int(min(30, max(5, y.size // 10)))
    steps_a = a.step[a.finite]
    # The level the old attempt had where the new one begins; where the counter began again, its last level.
    near = np.flatnonzero(steps_a < new.first_step)
    cut = int(near[-1]) + 1 if near.size >= 5 else x.size
    before, after = median(x[max(0, cut - m) : cut]), median(y[:m])
    sigma = change_noise(x)
    error = np.sqrt(2.0) * median_error(sigma, m)
    start, anew = median(x[:3]), median(y[:3])
    gained = start - before
    known = near.size < 5 and gained > 5 * error
    return _Jump(
        z=(after - before) / error if error > 0 else 0.0,
        size=(after - before) / abs(before) if before else 0.0,
        before=before,
        after=after,
        fresh=bool(known and abs(anew - start) < 0.25 * gained),
        taken_over=bool(known and abs(after - before) < 0.25 * gained),
    )


def _rates(old: Attempt, new: Attempt, view: CurveView | None) -> tuple[float, float] | None:
    """Return the learning rate of the old attempt where the new one begins, and the new one's first.

    None where the old attempt logged none near there: a rate that moved on meanwhile is not a new one.
    """
    a, b = (_own(old, view), _own(new, view)) if view is not None else (None, None)
    if view is None or a is None or b is None or not len(a) or not len(b):
        return None
    at = int(np.searchsorted(a.step, b.step[0], side="right")) - 1
    at = at if at >= 5 else len(a) - 1  # where the counter began again, its last rate
    before, after = float(a.value[at]), float(b.value[0])
    near = int(b.step[0]) - int(a.step[at]) <= 3 * view.cadence
    return (before, after) if near and before > 0.0 and after > 0.0 else None


def _own(attempt: Attempt, view: CurveView) -> Curve | None:
    """Return the attempt's curve that is the view's, under its tag or an alias."""
    return next((attempt.curves[t] for t in (view.tag, *view.curve.aliases) if t in attempt.curves), None)
