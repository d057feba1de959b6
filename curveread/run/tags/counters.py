"""Names of numbers that count: which are steps, which are epochs, which measure."""

from __future__ import annotations

import re
from enum import IntEnum

__all__ = ["Counts", "counted_as", "counter_of", "words_of"]

_WORDS = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")


class Counts(IntEnum):
    """What a counter counts; of several in a line the lowest is the step, an epoch stands beside it."""

    GLOBAL = 0
    STEP = 1
    INNER = 2
    FRAME = 3
    BATCH = 4
    EPISODE = 5
    BARE = 6
    EPOCH = 9


_STEPS = frozenset(
    "step steps iter iters iteration iterations it its itr ite niter update updates upd up timestep timesteps".split()
)
_CLASSES = {
    **dict.fromkeys(_STEPS, Counts.STEP),
    **dict.fromkeys("frame frames interacts samples".split(), Counts.FRAME),
    **dict.fromkeys("batch batches minibatch minibatches mb".split(), Counts.BATCH),
    **dict.fromkeys("episode episodes eps game games round rounds generation tree boosting".split(), Counts.EPISODE),
    **dict.fromkeys("epoch epochs ep epo".split(), Counts.EPOCH),
}
_GLOBAL = frozenset("global total num env environment training trainer optimizer opt".split())
_FRAMES = frozenset("timestep timesteps env environment frame frames interacts sample samples".split())
_RATES = frozenset(
    "per time size sizes sec second seconds ms rate lr loss speed skipped nan max min warmup fps".split()
)


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case: ``TotalEnvInteracts`` -> total, env, interacts."""
    return [w.lower() for w in _WORDS.findall(name)]


def counter_of(name: str) -> Counts | None:
    """Return what a number of this name counts; None for a measure."""
    words = words_of(name.partition("(")[0])
    if not words or len(words) > 4:
        return None
    known = [_CLASSES.get(w) for w in words]
    if known[-1] is None or not _RATES.isdisjoint(words):
        trailing = words[-1] in {"num", "number", "no", "total", "idx", "index", "id", "nr", "count"}
        if not trailing or len(words) < 2 or known[-2] is None:
            return None
        known.pop()
    kind = known[-1]
    if kind in (Counts.STEP, Counts.FRAME) and not _GLOBAL.isdisjoint(words):
        return Counts.GLOBAL
    if kind is Counts.EPISODE and words[-1] in {"its", "eps"} and len(words) > 1:
        return None
    if kind is Counts.FRAME and words == ["samples"]:
        return None
    return kind


def counted_as(name: str) -> str:
    """Return what a counter of this name counts, in a word: ``steps``, ``frames``, ``episodes``; empty for others."""
    kind = counter_of(name)
    if kind in (Counts.STEP, Counts.GLOBAL, Counts.FRAME):
        return "steps" if _FRAMES.isdisjoint(words_of(name)) else "frames"
    return "episodes" if kind is Counts.EPISODE else ""
