"""The check ``level-shift``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.arrays import IntArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared import harm
from curveread.findings.arguments import Count, Labelled, Place, PlaceList, Tag, level, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.signals.events.change import Offset, offset_at
from curveread.signals.events.jumps import jumps
from curveread.signals.levels import no_higher_since
from curveread.signals.median import median

_EPOCH_ENDED = "an epoch ended"


@dataclass(frozen=True, slots=True)
class _Shift:
    """A step of the loss: where, how large, and what happened at the same place (empty when nothing is known)."""

    index: int
    offset: Offset
    cause: str


@dataclass(frozen=True)
class LevelShift(Detector):
    """The training loss stepped to another level and stayed there.

    What it finds
        Lasting steps of the training loss, down or up, that are neither a spike nor a divergence: at a
        learning-rate drop, at an epoch boundary, at a restart, at a change of data or objective.

    Why it matters
        A step says that something changed at that place. A step down at every epoch boundary is memorising; one
        that nothing in the log explains is a change that somebody should know of.

    How it decides
        Candidates are places where block medians before and after differ by 6 standard errors. Lines are fitted to the
        points on both sides, so that a slope is not a step; what is left must be ``least_z`` standard errors,
        ``least_noise`` of the local noise, ``least_size`` of the level and most of the candidate's size. A learning
        rate that changed by a quarter, another objective that the log shows, a start of an attempt or a whole epoch
        at the same place is named as its cause. Steps down at epoch boundaries are one finding. It is a warning only
        when the loss stepped up, nothing explains it, and it did not come back within ``cost`` of the run; not when
        the evaluation loss went on falling, so that only the objective or the training data can have changed.

    When it is wrong
        A very fast but smooth fall (a phase of sudden learning) looks like a step. The first tenth is not judged.

    References
        Killick, Fearnhead and Eckley, "Optimal detection of changepoints with a linear computational cost", 2012;
        Howard and Whitaker, "Can LLMs learn from a single example?", fast.ai 2023 (steps at epoch ends).
    """

    rule: ClassVar[str] = "level-shift"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.TRAIN_LOSS),)
    uses: ClassVar[tuple[Role, ...]] = (Role.EPOCH, Role.EVAL_LOSS, *harm.ROLES)
    least: ClassVar[int] = 150

    least_z: float = field(default=6.0, metadata={"help": "standard errors of the step, slopes taken out"})
    least_noise: float = field(default=0.5, metadata={"help": "size of the step in local noise scales"})
    least_size: float = field(default=0.02, metadata={"help": "size of the step as a share of the level"})
    head: float = field(default=0.1, metadata={"help": "share of the points at the start that is not judged"})
    cost: float = field(default=0.2, metadata={"help": "share of the run above the old level that is a warning"})
    most: int = field(default=3, metadata={"help": "steps that are reported one by one"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return a finding per step, one for all steps at epoch boundaries, one for the rest when there are many."""
        view = subject.all(Role.TRAIN_LOSS)[0]
        if len(view) < self.least:
            return []
        shifts = self._shifts(view, subject)
        staircase = [s for s in shifts if s.cause == _EPOCH_ENDED and s.offset.size < 0]
        if len(staircase) < 2:
            staircase = []
        rest = [s for s in shifts if s not in staircase]
        out = [self._several(view, staircase, subject, epochs=True)] if staircase else []
        if len(rest) > self.most:
            return [*out, self._several(view, rest, subject, epochs=False)]
        return out + [self._one(view, s, subject) for s in rest]

    def _shifts(self, view: CurveView, subject: Subject) -> list[_Shift]:
        parts, n = view.parts, len(view)
        found = {j.index: j.size for j in jumps(parts.y, parts.scale, parts.correlation)}
        turns = np.searchsorted(view.step, _epochs(view, subject))
        # A known boundary needs no candidate: there the step is looked for, whatever lies around it.
        found |= {int(i): 0.0 for i in turns if all(abs(int(i) - j) > 5 for j in found)}
        at = sorted(i for i in found if max(30, self.head * n) <= i < n)
        edges = np.array([0, *at, n])
        out = []
        for k, i in enumerate(at):
            reach = int(min(i - edges[k], edges[k + 2] - i, n // 8))
            if reach < 15:
                continue
            scale = float(parts.scale_at(i))
            offset = offset_at(parts.y, scale, parts.correlation, i, reach)
            size = abs(offset.size)
            least = max(self.least_z * offset.error, self.least_noise * scale, 0.6 * abs(found[i]))
            relative = self.least_size if parts.transform.kind == "log" else 2.0 * self.least_size
            if offset.size * found[i] >= 0.0 and size >= max(least, relative):
                out.append(_Shift(i, offset, _cause(view, int(view.step[i]), subject)))
        return out

    def _one(self, view: CurveView, shift: _Shift, subject: Subject) -> Finding:
        parts, first = view.parts, int(view.step[shift.index])
        before = parts.level(shift.offset.before)
        after = parts.level(shift.offset.before + shift.offset.size)
        up = shift.offset.size > 0
        message = text(
            "{tag} stepped {way} from {before} to {after} at {onset}",
            tag=Tag(view.tag),
            way=text("up" if up else "down"),
            before=level(before),
            after=level(after, view.unit),
            onset=Place(first),
        )
        explained: tuple[str, ...] = ("a change of the data, the objective or the batch there",)
        severity = Severity.INFO
        if shift.cause:
            message += ", where " + shift.cause
            explained = (shift.cause, *explained)
        elif up and (above := self._share_above(view, shift)) >= self.cost and not _explained(subject, first):
            severity = Severity.WARNING
            message += text(" and stayed above its old level for {share} of the run", share=share(above))
        return Finding(
            rule=self.rule,
            severity=severity,
            confidence=confidence_of(self.rule, float(bool(shift.cause))),
            tag=view.tag,
            first_step=first,
            peak_step=first,
            last_step=int(view.step[-1]),
            message=message,
            evidence=(
                Evidence("level-before", "level before", before, view.unit),
                Evidence("level-after", "level after", after, view.unit),
                Evidence("size", "size", abs(shift.offset.size) / max(shift.offset.error, 1e-300), "standard errors"),
            ),
            also_explained_by=explained,
            advice=(
                text(
                    "Look at what changed at {onset}: data, objective, batch size, learning rate.", onset=Place(first)
                ),
            ),
        )

    def _several(self, view: CurveView, shifts: list[_Shift], subject: Subject, *, epochs: bool) -> Finding:
        steps = [int(view.step[s.index]) for s in shifts]
        sizes = np.array([abs(s.offset.size) for s in shifts])
        down = sum(s.offset.size < 0 for s in shifts)
        way = "down" if down == len(shifts) else "up" if down == 0 else "up or down"
        return Finding(
            rule=self.rule,
            severity=Severity.INFO,
            confidence=confidence_of(self.rule),
            tag=view.tag,
            first_step=steps[0],
            peak_step=steps[int(np.argmax(sizes))],
            last_step=int(view.step[-1]),
            message=text(
                "{tag} stepped {way} {times} {where}, first at {onset}{why}",
                tag=Tag(view.tag),
                way=text(way),
                times=Count(len(shifts), "time"),
                where=text("at the ends of epochs" if epochs else "in its course"),
                onset=Place(steps[0]),
                why=text(": the model remembers examples that it sees again" if epochs else ""),
            ),
            evidence=(
                Evidence("steps-found", "steps found", float(len(shifts)), ""),
                Evidence("median-size", "median size", float(np.expm1(np.median(sizes))), "ratio")
                if view.parts.transform.kind == "log"
                else Evidence("median-size", "median size", median(sizes), "scaled"),
                Evidence("at", "at", text("{steps}", steps=Labelled(PlaceList(tuple(steps[:8]), last="")))),
            ),
            also_explained_by=("examples that come again in every epoch",)
            if epochs
            else ("data that come in blocks of different kinds", "a schedule with several steps"),
            advice=("Judge the run by its evaluation loss." if epochs else "Look at what changes at those places.",),
            folded=tuple(self._one(view, s, subject) for s in shifts),
        )

    def _share_above(self, view: CurveView, shift: _Shift) -> float:
        """Return the share of the run from the step until a median of 1 % of the points is back at the old level."""
        y, n = view.parts.y[shift.index :], len(view)
        m = max(5, n // 100)
        count_ = y.size // m
        if count_ == 0:
            return 0.0
        medians = np.median(y[: count_ * m].reshape(count_, m), axis=1)
        back = np.flatnonzero(medians <= shift.offset.before + 0.25 * shift.offset.size)
        return (int(back[0]) * m if back.size else y.size) / n


def _cause(view: CurveView, step: int, subject: Subject) -> str:
    """Return what happened within two logged points of ``step``, in words; empty when nothing is known."""
    near = 2.0 * view.cadence
    if any(abs(a.first_step - step) <= near for a in subject.attempts[1:]):
        return "the run was restarted"
    rate = subject.first(Role.LEARNING_RATE)
    if rate is not None and len(rate) >= 5:
        far = max(near, 1.5 * rate.cadence)
        low, high = np.searchsorted(rate.step, [step - far - rate.cadence, step + far], side="right") - 1
        old, new = float(rate.value[max(low, 0)]), float(rate.value[max(high, 0)])
        if new < 0.75 * old:
            return "the learning rate was lowered"
        if new > 1.25 * old:
            return "the learning rate was raised"
    changed = harm.what_changed(subject, view, int(step - 2.5 * near), int(step + near))
    if changed is not None:
        return changed
    turns = _epochs(view, subject)
    return _EPOCH_ENDED if turns.size and float(np.abs(turns - step).min()) <= 1.5 * near else ""


def _epochs(view: CurveView, subject: Subject) -> IntArray:
    """Return the steps at which an epoch began, none when they are too close to be told apart."""
    epoch = subject.first(Role.EPOCH)
    if epoch is None or len(epoch) < 5:
        return np.empty(0, np.int64)
    turns = np.unique(epoch.step[1:][np.diff(np.floor(epoch.value)) > 0])
    return turns if turns.size * 20 * view.cadence < subject.length else np.empty(0, np.int64)


def _explained(subject: Subject, step: int) -> bool:
    """Return whether the evaluation says that the data or the objective changed: it moved too, or got no worse."""
    evaluations = [(v.step, v.value) for v in subject.all(Role.EVAL_LOSS)]
    return _eval_moved(subject, step) or no_higher_since(evaluations, step)


def _eval_moved(subject: Subject, step: int) -> bool:
    """Return whether an evaluation loss changed at the step by more than it usually moves: the data changed."""
    for view in subject.all(Role.EVAL_LOSS):
        y = view.parts.y
        k = int(np.searchsorted(view.step, step))
        if 3 <= k < y.size:
            usual = median(np.abs(np.diff(y)))
            if abs(float(y[k] - y[k - 1])) > 4.0 * usual > 0.0:
                return True
    return False
