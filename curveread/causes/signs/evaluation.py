"""Signs in training and evaluation read together."""

from __future__ import annotations

import numpy as np

from curveread.arrays import FloatArray
from curveread.causes.kinds import KINDS, Kind
from curveread.causes.scene import Scene, moved
from curveread.causes.signs.sign import Seen, sign
from curveread.findings.arguments import Tag, level
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.run.tags.grammar import parse

_SWINGS = 0.1
"""Share of its unrest that a swing explains where there is one."""
_EVALUATED = (Role.EVAL_LOSS, Role.EVAL_ACCURACY, Role.EVAL_PERPLEXITY)


@sign("eval-moved", needs="an evaluation")
def eval_moved(scene: Scene) -> Seen | None:
    """Whether the evaluation loss rose with the training loss."""
    view = scene.evaluation
    if view is None or view.tag == scene.finding.tag or scene.finding.first_step is None:
        return None
    at = int(np.searchsorted(view.step, scene.onset))
    before = view.value[max(0, at - 8) : at]
    stop = int(np.searchsorted(view.step, max(scene.end, scene.onset + int(2 * view.cadence)), side="right"))
    after = view.value[at : max(stop, at + 1)][:5]
    if before.size < 3 or not after.size:
        return None
    there = moved(before, after)
    words = "{eval} rose with it" if there else "{eval} did not move"
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
    view, period = scene.train, scene.finding.get("period")
    if view is None or not isinstance(period, float) or view.tag == scene.finding.tag or len(view) < 24:
        return None
    if period < 4.0 * view.cadence or scene.length < 3.0 * period:
        return None
    x = (view.step - view.step[0]) / scene.length
    rest = view.parts.y - np.polynomial.Polynomial.fit(x, view.parts.y, 3)(x)
    there = _explained(rest, x * scene.length, period) > max(_SWINGS, 12.0 / len(view))
    words = "{train} swings with the same period" if there else "{train} does not swing"
    return Seen(there, text(words, train=Tag(view.tag)))


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
    first, last = float(np.median(rest[:half])), float(np.median(rest[half:]))
    noise = float(np.median(np.abs(np.diff(rest)))) / max(np.sqrt(half), 1.0)
    there = last < first - 3.0 * noise
    words = (
        "{train} went on falling, from around {first} to around {last}" if there else "{train} did not fall any more"
    )
    said = {"first": level(first, view.unit), "last": level(last, view.unit)} if there else {}
    return Seen(there, text(words, train=Tag(view.tag), **said))
