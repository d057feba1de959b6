"""Which tag is what: train loss, eval loss, gradient norm, learning rate … : one table.

A tag is split into lower-case words (``train/lossEpoch_1`` -> train, loss, epoch, 1) and the first row
of :data:`TABLE` whose words are all there, and whose forbidden words are not, names the role. The split
(train, eval or neither) is read from words such as ``val`` or ``test``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

__all__ = ["EVAL_WORDS", "TABLE", "TRAIN_WORDS", "Role", "RoleRow", "is_eval", "role_of", "unit_of", "words"]


class Role(StrEnum):
    """What a curve is; the value is what the result JSON shows."""

    TRAIN_LOSS = "train-loss"
    EVAL_LOSS = "eval-loss"
    GRAD_NORM = "grad-norm"
    LEARNING_RATE = "learning-rate"
    TRAIN_ACCURACY = "train-accuracy"
    EVAL_ACCURACY = "eval-accuracy"
    TRAIN_PERPLEXITY = "train-perplexity"
    EVAL_PERPLEXITY = "eval-perplexity"
    REWARD = "reward"
    KL = "kl"
    ENTROPY = "entropy"
    THROUGHPUT = "throughput"
    EPOCH = "epoch"
    TOKENS = "tokens"
    COMPONENT_LOSS = "component-loss"
    SYSTEM = "system"
    OTHER = "other"


EVAL_WORDS = frozenset(
    {"eval", "evaluation", "val", "valid", "validation", "test", "testing", "dev", "heldout", "holdout"}
)
TRAIN_WORDS = frozenset({"train", "training", "trn", "tr"})

_NLL = frozenset({"nll", "ce", "xent", "crossentropy", "mse", "bce", "mae", "rmse", "bpc", "bpb", "objective", "elbo"})
_PARTS = frozenset(
    (
        "policy value vf pg actor critic aux auxiliary kl entropy box cls obj dfl seg pose d g disc gen generator "
        "discriminator real fake adversarial adv router moe balance zloss z reg regularization l2 l1 weight decay "
        "scale scaler grad reward margin clip clipped perceptual vgg lpips commit commitment qf q alpha ent temp "
        "temperature iter ema raw delta best min max std var smoothed avg5 balancing mtp objective load kld gan critics"
    ).split()
)


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A row of the table.

    Parameters
    ----------
    every
        Sets of words; the tag must hold a word of each.
    none
        Words that the tag must not hold.
    train, evaluation
        The role for a tag of the train split (or of none) and of an eval split.
    """

    every: tuple[frozenset[str], ...]
    none: frozenset[str]
    train: Role
    evaluation: Role


def _row(every: str, none: str | frozenset[str], train: Role, evaluation: Role | None = None) -> RoleRow:
    wanted = tuple(frozenset(group.split("|")) for group in every.split())
    unwanted = none if isinstance(none, frozenset) else frozenset(none.split())
    return RoleRow(wanted, unwanted, train, evaluation or train)


TABLE: tuple[RoleRow, ...] = (
    _row("system|gpu|cpu|memory|disk|proc|network", "loss", Role.SYSTEM),
    _row("gradnorm", "clipped ratio layer layers", Role.GRAD_NORM),
    _row("grad|gradient|gradients norm|l2norm|l2", "clipped ratio param params layer layers per", Role.GRAD_NORM),
    _row("lr|learningrate", "loss find", Role.LEARNING_RATE),
    _row("learning rate", "loss", Role.LEARNING_RATE),
    _row("ppl|perplexity", "", Role.TRAIN_PERPLEXITY, Role.EVAL_PERPLEXITY),
    _row("acc|accuracy|top1|accuracies|f1|bleu|rouge|map", "loss std min", Role.TRAIN_ACCURACY, Role.EVAL_ACCURACY),
    _row(
        "reward|rewards|return|returns|episodic",
        "std min max margins accuracies loss length len chosen rejected frac zero",
        Role.REWARD,
    ),
    _row("ep rew", "std len", Role.REWARD),
    _row("rew", "std loss", Role.REWARD),
    _row("kl|kld|approxkl", "loss coef coeff beta", Role.KL),
    _row("entropy", "loss coef coeff cross", Role.ENTROPY),
    _row(
        "throughput|tps|samples|tokens|steps|it|iter|iterations|fps|sps per|throughput|tps|fps|sps",
        "loss",
        Role.THROUGHPUT,
    ),
    _row("throughput|tps|fps|sps|mfu|tflops", "loss", Role.THROUGHPUT),
    _row("tokens", "loss per second", Role.TOKENS),
    _row("epoch|epochs", "loss nll acc accuracy time", Role.EPOCH),
    _row("loss|losses", _PARTS, Role.TRAIN_LOSS, Role.EVAL_LOSS),
    _row("loss|losses", "scale scaler weight iter ema", Role.COMPONENT_LOSS),
    _row("cross entropy", _PARTS - {"entropy"}, Role.TRAIN_LOSS, Role.EVAL_LOSS),
    RoleRow((_NLL,), _PARTS, Role.TRAIN_LOSS, Role.EVAL_LOSS),
)

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BREAK = re.compile(r"[^a-z0-9]+")
_GLUED = {
    "trainloss": "train loss",
    "valloss": "val loss",
    "testloss": "test loss",
    "evalloss": "eval loss",
    "validloss": "valid loss",
    "trainacc": "train acc",
    "valacc": "val acc",
    "testacc": "test acc",
    "trl": "train loss",  # llm.c
    "tel": "test loss",
}


@lru_cache(maxsize=65536)
def words(tag: str) -> tuple[str, ...]:
    """Return the lower-case words of a tag: ``train/lossEpoch_1`` -> ("train", "loss", "epoch", "1")."""
    parts = _BREAK.split(_CAMEL.sub(" ", tag).lower())
    return tuple(w for p in parts if p for w in _GLUED.get(p, p).split())


def is_eval(tag: str) -> bool:
    """Return whether the tag names an eval split (``val``, ``test``, ``eval`` …)."""
    return any(w in EVAL_WORDS for w in words(tag))


@lru_cache(maxsize=65536)
def role_of(tag: str) -> Role:
    """Return the role that the tag's words name, :attr:`Role.OTHER` when none does."""
    have = frozenset(words(tag))
    for row in TABLE:
        if all(have & group for group in row.every) and not have & row.none:
            return row.evaluation if have & EVAL_WORDS else row.train
    return Role.OTHER


_NOT_NATS = frozenset("mse mae rmse bpc bpb bits l1 l2 hinge dice triplet elbo".split())


def unit_of(tag: str, role: Role) -> str:
    """Return the unit of a curve's values: ``nats`` for a cross-entropy loss, empty where the tag says no unit.

    A loss counts as cross-entropy (natural logarithm, as every framework computes it) unless its name says otherwise.
    """
    if role in (Role.TRAIN_LOSS, Role.EVAL_LOSS):
        return "" if _NOT_NATS & set(words(tag)) else "nats"
    return ""
