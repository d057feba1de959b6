"""Tag -> what it names: ``[group] [split] [qualifier …] head [statistic]``; the last noun names the thing.

``train/entropy_loss`` is a loss and ``loss/policy_entropy`` an entropy, ``loss_scale`` a scale. A folder of losses is
the exception: what lies in it and has no name of its own (``loss/box``, ``Loss_D``) is a loss of that kind.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from curveread.run.tags.lexicon import (
    ADVERSARIAL,
    AUXILIARY,
    AXIS_SUFFIXES,
    COUNTABLE,
    DURATIONS,
    EVAL_WORDS,
    HEADS,
    LONGEST,
    NEUTRAL,
    PART,
    POLICY,
    RATES,
    SHORT_SPLITS,
    SPREADS,
    TRAIN_WORDS,
    VALUE,
    WEAK,
    Head,
    Noun,
)
from curveread.run.tags.words import lemma, segments, words

_LOSS = frozenset({"loss", "cost"})
_OWN_IN_LOSSES = frozenset(
    {
        Noun.ACCURACY, Noun.PERPLEXITY, Noun.LEARNING_RATE, Noun.GRAD_NORM, Noun.NORM, Noun.THROUGHPUT, Noun.EPOCH,
        Noun.COUNTER, Noun.TOKENS, Noun.TIME, Noun.ENTROPY, Noun.KL, Noun.DIAGNOSTIC, Noun.SETTING, Noun.MEMORY,
    }
)  # fmt: skip
"""What keeps its own name in a folder of losses."""
_RULES_AFTER_LOSS = _OWN_IN_LOSSES - {Noun.ENTROPY, Noun.KL}
"""What a noun after ``loss`` names: ``loss_scale`` is a scale, but ``loss_kl`` a loss."""
_QUALIFIES_LOSS = frozenset(
    "dur momentum alpha temp temperature duration value advantage adv q logit target td v prob activation positive "
    "negative zero sample image token batch gradient level stage depth noise output input byte frame iteration epoch "
    "example sequence index length len norm "
    "probability".split()
)
_KINDS_OF_LOSS = PART | ADVERSARIAL | AUXILIARY | VALUE | POLICY
_TERMS = frozenset(
    "dur duration ent value q v qf vf td clip adv advantage target image sample token sequence example query "
    "game".split()
)
"""What in a folder of losses is a term of one, not the thing itself: ``loss/clip``, ``loss/vf``."""
_VALUE_FUNCTIONS = frozenset({"q", "v", "qf", "vf"})
_MEASURES = frozenset({Noun.LOSS, Noun.ERROR, Noun.QUALITY, Noun.ACCURACY, Noun.PERPLEXITY, Noun.KL, Noun.ENTROPY})
_SCORES = frozenset({Noun.QUALITY, Noun.ACCURACY, Noun.ERROR})
"""What is told of each class: ``IoU.wall``, ``Acc.clock``."""
_WHERE = frozenset("weight bias param parameter".split())
_COUNTERS = frozenset({Noun.COUNTER, Noun.EPOCH, Noun.TOKENS})
_UNITS_OF_DATA = frozenset("token sample sequence example query image frame".split())
"""What a measure is averaged over."""
_PROPORTIONS = frozenset({("score",), ("ratio",), ("rate",), ("percentage",)})
"""What is said of a score without changing what it is: ``f1_score``, ``exact_match_ratio``."""
_AXES = AXIS_SUFFIXES | {"time", "frame"}
_DRAWN = frozenset({Noun.REWARD, Noun.ACCURACY, Noun.QUALITY, Noun.ERROR, Noun.LOSS, Noun.PERPLEXITY, Noun.DIAGNOSTIC})
"""What may lie over an axis that the last part of the path names: ``rewards/iter``."""
_COUNTED_OR_SET = frozenset({Noun.COUNTER, Noun.EPOCH, Noun.TOKENS, Noun.SETTING, Noun.DIAGNOSTIC})
_TIMES = frozenset({"time", "timing", "timer", "timers", "perf", "clock"})
_TIMED = frozenset({"timing", "timer", "timers"})
"""Folders in which everything is a time: how long a step took, never which one it is."""
_COUNTING = frozenset(
    "num number n nb no total tot global env environment current cur curr serial so far elapsed seen processed "
    "consumed trained train training trainer optimizer opt optim gradient grad agent sampled completed finished all "
    "cumulative cum sum trainable input output padded id idx counter since start learner collected lifetime policy "
    "world real played learning actor evaluator worker runner collector self comm communication "
    "update done label labeled valid eval test target count".split()
)
_TAIL = NEUTRAL | EVAL_WORDS | TRAIN_WORDS | SPREADS | frozenset("0123456789")
"""What may stand after the noun that names a thing."""
_GRADIENTS = frozenset({"grad", "gradient"})
_TUNED = frozenset({("alpha",), ("temperature",), ("temp",)})
"""What an agent learns by a loss of its own: among losses, itself or that loss."""
_NEVER_TRAINED_ON = frozenset(
    "psnr auc auroc auprc bleu sacrebleu rouge meteor cider ndcg mrr recall precision f fscore fmeasure mcc kappa "
    "success winrate elo pesq utmos".split()
)
_WEIGHTS = frozenset("weight coef coeff coefficient".split())
"""What a loss is multiplied by: ``loss_weight_contrastive``, whatever follows."""
_FACTORS = _WEIGHTS | frozenset("scale scaler factor multiplier decay lambda threshold limit schedule interval".split())
"""Settings of a loss; what else is set may be what the loss is of."""
_AVERAGES = frozenset({"mean", "avg", "average"})
"""What is averaged keeps its own name in a folder of losses: ``loss/avg_reward``."""
_FUNCTIONS = frozenset("inv inverse log exp sqrt mean std var".split())
"""What is taken of a quantity that a letter names: ``inv_s`` is no time in seconds."""
_MEANS = frozenset("mean avg average sum min max minimum maximum std median".split())


class Parsed(NamedTuple):
    """What the words of a tag say.

    Parameters
    ----------
    words
        All of them, in the singular.
    split
        ``train``, ``eval`` or empty.
    head
        What is named, None where no word names anything known.
    own
        Words beside the head and after it: its qualifiers.
    group
        Words of the parts of the path before it.
    kinds
        Other heads beside it: a ``dice loss`` is a loss and a Dice.
    spread
        Whether a statistic of spread (std, min, max) is taken of it.
    notes
        Words in brackets.
    counted
        What a rate counts per second.
    """

    words: tuple[str, ...]
    split: str
    head: Head | None
    own: frozenset[str]
    group: frozenset[str]
    kinds: tuple[Head, ...] = ()
    spread: bool = False
    notes: tuple[str, ...] = ()
    counted: str = ""

    @property
    def around(self) -> frozenset[str]:
        """All words but those of the head."""
        return self.own | self.group | frozenset(self.notes)

    @property
    def core(self) -> tuple[str, ...]:
        """The words without those of a split: equal for the train and the eval curve of one quantity."""
        named = self.split_words
        return tuple(w for w in self.words if w not in named)

    @property
    def split_words(self) -> frozenset[str]:
        """Those that name a split."""
        return _splits(self.words)


def split_of(tag: str) -> str:
    """Return ``eval``, ``train`` or empty, by the first word that names a split; ``train/val_loss`` is of ``eval``.

    ``cv1`` is a fold, and says nothing.
    """
    found = words(tag)
    folds = {i for i, w in enumerate(found[:-1]) if w == "cv" and found[i + 1].isdigit()}
    named = _splits(w for i, w in enumerate(found) if i not in folds)
    return "eval" if named & EVAL_WORDS else "train" if named else ""


def _splits(found: Iterable[str]) -> frozenset[str]:
    """Return the words that name a split: of ``train`` and ``tr`` the first alone."""
    named = (EVAL_WORDS | TRAIN_WORDS).intersection(found)
    return named - SHORT_SPLITS or named


@lru_cache(maxsize=65536)
def parse(tag: str) -> Parsed:
    """Return what the words of a tag name. O(words^2)."""
    parts, notes = segments(tag)
    parts = tuple(_semantic(_until(tuple(map(lemma, part)), "vs")) for part in parts)
    parts = _one_head(parts)
    every = tuple(w for part in parts for w in part)
    split = split_of(tag)
    if rated := _rate(parts, notes):
        rate, counted = rated
        own = frozenset(every)
        return Parsed(every, split, rate, own, frozenset(), (), _spread(every, rate), notes, counted)
    parts = tuple(_without_per(p) if "bit" not in p else p for p in parts)
    at, head, span = _named(parts, notes)
    if head is None:
        return Parsed(every, split, None, frozenset(every), frozenset(), (), False, notes)
    last, after = parts[at], parts[at + 1 :]
    kinds = tuple(h for start, end, h in _matches(last) if (start, end) != span)
    kinds += tuple(h for part in after for _, _, h in _matches(part))
    kinds = tuple(h for h in kinds if h.kind in _MEASURES)
    told = {w for h in kinds if h.kind is Noun.LOSS and len(h.words) > 1 for w in h.words}
    beside = (last[: span[0]], last[span[1] :], *after)
    own = frozenset(w for part in beside for w in _joined(part)) - told
    group = frozenset(w for part in parts[:at] for w in _joined(part))
    spread = _spread((*(w for part in beside for w in part), *notes), head)
    return Parsed(every, split, head, own, group, kinds, spread, notes)


def _one_head(parts: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Join parts of a path where a head lies across their border: ``learning.rate``, ``rewards/margins``."""
    out: list[tuple[str, ...]] = []
    for part in parts:
        across = out and (out[-1][-1], part[0]) in HEADS and part[0] not in DURATIONS
        if across and not (len(out[-1]) == 1 and out[-1][0] in _TIMES):
            out[-1] += part
        else:
            out.append(part)
    return tuple(out)


def _until(part: tuple[str, ...], word: str) -> tuple[str, ...]:
    """Return the part without what a value is drawn over or taken per: ``loss vs samples``."""
    return part[: part.index(word, 1)] if word in part[1:-1] else part


def _without_per(part: tuple[str, ...]) -> tuple[str, ...]:
    """Return the part without what a value is taken per: ``per_image_iou`` is an IoU, ``loss_per_token`` a loss."""
    at = part.index("per", 1) if "per" in part[1:-1] else 0
    named = any(start == 0 and h.kind in _SCORES for start, _, h in _matches(part[at + 1 :]))
    if at and named and not _matches(part[:at]):
        return part[:at] + part[at + 1 :]  # eval_PER_f1: an entity
    if at and len(part) > at + 2 and any(h.kind in _SCORES for _, _, h in _matches(part[at + 2 :])):
        return part[:at] + part[at + 2 :]
    return part[:at] if at else part


def _semantic(part: tuple[str, ...]) -> tuple[str, ...]:
    """Return the part with ``sem_seg`` as semantic segmentation; the last word sem is the standard error of a mean."""
    return tuple("semantic" if w == "sem" and i + 1 < len(part) else w for i, w in enumerate(part))


def _joined(part: tuple[str, ...]) -> list[str]:
    """Return the words; a letter and the digit after it are one: ``l`` ``1`` -> ``l1``; so is ``3`` ``d``."""
    out: list[str] = []
    for word in part:
        before = out[-1] if out else ""
        numbered = word.isdigit() and before.isalpha() and (len(before) == 1 or before in _NUMBERED)
        if numbered or (word == "d" and before in ("1", "2", "3", "4")):
            out[-1] += word
        else:
            out.append(word)
    return out


_NUMBERED = frozenset({"qf", "dn", "cls", "pg"})


def _spread(around: tuple[str, ...], head: Head) -> bool:
    return any(w in SPREADS and w not in head.words for w in around)


def _rate(parts: tuple[tuple[str, ...], ...], notes: tuple[str, ...]) -> tuple[Head, str] | None:
    """Return the head of what is counted per second, or of the time that one takes; None for everything else."""
    flat = tuple(w for part in parts for w in part)
    if "loss" in flat:
        return None
    for i, word in enumerate(flat):
        if word == "per" and 0 < i < len(flat) - 1:
            before, after = flat[i - 1], flat[i + 1]
            if after in DURATIONS:
                return HEADS["throughput",], _count_before(flat[:i])
            if before in DURATIONS or (before == "time" and after in COUNTABLE):
                return HEADS["time",], before
    ends = [p[-1] for p in parts] + ([] if len(notes) < 2 else [*notes[-2:]])
    if len(parts) > 2 and parts[-1][0] in DURATIONS and len(parts[-1]) == 1 and ends[0] in COUNTABLE:
        return HEADS["throughput",], ends[0]  # words/thread/sec
    for a, b in itertools.pairwise(ends):
        if b in DURATIONS and a in COUNTABLE:
            return HEADS["throughput",], a
        if a in DURATIONS and b in COUNTABLE and a != "day":
            return HEADS["time",], a
    return None


def _count_before(before: tuple[str, ...]) -> str:
    return next((w for w in reversed(before) if w in COUNTABLE), "")


def _matches(part: tuple[str, ...]) -> list[tuple[int, int, Head]]:
    """Return the heads in a part of the path, longest first at each place, in order."""
    out: list[tuple[int, int, Head]] = []
    at = 0
    while at < len(part):
        for size in range(min(LONGEST, len(part) - at), 0, -1):
            head = HEADS.get(part[at : at + size])
            if head is not None and _stands(head, part, at):
                out.append((at, at + size, head))
                at += size - 1
                break
        at += 1
    return out


def _stands(head: Head, part: tuple[str, ...], at: int) -> bool:
    """Return whether a word that may be a head is one here; ``per`` is most often the preposition."""
    if head.words == ("per",):
        return at + 1 == len(part) or part[at + 1].isdigit()
    if head.words in (("ep",), ("acc", "step")):
        return len(part) == len(head.words)  # train_acc_step is the accuracy of a step
    if head.words[0].startswith("reg") and head.kind is Noun.LOSS:
        return at + 1 == len(part)
    return True


def _named(parts: tuple[tuple[str, ...], ...], notes: tuple[str, ...]) -> tuple[int, Head | None, tuple[int, int]]:
    """Return (part, head, its place in that part)."""
    found = [_matches(part) for part in parts]
    folder = _folder(parts, found)
    timed = bool(parts and _TIMED & set(parts[0])) or any(n in DURATIONS for n in notes)
    for at in range(len(parts) - 1, -1, -1):
        if not found[at]:
            continue
        start, end, head = _last(parts[at], found[at])
        averaged = parts[at][0] in _AVERAGES and head.kind in (Noun.REWARD, Noun.DIAGNOSTIC)
        own = head.kind in _OWN_IN_LOSSES | {Noun.LOSS} or _is_no_loss(head)
        if folder == "loss" and at == len(parts) - 1 and not averaged and not own:
            break
        if at < len(parts) - 1 and head.words == ("metric",):
            continue  # a folder of metrics does not say which ones
        if folder == "loss" and at == len(parts) - 1:
            if parts[at] in _TUNED:
                return 0, None, (0, 0)
            if head.kind is Noun.DIAGNOSTIC and set(parts[at][end:]) & PART:
                break  # age_classification is one
        if _is_only_where(parts[at], head, found[:at]) or (at < len(parts) - 1 and _is_stage(parts[at], head)):
            continue
        if folder == "time" and at == len(parts) - 1:
            speeds = [f for f in found[at] if f[2].kind is Noun.THROUGHPUT]
            if speeds:
                return at, speeds[0][2], speeds[0][:2]
        if folder == "time" and not _own_in_times(head, parts[at], timed or bool(set(parts[-1]) & _MEANS)):
            break
        values = "value" in parts[at] and bool(set(parts[at]) & _VALUE_FUNCTIONS)  # what it says, not how it errs
        if folder == "loss" and at == len(parts) - 1 and set(head.words) & _TERMS and not (values or averaged):
            break
        if _in_seconds(parts[at], head) and at == len(parts) - 1:
            break
        return at, head, (start, end)
    if not folder and parts and parts[-1][0] == "l" and len(parts[-1]) > 1 and set(parts[-1][1:]) & _KINDS_OF_LOSS:
        return len(parts) - 1, HEADS["loss",], (0, 1)
    if not folder and parts and len(parts[-1]) > 1 and parts[-1][-1] == "s" and parts[-1][-2] not in _FUNCTIONS:
        return len(parts) - 1, HEADS["second",], (len(parts[-1]) - 1, len(parts[-1]))
    if folder:
        at = next(i for i, p in enumerate(parts) if _is_folder(p, found[i], folder))
        start, end, head = _last(parts[at], found[at])
        return at, head, (start, end)
    return 0, None, (0, 0)


def _in_seconds(part: tuple[str, ...], head: Head) -> bool:
    """Return whether a last ``s`` counts seconds: ``update_s``, but not ``AP_s``, which is that of small objects."""
    return len(part) > 1 and part[-1] == "s" and head.kind in _COUNTED_OR_SET


def _is_only_where(part: tuple[str, ...], head: Head, found: list[list[tuple[int, int, Head]]]) -> bool:
    """Return whether the last part only says which or where: ``grad_norm/fc.weight``, ``accuracy/value``."""
    heads = [h for matches in found for _, _, h in matches]
    if any(h.kind in (Noun.GRAD_NORM, Noun.NORM) for h in heads):
        return head.kind in (Noun.SETTING, Noun.DIAGNOSTIC)
    if set(part) & _AXES and not set(part) - _AXES - NEUTRAL - EVAL_WORDS - TRAIN_WORDS:
        return any(h.kind in _DRAWN for h in heads)
    if len(part) > 1 and found and found[-1] and found[-1][-1][2].kind is Noun.REWARD:
        return head.kind in (Noun.TIME, Noun.ERROR)  # a term of the reward: feet_air_time
    if len(part) != 1:
        return False
    if part[0] == "value" or head.words == ("lift",):
        return any(not _is_weak(h) for h in heads)
    named = any(h.kind in _SCORES for h in heads)
    return named and (
        head.kind in (Noun.TIME, Noun.SYSTEM, Noun.MEMORY) or (_is_weak(head) and head.kind not in _SCORES)
    )


def _is_stage(part: tuple[str, ...], head: Head) -> bool:
    """Return whether a folder is named after a part of the training, not a counter: ``gen_update/perceptual``."""
    strange = set(part) - set(head.words) - _COUNTING - NEUTRAL - EVAL_WORDS - TRAIN_WORDS - COUNTABLE.keys()
    return head.kind is Noun.COUNTER and any(w.isalpha() for w in strange)


def _own_in_times(head: Head, part: tuple[str, ...], timed: bool) -> bool:
    """Return whether a noun among times is not one itself: ``time/total_timesteps``, but ``time/optimize_step``."""
    if head.kind in (Noun.COUNTER, Noun.TOKENS):
        return not timed and not set(part) - _COUNTING - NEUTRAL - set(head.words)
    if head.kind is Noun.EPOCH:
        return not timed
    return head.kind in (Noun.THROUGHPUT, Noun.TIME, Noun.LEARNING_RATE)


def _folder(parts: tuple[tuple[str, ...], ...], found: list[list[tuple[int, int, Head]]]) -> str:
    """Return ``loss`` or ``time`` where the path has a folder of those, with something in it."""
    for name in ("loss", "time"):
        if any(_is_folder(p, f, name) for p, f in zip(parts[:-1], found, strict=False)):
            return name
    return ""


def _is_folder(part: tuple[str, ...], found: list[tuple[int, int, Head]], name: str) -> bool:
    if name == "time":
        return part[0] in _TIMES and not set(part[1:]) - NEUTRAL - _TIMES - DURATIONS.keys() and bool(found)
    rest = [w for w in part if w not in _LOSS and w not in EVAL_WORDS and w not in TRAIN_WORDS and w not in NEUTRAL]
    return bool(found) and not rest and any(w in _LOSS for w in part)


def _last(part: tuple[str, ...], found: list[tuple[int, int, Head]]) -> tuple[int, int, Head]:
    """Return the head that names the thing: the last one, but for suffixes that tell the axis, and beside a loss."""
    kept = [f for i, f in enumerate(found) if not (i and _is_suffix(f, found[i - 1], part))]
    strong = [f for f in kept if not _is_weak(f[2])]
    counted = all(f[2].kind in (Noun.COUNTER, Noun.TOKENS) for f in strong)
    kept = kept if counted and kept[-1][2].kind in _SCORES else strong or kept
    losses = [f for f in kept if f[2].kind is Noun.LOSS and (set(f[2].words) & _LOSS)]
    if losses:
        loss = losses[-1]
        costs = loss[2].words == ("cost",)  # of a constraint: cost_q is what is expected of it
        rules = [f for f in kept if f[0] > loss[0] and _rules(f[2])]
        after = [f for f in rules if costs or not _qualifies(f)]
        after = [f for f in after if f[2].words[0] in _WEIGHTS or not set(part[f[1] :]) - _TAIL]
        named = [f for f in kept if f[2].kind is Noun.GRAD_NORM and loss[1] < len(part)]
        if named:
            return named[-1]
        return after[-1] if after else loss
    if kept[-1][2].words[0] in _GRADIENTS and any(f[2].kind is Noun.NORM for f in kept):
        return next(f for f in kept if f[2].kind is Noun.NORM)
    while len(kept) > 1 and kept[-1][2].words in _PROPORTIONS and kept[-2][2].kind in _SCORES:
        kept = kept[:-1]
    return kept[-1]


def _rules(head: Head) -> bool:
    """Return whether a noun after ``loss`` names the thing: ``loss_scale`` is a scale, but ``loss_depth`` a loss."""
    if head.kind is Noun.SETTING:
        return not set(head.words).isdisjoint(_FACTORS)
    return head.kind in _RULES_AFTER_LOSS or _is_no_loss(head)


def _is_no_loss(head: Head) -> bool:
    """Return whether a metric is one that nothing can be trained on: ``psnr``, ``bleu``, unlike ``dice``."""
    return head.kind is Noun.QUALITY and head.better == "higher" and head.words[0] in _NEVER_TRAINED_ON


def _is_weak(head: Head) -> bool:
    """Return whether a noun is a head only where no other is beside it: single ones, ``q 1``."""
    return head.words[0] in WEAK and all(w.isdigit() for w in head.words[1:])


def _qualifies(found: tuple[int, int, Head]) -> bool:
    """Return whether a noun after ``loss`` is one of its kinds (``loss_value``), no thing of its own."""
    return found[2].words[0] in _QUALIFIES_LOSS | AUXILIARY and len(found[2].words) == 1


def _is_suffix(found: tuple[int, int, Head], before: tuple[int, int, Head], part: tuple[str, ...]) -> bool:
    """Return whether a noun only tells the axis, or how it is averaged: ``loss_epoch``, ``perplexity_step``."""
    word = found[2].words[0]
    if len(found[2].words) > 1:
        return False
    if before[2].kind in _COUNTERS:
        return word == "count"  # episode_count
    if before[2].kind in (Noun.NORM, Noun.GRAD_NORM) and word in _WHERE:
        return True  # grad_norm_weights
    if word in ("norm", "speed", "power", "load", "temperature"):
        return before[2].kind in _SCORES  # normalised, or what is predicted: wape_norm, r2_speed
    over = word in _UNITS_OF_DATA and before[2].kind in _MEASURES and found[1] < len(part)  # kl_token_mean
    return over or (word in AXIS_SUFFIXES and before[2].kind not in (Noun.SETTING, Noun.TIME))


def counts(parsed: Parsed) -> bool:
    """Return whether a counter's qualifiers are those of counters; ``num_eos_tokens`` counts something else."""
    strange = {w for w in parsed.own if not w.isdigit()} - _COUNTING - EVAL_WORDS - TRAIN_WORDS - NEUTRAL
    strange -= {w for w in strange if w in COUNTABLE}
    return not strange and not (parsed.own | set(parsed.notes)) & _MEANS


def rate_unit(parsed: Parsed) -> str:
    """Return the unit of a speed: ``tokens/s``; empty where the words do not say what is counted."""
    if parsed.counted:
        return COUNTABLE.get(parsed.counted, "")
    return next((RATES[w] for w in parsed.words if w in RATES), "")
