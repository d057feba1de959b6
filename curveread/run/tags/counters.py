"""Names of numbers that count: which are steps, which are epochs, which measure."""

from __future__ import annotations

from enum import IntEnum

from curveread.run.tags.words import words


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
    "step steps iter iters iteration iterations it its itr ite niter update updates upd up timestep timesteps "
    "tick ticks".split()
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


def counter_of(name: str) -> Counts | None:
    """Return what a number of this name counts; None for a measure."""
    have = [w for w in words(name.partition("(")[0]) if not w.isdigit()]
    if not have or len(have) > 4:
        return None
    known = [_CLASSES.get(w) for w in have]
    if known[-1] is None or not _RATES.isdisjoint(have):
        trailing = have[-1] in {"num", "number", "no", "total", "idx", "index", "id", "nr", "count"}
        if not trailing or len(have) < 2 or known[-2] is None:
            return None
        known.pop()
    kind = known[-1]
    if kind in (Counts.STEP, Counts.FRAME) and not _GLOBAL.isdisjoint(have):
        return Counts.GLOBAL
    if kind is Counts.EPISODE and have[-1] in {"its", "eps"} and len(have) > 1:
        return None
    if kind is Counts.FRAME and have == ["samples"]:
        return None
    return kind


def counted_as(name: str) -> str:
    """Return what a counter of this name counts, in a word: ``steps``, ``frames``, ``episodes``; empty for others."""
    kind = counter_of(name)
    if kind in (Counts.STEP, Counts.GLOBAL, Counts.FRAME):
        return "steps" if _FRAMES.isdisjoint(words(name)) else "frames"
    return "episodes" if kind is Counts.EPISODE else ""
