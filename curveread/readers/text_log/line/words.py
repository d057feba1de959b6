"""Words in front of printed numbers: which of them name a split, which a metric, which are grammar."""

from __future__ import annotations

from curveread.run import roles
from curveread.run.roles import EVAL_WORDS, LOSS_TERMS, METRICS, TRAIN_WORDS, Role, role_of
from curveread.run.tags.foreign import ENGLISH
from curveread.run.tags.words import words

TELLING = frozenset({*roles.TELLING, *LOSS_TERMS, *METRICS}) - {Role.THROUGHPUT}
"""Roles that make a line a training's."""


_GRAMMAR = frozenset(
    "with and in at is of the a an was has had took for to by on from now current got after over than as or it that "
    "which this we".split()
)
_MEANS = frozenset("avg mean average median best smoothed smooth running ema ma global".split())
_TRIAL = frozenset(
    "ap error err iou learn dice psnr ssim wer cer mse mae rmse nll elbo auc ndcg return fid bleu score".split()
)
"""Metrics that make a line a training's whatever the roles know of them."""


def first_word(name: str) -> str:
    """Return the first word of a name, in English where it is of another language: ``train`` of ``训练损失``."""
    first = name.split()[0]
    return first if first.isascii() else words(first)[0]


def eval_word(word: str) -> str:
    """Return the split that a word names, empty for training and for other words."""
    low = _in_english(word)
    return "validation" if low == "validate" else low if low in EVAL_WORDS else ""


def is_split(word: str) -> bool:
    """Return whether a word names a split."""
    low = _in_english(word)
    return low in EVAL_WORDS or low in TRAIN_WORDS or low in {"validate", "evaluating", "trainer", "vali"}


def _in_english(word: str) -> str:
    """Return a word in lower case, in English where the lexicon has one for it: ``验证集`` as ``validation``."""
    if word.isascii() and word.lower() not in ENGLISH:
        return word.lower()
    said = [w for w in words(word) if w != "set"]
    return said[0] if len(said) == 1 else word.lower()


def is_mean(name: str) -> bool:
    """Return whether a number in brackets behind another is a mean or a best of it: ``(avg: 0.6)``."""
    return any(w in _MEANS for w in words(name)[:1])


def is_telling(tag: str) -> bool:
    """Return whether a metric of this name makes its line a training's."""
    return role_of(tag) in TELLING or not _TRIAL.isdisjoint(words(tag))


def is_measured(tag: str) -> bool:
    """Return whether a metric of this name is a result of a training: a learning rate is none."""
    return is_telling(tag) and role_of(tag) is not Role.LEARNING_RATE


def trimmed(words: list[str]) -> list[str]:
    """Return the words of a name without the grammar around them: ``with loss of`` -> ``loss``."""
    while words and words[0].lower() in _GRAMMAR:
        words = words[1:]
    while len(words) > 1 and words[-1].lower() in _GRAMMAR:
        words = words[:-1]
    return words
