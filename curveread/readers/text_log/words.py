"""Words in front of printed numbers: which of them count steps, which name a split, which are grammar."""

from __future__ import annotations

import re
from enum import IntEnum

from curveread.run import roles
from curveread.run.roles import EVAL_WORDS, LOSS_TERMS, METRICS, TRAIN_WORDS, Role, role_of

__all__ = ["TELLING", "Counts", "counted_as", "counter_of", "eval_word", "is_mean", "is_split", "is_telling", "trimmed"]

TELLING = frozenset({*roles.TELLING, *LOSS_TERMS, *METRICS}) - {Role.THROUGHPUT}
"""Roles that make a line a training's."""


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
_GRAMMAR = frozenset(
    "with and in at is of the a an was has had took for to by on from now current got after over than as or it that "
    "which this we".split()
)
_MEANS = frozenset("avg mean average median best smoothed smooth running ema ma global".split())
_WORDS = re.compile(r"[A-Z]{2,}(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_TRIAL = frozenset(
    "ap error err iou dice psnr ssim wer cer mse mae rmse nll elbo auc ndcg return fid bleu score".split()
)
"""Metrics that make a line a training's whatever the roles know of them."""


def _split(name: str) -> list[str]:
    return [w.lower() for w in _WORDS.findall(name)]


def counter_of(name: str) -> Counts | None:
    """Return what a number of this name counts; None for a measure."""
    words = _split(name.partition("(")[0])
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
        return "steps" if _FRAMES.isdisjoint(_split(name)) else "frames"
    return "episodes" if kind is Counts.EPISODE else ""


def eval_word(word: str) -> str:
    """Return the split that a word names, empty for training and for other words."""
    low = word.lower()
    return "validation" if low == "validate" else low if low in EVAL_WORDS else ""


def is_split(word: str) -> bool:
    """Return whether a word names a split."""
    low = word.lower()
    return low in EVAL_WORDS or low in TRAIN_WORDS or low in {"validate", "evaluating", "trainer", "vali"}


def is_mean(name: str) -> bool:
    """Return whether a number in brackets behind another is a mean or a best of it: ``(avg: 0.6)``."""
    words = _split(name)
    return bool(words) and words[0] in _MEANS


def is_telling(tag: str) -> bool:
    """Return whether a metric of this name makes its line a training's."""
    return role_of(tag) in TELLING or not _TRIAL.isdisjoint(_split(tag))


def trimmed(words: list[str]) -> list[str]:
    """Return the words of a name without the grammar around them: ``with loss of`` -> ``loss``."""
    while words and words[0].lower() in _GRAMMAR:
        words = words[1:]
    while len(words) > 1 and words[-1].lower() in _GRAMMAR:
        words = words[:-1]
    return words
