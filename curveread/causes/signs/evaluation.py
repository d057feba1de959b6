"""Signs in training and evaluation read together."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray
from curveread.causes.kinds import KINDS, Kind
from curveread.causes.scene import Scene, moved
from curveread.causes.signs.sign import Seen, sign
from curveread.detectors.base import CurveView
from curveread.findings.arguments import Tag, level
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.run.tags.grammar import parse
from curveread.signals.median import median
from curveread.signals.scale import bend_noise

_SURE = 30.0
"""Share of the unrest times points from which on a swing is no accident: its chi-square over the periods tried."""
_BEFORE = 8
"""Points that tell the level before: of an evaluation more would reach back to its start."""
_FEWEST = 8
"""Evaluations that tell a jump from a slope."""
_ALONE = 0.6
"""Share of its whole rise that a jump makes."""
_EVALUATED = (Role.EVAL_LOSS, Role.EVAL_ACCURACY, Role.EVAL_PERPLEXITY)


@sign("eval-moved", needs="an evaluation")
def eval_moved(scene: Scene) -> Seen | None:
    """Whether the evaluation got worse with the training."""
    view = scene.counterpart
    if view is None or view.tag == scene.finding.tag or scene.finding.first_step is None:
        return None
    at = int(np.searchsorted(view.step, scene.onset))
    way = -1.0 if view.curve.direction == "higher" else 1.0
    before = way * view.value[max(0, at - 8) : at]
    stop = int(np.searchsorted(view.step, max(scene.end, scene.onset + int(2 * view.cadence)), side="right"))
    after = way * view.value[at : max(stop, at + 1)][:5]
    if before.size < 3 or not after.size:
        return None
    there = moved(before, after)
    words = ("{eval} rose with it" if way > 0.0 else "{eval} fell with it") if there else "{eval} did not move"
    return Seen(there, text(words, eval=Tag(view.tag)))


@sign("train-moved")
def train_moved(scene: Scene) -> Seen | None:
    """Whether the training loss moved with an event of an evaluation curve."""
    view, own = scene.train, scene.curve
    swings = KINDS.get(scene.finding.rule) is Kind.SWING
    if view is None or own is None or swings or (own.curve.role not in _EVALUATED and parse(own.tag).split != "eval"):
        return None
    before, after = scene.around(view, 40, max(5, int(2 * own.cadence / max(view.cadence, 1.0))))
    if before.size < 5 or not after.size:
        return None
    there = moved(before, after)
    words = "{train} rose with it" if there else "{train} did not move"
    return Seen(there, text(words, train=Tag(view.tag)))


@sign("train-swings")
def train_swings(scene: Scene) -> Seen | None:
    """Whether the training loss swings with the period of an evaluation that does."""
    view, own, period = scene.train, scene.curve, scene.finding.get("period")
    if view is None or own is None or not isinstance(period, float) or view.tag == scene.finding.tag or len(view) < 24:
        return None
    if period < 4.0 * view.cadence or scene.length < 3.0 * period:
        return None
    mine, train = (_unrest(scene, v) for v in (own, view))
    if min(mine[0].size, train[0].size) < 12:
        return None
    least = _SURE / train[0].size
    if _explained(*train, period) > least:
        return Seen(True, text("{train} swings with the same period", train=Tag(view.tag)))
    # Where its noise would hide a swing as wide, that it shows none says nothing.
    if _explained(*mine, period) * float(np.var(mine[0])) < least * float(np.var(train[0])):
        return None
    return Seen(False, text("{train} does not swing", train=Tag(view.tag)))


def _unrest(scene: Scene, view: CurveView) -> tuple[FloatArray, FloatArray]:
    """Return what a slow course leaves of a curve while it swings, on its even scale, and the steps."""
    here = (view.step >= scene.onset) & (view.step <= scene.end)
    x, y = (view.step[here] - scene.onset) / scene.length, view.parts.y[here]
    return y - np.polynomial.Polynomial.fit(x, y, 3)(x), x * scene.length


def _explained(rest: FloatArray, step: FloatArray, period: float) -> float:
    """Return the share of the variance that a sine of about the period explains at best."""
    total = max(float(np.sum((rest - rest.mean()) ** 2)), 1e-300)
    best = 0.0
    for length in period * np.linspace(0.8, 1.25, 19):
        turn = 2.0 * np.pi * step / length
        waves = np.stack([np.ones_like(turn), np.sin(turn), np.cos(turn)], axis=1)
        fit = np.linalg.lstsq(waves, rest, rcond=None)[0]
        best = max(best, 1.0 - float(np.sum((rest - waves @ fit) ** 2)) / total)
    return best


@sign("train-goes-on-falling")
def falls_on(scene: Scene) -> Seen | None:
    """Whether the training loss goes on falling after the onset."""
    view = scene.train
    if view is None:
        return None
    at = int(np.searchsorted(view.step, scene.onset))
    rest = view.value[at:]
    if rest.size < 4:
        return None
    half = rest.size // 2
    first, last = median(rest[:half]), median(rest[half:])
    noise = bend_noise(rest, 4) / max(np.sqrt(half), 1.0)
    if first > last >= first - 3.0 * noise:
        return None
    there = last < first
    words = (
        "{train} went on falling, from around {first} to around {last}" if there else "{train} did not fall any more"
    )
    ends = max(3, rest.size // 20)  # the halves decide; a reader looks at both ends
    begun, ended = median(rest[:ends]), median(rest[-ends:])
    first, last = (begun, ended) if ended < begun else (first, last)
    said = {"first": level(first, view.unit), "last": level(last, view.unit)} if there else {}
    return Seen(there, text(words, train=Tag(view.tag), **said))


@sign("eval-left-behind")
def left_behind(scene: Scene) -> Seen | None:
    """Whether the evaluation stayed up where the training loss came back: what is trained on is other data by then.

    Weights that were moved take both up and bring both back.
    """
    train, view, first = scene.train, scene.evaluation, scene.finding.first_step
    own = scene.curve
    if train is None or view is None or own is None or own.tag != train.tag or first is None:
        return None
    back, raised = _way_back(scene, train), _way_back(scene, view)
    if back is None or back < 0.5:
        return None
    if raised is None:
        before, after = scene.around(view, _BEFORE, len(view))
        held = before.size >= 3 and after.size >= 4
        return Seen(False, text("{eval} held its course", eval=Tag(view.tag))) if held else None
    there = raised < 0.5 * back
    words = "{train} came back, {eval} did not" if there else "{eval} came back with {train}"
    return Seen(there, text(words, train=Tag(train.tag), eval=Tag(view.tag)))


def _way_back(scene: Scene, view: CurveView) -> float | None:
    """Return which share of its rise at the event a loss has lost again by the end; None where it did not rise."""
    before, after = scene.around(view, _BEFORE, len(view))
    if before.size < 3 or after.size < 4 or not moved(before, after):
        return None
    low, top = median(before[-10:]), float(after.max())
    end = median(after[3 * after.size // 4 :])
    return (top - end) / (top - low)


@sign("eval-jumped")
def jumped(scene: Scene) -> Seen | None:
    """Whether an evaluation that turns up does so from one to the next, and the training loss does not move there."""
    view, train = scene.curve, scene.train
    if KINDS.get(scene.finding.rule) is not Kind.MEMORISING or view is None or view.curve.role is not Role.EVAL_LOSS:
        return None
    if len(view) < _FEWEST or train is None:
        return None
    change = np.diff(view.value)
    at = int(np.argmax(change))
    others = np.delete(change, at)
    way = float(view.value[at + 1 :].max() - view.value.min())
    alone = float(change[at]) > max(_ALONE * way, 4.0 * float(others.max()))
    if not alone:
        return Seen(False, text("{eval} rose bit by bit", eval=Tag(view.tag)))
    a, b = np.searchsorted(train.step, [view.step[at], view.step[at + 1] + 1])
    before, then = train.value[max(0, a - 40) : a], train.value[a : max(b, a + 1)]
    if before.size < 5 or not then.size or moved(before, then):
        return None
    words = "{eval} jumped from {before} to {after} between two evaluations, where {train} did not move"
    said = {"before": level(float(view.value[at]), view.unit), "after": level(float(view.value[at + 1]), view.unit)}
    return Seen(True, text(words, eval=Tag(view.tag), train=Tag(train.tag), **said))
