"""Tag -> words: by case, digits and punctuation, and glued words (``logloss``, ``eprewmean``) by the lexicon."""

from __future__ import annotations

import re
from functools import lru_cache

from curveread.run.tags.foreign import ENGLISH, is_glued, parted
from curveread.run.tags.lexicon import COUNTABLE, VOCABULARY

_RUNS = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^A-Za-z]+")
_POSSESSIVE = re.compile(r"['’]s\b")
_SEGMENT = re.compile(r"[/\\|:>]+|\s-\s|(?<=[^\W\d])\.(?=\w)|(?<=\d)\.(?=[^\W\d])")
_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_COUNTED = re.compile(
    r"n(?=(?:updates?|steps?|episodes?|epochs?|iters?|samples?|batch(?:es)?|params?|envs?|frames?|tokens?)$)"
)

_GREEK = "alpha beta gamma epsilon lambda mu sigma tau"
_ABBREVIATED = {
    "trl": ("train", "loss"),  # llm.c
    "tel": ("test", "loss"),
    "dloss": ("d", "loss"),
    "gloss": ("g", "loss"),
    "lossd": ("loss", "d"),
    "lossg": ("loss", "g"),
    "zloss": ("z", "loss"),
    "vloss": ("v", "loss"),
    "qloss": ("q", "loss"),
    "errd": ("loss", "d"),  # the DCGAN example
    "errg": ("loss", "g"),
    "apl": ("ap", "l"),  # of large objects; those of medium and small ones are below
    "apm": ("ap", "m"),
    "aps": ("ap", "s"),
    "vaild": ("valid",),  # a misspelling that one framework prints
}
_ABBREVIATED |= {letter: (name,) for letter, name in zip("αβγελμστ", _GREEK.split(), strict=True)}
_SHORT = frozenset("ep lr tr ev va kl ce vf qf pi td ap".split())
"""Words of two letters that glued words are made of."""
_LONGEST_GLUED = 40
_TAILS = ("losses", "loss", "accuracy", "reward", "rewards", "perplexity")
"""Words that are long enough to be seen at the end of one that is not known: ``aeloss``."""

_KEPT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+")


def lemma(word: str) -> str:
    """Return a word in the singular where the lexicon has that: ``accuracies`` -> ``accuracy``."""
    for end, instead in (("ies", "y"), ("es", ""), ("s", "")):
        if word.endswith(end) and word not in _SAME:
            stem = word[: -len(end)] + instead
            if len(stem) > 1 and stem in VOCABULARY:
                return stem
    return word


_SAME = frozenset(
    (
        "loss ms s gas cls pos this vs ks ls ss rs is as bs its fps tps sps ups wps ips bps qps des ents nds rms dists "
        "maps mbs eps hrs ltps sents sds"
    ).split()
)
"""Words that end in an s and are not plurals."""


@lru_cache(maxsize=65536)
def words(tag: str) -> tuple[str, ...]:
    """Return the lower-case words of a tag: ``train/lossEpoch_1`` -> ("train", "loss", "epoch", "1").

    Case, punctuation and glue make no difference: ``EpRet``, ``ep_ret`` and ``epret`` have the same words. Digits stand
    alone: ``acc5`` -> ("acc", "5").
    """
    out: list[str] = []
    for run in _RUNS.findall(_POSSESSIVE.sub("", tag)):
        out += [run] if run[0].isdigit() else _of(run)
    if out[:1] == ["t"] and "loss" in out:
        out[0] = "train"  # t_mel_loss beside val_mel_loss
    return tuple(out)


def segments(tag: str) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Return the words of each part of a path, and those in brackets: ``a/mem (GiB)`` -> ((a,), (mem,)), (gib,)."""
    notes = tuple(w for inside in _BRACKETS.findall(tag) for w in words(inside))
    outside = _BRACKETS.sub(" ", tag)
    found = tuple(w for w in map(words, _SEGMENT.split(outside)) if w)
    if found:
        return found, notes
    return tuple(w for w in map(words, _SEGMENT.split(tag)) if w), ()


def slug(tag: str) -> str:
    """Return the tag as a key of the result's summary: lower case, ``_`` between its words."""
    return "_".join(w.lower() for w in _KEPT.split(tag) if w)


def _known(word: str) -> bool:
    return word in VOCABULARY or lemma(word) in VOCABULARY


def _of(run: str) -> list[str]:
    """Return the words of letters without a break."""
    whole = run.lower()
    if whole in ENGLISH:
        return list(ENGLISH[whole])
    if not run.isascii() and is_glued(run):
        return [w for piece in parted(run) for w in ([piece] if is_glued(piece) else _of(piece))]
    if whole in _ABBREVIATED:
        return list(_ABBREVIATED[whole])
    if len(whole) == 1 or _known(whole):
        return [whole]
    glued = [w for p in _unglued(whole) for w in _ABBREVIATED.get(p, (p,))]
    pieces = [p.lower() for p in _CAMEL.findall(run)]
    if len(pieces) < 2:
        return glued
    cut = [w for p in _rejoined(pieces) for w in _unglued(p)]
    return glued if len(glued) > 1 and _odd(glued) < _odd(cut) else cut  # FIDscore, MSEloss


def _odd(found: list[str]) -> int:
    """Return how many letters by themselves and unknown words there are."""
    return sum(len(w) == 1 or not _known(w) for w in found)


def _rejoined(pieces: list[str]) -> list[str]:
    """Put together what the case of its letters cut but is a word: ``io`` ``u`` -> ``iou``."""
    out: list[str] = []
    at = 0
    while at < len(pieces):
        for end in range(len(pieces), at, -1):
            joined = "".join(pieces[at:end])
            if end == at + 1 or (len(pieces[at]) < 3 and _known(joined)):
                out.append(joined)
                at = end
                break
    return out


@lru_cache(maxsize=65536)
def _unglued(word: str) -> tuple[str, ...]:
    """Return the fewest known words that make up a word, itself where there are none. O(letters^2)."""
    if word in _ABBREVIATED:
        return _ABBREVIATED[word]
    if len(word) < 4 or len(word) > _LONGEST_GLUED or _known(word):
        return (word,)
    if _COUNTED.match(word):
        return ("n", word[1:])
    if word.endswith("ps") and word[:-2] in COUNTABLE:
        return (word[:-2], "per", "s")
    best: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(2, len(word) + 1):
        for start in range(max(end - 14, 0), end - 1):
            piece = word[start:end]
            if start not in best or not (piece in _SHORT or (len(piece) > 2 and _known(piece))):
                continue
            if end not in best or len(best[start]) + 1 < len(best[end]):
                best[end] = (*best[start], piece)
    if len(word) in best:
        return best[len(word)]
    tail = next((t for t in _TAILS if word.endswith(t)), "")
    return (word[: -len(tail)], tail) if tail else (word,)
