"""Diagnosis -> the words and rows of a report, formatted but not yet escaped: what the page and the Markdown share."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from curveread.arrays import FloatArray
from curveread.findings.arguments import Span
from curveread.findings.diagnosis import KeyFigure
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
    size,
    span,
)
from curveread.logtext import clean, shorten
from curveread.run.model import Curve, Run
from curveread.run.roles import Role

_SPARK_BLOCKS = 60


class Pair(NamedTuple):
    """A name with its text."""

    name: str
    value: str


class WordedFigure(NamedTuple):
    """A key figure: its name, its value with the unit, and where it was; ``aside`` when it is for comparing only."""

    name: str
    value: str
    where: str
    aside: bool = False


class CurveRow(NamedTuple):
    """A row of the table of curves; ``blocks`` (at most 60,) gives the shape of the curve."""

    tag: str
    role: str
    points: str
    first: str
    last: str
    low: str
    high: str
    end: str
    blocks: FloatArray


def pair(e: Evidence) -> Pair:
    """Return a figure in words: its place names the step itself, and a ratio reads as a share or as times."""
    name = without_axis(e.name) if e.unit == "step" else e.name
    value = measure(e.value, e.unit)
    if e.unit == "ratio" and isinstance(e.value, int | float) and math.isfinite(e.value):
        value = percent(e.value) if e.value <= 1.0 or e.key.startswith("share-") else f"{value} times"
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
        points=count(n) + (f" ({count(bad)} not finite)" if bad else ""),
        first=count(c.step[0].item()) if n else "",
        last=count(c.step[-1].item()) if n else "",
        low=number(float(good.min())) if good.size else "",
        high=number(float(good.max())) if good.size else "",
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
    from curveread.findings.extras.beside import Spread

    if not isinstance(histogram, Spread):
        return ""
    h = histogram
    middle = f"{number(h.mean, 3)} ± {number(h.deviation, 3)}"
    return f"{middle}, {number(h.low, 3)} to {number(h.high, 3)} ({span(h.step, None, axis)})"
