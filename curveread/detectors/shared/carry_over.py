"""What is learnt and does not carry over to other data, as accuracies show it where no loss does."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Subject
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.one_answer import TAUGHT, learnt, one_answer
from curveread.detectors.shared.quality import shares
from curveread.detectors.shared.untrained import falls
from curveread.findings.arguments import Place, Tag, count, level
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.language.guessing import guess_of
from curveread.run.roles import Role
from curveread.signals.decomposition import Transform, decompose
from curveread.signals.falls import largest_fall
from curveread.signals.levels import block_medians, evaluation_noise, median_error, rise_after_best
from curveread.signals.median import median
from curveread.signals.returns import ascent_of, stretch_means

_LEAST = 8
_HALF, _TENTH = 0.5, 0.1
"""An evaluation that ends below half of the training accuracy, and gained less than a tenth of what that gained."""
_SURE = 2.5
"""Standard errors that the best stretch of an accuracy may lie above the first where it never rose."""
_LOST, _CLEAR, _OTHERS = 0.15, 4.0, 1.5
"""Share of its gain that an accuracy lost, in so many standard errors, and so many times its largest fall before."""
_ABOVE_CHANCE = 0.2
"""Share of the way from guessing to knowing within which an accuracy is that of guessing."""
_EXPLAINED = (
    "labels that do not belong to their inputs, in one of the two sets",
    "inputs that are prepared in another way for the evaluation, or layers left in training mode",
)


def uncarried(subject: Subject, rule: str) -> list[Finding]:
    """Return at most one finding: the first evaluation accuracy that does not follow the training.

    Parameters
    ----------
    subject
        Its losses and accuracies. An accuracy that rose and fell is told only where no evaluation loss says it better.
    rule
        The rule that asks.
    """
    if (found := _as_one_answer(subject, rule)) is not None:
        return [found]
    train = next((v for v in subject.all(Role.TRAIN_ACCURACY) if len(v) >= _LEAST), None)
    for view in subject.all(Role.EVAL_ACCURACY):
        if view.curve.direction != "higher":
            continue
        found = _at_chance(view, subject, rule)
        if found is None and train is not None and len(view) >= _LEAST:
            found = _never_followed(view, train, rule)
        course = train or subject.first(Role.TRAIN_LOSS)
        if found is None and course is not None and len(view) >= _LEAST and not subject.all(Role.EVAL_LOSS):
            found = _turned(view, course, rule)
        if found is not None:
            return [found]
    return []


def _at_chance(view: CurveView, subject: Subject, rule: str) -> Finding | None:
    """Find evaluations that are guesses, of a classifier whose training loss began at guessing and fell."""
    train, loss = subject.first(Role.TRAIN_LOSS), subject.first(Role.EVAL_LOSS)
    if train is None or loss is None or len(train) < _LEAST or min(len(loss), len(view)) < 4 or not falls(train):
        return None
    if train.assumed_unit != "nats" or subject.task.language:
        return None
    start = median(train.value[:3])
    answers = subject.task.answers or guess_of(start, 0.0)
    if answers is None or float(loss.value.min()) < 0.97 * np.log(answers):
        return None
    often = median(shares(view))
    if often > 1.0 / answers + _ABOVE_CHANCE * (1.0 - 1.0 / answers):
        return None
    message = text(
        "{metric} stayed at {often}, no better than guessing among {answers}, while {train} fell from {start} to {end}",
        metric=Tag(view.tag),
        often=level(median(view.value), view.unit),
        answers=count(answers),
        train=Tag(train.tag),
        start=level(start),
        end=level(median(train.value[-max(3, len(train) // 20) :]), train.unit),
    )
    return _finding(view, rule, 0, message, Evidence("best-evaluation-loss", "best evaluation loss", _best(loss), ""))


def _as_one_answer(subject: Subject, rule: str) -> Finding | None:
    """Find evaluations that one answer to all inputs would pass as well, while the training data are learnt."""
    train = learnt(subject)
    if train is None or (sign := one_answer(subject)) is None:
        return None
    start, end = float(train.value[0]), median(train.value[-3:])
    went = text(
        "; {train} went from {start} to {end}: what is learnt does not carry over",
        train=Tag(train.tag),
        start=level(start),
        end=level(end, train.unit),
    )
    gain = Evidence("change-in-training", "change in training", end - start, train.unit)
    return _finding(sign.view, rule, 0, sign.message + went, gain)


def _never_followed(view: CurveView, train: CurveView, rule: str) -> Finding | None:
    """Find an evaluation accuracy that stayed low and where it began, while the training accuracy rose."""
    seen, unseen = shares(train), shares(view)
    end = median(seen[-max(3, seen.size // 10) :])
    gained = end - float(seen[0])
    course = ascent_of(unseen)
    error = float(np.sqrt(2.0)) * median_error(evaluation_noise(unseen), max(3, unseen.size // 10))
    little = _TENTH * gained
    stayed = course.end - course.start <= little and course.best - course.start <= max(little, _SURE * error)
    if gained < TAUGHT or not stayed or median(unseen[unseen.size // 2 :]) > _HALF * end:
        return None
    message = text(
        "{metric} stayed at {often} while {train} rose from {start} to {end}: what is learnt does not carry over",
        metric=Tag(view.tag),
        often=level(median(view.value), view.unit),
        train=Tag(train.tag),
        start=level(float(train.value[0])),
        end=level(median(train.value[-max(3, len(train) // 10) :]), train.unit),
    )
    return _finding(view, rule, 0, message, Evidence("gain-in-training", "gain in training", gained, "ratio"))


def _turned(view: CurveView, train: CurveView, rule: str) -> Finding | None:
    """Find an evaluation accuracy that fell for good after its best stretch, while training made the model surer."""
    parts = decompose(-view.value, Transform("linear"))
    rise = rise_after_best(parts.y, parts.scale, parts.correlation, float(parts.y[0]))
    gained, at = rise.start - rise.best, rise.best_first + rise.points // 2
    error = float(np.sqrt(2.0)) * median_error(evaluation_noise(view.value), rise.points, parts.correlation)
    if rise.z < _CLEAR or gained <= 0.0 or rise.size < max(_LOST * gained, _CLEAR * error):
        return None
    if rise.size > gained or _at_once(parts.y, rise.size):
        return None  # what memorising costs is neither more than was learnt nor lost all at once
    before = stretch_means(view.value[: at + 1], min(rise.points, at + 1))
    if before.size > 1 and rise.size < _OTHERS * largest_fall(before, 1)[0]:
        return None
    late = train.value[train.step >= view.step[at]]
    better = 1.0 if train.curve.direction == "higher" else -1.0
    if late.size < 3 or better * (median(late[-3:]) - median(late[:3])) <= 0.0:
        return None
    best = int(np.argmax(view.value))
    message = text(
        "{metric} was best at {onset} ({best}) and fell to {end} by the end, while {train} {went} to {seen}",
        metric=Tag(view.tag),
        onset=Place(int(view.step[best])),
        best=level(float(view.value[best]), view.unit),
        end=level(-rise.end),
        train=Tag(train.tag),
        went=text("rose" if better > 0.0 else "fell"),
        seen=level(median(late[-3:]), train.unit),
    )
    return _finding(view, rule, best, message, Evidence("fall", "fall", float(rise.z), "standard errors"))


def _at_once(y: FloatArray, size: float) -> bool:
    """Return whether half of a lasting rise, or more, was made between two of twenty blocks."""
    return float(np.diff(block_medians(y, min(20, y.size // 2))).max()) > 0.5 * size


def _finding(view: CurveView, rule: str, at: int, message: Text, evidence: Evidence) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.WARNING,
        confidence=confidence_of(rule),
        tag=view.tag,
        first_step=int(view.step[at]),
        peak_step=int(view.step[at + int(np.argmin(view.value[at:]))]),
        last_step=int(view.step[-1]),
        message=message,
        evidence=(evidence,),
        also_explained_by=_EXPLAINED if at == 0 else (),
        advice=(
            "Evaluate on the training data: if that is no better, the evaluation is wrong, and not the model."
            if at == 0
            else "Stop early next time, or add data or regularisation.",
        ),
    )


def _best(loss: CurveView) -> float:
    return float(loss.value.min())
