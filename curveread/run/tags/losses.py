"""What a loss is by its qualifiers and the kind of training: the loss, a term of it, one whose targets move."""

from __future__ import annotations

import itertools

from curveread.run.role import Role
from curveread.run.tags.grammar import Parsed
from curveread.run.tags.kinds import RL, TaskKind
from curveread.run.tags.lexicon import (
    ADVERSARIAL,
    ALWAYS_PART,
    AUXILIARY,
    EVAL_WORDS,
    GENERATORS,
    MAIN,
    NEUTRAL,
    PART,
    POLICY,
    SPREADS,
    TOTAL,
    TRAIN_WORDS,
    VALUE,
    VOCABULARY,
)
from curveread.run.tags.words import words

_GAN_PARTS = PART | frozenset(
    "mel fm l1 l2 feat feature pixel perceptual dur duration recon reconstruction id cycle".split()
)
_KINDS_BY_SPREAD = ("var", "std", "variance", "diff", "delta", "quantile", "count", "num", "number", "range", "change")
_OF_MODEL_LOSS = frozenset(
    "bounds bound gail model dynamics world forward inverse reward transition intrinsic disc discriminator aux".split()
)


_BOXES = frozenset({"box", "bbox", "dfl", "giou", "ciou", "objectness"})
"""Words of the parts of a detector's loss, of one that segments, too."""
_LETTERS = frozenset({"v", "q"})
"""Short for value functions, where nothing says that a run is not one of reinforcement learning."""


def qualifiers_of(parsed: Parsed) -> frozenset[str]:
    """Return the words beside the head of a loss that say which one it is; empty for a total and a bare loss."""
    own = {w for w in parsed.own if not w.isdigit()} - parsed.split_words - NEUTRAL - TOTAL
    return frozenset(own)


def loss_role(parsed: Parsed, kind: TaskKind) -> Role:
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
    if parsed.own & SPREADS - {"low", "high"} and not _before_loss(parsed, *_kinds_by_spread(parsed)):
        return Role.DIAGNOSTIC
    if parsed.own & {"on", "off"} and "policy" in own:
        return Role.COMPONENT_LOSS
    if kind in RL:
        return _moving(parsed, around, kind)
    if around & ADVERSARIAL and not (kind is TaskKind.UNKNOWN and around & {"adv"} and around & POLICY):
        if around & AUXILIARY - ADVERSARIAL:
            return Role.AUXILIARY_LOSS
        strange = around & GENERATORS and any(w.isalpha() and w not in VOCABULARY for w in own)
        return Role.COMPONENT_LOSS if strange or around & _GAN_PARTS - ADVERSARIAL else Role.ADVERSARIAL_LOSS
    if kind is TaskKind.GAN and around & {"real", "fake", "critic"}:
        return Role.ADVERSARIAL_LOSS
    if kind is TaskKind.DIFFUSION and around & {"vb", "vlb"}:
        return Role.AUXILIARY_LOSS
    if head.words[0].startswith("reg"):
        return Role.COMPONENT_LOSS if own & PART else Role.AUXILIARY_LOSS
    numbered = any(w.isdigit() for w in parsed.own)
    if ("aux" in parsed.group and own & PART) or ("aux" in own and numbered and own - AUXILIARY):
        return Role.COMPONENT_LOSS  # of an auxiliary head
    if "codebook" in own and numbered:
        return Role.COMPONENT_LOSS  # the cross-entropy of one of several codebooks
    if own & AUXILIARY - {"reg"}:
        return Role.AUXILIARY_LOSS
    if own & ALWAYS_PART or (around & {"reg"} and kind in (TaskKind.DETECTION, TaskKind.SEGMENTATION)):
        return Role.COMPONENT_LOSS
    if around & AUXILIARY:
        return Role.AUXILIARY_LOSS
    if kind is not TaskKind.PREFERENCE:
        if around & (POLICY - {"ppo", "grpo"}):
            return Role.POLICY_LOSS
        letters = frozenset() if kind is TaskKind.UNKNOWN else _LETTERS
        if around & (VALUE - {"value"} - letters) or (
            around & {"value"} and parsed.words.index("value") < _at_loss(parsed)
        ):
            return Role.VALUE_LOSS
    if "metric" in parsed.group and "loss" not in head.words and not own:
        return Role.QUALITY_METRIC if parsed.split != "eval" else Role.EVAL_LOSS
    if own & (PART - MAIN):
        return Role.COMPONENT_LOSS
    return Role.EVAL_LOSS if parsed.split == "eval" else Role.TRAIN_LOSS


def is_of_a_detector(tag: str, kind: TaskKind) -> bool:
    """Return whether a loss is a detector's or a part of it.

    Mosaics and mixed images make its training harder than its evaluation: that it lies below says nothing.
    """
    return kind is TaskKind.DETECTION or not _BOXES.isdisjoint(words(tag))


def _kinds_by_spread(parsed: Parsed) -> tuple[str, ...]:
    """Return the statistics that say which loss it is: ``min`` too where it is of what follows (``min_q_loss``)."""
    of = {b for a, b in itertools.pairwise(parsed.words) if a in ("min", "max")}
    apart = of and not of & ({"loss"} | TRAIN_WORDS | EVAL_WORDS | NEUTRAL)
    return (*_KINDS_BY_SPREAD, "min", "max") if apart else _KINDS_BY_SPREAD


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
    if around & (POLICY | {"objective", "adv", "advantage", "clip"}) or (around <= {"a", "action"} and around):
        return Role.POLICY_LOSS
    if parsed.own & TOTAL:
        return Role.COMPONENT_LOSS  # of both
    qualified = qualifiers_of(parsed)
    if qualified - MAIN:
        return Role.COMPONENT_LOSS
    plain = parsed.head is not None and parsed.head.words == ("loss",) and not parsed.kinds
    if kind is TaskKind.PLAY:
        return Role.COMPONENT_LOSS  # of a policy or of its values: the log does not tell
    if kind is TaskKind.VALUE_RL or not (plain or qualified & MAIN):
        return Role.VALUE_LOSS
    return Role.POLICY_LOSS
