"""Diagnosis -> the words and rows of a report, formatted but not yet escaped: what the page and the Markdown share."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curveread.arrays import FloatArray
from curveread.findings.arguments import Span
from curveread.findings.diagnosis import KeyFigure
from curveread.findings.extras.beside import Spread
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import capitalized, without_axis
from curveread.findings.wording import (
    EPOCHS,
    amount,
    count,
    duration,
    measure,
    number,
    percent,
    place,
    size,
    span,
    sureness,
)
from curveread.report.chart.palette import WORDS
from curveread.report.logtext import clean, shorten, words
from curveread.run.model import Curve, Run
from curveread.run.roles import Role

__all__ = [
    "Card",
    "CurveRow",
    "Event",
    "Pair",
    "WordedFigure",
    "cards",
    "command",
    "config",
    "counts",
    "curve_rows",
    "figures",
    "heading",
    "pair",
    "repeated",
    "sources",
    "spread",
]

_MESSAGE = 600
_SPARK_BLOCKS = 60
_COLUMNS = 3
_BAR = "threshold"
"""Key of the evidence that is a bar to pass and tells nothing of the event."""
_FOLLOWS = "consequence"
"""Key of the evidence that names what follows from a finding; ``folded`` tells it in sentences."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A name with its text."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class WordedFigure:
    """A key figure: its name, its value with the unit, and where it was; ``aside`` when it is for comparing only."""

    name: str
    value: str
    where: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One of the events that share a card: its number in the picture, its place, its message and its figures."""

    number: int
    where: str
    message: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Card:
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


@dataclass(frozen=True, slots=True, eq=False)
class CurveRow:
    """A row of the table of curves; ``blocks`` (at most 60,) gives the shape of the curve."""

    tag: str
    role: str
    points: str
    first: str
    last: str
    low: str
    end: str
    blocks: FloatArray


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
    once = [e.key for e in group[0].evidence if sum(e.key == other.key for other in group[0].evidence) == 1]
    once = [key for key in once if key != _BAR]
    shared = [key for key in once if all(key in values for values in told)]
    return tuple(key for key in shared if len({values[key] for values in told}) > 1)[:_COLUMNS]


def pair(e: Evidence) -> Pair:
    """Return a figure in words: its place names the step itself, and a ratio reads as a share or as times."""
    name = without_axis(e.name) if e.unit == "step" else e.name
    value = measure(e.value, e.unit)
    if e.unit == "ratio" and isinstance(e.value, int | float) and math.isfinite(e.value):
        value = percent(e.value) if e.value < 1.0 or e.key.startswith("share-") else f"{value} times"
    return Pair(shorten(name, 120), shorten(value, 300))


def counts(findings: Sequence[Finding], failed: int = 0) -> str:
    """Return how many findings of which severity there are: ``1 error, 2 warnings``."""
    parts = []
    for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO):
        n = sum(f.severity is severity for f in findings)
        if n:
            word = {"error": "error", "warning": "warning", "info": "remark"}[severity.value]
            parts.append(f"{n} {word}{'s' if n > 1 else ''}")
    if failed:
        parts.append(f"{amount(failed, 'check')} failed")
    return ", ".join(parts)


_LEADING = (
    "best_eval_loss",
    "best_eval_perplexity",
    "last_eval_loss",
    "last_eval_perplexity",
    "last_train_loss",
    "share_of_compute_after_best",
)
"""The figures that a reader looks for first, in this order."""


def figures(run: Run, known: Mapping[str, KeyFigure]) -> tuple[WordedFigure, ...]:
    """Return the key figures: what a reader looks for first, steps and wall time, then the others of the summary."""
    out = [_figure(key, known[key], run.x_axis) for key in _LEADING if key in known and not _is_the_best(key, known)]
    trained = any(c.role is not Role.SYSTEM for c in run.curves.values())  # samples of the machine count seconds
    told = known.keys() & {"steps", "last_step"}
    if trained and not told and run.first_step is not None and run.last_step is not None:
        over_steps = run.x_axis.lower() not in (*EPOCHS, "tokens", "seconds")
        reach = Span(run.first_step, run.last_step, run.x_axis, bare=over_steps)
        out.append(WordedFigure("Steps" if over_steps else "Reach", str(reach), ""))
    if run.wall_seconds and not known.keys() & {"wall_seconds", "wall_time"}:
        out.append(WordedFigure("Wall time", duration(run.wall_seconds), ""))
    spikeless = {key for key, reading in known.items() if "spike_score" in key and not reading.value}
    rest = known.keys() - {*_LEADING, *spikeless}
    others = [_figure(key, reading, run.x_axis) for key, reading in known.items() if key in rest]
    return (*out, *sorted(others, key=lambda f: f.aside))


def _is_the_best(key: str, known: Mapping[str, KeyFigure]) -> bool:
    """Return whether a last value is the best, which is told already."""
    best = known.get(key.replace("last_", "best_", 1))
    return key.startswith("last_") and best is not None and best.step == known[key].step


def _figure(key: str, r: KeyFigure, x_axis: str) -> WordedFigure:
    where = "" if r.step is None else f"at {span(r.step, None, x_axis)}"
    share = r.unit == "ratio" and key.startswith("share_") and math.isfinite(r.value)
    value = percent(r.value) if share else measure(r.value, r.unit)
    return WordedFigure(
        clean(capitalized(r.label)) if r.label else heading(key), value, where, aside="spike_score" in key
    )


def heading(key: str) -> str:
    """Return a key as a heading: ``best_eval_loss`` -> ``Best eval loss``."""
    name = (
        clean(key)
        .replace("_", " ")
        .replace("-", " ")
        .strip()
        .replace("olmo core", "OLMo-core")
        .replace("olmo", "OLMo ")
        .replace("spike score ", "spike score, ")
    )
    return name[:1].upper() + name[1:]


_FIRST = (
    Role.TRAIN_LOSS,
    Role.EVAL_LOSS,
    Role.EVAL_ACCURACY,
    Role.TRAIN_ACCURACY,
    Role.QUALITY_METRIC,
    Role.ERROR_METRIC,
    Role.REWARD,
    Role.GRAD_NORM,
    Role.LEARNING_RATE,
)


def curve_rows(run: Run, limit: int = 120) -> tuple[CurveRow, ...]:
    """Return a row for each curve, the telling roles first, at most ``limit``."""
    place = {role: i for i, role in enumerate(_FIRST)}
    curves = sorted(run.curves.values(), key=lambda c: place.get(c.role or Role.OTHER, len(_FIRST)))
    return tuple(_curve_row(c) for c in curves[:limit])


def _curve_row(c: Curve) -> CurveRow:
    n = len(c)
    good = c.value[c.finite]
    bad = n - good.size
    return CurveRow(
        tag=c.tag,
        role=str(c.role),
        points=count(n) + (f" ({count(bad)} no number)" if bad else ""),
        first=count(c.step[0].item()) if n else "",
        last=count(c.step[-1].item()) if n else "",
        low=number(float(good.min())) if good.size else "",
        end=number(float(c.value[-1])) if n else "",
        blocks=c.value[:: -(-n // _SPARK_BLOCKS) or 1],  # a shape to recognise, no statistics
    )


def config(run: Run, limit: int = 200) -> tuple[Pair, ...]:
    """Return the hyper-parameters found in the log, nested ones with dotted names, at most ``limit``."""
    out: list[Pair] = []
    if run.config:
        _flatten("", run.config, out, limit, 0)
    return tuple(out)


def _flatten(prefix: str, value: Any, out: list[Pair], limit: int, depth: int) -> None:
    if isinstance(value, Mapping) and value and depth < 8:
        for key, inner in value.items():
            if len(out) >= limit:
                return
            _flatten(f"{prefix}.{key}" if prefix else str(key), inner, out, limit, depth + 1)
        return
    if isinstance(value, (str, int, bool)) or value is None:
        text = str(value)
    elif isinstance(value, float):
        text = repr(value)
    else:
        try:
            text = json.dumps(value, default=str, ensure_ascii=False)
        except (TypeError, ValueError, RecursionError):
            text = repr(value)[:2000]
    out.append(Pair(clean(prefix), shorten(text, 2000)))


def sources(run: Run, limit: int = 12) -> tuple[tuple[str, str, str], ...]:
    """Return path, format and size of the first ``limit`` files that were read."""
    return tuple((s.path, s.format, size(s.bytes)) for s in run.sources[:limit])


def command(run: Run) -> str:
    """Return the command that makes the report again, ready for a shell."""
    return f"curveread report {shlex.quote(clean(run.path))}"


def spread(histogram: object, axis: str) -> str:
    """Return a histogram in figures: its mean and deviation, its ends, its place; empty where there is none."""
    if not isinstance(histogram, Spread):
        return ""
    h = histogram
    middle = f"{number(h.mean, 3)} ± {number(h.deviation, 3)}"
    return f"{middle}, {number(h.low, 3)} to {number(h.high, 3)} ({span(h.step, None, axis)})"
