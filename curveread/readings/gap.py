"""The gap between evaluation and training loss: its size, where it goes, what an eval loss below train may mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from curveread.detectors.base import CurveView
from curveread.findings.diagnosis import Phase, Statement
from curveread.findings.finding import Evidence, Finding
from curveread.findings.wording import count, figure, quantity
from curveread.run.model import FloatArray, IntArray, Run
from curveread.run.roles import Role, words
from curveread.run.task import Task, dropout_of
from curveread.signals.change import LevelChange, change_of

__all__ = ["Gap", "gap_of", "gap_statements"]

_Views = Mapping[Role, tuple[CurveView, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """Evaluation loss minus training loss, paired at the evaluations.

    Parameters
    ----------
    train, evaluation
        The two curves.
    step, value
        (n,) steps of the evaluations, and the gap there in the logged unit.
    level, low, high
        Median gap of the last fifth of the evaluations (at least five) and its 95 % interval.
    """

    train: CurveView
    evaluation: CurveView
    step: IntArray
    value: FloatArray
    level: float
    low: float
    high: float

    def since(self, step: int) -> LevelChange:
        """Return how the gap changed from a step to the end, with its 99 % interval (Theil-Sen)."""
        return change_of(self.value[self.step >= step])


def gap_of(views: _Views) -> Gap | None:
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
        value = loss - np.interp(step + train.cadence / 2.0, train.step, trend)
    if not bool(np.isfinite(value).all()):
        return None
    tail = value[-max(5, step.size // 5) :]
    ordered, n = np.sort(tail), tail.size
    rank = max(0, int(n / 2.0 - 0.98 * np.sqrt(n)))
    return Gap(
        train, evaluation, step, value, float(np.median(tail)), float(ordered[rank]), float(ordered[n - 1 - rank])
    )


def gap_statements(
    run: Run, gap: Gap | None, phases: tuple[Phase, ...], findings: tuple[Finding, ...], task: Task
) -> list[Statement]:
    """Return the gap and where it goes, and for an eval loss below train what speaks for and against a leak."""
    if gap is None or any(p.name == "diverged" for p in phases):
        return []  # a gap between two ruins says nothing
    leak = _leak(run, gap, findings, task)
    phase = "" if any(f.rule == "eval-below-train" for f in findings) else phases[-1].name if phases else ""
    return [_size(gap, phases, phase), *([leak] if leak is not None else [])]


def _size(gap: Gap, phases: tuple[Phase, ...], phase: str) -> Statement:
    unit = gap.evaluation.unit
    onset = next((p.first_step for p in phases if p.name == "memorising"), None)
    since = onset if onset is not None else int(gap.step[gap.step.size // 2])
    where = f"since step {count(since)}" if onset is not None else "over the second half of the evals"
    change = gap.since(since)
    side = "above" if gap.level >= 0 else "below"
    text = f"At the end {gap.evaluation.tag} lay {quantity(abs(gap.level), unit)} {side} the training loss"
    if gap.low < 0.0 < gap.high:
        text = f"At the end {gap.evaluation.tag} and the training loss were the same within their noise"
    evidence = [
        Evidence("gap-at-the-end", "gap at the end", gap.level, unit),
        Evidence("gap-interval", "its 95 % interval", f"{figure(gap.low)} to {figure(gap.high)}", unit),
    ]
    if np.isfinite(change.low) and np.isfinite(change.high):
        scale = max(abs(gap.level), _noise(gap))
        if change.low * change.high > 0.0 and abs(change.mid) >= 0.1 * scale:
            growing = (change.mid > 0.0) == (gap.level >= 0.0)
            text += f"; the gap {'grew' if growing else 'shrank'} by {quantity(abs(change.mid), unit)} {where}"
        elif max(abs(change.low), abs(change.high)) < 0.5 * scale:
            text += f"; the gap kept its size {where}"
        evidence.append(Evidence("change", f"change {where}", change.mid, unit))
        evidence.append(
            Evidence("change-interval", "its 99 % interval", f"{figure(change.low)} to {figure(change.high)}", unit)
        )
    return Statement("gap", f"{text}.{_reading(gap, phase)}", tuple(evidence))


def _noise(gap: Gap) -> float:
    """Return how far the evaluations scatter around their own course, in the logged unit."""
    bend = np.diff(gap.evaluation.value, 2) / np.sqrt(6.0)
    return 1.4826 * float(np.median(np.abs(bend))) if bend.size else 0.0


def _reading(gap: Gap, phase: str) -> str:
    """Return what both losses did over the last third, where it is beyond doubt and the phase does not say it."""
    if phase == "converged":
        return " Both ended flat and close together: a good fit." if gap.low * gap.high <= 0.0 else ""
    if phase != "learning":
        return ""
    begin = int(gap.step[-max(4, gap.step.size // 3)])
    moves = []
    for view in (gap.train, gap.evaluation):
        y = view.value[view.step >= begin]
        level = float(np.median(np.abs(y))) if y.size else 0.0
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
    told = {
        ("falling", "falling"): "were still falling together: the run was learning",
        ("flat", "flat"): "were flat",
        ("falling", "flat"): "parted: train fell, eval did not; what was learned there did not carry over",
        ("falling", "rising"): "parted: train fell, eval rose",
    }.get((moves[0], moves[1]))
    return f" Over the last third of the evals both {told}." if told else ""


def _leak(run: Run, gap: Gap, findings: tuple[Finding, ...], task: Task) -> Statement | None:
    """Return what speaks for and against a leak, for an eval loss that ends surely below the training loss."""
    suspected = any(f.rule == "eval-below-train" for f in findings)
    level = abs(float(np.median(gap.train.value[-max(5, len(gap.train) // 20) :])))
    if not suspected and not (gap.high < 0.0 and abs(gap.level) > 0.05 * level):
        return None
    first = float(np.median(gap.value[: max(2, gap.value.size // 4)]))
    start = float(np.median(gap.train.value[: max(3, len(gap.train) // 100)]))
    for_it = []
    change = gap.since(int(gap.step[gap.step.size // 4]))
    if change.high < 0.0 and change.mid < min(-0.05 * abs(start), 0.3 * min(first, 0.0)):
        for_it.append("the gap widened as training went on")
    if suspected and task.language and 0.0 < level < 0.1 * start:
        for_it.append("the training loss is so low that it is memory, and the eval loss is, too")
    against = _against(run, gap, task)
    if change.low <= 0.0 <= change.high:
        against.insert(0, "the gap did not widen as training went on, as it does where data leak")
    text = f"{gap.evaluation.tag} below the training loss "
    if for_it:
        text += f"may be a leak. For it: {'; '.join(for_it)}. Against it: {'; '.join(against)}."
    elif suspected:
        text += f"may be a leak (eval-below-train says why). Against it: {'; '.join(against)}."
    else:
        text += f"need not be a leak: nothing else speaks for one, and {'; '.join(against)}."
    evidence = (
        Evidence("gap-in-the-first-quarter", "gap in the first quarter", first, gap.evaluation.unit),
        Evidence("gap-at-the-end", "gap at the end", gap.level, gap.evaluation.unit),
    )
    return Statement("gap", text, evidence)


def _against(run: Run, gap: Gap, task: Task) -> list[str]:
    """Return what else would put the eval loss below the training loss, as far as the log and its config tell."""
    out = []
    dropout = dropout_of(run.config)
    if dropout:
        out.append(f"dropout of {figure(dropout)} raises the training loss only")
    if task.smoothing:
        out.append(f"label smoothing of {figure(task.smoothing)} may be in the training loss only")
    terms = [t for t in run.curves if {"aux", "auxiliary", "router", "balance", "balancing", "zloss"} & set(words(t))]
    if terms:
        out.append(f"auxiliary terms ({terms[0]}) may be in the training loss only")
    if gap.train.cadence > 1:
        half = int(gap.step[gap.step.size // 2])
        tail = gap.train.value[gap.train.step >= half]
        fall = -change_of(tail).mid / max(float(gap.train.step[-1] - half), 1.0) * gap.train.cadence / 2.0
        if fall > 0.1 * abs(gap.level):
            out.append(
                f"averaging over {count(gap.train.cadence)} steps puts the training loss {figure(fall)} too high"
            )
    out.append("an easier evaluation set looks the same")
    return out
