"""A language model's loss in words: perplexity, bits per byte; and losses that rest at uniform guessing."""

from __future__ import annotations

import numpy as np

from curveread.detectors.base import CurveView, Views
from curveread.findings.arguments import Name, Place, Tag, count, figure, number
from curveread.findings.diagnosis import Statement
from curveread.findings.finding import Evidence, Finding
from curveread.findings.text import Text, joined, text
from curveread.language.guessing import guess_of
from curveread.language.perplexity import (
    bits_from_nats,
    bits_per_byte,
    nats_from_bits,
    nats_from_perplexity,
    perplexity,
)
from curveread.language.scale import reference_for
from curveread.run.roles import Role, words
from curveread.run.task import Task
from curveread.signals.events.change import change_of
from curveread.signals.levels import median_error
from curveread.signals.median import median

BEYOND = 1e6
"""No vocabulary has so many tokens: a perplexity above it is no model's doubt, and not worth a figure."""

_SURE = 2.0
"""A perplexity below it is no choice among several tokens."""


def per_token(view: CurveView, at: int, views: Views) -> float | None:
    """Return a loss in nats per token, None where it is in another unit, or below zero as no cross-entropy is.

    A perplexity that is logged beside it and is 2 to its power says that it is in bits, as fairseq's is.
    """
    value = float(view.value[at])
    if value < 0.0 or set(words(view.tag)) & {"bpb", "bpc", "byte", "char", "character"}:
        return None
    role = Role.EVAL_PERPLEXITY if view.curve.role is Role.EVAL_LOSS else Role.TRAIN_PERPLEXITY
    for logged in views.get(role, ()):
        k = int(np.searchsorted(logged.step, view.step[at]))
        if k < len(logged) and logged.step[k] == view.step[at] and 1.0 < float(logged.value[k]) < 1e300:
            nats = nats_from_perplexity(float(logged.value[k]))
            if abs(bits_from_nats(nats) - value) < 0.01 * value < 0.2 * abs(nats - value):
                return nats
    return value if view.unit == "nats" else nats_from_bits(value) if view.unit == "bits" else None


def per_byte(view: CurveView, at: int) -> float | None:
    """Return a loss that is logged in bits per byte, else None."""
    have = set(words(view.tag))
    return float(view.value[at]) if "bpb" in have or {"bits", "byte"} <= have else None


def in_words(views: Views, task: Task) -> list[Statement]:
    """Return what a language model's loss means; nothing where the log does not say that it is one."""
    view = next((v for r in (Role.EVAL_LOSS, Role.TRAIN_LOSS) for v in views[r] if len(v)), None)
    if not task.language:
        return []
    if view is None:
        return _logged(views)
    evaluation = view.curve.role is Role.EVAL_LOSS
    at = int(np.argmin(view.value)) if evaluation else len(view) - 1
    nats = per_token(view, at, views)
    if nats is None:
        return []
    which = "The only" if len(view) == 1 else "The best" if evaluation else "The last"
    in_bits = view.unit == "nats" and nats != float(view.value[at])  # so the perplexity beside it has it
    where = text(
        which + " {tag}, {nats} at {at}" + (" by the perplexity beside it" if in_bits else "") + ", is a perplexity ",
        tag=Tag(view.tag),
        nats=number(bits_from_nats(nats), "bits") if in_bits else number(nats, "nats"),
        at=Place(int(view.step[at])),
    )
    value = perplexity(nats)
    evidence = [Evidence("loss", "loss", nats, "nats"), Evidence("perplexity", "perplexity", value, "")]
    if value > BEYOND:
        beyond = "beyond {most}: far worse than guessing, or the loss is not a mean per token."
        return [Statement("perplexity", where + text(beyond, most=count(BEYOND)), tuple(evidence))]
    parts: list[str] = [where, text("of {n}", n=figure(value))]
    if task.vocabulary is not None and value > task.vocabulary:
        parts.append(text(": more than its vocabulary of {n} tokens", n=count(task.vocabulary)))
    elif value >= _SURE:
        parts.append(text(": as unsure as a choice among {n} equally likely tokens", n=figure(value)))
    if task.tokens_per_byte is not None:
        bits = bits_per_byte(nats, task.tokens_per_byte)
        evidence.append(Evidence("bits-per-byte", "bits per byte", bits, "bits"))
        parts.append(text(", or {bits} per byte of text, which compares across tokenizers", bits=figure(bits, "bits")))
    else:
        parts.append(text(" ({bits} a token)", bits=figure(bits_from_nats(nats), "bits")))
    parts.append(".")
    end = perplexity(per_token(view, len(view) - 1, views) or 0.0)
    if evaluation and end > 1.05 * value:
        parts.append(_at_the_end(end))
    if task.vocabulary is not None:
        evidence.append(Evidence("tokens-in-the-vocabulary", "tokens in the vocabulary", float(task.vocabulary), ""))
    if task.smoothing:
        smoothed = " Label smoothing of {smoothing} is in the loss and makes it higher than the model's own."
        parts.append(text(smoothed, smoothing=figure(task.smoothing)))
    since = text("{evidence}", evidence=Name(task.language))
    evidence.append(Evidence("taken-for-a-language-model-since", "taken for a language model since", since))
    return [Statement("perplexity", joined("", parts), tuple(evidence)), *_scale(task)]


def _at_the_end(end: float) -> Text:
    if end < BEYOND:
        return text(" At the end it was {perplexity}.", perplexity=figure(end))
    return text(" At the end it was beyond {most}.", most=count(BEYOND))


def _logged(views: Views) -> list[Statement]:
    """Return what a logged perplexity means, where the log holds no loss."""
    view = next((v for r in (Role.EVAL_PERPLEXITY, Role.TRAIN_PERPLEXITY) for v in views[r] if len(v)), None)
    if view is None or float(view.value.min()) < 1.0:
        return []
    at = int(np.argmin(view.value)) if view.curve.role is Role.EVAL_PERPLEXITY else len(view) - 1
    value = float(view.value[at])
    nats = nats_from_perplexity(value)
    sentence = text(
        "{tag} of {n} at {at} is a choice among {n} equally likely tokens: a loss of {nats}, if it is exp of the mean "
        "loss.",
        tag=Tag(view.tag),
        n=figure(value),
        at=Place(int(view.step[at])),
        nats=number(nats, "nats"),
    )
    evidence = (Evidence("perplexity", "perplexity", value, ""), Evidence("loss", "loss", nats, "nats"))
    return [Statement("perplexity", sentence, evidence)]


def _scale(task: Task) -> list[Statement]:
    """Return published figures on the run's data set, where the config names one that has them."""
    reference = reference_for(task.data)
    if reference is None:
        return []
    published = text(
        "Published perplexities on {title}, per {per}: {figures}.",
        title=Name(reference.title),
        per=Name(reference.per),
        figures=Name(reference.figures),
    )
    if reference.vocabularies and task.vocabulary not in reference.vocabularies:
        published += (
            " This run's tokenizer seems to be another one; per token it does not compare, in bits per byte it would."
        )
    else:
        published += " They compare only with the same test set, tokenizer and context length."
    data = text("{data}", data=Name(task.data[:80]))
    return [Statement("scale", published, (Evidence("data-set-in-the-config", "data set in the config", data),))]


def guessing(views: Views, task: Task, findings: tuple[Finding, ...]) -> list[Statement]:
    """Return a sentence when a loss rests where guessing evenly would put it, unless a finding has said so."""
    if any(f.rule == "no-learning" for f in findings):
        return []
    view = next((v for r in (Role.TRAIN_LOSS, Role.EVAL_LOSS) for v in views[r] if len(v) >= 20), None)
    if view is None or view.assumed_unit != "nats" or float(view.value.min()) <= 0.0:
        return []
    n = len(view)
    tail = view.value[-max(10, n // 5) :]
    level = median(tail)
    error = level * median_error(view.parts.noise, tail.size, view.parts.correlation)
    start = median(view.value[: max(3, n // 100)])
    change = change_of(np.log(tail))
    guess = guess_of(level, error, task.vocabulary)
    # At rest, and where it began: a loss that only passes by, or that ends there by chance, is not guessing.
    moves = change.low > 0.0 or change.high < 0.0
    if guess is None or abs(np.log(start / level)) > 0.25 or max(-change.low, change.high) > (0.005 if moves else 0.05):
        return []
    what = text("ln({answers})", answers=count(guess))
    sentence = text(
        "{tag} rests at {level} at the end, near {what} = {guess}: guessing evenly among {answers} {things}.",
        tag=Tag(view.tag),
        level=number(level),
        what=what,
        guess=number(float(np.log(guess))),
        answers=count(guess),
        things=text("tokens" if guess == task.vocabulary else "answers"),
    )
    evidence = (Evidence("level", "level", level, view.unit), Evidence("guessing", what, float(np.log(guess)), "nats"))
    return [Statement("perplexity", sentence, evidence)]
