"""Which tag is what: train loss, eval loss, gradient norm, learning rate … : one table.

A tag is split into lower-case words (``train/lossEpoch_1`` -> train, loss, epoch, 1) and the first row
of :data:`TABLE` whose words are all there, and whose forbidden words are not, names the role. The split
(train, eval or neither) is read from words such as ``val`` or ``test``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

__all__ = [
    "DIRECTIONS",
    "EVAL_WORDS",
    "LOSSES",
    "TABLE",
    "TRAIN_WORDS",
    "UNITS",
    "Role",
    "RoleRow",
    "TagRow",
    "direction_of",
    "is_eval",
    "is_preference",
    "is_reinforcement",
    "role_of",
    "unit_of",
    "words",
]


class Role(StrEnum):
    """What a curve is; the value is what the result JSON shows."""

    TRAIN_LOSS = "train-loss"
    EVAL_LOSS = "eval-loss"
    GRAD_NORM = "grad-norm"
    LAYER_GRAD_NORM = "layer-grad-norm"
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
        "scale scaler grad reward margin clip clipped perceptual vgg lpips commit commitment qf alpha ent temp "
        "qf1 qf2 q q1 q2 td bellman "
        "temperature iter ema raw delta best min max std var smoothed avg5 balancing mtp objective load kld gan critics"
    ).split()
)


LOSSES = (Role.TRAIN_LOSS, Role.EVAL_LOSS)
"""Roles that training lowers and that the checks judge."""


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
    _row("system|gpu|cpu|memory|disk|proc|network", "loss grad gradient gradients", Role.SYSTEM),
    _row("gradnorm", "clipped ratio layer layers head high low", Role.GRAD_NORM),
    _row(
        "grad|gradient|gradients norm|l2norm|l2",
        "clipped ratio param params layer layers per head high low weight bias block blocks",
        Role.GRAD_NORM,
    ),
    _row("gradnorm", "clipped ratio high low", Role.LAYER_GRAD_NORM),
    _row("grad|gradient|gradients norm", "clipped ratio high low loss per", Role.LAYER_GRAD_NORM),
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
    _row("global step sec", "loss", Role.THROUGHPUT),
    _row("tokens", "loss per second", Role.TOKENS),
    _row("epoch|epochs", "loss nll acc accuracy time", Role.EPOCH),
    _row("loss|losses", _PARTS, Role.TRAIN_LOSS, Role.EVAL_LOSS),
    _row("loss|losses", "scale scaler weight iter ema", Role.COMPONENT_LOSS),
    _row("cross entropy", _PARTS - {"entropy"}, Role.TRAIN_LOSS, Role.EVAL_LOSS),
    RoleRow((_NLL,), _PARTS, Role.TRAIN_LOSS, Role.EVAL_LOSS),
)

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BREAK = re.compile(r"[^a-z0-9]+")
_NUMBERED = re.compile(r"(layers?)(?=\d)")  # layer0 is a layer
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
    parts = _BREAK.split(_NUMBERED.sub(r"\1 ", _CAMEL.sub(" ", tag).lower()))
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


@dataclass(frozen=True, slots=True)
class TagRow:
    """A row of a table that says something about tags by their words and their role.

    Parameters
    ----------
    roles
        Roles that the row is about, all when empty.
    every, none
        As in :class:`RoleRow`.
    says
        What it says.
    """

    roles: frozenset[Role]
    every: tuple[frozenset[str], ...]
    none: frozenset[str]
    says: str

    def fits(self, have: frozenset[str], role: Role) -> bool:
        """Return whether the row is about a tag with these words."""
        return (
            (not self.roles or role in self.roles)
            and all(have & group for group in self.every)
            and not have & self.none
        )


def _says(says: str, roles: str = "", every: str = "", none: str = "") -> TagRow:
    wanted = tuple(frozenset(group.split("|")) for group in every.split())
    return TagRow(frozenset(map(Role, roles.split())), wanted, frozenset(none.split()), says)


DIRECTIONS: tuple[TagRow, ...] = (
    _says("lower", "train-loss eval-loss train-perplexity eval-perplexity"),
    _says("higher", "train-accuracy eval-accuracy reward throughput"),
    _says("higher", "other", "rewards|reward margins|accuracies"),
    _says(
        "higher", "other", "dice|iou|miou|auc|auroc|auprc|r2|psnr|ssim|ndcg|mrr|recall|precision|mcc|winrate", "loss"
    ),
    _says(
        "higher", "other", "rouge1|rouge2|rougel|rougelsum|bertscore|chrf|meteor|sacrebleu|bleu4|em|humaneval", "loss"
    ),
    _says("higher", "other", "exact match", "loss"),
    _says("higher", "other", "pass 1|2|5|10|50|100|k", "loss"),
    _says("higher", "other", "explained variance"),
    _says("higher", "other", "ess"),
    _says("higher", "other", "reward|rew max|min", "loss"),
    _says("lower", "other", "fid|wer|cer|rmse|mae|mape|error|err|brier|ece|bpc|bpb"),
    _says("lower", "other", "frac reward zero"),
    _says("lower", "other", "runtime"),
    _says("lower", "other", "step|iteration|iter time"),
)
"""Which way is better. What is in no row has no better way: losses of adversaries and of policies, KL, entropy,
gradient norms, learning rates, counters."""

_LOSS_ROLES = "train-loss eval-loss"
UNITS: tuple[TagRow, ...] = (
    _says("", _LOSS_ROLES, "mse|mae|rmse|l1|l2|hinge|dice|triplet|elbo"),
    _says("", _LOSS_ROLES, "dpo|kto|ipo|orpo|cpo|simpo|ppo|grpo|rloo|rl"),
    _says("bits", _LOSS_ROLES, "bpc|bpb|bits"),
    _says("nats", _LOSS_ROLES),
    _says("nats", "kl entropy"),
    _says("nats", "other", "logps|logprobs"),
    _says("epochs", "epoch"),
    _says("tokens", "tokens"),
    _says("tokens/s", "throughput", "tokens|token|tps"),
    _says("samples/s", "throughput", "samples|sample"),
    _says("steps/s", "throughput", "steps|step|it|iter|iterations|sps"),
    _says("frames/s", "throughput", "fps"),
    _says("", "throughput"),
    _says("%", "system", "percent|usagepercent|powerpercent"),
    _says("%", "system", "gpu gpu", "memory temp watts power allocated"),
    _says("%", "system", "cpu", "threads"),
    _says("W", "system", "watts"),
    _says("°C", "system", "temp"),
    _says("MB", "system", "mb"),
    _says("GB", "system", "gb"),
    _says("ms", "other", "ms"),
    _says("s", "other", "runtime|time|seconds", "ms per"),
)
"""The unit of a curve's values; the first row that fits decides. A loss counts as cross-entropy (natural logarithm, as
every framework computes it) unless its name says otherwise."""


def direction_of(tag: str, role: Role) -> str:
    """Return ``lower`` or ``higher`` where one is better, empty where neither is.

    Parameters
    ----------
    tag, role
        Of the curve; the role is the user's where the user named one.
    """
    return _first_that_fits(DIRECTIONS, tag, role)


def unit_of(tag: str, role: Role, *, preference: bool = False) -> str:
    """Return the unit of a curve's values, empty where the tag and its role say none.

    Parameters
    ----------
    tag, role
        Of the curve.
    preference
        Whether its run tunes to preferences (:func:`is_preference`): such a loss, often just called ``loss``, compares
        probabilities of whole answers or weighs advantages. It is no cross-entropy in nats.
    """
    if preference and role in LOSSES:
        return ""
    return _first_that_fits(UNITS, tag, role)


def is_preference(tags: Iterable[str]) -> bool:
    """Return whether the tags are those of preference tuning or of learning from rewards (DPO, KTO, GRPO).

    A reward model's tags are not among them: accuracy and margin, but no ``rewards/`` and no log-probabilities of the
    policy's answers.
    """
    for tag in tags:
        have = frozenset(words(tag))
        if have & {"rewards", "logps"} and have & {"chosen", "rejected", "margins", "kl"}:
            return True
        if have & {"kl"} and have & {"objective", "ref", "reference"}:
            return True
        if "rewards" in have and have & {"mean", "std"}:
            return True
    return False


def is_reinforcement(tags: Iterable[str]) -> bool:
    """Return whether the tags hold the return of episodes (SB3, CleanRL, RLlib).

    A loss just called ``loss`` is then one of targets that move with the policy: neither its rise nor its level says
    how well the policy does.
    """
    for tag in tags:
        have = frozenset(words(tag))
        if have & {"ep", "episode", "episodic", "episodes"} and have & {"rew", "reward", "return", "returns"}:
            return True
    return False


def _first_that_fits(table: tuple[TagRow, ...], tag: str, role: Role) -> str:
    have = frozenset(words(tag))
    return next((row.says for row in table if row.fits(have, role)), "")
