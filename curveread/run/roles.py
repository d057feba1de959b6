"""What a curve is: role, better way and unit, from what its words name and the kind of training that it belongs to.

:func:`role_of` judges a tag alone; :mod:`curveread.run.tags.context` looks at the other curves and the numbers as well.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

from curveread.run.role import (
    COURSES,
    DIRECTIONS,
    LOSS_TERMS,
    LOSSES,
    METRICS,
    TELLING,
    UNITS,
    Meaning,
    Role,
    with_role,
)
from curveread.run.tags.grammar import Parsed, counts, parse, split_of
from curveread.run.tags.kinds import AGENTS, RL, TaskKind
from curveread.run.tags.lexicon import (
    ADVERSARIAL,
    EVAL_WORDS,
    GENERATORS,
    MAIN,
    NEUTRAL,
    PART,
    TOTAL,
    TRAIN_WORDS,
    TURNS,
    VALUE,
    VOCABULARY,
    WEAK,
    Noun,
)
from curveread.run.tags.losses import loss_role, qualifiers_of
from curveread.run.tags.units import system_unit, unit_by_words
from curveread.run.tags.words import words

__all__ = [
    "COURSES",
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

_PLAIN = {
    Noun.LEARNING_RATE: Role.LEARNING_RATE,
    Noun.KL: Role.KL,
    Noun.ENTROPY: Role.ENTROPY,
    Noun.THROUGHPUT: Role.THROUGHPUT,
    Noun.EPOCH: Role.EPOCH,
    Noun.TIME: Role.TIME,
    Noun.MEMORY: Role.MEMORY,
    Noun.SYSTEM: Role.SYSTEM,
    Noun.SETTING: Role.HYPER_PARAMETER,
    Noun.DIAGNOSTIC: Role.DIAGNOSTIC,
    Noun.NORM: Role.DIAGNOSTIC,
    Noun.QUALITY: Role.QUALITY_METRIC,
    Noun.ERROR: Role.ERROR_METRIC,
    Noun.REWARD: Role.REWARD,
}
_LAYERS = frozenset(
    "layer block head per weight bias param parameter conv fc attn mlp embedding embed embeddings encoder decoder ln "
    "linear proj blocks h wte wpe lm module".split()
)
_PIECES = frozenset("g d actor critic policy value generator discriminator".split())
_GRADS = frozenset({"grad", "gradient"})
_NOT_NORM = frozenset({"clipped", "ratio", "low", "high", "noise", "cosine"})
_NO_RATE = frozenset("schedule scheduler mul mult multiplier scale decay ratio min max warmup power factor".split())
_STRANGE_REWARD = frozenset(
    "model intrinsic kl non normalized curiosity bonus shaping penalty baseline predicted pred".split()
)
_WITHIN = frozenset("lt le below under within".split())
_SCORED = frozenset("score human normalized".split())
"""Scores of a game; those of a text (``bert score``) are no rewards."""
_RIGHT = frozenset({"chosen", "rejected", "reject"})
_MACHINE = frozenset({"cpu", "gpu", "ram", "disk", "vram", "gpus", "cpus"})
_OF_MACHINE = frozenset(
    {"util", "utilization", "load", "usage", "clock", "temp", "temperature", "fan", "percent", "percentage"}
)
_NOT_SYSTEM = frozenset({Noun.LOSS, Noun.TIME})
_POLICY_KL = frozenset({"approx", "mean", "policy", "old", "ref", "reference"})


def is_eval(tag: str) -> bool:
    """Return whether the tag names a split that is not trained on (``val``, ``test``, ``eval`` …)."""
    return split_of(tag) == "eval"


def role_of(tag: str) -> Role:
    """Return the role that the tag's words name, :attr:`Role.OTHER` when none does."""
    return meaning_of(tag).role


def direction_of(tag: str, role: Role) -> str:
    """Return ``lower`` or ``higher`` where one is better, empty where neither is."""
    meaning = meaning_of(tag)
    return meaning.direction if meaning.role is role else DIRECTIONS.get(role, "")


def unit_of(tag: str, role: Role) -> str:
    """Return the unit of a curve's values, empty where the tag and its role say none."""
    meaning = meaning_of(tag)
    return meaning.unit if meaning.role is role else UNITS.get(role, "")


@lru_cache(maxsize=65536)
def meaning_of(tag: str, kind: TaskKind = TaskKind.UNKNOWN) -> Meaning:
    """Return what a tag means by its words, in a run of that kind."""
    parsed = parse(tag)
    head = parsed.head
    if parsed.words[:1] == ("system",) and len(parsed.words) > 1 and not (head and head.kind in _NOT_SYSTEM):
        return Meaning(Role.SYSTEM, "", system_unit(tag), 1.0, "it lies below system/")
    if head is None:
        return Meaning(Role.OTHER, confidence=0.0, why="no word of its name is known")
    role = _role(parsed, kind)
    if doubt := _doubtful(parsed, role):
        return Meaning(Role.OTHER, confidence=0.0, why=f"‘{doubt}’ is not known; it may be what is named")
    why = f"‘{' '.join(head.words)}’ names {_article(role)}"
    if parsed.split:
        why += f", of the {'evaluation' if parsed.split == 'eval' else 'training'} split"
    known = 1.0 if not _strange(parsed) else 0.9
    return Meaning(role, _direction(parsed, role, kind), unit_by_words(parsed, role, tag), known, why)


def _article(role: Role) -> str:
    name = role.value.replace("-", " ")
    if role is Role.STEP_AXIS:
        return "a counter of steps"
    if role in (Role.THROUGHPUT, Role.MEMORY, Role.TIME, Role.TOKENS, Role.ENTROPY):
        return name
    return f"{'an' if name[0] in 'aeio' else 'a'} {name}"


def _doubtful(parsed: Parsed, role: Role) -> str:
    """Return a word that nobody knows where it is likelier than the head to name the thing, empty where none is.

    The last noun names the thing. A setting or a statistic beside a word that is not known is often a mere qualifier of
    that; a loss or a metric keeps its name, with a class or a data set after it.
    """
    head = parsed.head
    assert head is not None
    if role not in (Role.DIAGNOSTIC, Role.HYPER_PARAMETER, Role.TIME):
        return ""
    at = parsed.words.index(head.words[0]) if head.words[0] in parsed.words else 0
    measured = head.kind is Noun.NORM or head.words[-1] in ("percentage", "fraction", "ratio", "rate")
    unclear = head.words[0] in WEAK or (measured and parsed.split == "eval")
    before = parsed.words[at - 1 : at] if unclear else ()
    beside = [w for w in (*parsed.words[-1:], *before) if w in parsed.own]
    where = sorted(parsed.own) if role is Role.HYPER_PARAMETER else beside
    return next((w for w in where if len(w) > 2 and w.isalpha() and w not in VOCABULARY), "")


def _strange(parsed: Parsed) -> bool:
    known = EVAL_WORDS | TRAIN_WORDS | NEUTRAL | MAIN | TOTAL
    return any(not w.isdigit() and w not in known for w in parsed.own)


def _role(parsed: Parsed, kind: TaskKind) -> Role:
    head = parsed.head
    assert head is not None
    gradient = _gradient(parsed)
    if gradient is not None:
        return gradient
    if head.kind is Noun.LOSS:
        return loss_role(parsed, kind)
    evaluation = parsed.split == "eval"
    codes = kind is TaskKind.VAE or parsed.around & {"codebook", "vq", "code", "prob"}
    if head.kind is Noun.PERPLEXITY and (codes or (kind in AGENTS and not evaluation)):
        return Role.DIAGNOSTIC  # of the codebook, or of the actions: how many are used
    if head.kind is Noun.PERPLEXITY:
        return Role.EVAL_PERPLEXITY if evaluation else Role.TRAIN_PERPLEXITY
    if parsed.around & _MACHINE and set(head.words) & _OF_MACHINE:
        return Role.SYSTEM
    if head.words == ("ep",) and kind not in RL:
        return Role.EPOCH
    if head.kind in (Noun.COUNTER, Noun.TOKENS):
        if "lr" in parsed.own or "max" in parsed.own:
            return Role.HYPER_PARAMETER
        if not counts(parsed):
            return Role.TIME if parsed.words[0] == "time" else Role.DIAGNOSTIC
        return Role.TOKENS if head.kind is Noun.TOKENS else Role.STEP_AXIS
    if head.kind is Noun.LEARNING_RATE:
        return Role.HYPER_PARAMETER if parsed.own & _NO_RATE else Role.LEARNING_RATE
    if parsed.words[0] == "lr" and head.kind in (Noun.SYSTEM, Noun.SETTING, Noun.DIAGNOSTIC, Noun.TIME):
        return Role.HYPER_PARAMETER
    if head.words == ("rate",):
        return Role.LEARNING_RATE if len(parsed.words) == 1 else Role.DIAGNOSTIC
    return _measure(parsed, kind)


def _measure(parsed: Parsed, kind: TaskKind) -> Role:
    """Return the role of a metric, a reward, or what has one role whatever stands around it."""
    head = parsed.head
    assert head is not None
    if parsed.around & _RIGHT and head.kind in (Noun.REWARD, Noun.QUALITY) and head.words != ("margin",):
        return Role.IMPLICIT_REWARD
    if head.kind is Noun.QUALITY and kind in RL:
        if head.words[-1] == "score" and head.words[0] in _SCORED and "margin" not in parsed.own:
            return Role.DIAGNOSTIC if parsed.spread or parsed.own & _STRANGE_REWARD else Role.REWARD
        if head.words[0] in TURNS and parsed.around & VALUE:
            return Role.VALUE_LOSS
    if kind is TaskKind.GAN and "score" in head.words and parsed.around & {"real", "fake", "d", "loss"}:
        return Role.DIAGNOSTIC
    if kind is TaskKind.GAN and head.words == ("r", "1"):
        return Role.AUXILIARY_LOSS  # the penalty on gradients at real samples
    if kind is TaskKind.GAN and head.words == ("adv",):
        return Role.ADVERSARIAL_LOSS
    if kind is TaskKind.GAN and head.words == ("path", "length"):
        return Role.DIAGNOSTIC
    if kind is TaskKind.VAE and "error" in head.words and parsed.around & {"recon", "reconstruction", "rec"}:
        return Role.COMPONENT_LOSS
    if kind is TaskKind.GAN and head.kind is Noun.ERROR and parsed.around & ADVERSARIAL:
        return Role.COMPONENT_LOSS
    if head.words[0] in TURNS and any(k.kind is Noun.KL for k in parsed.kinds):
        return Role.KL
    if head.words in (("error",), ("err",)) and kind in RL and "val" in parsed.group:
        return Role.VALUE_LOSS  # beside a policy, val is its value function
    if head.words == ("score",) and kind is TaskKind.PREFERENCE and "objective" in parsed.group:
        return Role.QUALITY_METRIC if "margin" in parsed.own else Role.REWARD
    if head.words[0] == "l" and head.kind is Noun.ERROR and parsed.around & {"weight", "param", "parameter"}:
        return Role.DIAGNOSTIC  # a norm of the weights
    if head.words == ("path", "length") and kind in RL:
        return Role.DIAGNOSTIC
    if head.words == ("speed",) and kind in RL:
        return Role.DIAGNOSTIC  # of what moves
    if head.kind is Noun.ERROR and "metric" in parsed.group:
        return Role.QUALITY_METRIC
    if head.words in (("error",), ("err",)) and parsed.around & (VALUE - {"v", "q"}):
        return Role.VALUE_LOSS
    if head.kind is Noun.ERROR and kind in RL and parsed.around & {"td", "bellman"}:
        return Role.VALUE_LOSS
    if head.kind is Noun.REWARD:
        strange = (
            parsed.spread or "value" in parsed.group or parsed.around & _STRANGE_REWARD or kind is TaskKind.REWARD_MODEL
        )
        return Role.DIAGNOSTIC if strange else Role.REWARD
    if (
        head.kind is Noun.KL
        and parsed.group & {"loss"}
        and kind not in RL
        and not (parsed.own | {*head.words}) & _POLICY_KL
    ):
        return Role.AUXILIARY_LOSS
    if head.kind is Noun.EPOCH and not counts(parsed):
        return Role.DIAGNOSTIC  # BAD_EPOCHS
    if head.kind is Noun.SETTING and (parsed.spread or parsed.own & {"mean", "avg", "average"}):
        return Role.DIAGNOSTIC
    if head.kind in (Noun.KL, Noun.ENTROPY, Noun.ERROR, Noun.QUALITY, Noun.ACCURACY) and _scatter(parsed):
        return Role.DIAGNOSTIC
    if head.words == ("correct",) and parsed.own & {"n", "num", "number", "total"}:
        return Role.DIAGNOSTIC
    if head.kind is Noun.ACCURACY:
        if parsed.around & (ADVERSARIAL - {"g", "d"} if kind in RL else ADVERSARIAL - {"g"}) and kind in RL | {
            TaskKind.GAN
        }:
            return Role.DIAGNOSTIC
        return Role.EVAL_ACCURACY if parsed.split == "eval" else Role.TRAIN_ACCURACY
    if head.kind is Noun.ERROR and (parsed.around & {"neg", "negative"} or _share_within(parsed)):
        return Role.QUALITY_METRIC
    return _PLAIN[head.kind]


def _share_within(parsed: Parsed) -> bool:
    """Return whether it is the share of errors within a bound: ``rmsd_lt2``."""
    after = {b for a, b in itertools.pairwise(parsed.words) if a in _WITHIN}
    return any(w.isdigit() for w in after)


def _scatter(parsed: Parsed) -> bool:
    return bool(parsed.around & {"std", "stddev", "stdev", "var", "variance", "sem", "count", "num"})


def _gradient(parsed: Parsed) -> Role | None:
    """Return the role of a norm of gradients, None for everything else."""
    head = parsed.head
    assert head is not None
    have = parsed.around | set(head.words)
    if head.kind is not Noun.GRAD_NORM and not (head.kind is Noun.NORM and have & _GRADS):
        return None
    if have & _NOT_NORM or (parsed.spread and "max" not in have) or have & {"coef", "threshold"}:
        return Role.DIAGNOSTIC
    if "param" in have or "weight" in have:
        return Role.LAYER_GRAD_NORM if have & _GRADS or head.kind is Noun.GRAD_NORM else Role.DIAGNOSTIC
    rest = {w for w in parsed.own | parsed.group if w in _LAYERS} - _PIECES
    return Role.LAYER_GRAD_NORM if rest else Role.GRAD_NORM


def _direction(parsed: Parsed, role: Role, kind: TaskKind) -> str:
    head = parsed.head
    assert head is not None
    if role is Role.QUALITY_METRIC:
        better = "higher" if _share_within(parsed) else head.better or "lower"
        turned = bool(parsed.around & {"neg", "negative", "inverse"}) and head.words[0] not in ("neg", "negative")
        return {"higher": "lower", "lower": "higher"}[better] if turned else better
    if role is Role.DIAGNOSTIC:
        if head.words[0] == "explained" or "explained" in head.words or head.words in (("ess",), ("ev",)):
            return "higher"
        if head.kind is Noun.REWARD and parsed.around & {"max", "min", "maximum", "minimum"}:
            return "higher"
        return "lower" if head.words in (("false", "positive"), ("false", "negative")) else ""
    if role is Role.COMPONENT_LOSS and (kind in RL or (parsed.around & GENERATORS and not parsed.own & PART)):
        return ""
    return DIRECTIONS.get(role, "")
