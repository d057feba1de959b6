"""What a curve is: role, better way and unit, from what its words name and the kind of training that it belongs to.

:func:`role_of` judges a tag alone; :mod:`curveread.run.context` looks at the other curves and the numbers as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from curveread.run.grammar import Parsed, counts, parse, rate_unit, split_of
from curveread.run.kinds import RL, TaskKind
from curveread.run.lexicon import (
    ADVERSARIAL,
    ALWAYS_PART,
    AUXILIARY,
    DURATIONS,
    EVAL_WORDS,
    MAIN,
    NEUTRAL,
    PART,
    POLICY,
    TOTAL,
    TRAIN_WORDS,
    TURNS,
    VALUE,
    Kind,
)
from curveread.run.words import words

__all__ = [
    "DIRECTIONS",
    "EVAL_WORDS",
    "LOSSES",
    "LOSS_TERMS",
    "METRICS",
    "TELLING",
    "TRAIN_WORDS",
    "UNITS",
    "Meaning",
    "Role",
    "direction_of",
    "is_eval",
    "meaning_of",
    "qualifiers_of",
    "role_of",
    "unit_of",
    "with_role",
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
    QUALITY_METRIC = "quality-metric"
    ERROR_METRIC = "error-metric"
    TRAIN_PERPLEXITY = "train-perplexity"
    EVAL_PERPLEXITY = "eval-perplexity"
    REWARD = "reward"
    IMPLICIT_REWARD = "implicit-reward"
    KL = "kl"
    ENTROPY = "entropy"
    THROUGHPUT = "throughput"
    STEP_AXIS = "step-axis"
    EPOCH = "epoch"
    TOKENS = "tokens"
    TIME = "time"
    COMPONENT_LOSS = "component-loss"
    POLICY_LOSS = "policy-loss"
    VALUE_LOSS = "value-loss"
    ADVERSARIAL_LOSS = "adversarial-loss"
    AUXILIARY_LOSS = "auxiliary-loss"
    MEMORY = "memory"
    SYSTEM = "system"
    HYPER_PARAMETER = "hyper-parameter"
    DIAGNOSTIC = "diagnostic"
    OTHER = "other"


LOSSES = (Role.TRAIN_LOSS, Role.EVAL_LOSS)
"""Roles that training lowers and that the checks judge."""
LOSS_TERMS = (
    Role.COMPONENT_LOSS,
    Role.POLICY_LOSS,
    Role.VALUE_LOSS,
    Role.ADVERSARIAL_LOSS,
    Role.AUXILIARY_LOSS,
)
"""Losses whose fall or rise does not say how well a model does: terms of sums, and those with moving targets."""
METRICS = (Role.EVAL_ACCURACY, Role.TRAIN_ACCURACY, Role.QUALITY_METRIC, Role.ERROR_METRIC)
"""Roles that say how well a model does, each with its better way."""
TELLING = frozenset(
    {
        *LOSSES, Role.POLICY_LOSS, Role.VALUE_LOSS, Role.ADVERSARIAL_LOSS, Role.GRAD_NORM, Role.LAYER_GRAD_NORM,
        Role.LEARNING_RATE, Role.TRAIN_ACCURACY, Role.EVAL_ACCURACY, Role.TRAIN_PERPLEXITY, Role.EVAL_PERPLEXITY,
        Role.REWARD, Role.KL, Role.ENTROPY, Role.THROUGHPUT,
    }
)  # fmt: skip
"""Roles by which a table shows that it is the log of a training."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a curve is, and how that is known.

    Parameters
    ----------
    role
        Its role.
    direction
        ``higher`` or ``lower`` where one is better, empty where neither is or nobody knows.
    unit
        Of its values, empty where nothing says one.
    confidence
        0 to 1: 1 where the user or every word of the tag says so.
    why
        The evidence in words.
    assumed
        Unit that a check may reckon with where none is known, and nobody is told: a plain loss of a classifier, or of
        a run that does not say what it learns, is most often a cross-entropy.
    """

    role: Role
    direction: str = ""
    unit: str = ""
    confidence: float = 1.0
    why: str = ""
    assumed: str = ""


_PLAIN = {
    Kind.LEARNING_RATE: Role.LEARNING_RATE,
    Kind.KL: Role.KL,
    Kind.ENTROPY: Role.ENTROPY,
    Kind.THROUGHPUT: Role.THROUGHPUT,
    Kind.EPOCH: Role.EPOCH,
    Kind.TIME: Role.TIME,
    Kind.MEMORY: Role.MEMORY,
    Kind.SYSTEM: Role.SYSTEM,
    Kind.SETTING: Role.HYPER_PARAMETER,
    Kind.DIAGNOSTIC: Role.DIAGNOSTIC,
    Kind.NORM: Role.DIAGNOSTIC,
    Kind.QUALITY: Role.QUALITY_METRIC,
    Kind.ERROR: Role.ERROR_METRIC,
    Kind.REWARD: Role.REWARD,
}
_LAYERS = frozenset(
    "layer block head per weight bias param parameter conv fc attn mlp embedding embed embeddings encoder decoder ln "
    "linear proj blocks h wte wpe lm module".split()
)
_PIECES = frozenset("g d actor critic policy value generator discriminator".split())
_GRADS = frozenset({"grad", "gradient"})
_NOT_NORM = frozenset({"clipped", "ratio", "low", "high", "noise", "cosine"})
_GAN_PARTS = PART | frozenset(
    "mel fm l1 l2 feat feature pixel perceptual dur duration recon reconstruction id cycle".split()
)
_NO_RATE = frozenset("schedule scheduler mult multiplier scale decay ratio min max warmup power factor".split())
_STRANGE_REWARD = frozenset(
    "intrinsic kl non normalized curiosity bonus shaping penalty baseline predicted pred".split()
)
_OF_MODEL_LOSS = frozenset(
    "bounds bound gail model dynamics world forward inverse reward transition intrinsic disc discriminator aux".split()
)
_RIGHT = frozenset({"chosen", "rejected"})
_MEMORY_UNITS = {"gb": "GB", "gib": "GiB", "mb": "MB", "mib": "MiB", "kb": "KB", "kib": "KiB", "tb": "TB"}
_POLICY_KL = frozenset({"approx", "mean", "policy", "old", "ref", "reference"})


def is_eval(tag: str) -> bool:
    """Return whether the tag names a split that is not trained on (``val``, ``test``, ``eval`` …)."""
    return split_of(tag) == "eval"


def role_of(tag: str) -> Role:
    """Return the role that the tag's words name, :attr:`Role.OTHER` when none does."""
    return meaning_of(tag).role


def direction_of(tag: str, role: Role) -> str:
    """Return ``lower`` or ``higher`` where one is better, empty where neither is.

    Parameters
    ----------
    tag, role
        Of the curve; the role is the user's where the user named one.
    """
    meaning = meaning_of(tag)
    return meaning.direction if meaning.role is role else DIRECTIONS.get(role, "")


def unit_of(tag: str, role: Role) -> str:
    """Return the unit of a curve's values, empty where the tag and its role say none.

    Parameters
    ----------
    tag, role
        Of the curve.
    """
    meaning = meaning_of(tag)
    return meaning.unit if meaning.role is role else UNITS.get(role, "")


DIRECTIONS = {
    Role.TRAIN_LOSS: "lower",
    Role.EVAL_LOSS: "lower",
    Role.COMPONENT_LOSS: "lower",
    Role.TRAIN_PERPLEXITY: "lower",
    Role.EVAL_PERPLEXITY: "lower",
    Role.ERROR_METRIC: "lower",
    Role.TRAIN_ACCURACY: "higher",
    Role.EVAL_ACCURACY: "higher",
    Role.REWARD: "higher",
    Role.THROUGHPUT: "higher",
}
"""The better way of roles that have one. Losses of adversaries and of policies, KL, entropy, gradient norms, learning
rates and counters have none; a quality metric has that of its head."""
UNITS = {Role.KL: "nats", Role.ENTROPY: "nats", Role.EPOCH: "epochs", Role.TOKENS: "tokens"}
"""The unit of roles that have one."""


@lru_cache(maxsize=65536)
def meaning_of(tag: str, kind: TaskKind = TaskKind.UNKNOWN) -> Meaning:
    """Return what a tag means by its words, in a run of that kind."""
    parsed = parse(tag)
    head = parsed.head
    if parsed.words[:1] == ("system",) and len(parsed.words) > 1 and not (head and head.kind is Kind.LOSS):
        return Meaning(Role.SYSTEM, "", _system_unit(tag), 1.0, "it lies below system/")
    if head is None:
        return Meaning(Role.OTHER, confidence=0.0, why="no word of its name is known")
    role = _role(parsed, kind)
    why = f"‘{' '.join(head.words)}’ names {_article(role)}"
    if parsed.split:
        why += f", of the {'evaluation' if parsed.split == 'eval' else 'training'} split"
    known = 1.0 if not _strange(parsed) else 0.9
    return Meaning(role, _direction(parsed, role), _unit(parsed, role, tag), known, why)


def qualifiers_of(parsed: Parsed) -> frozenset[str]:
    """Return the words beside the head of a loss that say which one it is; empty for a total and a bare loss."""
    own = {w for w in parsed.own if not w.isdigit()} - EVAL_WORDS - TRAIN_WORDS - NEUTRAL - TOTAL
    return frozenset(own)


def _article(role: Role) -> str:
    name = role.value.replace("-", " ")
    if role is Role.STEP_AXIS:
        return "a counter of steps"
    if role in (Role.THROUGHPUT, Role.MEMORY, Role.TIME, Role.TOKENS, Role.ENTROPY):
        return name
    return f"{'an' if name[0] in 'aeio' else 'a'} {name}"


def _strange(parsed: Parsed) -> bool:
    known = EVAL_WORDS | TRAIN_WORDS | NEUTRAL | MAIN | TOTAL
    return any(not w.isdigit() and w not in known for w in parsed.own)


def _role(parsed: Parsed, kind: TaskKind) -> Role:
    head = parsed.head
    assert head is not None
    gradient = _gradient(parsed)
    if gradient is not None:
        return gradient
    if head.kind is Kind.LOSS:
        return _loss(parsed, kind)
    evaluation = parsed.split == "eval"
    if head.kind is Kind.PERPLEXITY and (kind is TaskKind.VAE or parsed.around & {"codebook", "vq", "code"}):
        return Role.DIAGNOSTIC  # of the codebook: how many of its entries are used
    if head.kind is Kind.PERPLEXITY:
        return Role.EVAL_PERPLEXITY if evaluation else Role.TRAIN_PERPLEXITY
    if head.kind in (Kind.COUNTER, Kind.TOKENS):
        if "lr" in parsed.own or "max" in parsed.own:
            return Role.HYPER_PARAMETER
        if not counts(parsed):
            return Role.TIME if parsed.words[0] == "time" else Role.DIAGNOSTIC
        return Role.TOKENS if head.kind is Kind.TOKENS else Role.STEP_AXIS
    if head.kind is Kind.LEARNING_RATE:
        return Role.HYPER_PARAMETER if parsed.own & _NO_RATE else Role.LEARNING_RATE
    if parsed.words[0] == "lr" and head.kind in (Kind.SYSTEM, Kind.SETTING, Kind.DIAGNOSTIC, Kind.TIME):
        return Role.HYPER_PARAMETER
    if head.words == ("rate",):
        return Role.LEARNING_RATE if len(parsed.words) == 1 else Role.DIAGNOSTIC
    return _measure(parsed, kind)


def _measure(parsed: Parsed, kind: TaskKind) -> Role:
    """Return the role of a metric, a reward, or what has one role whatever stands around it."""
    head = parsed.head
    assert head is not None
    if parsed.around & _RIGHT and head.kind in (Kind.REWARD, Kind.QUALITY) and head.words != ("margin",):
        return Role.IMPLICIT_REWARD
    if head.kind is Kind.QUALITY and kind in RL:
        if "score" in head.words and "margin" not in parsed.own:
            return Role.DIAGNOSTIC if parsed.spread or parsed.own & _STRANGE_REWARD else Role.REWARD
        if head.words[0] in TURNS and parsed.around & VALUE:
            return Role.VALUE_LOSS
    if kind is TaskKind.GAN and "score" in head.words and parsed.around & {"real", "fake", "d", "loss"}:
        return Role.DIAGNOSTIC
    if kind is TaskKind.VAE and "error" in head.words and parsed.around & {"recon", "reconstruction", "rec"}:
        return Role.COMPONENT_LOSS
    if kind is TaskKind.GAN and head.kind is Kind.ERROR and parsed.around & ADVERSARIAL:
        return Role.COMPONENT_LOSS
    if head.words[0] in TURNS and any(k.kind is Kind.KL for k in parsed.kinds):
        return Role.KL
    if head.words in (("error",), ("err",)) and parsed.around & (VALUE - {"v", "q"}):
        return Role.VALUE_LOSS
    if head.kind is Kind.REWARD:
        strange = parsed.spread or parsed.around & _STRANGE_REWARD or kind is TaskKind.REWARD_MODEL
        return Role.DIAGNOSTIC if strange else Role.REWARD
    if (
        head.kind is Kind.KL
        and parsed.group & {"loss"}
        and kind not in RL
        and not (parsed.own | {*head.words}) & _POLICY_KL
    ):
        return Role.AUXILIARY_LOSS
    if head.kind is Kind.SETTING and parsed.spread:
        return Role.DIAGNOSTIC
    if head.kind is Kind.ACCURACY:
        if parsed.around & (ADVERSARIAL - {"g"}) and kind is TaskKind.GAN:
            return Role.DIAGNOSTIC
        return Role.EVAL_ACCURACY if parsed.split == "eval" else Role.TRAIN_ACCURACY
    if head.kind in (Kind.KL, Kind.ENTROPY, Kind.ERROR, Kind.QUALITY) and _scatter(parsed):
        return Role.DIAGNOSTIC
    if head.kind is Kind.ERROR and parsed.around & {"neg", "negative"}:
        return Role.QUALITY_METRIC
    return _PLAIN[head.kind]


def _scatter(parsed: Parsed) -> bool:
    return bool(parsed.around & {"std", "stddev", "stdev", "var", "variance", "sem", "count", "num"})


def _gradient(parsed: Parsed) -> Role | None:
    """Return the role of a norm of gradients, None for everything else."""
    head = parsed.head
    assert head is not None
    have = parsed.around | set(head.words)
    if head.kind is not Kind.GRAD_NORM and not (head.kind is Kind.NORM and have & _GRADS):
        return None
    if have & _NOT_NORM or (parsed.spread and "max" not in have) or have & {"coef", "threshold"}:
        return Role.DIAGNOSTIC
    if "param" in have or "weight" in have:
        return Role.LAYER_GRAD_NORM if have & _GRADS or head.kind is Kind.GRAD_NORM else Role.DIAGNOSTIC
    rest = {w for w in parsed.own | parsed.group if w in _LAYERS} - _PIECES
    return Role.LAYER_GRAD_NORM if rest else Role.GRAD_NORM


def _loss(parsed: Parsed, kind: TaskKind) -> Role:
    """Return the role of a loss by its qualifiers and the kind of training."""
    own = qualifiers_of(parsed)
    head = parsed.head
    assert head is not None
    around = (
        (own | parsed.group | (set(head.words) - {"loss"} if len(head.words) == 1 else set()))
        - NEUTRAL
        - TRAIN_WORDS
        - EVAL_WORDS
    )
    if parsed.spread and not _before_loss(parsed, "var", "std", "variance"):
        return Role.DIAGNOSTIC
    if parsed.own & {"on", "off"} and "policy" in own:
        return Role.COMPONENT_LOSS
    if kind in RL:
        return _moving(parsed, around, kind)
    if around & ADVERSARIAL and not (kind is TaskKind.UNKNOWN and around & {"adv"} and around & POLICY):
        if around & AUXILIARY - ADVERSARIAL:
            return Role.AUXILIARY_LOSS
        return Role.COMPONENT_LOSS if around & _GAN_PARTS - ADVERSARIAL else Role.ADVERSARIAL_LOSS
    if kind is TaskKind.GAN and around & {"real", "fake", "critic"}:
        return Role.ADVERSARIAL_LOSS
    if kind is TaskKind.DIFFUSION and around & {"vb", "vlb"}:
        return Role.AUXILIARY_LOSS
    if own & AUXILIARY - {"reg"}:
        return Role.AUXILIARY_LOSS
    if own & ALWAYS_PART or (around & {"reg"} and kind in (TaskKind.DETECTION, TaskKind.SEGMENTATION)):
        return Role.COMPONENT_LOSS
    if around & AUXILIARY:
        return Role.AUXILIARY_LOSS
    if kind is not TaskKind.PREFERENCE:
        if around & (POLICY - {"ppo", "grpo"}):
            return Role.POLICY_LOSS
        if around & (VALUE - {"value"}) or (around & {"value"} and parsed.words.index("value") < _at_loss(parsed)):
            return Role.VALUE_LOSS
    if "metric" in parsed.group and "loss" not in head.words and not own:
        return Role.QUALITY_METRIC if parsed.split != "eval" else Role.EVAL_LOSS
    if own & (PART - MAIN):
        return Role.COMPONENT_LOSS
    return Role.EVAL_LOSS if parsed.split == "eval" else Role.TRAIN_LOSS


def _before_loss(parsed: Parsed, *named: str) -> bool:
    """Return whether one of the words stands before the loss: ``std_loss`` is a term, ``loss_std`` its spread."""
    at = _at_loss(parsed)
    return any(w in named for w in parsed.words[:at]) and not any(w in named for w in parsed.words[at:])


def _at_loss(parsed: Parsed) -> int:
    return max((i for i, w in enumerate(parsed.words) if w == "loss"), default=len(parsed.words))


def _moving(parsed: Parsed, around: frozenset[str], kind: TaskKind) -> Role:
    """Return the role of a loss in reinforcement learning: none is judged as those of supervised learning are."""
    if around & {"entropy", "ent", "alpha", "temp", "temperature", "conservative", "kl"} or (
        around & {"exploration"} and not around & VALUE
    ):
        return Role.AUXILIARY_LOSS
    if parsed.head is not None and parsed.head.words == ("cost",):
        return Role.QUALITY_METRIC  # of a constraint
    if around & VALUE or around == {"c"}:
        return Role.VALUE_LOSS
    if around & (_OF_MODEL_LOSS | AUXILIARY):
        return Role.AUXILIARY_LOSS
    if around & (POLICY | {"objective", "adv", "advantage", "clip"}) or around == {"a"}:
        return Role.POLICY_LOSS
    qualified = qualifiers_of(parsed)
    if qualified - MAIN:
        return Role.COMPONENT_LOSS
    plain = parsed.head is not None and parsed.head.words == ("loss",) and not parsed.kinds
    if kind is TaskKind.PLAY:
        return Role.COMPONENT_LOSS  # of a policy or of its values: the log does not tell
    if kind is TaskKind.VALUE_RL or not (plain or qualified & MAIN):
        return Role.VALUE_LOSS
    return Role.POLICY_LOSS


def _direction(parsed: Parsed, role: Role) -> str:
    head = parsed.head
    assert head is not None
    if role is Role.QUALITY_METRIC:
        better = head.better or "lower"
        turned = bool(parsed.around & {"neg", "negative", "inverse"}) and head.words[0] not in ("neg", "negative")
        return {"higher": "lower", "lower": "higher"}[better] if turned else better
    if role is Role.DIAGNOSTIC:
        if head.words[0] == "explained" or "explained" in head.words or head.words in (("ess",), ("ev",)):
            return "higher"
        if head.kind is Kind.REWARD and parsed.around & {"max", "min", "maximum", "minimum"}:
            return "higher"
        return "lower" if head.words in (("false", "positive"), ("false", "negative")) else ""
    return DIRECTIONS.get(role, "")


def _unit(parsed: Parsed, role: Role, tag: str) -> str:
    head = parsed.head
    assert head is not None
    if role in (*LOSSES, Role.COMPONENT_LOSS, Role.QUALITY_METRIC) and head.kind is Kind.LOSS:
        return _loss_unit(parsed)
    if role in (Role.KL, Role.ENTROPY):
        return "nats"
    if role is Role.DIAGNOSTIC and head.words[0] in ("logp", "logps", "logprob") and len(parsed.words) < 5:
        return "nats" if not parsed.around & {"ratio", "difference", "diff"} else ""
    if role is Role.THROUGHPUT:
        return rate_unit(parsed)
    if role is Role.TIME:
        return _time_unit(parsed)
    if role is Role.MEMORY:
        return next((_MEMORY_UNITS[w] for w in (*parsed.notes, *reversed(parsed.words)) if w in _MEMORY_UNITS), "")
    if role is Role.SYSTEM:
        return _system_unit(tag)
    return UNITS.get(role, "")


def _loss_unit(parsed: Parsed) -> str:
    """Return nats or bits where a loss is named as a cross-entropy or a likelihood, else nothing."""
    heads = [parsed.head, *parsed.kinds]
    if parsed.own & {"bit", "bits"}:
        return "bits"
    if parsed.own & {"nat", "nats"}:
        return "nats"
    if any(h is not None and h.unit == "bits" for h in heads):
        return "bits"
    if any(h is not None and h.kind in (Kind.ERROR, Kind.QUALITY) for h in heads):
        return ""
    return next((h.unit for h in heads if h is not None and h.unit), "")


def _time_unit(parsed: Parsed) -> str:
    if parsed.counted in DURATIONS:
        return DURATIONS[parsed.counted]
    named = next((DURATIONS[w] for w in (*parsed.notes, *reversed(parsed.words)) if w in DURATIONS and w != "s"), "")
    return named or "s"


_SYSTEM_UNITS = (
    (("percent", "usagepercent", "powerpercent"), "%"),
    (("watts", "watt"), "W"),
    (("temp",), "°C"),
    (("gb",), "GB"),
    (("mb",), "MB"),
)


def _system_unit(tag: str) -> str:
    have = frozenset(words(tag))
    found = next((unit for named, unit in _SYSTEM_UNITS if have & set(named)), "")
    if found:
        return found
    usage = have & {"cpu"} and "threads" not in have
    gpu = tag.count("gpu") > 1 and not have & {"memory", "allocated"}
    return "%" if usage or gpu else ""


def with_role(meaning: Meaning, role: Role, why: str, confidence: float | None = None) -> Meaning:
    """Return the meaning with another role, and the better way and unit of that."""
    changed = role is not meaning.role
    return replace(
        meaning,
        role=role,
        direction=DIRECTIONS.get(role, "") if changed else meaning.direction,
        unit=meaning.unit if role in (*LOSSES, Role.COMPONENT_LOSS) or not changed else UNITS.get(role, ""),
        confidence=meaning.confidence if confidence is None else confidence,
        why=why,
    )
