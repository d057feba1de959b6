"""Places of a run that events are set against: restarts, epochs, evaluations, changes of the rate and of sizes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from curveread.arrays import IntArray
from curveread.findings.arguments import Place, Tag, count, figure
from curveread.findings.text import Text, text
from curveread.run.model import Curve, Run
from curveread.run.roles import Role, words
from curveread.signals.schedule.changes import RateChange, changes

RESTARTS, EPOCHS, EVALS, RATE, SIZES = "restart", "epoch", "eval", "learning-rate", "size"

_NAMES = [frozenset(name.split()) for name in ("batch size", "batchsize", "seq len", "seq length", "sequence length")]
"""Words of a curve that holds how much a step sees: examples, or tokens of each."""
_LASTS = 3
"""Points that a size stays: the last batch of an epoch is smaller, and no change."""

_MOST_EVALS = 10_000
"""With more, something always coincides with one: nothing is set against them."""


class Landmarks(NamedTuple):
    """The places of one kind.

    Parameters
    ----------
    kind
        :data:`RESTARTS`, :data:`EPOCHS`, :data:`EVALS`, :data:`RATE` or :data:`SIZES`.
    step
        (m,) int64, in order.
    text
        What each is, with its step: ``epoch 3 begins at step 500``.
    sudden, raised
        Of the learning rate: whether it is a jump or drop, and whether it is a jump up.
    """

    kind: str
    step: IntArray
    text: tuple[str, ...]
    sudden: tuple[bool, ...] = ()
    raised: tuple[bool, ...] = ()


def landmarks(run: Run) -> tuple[Landmarks, ...]:
    """Return the places of a run, kind after kind, the rare ones first; kinds without a place are left out."""
    found = (_restarts(run), _rate(run), _sizes(run), _epochs(run), _evals(run))
    return tuple(f for f in found if f.step.size)


def _steps(step: list[int]) -> IntArray:
    return np.array(step, dtype=np.int64)


def _restarts(run: Run) -> Landmarks:
    starts = [a.first_step for a in run.attempts[1:]]
    return Landmarks(
        RESTARTS, _steps(starts), tuple(text("the run was restarted at {at}", at=Place(s)) for s in starts)
    )


def _epochs(run: Run) -> Landmarks:
    """Read the epochs' beginnings off the curve that counts them; between its points they are interpolated."""
    curve = next((c for c in run.of(Role.EPOCH)), None)
    empty = Landmarks(EPOCHS, _steps([]), ())
    if curve is None or "epoch" in run.x_axis.lower():
        return empty
    step, value = curve.step[curve.finite], curve.value[curve.finite]
    if value.size < 2 or bool((np.diff(value) < 0.0).any()) or value[-1] - value[0] > 1e5:
        return empty
    numbers = np.arange(np.floor(value[0]) + 1.0, np.floor(value[-1] + 1e-6) + 1.0)
    at = np.searchsorted(value, numbers - 1e-9, side="left")
    whole = bool((value == np.floor(value)).all())
    where = step[at] if whole else np.round(np.interp(numbers, value, step)).astype(np.int64)
    if where.size > 0.5 * np.count_nonzero(np.diff(step)):  # a point an epoch: every place is a boundary
        return empty
    keep = where < step[-1]
    where, numbers = where[keep], numbers[keep]
    coarse = float(np.median(np.diff(step))) > 1.0  # the first logged step of an epoch is not its first
    # A whole number is the log's own name of an epoch; a fraction counts how many are over.
    begun = tuple(
        text(
            "epoch {number} has begun by {at}" if whole and coarse else "epoch {number} begins at {at}",
            number=count(n if whole else n + 1),
            at=Place(int(s)),
        )
        for n, s in zip(numbers, where, strict=True)
    )
    return Landmarks(EPOCHS, where.astype(np.int64), begun)


def eval_curve(run: Run) -> Curve | None:
    """Return the curve that the evaluations are read off, None without one."""
    return next((c for r in (Role.EVAL_LOSS, Role.EVAL_ACCURACY) for c in run.of(r)), None)


def _evals(run: Run) -> Landmarks:
    curve = eval_curve(run)
    step = curve.step[np.diff(curve.step, prepend=-1) != 0] if curve is not None else _steps([])
    if step.size > _MOST_EVALS:
        step = _steps([])
    return Landmarks(EVALS, step, tuple(text("evaluation at {at}", at=Place(int(s))) for s in step))


def _rate(run: Run) -> Landmarks:
    curve = next((c for c in run.of(Role.LEARNING_RATE)), None)
    if curve is None:
        return Landmarks(RATE, _steps([]), ())
    curve = curve.take(curve.finite)
    begun = next(iter(np.flatnonzero(curve.value > 0.0)), len(curve))
    found = [c for c in changes(curve.value) if c.index > begun or c.kind != "jump"]
    return Landmarks(
        RATE,
        curve.step[[c.index for c in found]] if found else _steps([]),
        tuple(_sentence(c, curve) for c in found),
        tuple(c.sudden for c in found),
        tuple(c.kind == "jump" for c in found),
    )


def _sizes(run: Run) -> Landmarks:
    """Read where batch size or sequence length goes from one lasting value to another."""
    found = []
    for curve in run.curves.values():
        if not any(name <= set(words(curve.tag)) for name in _NAMES):
            continue
        value, step = curve.value[curve.finite], curve.step[curve.finite]
        edges = np.flatnonzero(np.diff(value)) + 1
        held = np.diff(edges, prepend=0, append=value.size) >= _LASTS
        for edge, before, after in zip(edges, held[:-1], held[1:], strict=True):
            if before and after:
                said = {"before": figure(float(value[edge - 1])), "after": figure(float(value[edge]))}
                at, size = Place(int(step[edge])), Tag(curve.tag)
                sentence = text("{size} goes from {before} to {after} at {at}", size=size, at=at, **said)
                found.append((int(step[edge]), sentence))
    found.sort(key=lambda pair: pair[0])
    return Landmarks(SIZES, _steps([at for at, _ in found]), tuple(said for _, said in found))


_CHANGES = {
    "warm": "the warm-up is over at {at}, at a learning rate of {after}",
    "fall": "the learning rate begins to fall from {after} at {at}",
    "rest": "the learning rate stays at {after} from {at} on",
    "rise": "the learning rate begins to rise from {after} at {at}",
    "drop": "the learning rate drops from {before} to {after} at {at}",
    "jump": "the learning rate jumps from {before} to {after} at {at}",
}


def _sentence(change: RateChange, curve: Curve) -> Text:
    at, before, after = Place(int(curve.step[change.index])), figure(change.before), figure(change.after)
    template = _CHANGES[change.kind]
    return text(template, at=at, after=after, **({"before": before} if "{before}" in template else {}))
