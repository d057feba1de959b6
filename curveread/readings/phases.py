"""The stretches of a run, read off train and eval loss together: warm-up, learning, converged, memorising and others.

They follow the findings: what a check says about a stretch, the phases say, too. Two are read here: the warm-up off the
learning rate, and convergence off a schedule that has ended over two flat curves.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from curveread.case import Case
from curveread.detectors.base import CurveView, Views
from curveread.findings.arguments import AxisWord, Labelled, Name, Place, PlaceList, Span, share
from curveread.findings.diagnosis import Phase, Statement
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import capitalized, joined, text
from curveread.run.model import Run
from curveread.run.roles import LOSSES, Role
from curveread.signals.events.change import change_of
from curveread.signals.median import median

_NAMES = {
    "divergence": "diverged",
    "nonfinite-loss": "diverged",
    "masked-nan": "diverged",
    "plateau": "stalled",
    "no-learning": "stalled",
    "overfitting": "memorising",
    "generalization-stall": "memorising",
}
"""rule -> the phase that begins with its finding."""

_WORDS = {
    "warmup": "warmed up",
    "learning": "learned",
    "converged": "had converged",
    "stalled": "stalled",
    "memorising": "only fitted its training data",
    "diverged": "had diverged",
}

_TRAINING = (Role.TRAIN_LOSS, Role.TRAIN_ACCURACY)
NEARLY_ZERO = 0.1
"""Share of its peak below which a decayed learning rate changes little any more."""
FLAT = 0.05
"""Share of all progress that a flat stretch may still change by."""


def phases(case: Case, findings: tuple[Finding, ...]) -> tuple[Phase, ...]:
    """Return the stretches of a run in order, end to end; learning where nothing else is found."""
    run, views = case.run, case.views
    if run.first_step is None or run.last_step is None:
        return ()
    first, end = run.first_step, run.last_step
    marks = sorted({m for f in findings if (m := _mark(f, run, views)) is not None})
    if not marks and (at := _converged_from(views)) is not None:
        marks = [(at, "converged", end)]
    out: list[Phase] = []
    at = first
    warm = _warm_until(views)
    if warm is not None and first < warm < min((m[0] for m in marks), default=end):
        out.append(Phase("warmup", first, warm))
        at = warm
    for i, (begin, name, last) in enumerate(marks):
        begin = max(begin, at)
        # The next phase ends this one, but for a divergence: what is found in its ruins is not a phase of its own.
        stop = min([last, *(m[0] for m in marks[i + 1 : i + 2])]) if name != "diverged" else last
        if begin > at:
            out.append(Phase("learning", at, begin))
            at = begin
        if stop > at:
            out.append(Phase(name, at, stop))
            at = stop
        if name == "diverged":
            break
    if at < end or not out:
        out.append(Phase("learning", at, end))
    return tuple(_joined(out))


def _mark(finding: Finding, run: Run, views: Views) -> tuple[int, str, int] | None:
    """Return (first step, phase, last step) of a finding that begins a phase."""
    name = _NAMES.get(finding.rule)
    if name is None or finding.first_step is None or run.last_step is None:
        return None
    curve = next((v.curve for r in LOSSES for v in views[r] if v.tag == finding.tag and len(v.curve)), None)
    begins, ends = (
        (int(curve.step[0]), int(curve.step[-1])) if curve is not None else (finding.first_step, run.last_step)
    )
    last = finding.last_step if finding.last_step is not None else ends
    never = finding.rule == "no-learning"  # what never left its start did not learn at the end, either
    lasts = never or last >= ends - 0.02 * max(run.last_step - (run.first_step or 0), 1)
    if finding.rule in ("nonfinite-loss", "masked-nan"):
        if finding.severity is not Severity.ERROR or curve is None or not lasts:
            return None
    elif finding.rule == "plateau" and finding.severity is Severity.INFO and _ended(views):
        name = "converged"  # the schedule was over: nothing was left to stall
    elif finding.rule == "overfitting" and not any(views[role] for role in _TRAINING):
        name = "stalled"  # whether it went on to learn its training data is not logged
    # A phase that takes in the curve's first or last point takes in what other curves hold before or after it.
    first = min(finding.first_step, run.first_step or 0) if finding.first_step <= begins else finding.first_step
    return first, name, run.last_step if lasts else last


def _joined(found: Sequence[Phase]) -> list[Phase]:
    """Return the phases with neighbours of one name as one."""
    out: list[Phase] = []
    for phase in found:
        if out and out[-1].name == phase.name:
            phase = Phase(phase.name, out.pop().first_step, phase.last_step)
        out.append(phase)
    return out


def _warm_until(views: Views) -> int | None:
    """Return the step at which a learning rate that began low first reached its peak, None without a warm-up.

    Cycles are not one: they come back to the peak. Nor is a jump, or a rate that rises for half of the run or more.
    """
    for view in views[Role.LEARNING_RATE][:1]:
        value, step = view.value, view.step
        if value.size < 5 or float(value.max()) <= 0.0:
            return None
        moves = np.diff(value)
        falls = np.flatnonzero(moves < -1e-3 * float(value.max()))
        peak = float(value[: int(falls[0]) + 1].max()) if falls.size else float(value.max())
        top = int(np.argmax(value >= 0.999 * peak))
        half = int(step[0]) + 0.5 * (int(step[-1]) - int(step[0]))
        if top < 2 or float(value[0]) > 0.5 * peak or peak < 0.9 * float(value.max()) or step[top] > half:
            return None
        jumped = float(moves[:top].max()) > 0.6 * (peak - float(value[0]))
        cycles = int((moves[top:] > 1e-3 * peak).sum()) > 0.1 * value.size
        return None if jumped or cycles else int(step[top])
    return None


def _ended(views: Views) -> bool:
    """Return whether the log shows a learning rate that has come down to nearly zero."""
    return any(_low_from(v) is not None for v in views[Role.LEARNING_RATE][:1])


def _low_from(rate: CurveView) -> int | None:
    """Return the step from which on the rate stays below a tenth of its peak, None when it ends above that."""
    value = rate.value
    if value.size < 5 or float(value.max()) <= 0.0:
        return None
    high = np.flatnonzero(value > NEARLY_ZERO * float(value.max()))
    return int(rate.step[int(high[-1]) + 1]) if high[-1] + 1 < value.size else None


def _converged_from(views: Views) -> int | None:
    """Return the step from which on both losses are flat, close together, at a rate of nearly zero; else None."""
    train, evaluation, rate = (next(iter(views[r]), None) for r in (*LOSSES, Role.LEARNING_RATE))
    if train is None or evaluation is None or rate is None or len(train) < 60 or len(evaluation) < 8:
        return None
    low = _low_from(rate)
    if low is None:
        return None
    last = int(train.step[-1])
    progress = [_progress(v) for v in (train, evaluation)]
    if min(progress) <= 0.0:
        return None
    near = abs(median(evaluation.value[-3:]) - median(train.value[-max(5, len(train) // 20) :]))
    if near > 0.25 * max(_progress(evaluation, logged=True), 0.0):
        return None
    for begin in np.linspace(low, low + 0.5 * (last - low), 4).astype(np.int64):
        tails = [v.parts.y[v.step >= begin] for v in (train, evaluation)]
        if tails[0].size < 20 or tails[1].size < 3:
            return None
        if all(_flat(tail, p) for tail, p in zip(tails, progress, strict=True)):
            return int(begin)
    return None


def _progress(view: CurveView, *, logged: bool = False) -> float:
    """Return how far a loss came down, on its even scale or as logged."""
    y = view.value if logged else view.parts.y
    return float(np.median(y[: max(1, y.size // 100)]) - np.median(y[-max(2, y.size // 20) :]))


def _flat(y: np.ndarray[tuple[int], np.dtype[np.float64]], progress: float) -> bool:
    """Return whether a stretch surely changes by less than the share of the progress that is flat."""
    if y.size < 6:
        return float(np.ptp(y)) <= FLAT * progress
    change = change_of(y, most=20)
    return max(-change.low, change.high) <= 2.0 * FLAT * progress and abs(change.mid) <= FLAT * progress


def phase_statements(found: tuple[Phase, ...], findings: tuple[Finding, ...], views: Views) -> list[Statement]:
    """Return the phases as a sentence; none for a run that only learned."""
    names = [p.name for p in found]
    if len([n for n in names if n != "warmup"]) < 2 and names != ["warmup"]:
        return []
    length = max(found[-1].last_step - found[0].first_step, 1)
    parts: list[str] = []
    evidence: list[Evidence] = []
    subject = ""
    for i, phase in enumerate(found):
        subject = "the learning rate" if phase.name == "warmup" else "it" if subject in ("the run", "it") else "the run"
        course = text(f"{subject} {_WORDS[phase.name]}")
        if i == len(found) - 1:
            part = share((phase.last_step - phase.first_step) / length)
            last = "from {begin} on {course} ({share} of the run)"
            parts.append(text(last, begin=Place(phase.first_step), course=course, share=part))
        else:
            parts.append(text("until {end} {course}", end=Place(phase.last_step), course=course))
        label = text("{phase} from {axis}", phase=Name(phase.name), axis=AxisWord())
        evidence.append(Evidence("phase-from", label, float(phase.first_step), "step"))
    sentence = joined("", (capitalized(joined("; ", parts)), "."))
    for phase in found:
        bracket = _bracket(phase, findings, views)
        if bracket is not None:
            sentence += text(f" {_TURN[phase.name]} began between the evals at {{evals}}.", evals=PlaceList(bracket))
            label = text("{phase} began between {axis}", phase=Name(phase.name), axis=AxisWord(several=True))
            between = text("{span}", span=Labelled(Span(*bracket)))
            evidence.append(Evidence("phase-began-between", label, between))
    return [Statement("phases", sentence, tuple(evidence))]


_TURN = {"memorising": "That", "converged": "The flat stretch"}


def _bracket(phase: Phase, findings: tuple[Finding, ...], views: Views) -> tuple[int, int] | None:
    """Return the evals around the onset of a phase that the eval loss decided."""
    if phase.name not in _TURN:
        return None
    tags = {f.tag for f in findings if f.rule in ("overfitting", "generalization-stall") and f.first_step is not None}
    for view in views[Role.EVAL_LOSS]:
        if (tags and view.tag not in tags) or len(view) < 2:
            continue
        k = int(np.searchsorted(view.step, phase.first_step))
        low, high = int(view.step[max(k - 1, 0)]), int(view.step[min(k + 1, len(view) - 1)])
        if phase.name == "converged":
            high = int(view.step[min(k, len(view) - 1)])
        return (low, high) if low < high else None
    return None
