"""Findings -> the cards of a report: each in words, with the later ones of its check in its curve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from curveread.findings.finding import Finding
from curveread.findings.wording import place, span, sureness
from curveread.logtext import clean, shorten, words
from curveread.report.chart.palette import WORDS
from curveread.report.facts import Pair, pair

_MESSAGE = 600
_COLUMNS = 3
_BAR = "threshold"
"""Key of the evidence that is a bar to pass and tells nothing of the event."""
_FOLLOWS = "consequence"
"""Key of the evidence that names what follows from a finding; ``folded`` tells it in sentences."""


class Event(NamedTuple):
    """One of the events that share a card: its number in the picture, its place, its message and its figures."""

    number: int
    where: str
    message: str
    values: tuple[str, ...]


class Card(NamedTuple):
    """A finding in words; with the later ones of its check in its curve, if there are any.

    Parameters
    ----------
    number, rule, severity, word
        Of the (first) finding.
    title
        What happened, in two or three words.
    message, full, told
        The sentence; the whole of it where ``message`` had to be shortened, else empty; whether the headline says it.
    sure
        How sure it is.
    tag, where
        In which curve, and where in the run.
    evidence, advice, others, folded
        The figures, what to do, what else would explain it, and what belongs to it.
    placed
        Whether it lies on the axis.
    columns, events
        Of several events the figures in which they differ and, the first one too, where they are.
    """

    number: int
    rule: str
    severity: str
    word: str
    title: str
    message: str
    full: str
    told: bool
    sure: str
    tag: str | None
    where: str
    evidence: tuple[Pair, ...]
    advice: tuple[str, ...]
    others: tuple[str, ...]
    folded: tuple[str, ...]
    placed: bool = True
    columns: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()


def cards(findings: Sequence[Finding], axis: str, above: Sequence[str] = ()) -> tuple[Card, ...]:
    """Return the findings in words, numbered from 1 as in the picture; repeated events share a card.

    What is said ``above`` them, by the headline and the action under it, is not said again.
    """
    said = tuple(shorten(sentence, _MESSAGE) for sentence in above)
    return tuple(_card([(i + 1, findings[i]) for i in group], axis, said) for group in repeated(findings))


def repeated(findings: Sequence[Finding]) -> tuple[tuple[int, ...], ...]:
    """Return the places of the findings, those of one check in one curve and of one gravity together."""
    groups: dict[object, list[int]] = {}
    for i, f in enumerate(findings):
        key = (f.rule, f.tag, f.severity) if f.first_step is not None else i
        groups.setdefault(key, []).append(i)
    return tuple(map(tuple, groups.values()))


def _card(group: Sequence[tuple[int, Finding]], axis: str, said: Sequence[str]) -> Card:
    (number, f), *later = group
    message = shorten(f.message, _MESSAGE)
    keys = _differing([g for _, g in group]) if later else ()
    rest = (e for e in f.evidence if e.key not in keys and not (f.folded and e.key == _FOLLOWS))
    title = _titled(f.rule)
    return Card(
        number=number,
        rule=clean(f.rule),
        severity=f.severity.value,
        word=WORDS[f.severity.value],
        title=f"{title}, {len(group)} times" if later else title,
        message=message,
        full="" if message == clean(f.message) else shorten(f.message, 4000),
        told=any(clean(f.message).casefold() in sentence.casefold() for sentence in said),
        sure=sureness(f.confidence),
        tag=f.tag,
        where=_where(f, axis) if not later else span(f.first_step, _end(group), axis),
        evidence=tuple(map(pair, rest)),
        advice=tuple(a for a in (shorten(words, _MESSAGE) for words in f.advice) if a not in said),
        others=tuple(shorten(a, _MESSAGE) for a in f.also_explained_by),
        folded=tuple(f"{clean(c.rule)}: {shorten(c.message, _MESSAGE)}" for c in f.folded),
        placed=f.first_step is not None,
        columns=tuple(pair(e).name for e in f.evidence if e.key in keys),
        events=tuple(_event(i, g, keys, axis) for i, g in group) if later else (),
    )


def _titled(rule: str) -> str:
    """Return the name of a check as a heading: ``kl-blowup`` -> ``KL blowup``."""
    name = " ".join({"kl": "KL", "nan": "NaN"}.get(word, word) for word in words(rule).split())
    return name[:1].upper() + name[1:]


def _where(f: Finding, axis: str) -> str:
    where = span(f.first_step, f.last_step, axis)
    if f.peak_step is not None and f.peak_step not in (f.first_step, f.last_step):
        where += f", worst at {place(f.peak_step, axis)}"
    return where


def _end(group: Sequence[tuple[int, Finding]]) -> int | None:
    return max((g.last_step for _, g in group if g.last_step is not None), default=None)


def _event(number: int, f: Finding, keys: Sequence[str], axis: str) -> Event:
    values = {e.key: pair(e).value for e in f.evidence if e.key in keys}
    where = span(f.first_step, f.last_step, axis)
    return Event(number, where, shorten(f.message, _MESSAGE), tuple(values[key] for key in keys))


def _differing(group: Sequence[Finding]) -> tuple[str, ...]:
    """Return the keys of the figures that all have and in which they differ, in the order of the first; few."""
    told = [{e.key: pair(e).value for e in f.evidence if not isinstance(e.value, str)} for f in group]
    many = Counter(e.key for e in group[0].evidence)
    shared = [key for key, n in many.items() if n == 1 and key != _BAR and all(key in values for values in told)]
    return tuple(key for key in shared if len({values[key] for values in told}) > 1)[:_COLUMNS]
