"""The gap between evaluation and training loss: its size, where it goes, what an eval loss below train may mean."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.detectors.base import CurveView, Views
from curveread.findings.arguments import Count, Length, Place, Tag, figure, share
from curveread.findings.arguments import level as leveled
from curveread.findings.diagnosis import Phase, Statement
from curveread.findings.finding import Evidence, Finding
from curveread.findings.text import Text, joined, text
from curveread.run.model import Run
from curveread.run.roles import Role
from curveread.run.tags.losses import is_of_a_detector
from curveread.run.task import Task, dropout_of
from curveread.signals.events.change import LevelChange, change_of
from curveread.signals.median import median
from curveread.signals.piecemeal import whole
from curveread.signals.scale import bend_noise

_SLIVER = 0.02
"""Share of the training loss below which a gap, or its change, is told to nobody."""


class LossGap(NamedTuple):
    """Evaluation loss minus training loss, paired at the evaluations.

    Parameters
    ----------
    train, evaluation
        The two curves.
    step, value
        (n,) steps of the evaluations, and the gap there in the logged unit.
    level, low, high
        Median gap of the last fifth of the evaluations (at least five) and its 95 % interval.
    last
        How many evaluations ``level`` is taken of.
    several
        Whether the run has more than one training loss, so that this one must be named.
    """

    train: CurveView
    evaluation: CurveView
    step: IntArray
    value: FloatArray
    level: float
    low: float
    high: float
    last: int
    several: bool

    def since(self, step: int) -> LevelChange:
        """Return how the gap changed from a step to the end, with its 99 % interval (Theil-Sen)."""
        return change_of(self.value[self.step >= step])

    def after(self, step: int) -> float:
        """Return the median gap of the evaluations from a step on, as many as ``level`` is taken of."""
        begin = int(np.searchsorted(self.step, step))
        return median(self.value[begin : begin + self.last])

    def at(self, step: int) -> float:
        """Return the gap at one evaluation as a reader sees it: with the training loss that is logged beside it."""
        own, train = self.evaluation, self.train
        dense = len(train) >= 3 * len(own)  # of single batches the trend, of means over an interval the point itself
        beside = train.parts.transform.back(train.parts.trend) if dense else train.value
        return float(np.interp(step, own.step, own.value)) - float(np.interp(step, train.step, beside))


def gap_of(views: Views) -> LossGap | None:
    """Return the gap of a run, None with fewer than eight pairs.

    A logged training loss is the mean since the last log, and so belongs half a logging interval earlier: its trend (a
    running median) is read that much later. The interval of the level is the sign test's: the order statistics that a
    median lies between in 95 of 100 samples, whatever the noise (Conover, "Practical Nonparametric Statistics", 1999,
    section 3.2). O(n log n).
    """
    train, evaluation = (next(iter(views[r]), None) for r in (Role.TRAIN_LOSS, Role.EVAL_LOSS))
    if train is None or evaluation is None or len(train) < 20:
        return None
    inside = (evaluation.step >= train.step[0]) & (evaluation.step <= train.step[-1] + train.cadence)
    step, loss = evaluation.step[inside], evaluation.value[inside]
    if step.size < 8:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        trend = train.parts.transform.back(train.parts.trend)
        value = whole(step.size, lambda at: loss[at] - np.interp(step[at] + train.cadence / 2.0, train.step, trend))
    if not bool(np.isfinite(value).all()):
        return None
    tail = value[-max(5, step.size // 5) :]
    ordered, n = np.sort(tail), tail.size
    rank = max(0, int(n / 2.0 - 0.98 * np.sqrt(n)))
    return LossGap(
        train,
        evaluation,
        step,
        value,
        median(tail),
        float(ordered[rank]),
        float(ordered[n - 1 - rank]),
        n,
        len(views[Role.TRAIN_LOSS]) > 1,
    )


def gap_statements(
    run: Run, gap: LossGap | None, phases: tuple[Phase, ...], findings: tuple[Finding, ...], task: Task
) -> list[Statement]:
    """Return the gap and where it goes, and for an eval loss below train what speaks for and against a leak."""
    if gap is None or any(p.name == "diverged" for p in phases):
        return []  # a gap between two ruins says nothing
    leak = _leak(run, gap, findings, task)
    phase = "" if any(f.rule == "eval-below-train" for f in findings) else phases[-1].name if phases else ""
    size = _size(gap, phases, phase)
    return [
        *([size] if _worth_telling(gap, size) or phase == "converged" else []),
        *([leak] if leak is not None else []),
    ]


def _worth_telling(gap: LossGap, size: Statement) -> bool:
    """Return whether a gap, or how it changed, is more than a sliver of the loss."""
    level = median(np.abs(gap.train.value[-max(5, len(gap.train) // 20) :]))
    moved = any(
        e.key == "change" and isinstance(e.value, float) and abs(e.value) > _SLIVER * level for e in size.evidence
    )
    return moved or (gap.low * gap.high > 0.0 and abs(gap.level) > _SLIVER * level)


def _size(gap: LossGap, phases: tuple[Phase, ...], phase: str) -> Statement:
    unit = gap.evaluation.unit
    onset = next((p.first_step for p in phases if p.name == "memorising"), None)
    since = onset if onset is not None else int(gap.step[gap.step.size // 2])
    where = text("at {onset}", onset=Place(onset)) if onset is not None else text("halfway through the evals")
    trend, first = gap.since(since), gap.at(since) if onset is not None else gap.after(since)
    moved, sentence = gap.level - first, _at_the_end(gap)
    evidence = [
        Evidence("gap-at-the-end", "gap at the end", gap.level, unit),
        Evidence("gap-interval", text("its {share} interval", share=share(0.95)), _range(gap.low, gap.high), unit),
    ]
    if np.isfinite(trend.low) and np.isfinite(trend.high):
        scale = max(abs(gap.level), bend_noise(gap.evaluation.value, 3))
        if trend.low * trend.high > 0.0 < trend.mid * moved and abs(moved) >= 0.1 * scale:
            sentence += _change(gap, first, where)
        elif max(abs(trend.low), abs(trend.high), abs(moved)) < 0.5 * scale:
            sentence += text(", much as {where}", where=where)
        evidence.append(Evidence("gap-before", text("gap {where}", where=where), first, unit))
        evidence.append(Evidence("change", "change of the gap since", moved, unit))
    return Statement("gap", joined("", (sentence, ".", _reading(gap, phase))), tuple(evidence))


def _change(gap: LossGap, first: float, where: Text) -> Text:
    """Return from what the gap came: its size, or on which side of the training loss the evaluation lay."""
    unit = gap.evaluation.unit
    if first * gap.level < 0.0 and abs(first) > 0.1 * abs(gap.level):
        side = "; {where} {tag} lay {first} above" if first > 0.0 else "; {where} {tag} lay {first} below"
        return text(side, where=where, first=leveled(abs(first), unit), tag=Tag(gap.evaluation.tag))
    grew = abs(gap.level) > abs(first)
    moved = "; the gap grew from {first} {where}" if grew else "; the gap shrank from {first} {where}"
    return text(moved, where=where, first=leveled(abs(first), unit))


def _at_the_end(gap: LossGap) -> Text:
    tag, last = Tag(gap.evaluation.tag), Count(gap.last, "eval")
    train = Tag(gap.train.tag) if gap.several else text("the training loss")
    if gap.low < 0.0 < gap.high:
        return text(
            "Over its last {last} {tag} and {train} were the same within their noise", last=last, tag=tag, train=train
        )
    lay = (
        "Over its last {last} {tag} lay {gap} above {train}"
        if gap.level >= 0
        else "Over its last {last} {tag} lay {gap} below {train}"
    )
    return text(lay, last=last, tag=tag, train=train, gap=leveled(abs(gap.level), gap.evaluation.unit))


def _range(low: float, high: float) -> Text:
    return text("{low} to {high}", low=figure(low), high=figure(high))


def _reading(gap: LossGap, phase: str) -> str:
    """Return what both losses did over the last third, where it is beyond doubt and the phase does not say it."""
    if phase == "converged":
        return " Both ended flat and close together: a good fit." if gap.low * gap.high <= 0.0 else ""
    if phase != "learning":
        return ""
    begin = int(gap.step[-max(4, gap.step.size // 3)])
    moves = []
    for view in (gap.train, gap.evaluation):
        y = view.value[view.step >= begin]
        level = median(np.abs(y)) if y.size else 0.0
        change = change_of(y) if y.size else LevelChange(-np.inf, 0.0, np.inf)
        small = 0.01 * level
        moves.append(
            "falling"
            if change.high < 0.0 and change.mid < -small
            else "rising"
            if change.low > 0.0 and change.mid > small
            else "flat"
            if max(-change.low, change.high) <= 3.0 * small
            else ""
        )
    both = {
        ("falling", "flat"): "parted: train fell, eval did not; what was learned there did not carry over",
        ("falling", "rising"): "parted: train fell, eval rose",
    }.get((moves[0], moves[1]))
    return text(" Over the last third of the evals both {moves}.", moves=text(both)) if both else ""


def _leak(run: Run, gap: LossGap, findings: tuple[Finding, ...], task: Task) -> Statement | None:
    """Return what speaks for and against a leak, for an eval loss that ends surely below the training loss."""
    suspected = any(f.rule == "eval-below-train" for f in findings)
    level = abs(median(gap.train.value[-max(5, len(gap.train) // 20) :]))
    if not suspected and not (gap.high < 0.0 and abs(gap.level) > 0.05 * level):
        return None
    if not suspected and is_of_a_detector(gap.evaluation.tag, task.kind):
        return None
    first = median(gap.value[: max(2, gap.value.size // 4)])
    start = median(gap.train.value[: max(3, len(gap.train) // 100)])
    for_it = []
    change = gap.since(int(gap.step[gap.step.size // 4]))
    wider = gap.level < -abs(first)
    if wider and change.high < 0.0 and change.mid < min(-0.05 * abs(start), 0.3 * min(first, 0.0)):
        for_it.append("the gap widened as training went on")
    if suspected and task.language and 0.0 < level < 0.1 * start:
        for_it.append("the training loss is so low that it is memory, and the eval loss is, too")
    against = _against(run, gap, task)
    if not for_it and not suspected and len(against) == 1:
        return None  # nothing speaks for a leak, and nothing of this run against one
    if change.low <= 0.0 <= change.high:
        against.insert(0, "the gap did not widen as training went on, as it does where data leak")
    below, against_it = text("{tag} below the training loss ", tag=Tag(gap.evaluation.tag)), joined("; ", against)
    if for_it:
        may = "may be a leak. For it: {for_it}. Against it: {against_it}."
        sentence = below + text(may, for_it=joined("; ", for_it), against_it=against_it)
    elif suspected:
        sentence = below + text("may be a leak (eval-below-train says why). Against it: {it}.", it=against_it)
    else:
        sentence = below + text("need not be a leak: nothing else speaks for one, and {it}.", it=against_it)
    evidence = (
        Evidence("gap-in-the-first-quarter", "gap in the first quarter", first, gap.evaluation.unit),
        Evidence("gap-at-the-end", "gap at the end", gap.level, gap.evaluation.unit),
    )
    return Statement("gap", sentence, evidence)


def _against(run: Run, gap: LossGap, task: Task) -> list[str]:
    """Return what else would put the eval loss below the training loss, as far as the log and its config tell."""
    out: list[str] = []
    dropout = dropout_of(run.config)
    if dropout:
        out.append(text("dropout of {rate} raises the training loss only", rate=figure(dropout)))
    if task.smoothing:
        smoothed = "label smoothing of {smoothing} may be in the training loss only"
        out.append(text(smoothed, smoothing=figure(task.smoothing)))
    terms = [c.tag for c in run.curves.values() if c.role is Role.AUXILIARY_LOSS]
    if terms:
        out.append(text("auxiliary terms ({tag}) may be in the training loss only", tag=Tag(terms[0])))
    if gap.train.cadence > 1:
        half = int(gap.step[gap.step.size // 2])
        tail = gap.train.value[gap.train.step >= half]
        fall = -change_of(tail).mid / max(float(gap.train.step[-1] - half), 1.0) * gap.train.cadence / 2.0
        if fall > 0.1 * abs(gap.level):
            averaged = "averaging over {cadence} puts the training loss {fall} too high"
            out.append(text(averaged, cadence=Length(gap.train.cadence), fall=figure(fall)))
    out.append("an easier evaluation set looks the same")
    return out
