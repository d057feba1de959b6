"""What ``no-learning`` says of returns: a policy whose reward never rose above that of its first episodes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath

import numpy as np

from curveread.detectors.base import CurveView, Subject
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Tag, count, figure, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.run.model import Curve
from curveread.run.roles import EVAL_WORDS, TRAIN_WORDS, Role, is_eval, words
from curveread.run.tags.kinds import TaskKind
from curveread.signals.median import median
from curveread.signals.returns import Ascent, ascent_of

_RULE = "no-learning"
_SAME, _BATCHES, _FROZEN = 12, 20, 10
"""Points that a return must have that is the same number throughout, batches whose groups have no spread, and points
that tell enough where the policy itself does not change."""
TRAINING = (
    Role.POLICY_LOSS,
    Role.VALUE_LOSS,
    Role.ENTROPY,
    Role.AUXILIARY_LOSS,
    Role.KL,
    Role.LEARNING_RATE,
    Role.GRAD_NORM,
    Role.HYPER_PARAMETER,
)
"""What a log of a training holds beside returns; the exploration rate is among its settings."""
_BEYOND_CHANCE = 3.3
"""Standard deviations of a trend: by chance one in 2,000."""
_EXPLORATION = frozenset({"epsilon", "eps", "exploration"})
_OF_TRAINING = TRAIN_WORDS | {"history"}


def never_gained(subject: Subject, least: int) -> list[Finding]:
    """Return at most one finding: no return of the run rose above that of its first episodes.

    A return may wander without rising, be the same number throughout, or have no spread within the groups of answers
    that a policy is to tell apart. A run whose steps begin later than it is long goes on from an earlier one: its first
    episodes are no beginning. Nor are those of a log that holds returns alone: it may be an evaluation of what was
    trained elsewhere, unless its name says that it is a training's. Nor are returns of actions most of which are drawn
    at random to the end. ``least`` is the number of points that one must have that wanders.
    """
    apart = _groups_alike(subject)
    if apart is not None:
        return [apart]
    views = [v for v in subject.all(Role.REWARD) if len(v)]
    trained = any(len(v) for v in subject.all(*TRAINING)) or _says_training(subject)
    moving = [v for v in views if v.value.min() < v.value.max()]
    if not moving:
        return [_same(v) for v in views if (trained or v.value[0] <= 0.0) and _never_moved(v, subject)][:1]
    still = _as_random_as_ever(subject)
    if subject.task.kind is not TaskKind.LANGUAGE_RL and _stands_still(subject):
        least = min(least, _FROZEN)
    if mostly_at_random(v.curve for v in subject.all(Role.HYPER_PARAMETER)):
        moving = [v for v in moving if is_eval(v.tag)]
    if continued(subject) or not moving or len(moving[0]) < _FROZEN:
        return []
    courses = [(len(v), ascent_of(v.value)) for v in moving if len(v) >= _FROZEN]
    # A policy that is only evaluated stays as it is: episodes that fall, beyond chance, are those of a training.
    if not trained and not all(a.fell and a.one_by_one and a.trend < -_BEYOND_CHANCE for _, a in courses):
        return []
    # Few points that wander may hide a rise; that they fall as a whole they can show, and what does not rise beside.
    fell = any(a.fell for _, a in courses)
    slight = 0.1 if fell else 0.01 if still else 0.0
    flat = all(a.never or (still and a.hidden) or _gain(a) < slight for _, a in courses)
    return [_flat(moving[0], courses[0][1], subject)] if flat and all(n >= least or fell for n, _ in courses) else []


def continued(subject: Subject) -> bool:
    """Return whether the run visibly goes on from an earlier one: it begins later than it is long."""
    return subject.first_step > subject.length


def _says_training(subject: Subject) -> bool:
    """Return whether the name of a file or of a return says training, and not evaluation as well."""
    names = [PurePath(attempt.source).name for attempt in subject.attempts]
    said = (set(words(name)) for name in (*names, *(v.tag for v in subject.all(Role.REWARD))))
    return any(_OF_TRAINING & have and not EVAL_WORDS & have for have in said)


def entropies(subject: Subject) -> list[CurveView]:
    """Return the entropies of a policy; what is logged as a loss, with the sign turned, is turned back."""
    turned = [
        CurveView(replace(v.curve, value=-v.curve.value))
        for v in subject.all(Role.AUXILIARY_LOSS)
        if "entropy" in words(v.tag) and len(v) and float(v.value.max()) <= 0.0
    ]
    return [*(v for v in subject.all(Role.ENTROPY) if len(v)), *turned]


def _never_moved(view: CurveView, subject: Subject) -> bool:
    """Return whether a return that is one number throughout tells that nothing was learned.

    Evaluations of a solved task are all alike, too, and so are those of a run that goes on from a solved one: there the
    policy must have stood still as well.
    """
    if len(view) < (_BATCHES if subject.task.kind is TaskKind.LANGUAGE_RL else _SAME):
        return False  # a rare reward of a language model may come late
    late = continued(subject) or (is_eval(view.tag) and float(view.value[0]) > 0.0)
    return not late or _stands_still(subject)


def mostly_at_random(settings: Iterable[Curve]) -> Curve | None:
    """Return the curve that says that half of the actions or more are random to the end, None where none says so."""
    for curve in settings:
        value = curve.value[curve.finite]
        if value.size and _EXPLORATION & set(words(curve.tag)) and 0.5 <= value[-1] <= 1.0 >= value.max():
            return curve
    return None


def _as_random_as_ever(subject: Subject) -> bool:
    """Return whether the entropy ends within 5 % of where it began: even a certain gain may be of no account then."""
    for view in entropies(subject)[:1]:
        part = max(5, len(view) // 20)
        start, end = median(view.value[:part]), median(view.value[-part:])
        return len(view) >= 20 and start > 0.0 and abs(end - start) < 0.05 * start
    return False


def _gain(ascent: Ascent) -> float:
    """Return what a return gained as a share of the level that it began at: 0.002 where -500 became -499."""
    gain = max(ascent.best - ascent.start, ascent.early)
    return gain / abs(ascent.start) if ascent.start else np.inf


def _stands_still(subject: Subject) -> bool:
    """Return whether the policy has no entropy, or does not change from update to update: exactly zero all along."""
    return any(len(v) >= _FROZEN and not v.value.any() for v in (*entropies(subject), *subject.all(Role.KL)))


def _groups_alike(subject: Subject) -> Finding | None:
    """Return the finding that all answers to a prompt got the same reward, in nearly every batch of the run."""
    for view in subject.all(Role.DIAGNOSTIC):
        have = set(words(view.tag))
        if "reward" not in have or "std" not in have or len(view) < _BATCHES:
            continue
        if is_eval(view.tag) and subject.task.kind is not TaskKind.LANGUAGE_RL:
            continue  # episodes that are played without exploring are often all alike
        alike = view.value >= 1.0 if "zero" in have else view.value == 0.0
        part = float(alike.mean())
        if part >= 0.95:
            first, last = int(view.step[0]), int(view.step[-1])
            message = text(
                "{tag} was {value} in {part} of the batches: all answers to a prompt got the same reward, so that no "
                "advantage is left to learn from",
                tag=Tag(view.tag),
                value=figure(1.0 if "zero" in have else 0.0),
                part=text("all") if part == 1.0 else share(part),
            )
            advice = (
                "Look at the answers and their rewards: a reward function that always fails (parsing, format), or "
                "prompts that are all too hard or too easy.",
                "Sample more answers per prompt, or at a higher temperature.",
            )
            return _finding(view, (first, last), message, (), advice, ("prompts that the model already solves",))
    return None


def _same(view: CurveView) -> Finding:
    value = float(view.value[0])
    message = text(
        "{tag} is {value} at all {points} points, from the first to the last",
        tag=Tag(view.tag),
        value=figure(value),
        points=count(len(view)),
    )
    return _finding(
        view,
        (int(view.step[0]), int(view.step[-1])),
        message,
        (Evidence("starting-level", "starting level", value),),
        (
            "Step through one episode by hand: a return that never varies means an environment that always ends the "
            "same way, a reward that is never paid, or a policy that always does the same.",
        ),
        ("a task that was solved before the run began",),
    )


def _flat(view: CurveView, ascent: Ascent, subject: Subject) -> Finding:
    message = text(
        "{tag} never rose clearly above the {start} of its first episodes; it ended at {end}",
        tag=Tag(view.tag),
        start=figure(ascent.start),
        end=figure(ascent.end),
    )
    for entropy in entropies(subject)[:1]:
        part = max(1, len(entropy) // 20)
        message += text(
            "; the entropy in {tag} went from {first} to {last}",
            tag=Tag(entropy.tag),
            first=figure(float(entropy.value[:part].mean())),
            last=figure(float(entropy.value[-part:].mean()), "nats"),
        )
    evidence = (
        Evidence("starting-level", "starting level", ascent.start, "reward"),
        Evidence("largest-gain", "largest gain", ascent.best - ascent.start, "reward"),
        Evidence("level-at-the-end", "level at the end", ascent.end, "reward"),
        Evidence("scatter", "scatter of its points", ascent.spread, "reward"),
    )
    advice = (
        "Try the same code on a task that is known to be learned within minutes, such as CartPole.",
        "Check that rewards are paid at all, the sign and scale of the advantages, and the learning rate.",
    )
    explained = ("a policy that already did the task when the run began", "a reward that is met too rarely by chance")
    return _finding(view, (int(view.step[0]), int(view.step[-1])), message, evidence, advice, explained)


def _finding(
    view: CurveView,
    span: tuple[int, int],
    message: Text,
    evidence: tuple[Evidence, ...],
    advice: tuple[str, ...],
    explained: tuple[str, ...],
) -> Finding:
    return Finding(
        rule=_RULE,
        severity=Severity.ERROR,
        confidence=confidence_of(_RULE, 1.0),
        tag=view.tag,
        first_step=span[0],
        peak_step=span[0],
        last_step=span[1],
        message=message,
        evidence=evidence,
        also_explained_by=explained,
        advice=advice,
    )
