"""What a whole JSON document may be: rows, a history of lists, by data set or by index, points by metric (Sacred)."""

from __future__ import annotations

import re
from typing import Any

from curveread.run.roles import EVAL_WORDS, TRAIN_WORDS
from curveread.run.tags.counters import counter_of

Rows = list[dict[str, Any]]
_SPLIT = r'"(?:train|learn|fit|val|eval|test|dev)[^"]*"'
_SHAPES = re.compile(
    r'"history"\s*:\s*\{|"(?:epochs|logs?|history|metrics|results|records|steps|train_log)"\s*:\s*\[\s*\{'
    r'|:\s*\{\s*"0"\s*:|^\{\s*' + _SPLIT + r'\s*:\s*(?:\[\s*\{|\{\s*"[^"]+"\s*:\s*\[\s*[-\dNI])'
    r'|^\{\s*"[^"]+"\s*:\s*\{\s*' + _SPLIT + r"\s*:\s*\[\s*[-\dNI]"
    r'|"(?:steps|values)"\s*:\s*\[[^\]]*\]\s*,(?:[^\]]*\]\s*,)?\s*"(?:steps|timestamps|values)"\s*:\s*\['
)
_NUMBERS = re.compile(
    r'\{\s*"(?:(?:epoch|step|iter|iteration|episode|round)[ _-]?)?\d+"\s*:\s*\{\s*"[^"]+"\s*:\s*[-\dNI]', re.IGNORECASE
)
_NUMBERED = re.compile(r"([A-Za-z]*)[ _-]?(\d+)")
_DEEPEST = 3
_PLAIN_FIRST = re.compile(r'\{(?:\s*"[^"]+"\s*:\s*(?:"[^"]*"|[^\s"\[\]{},]+)\s*,)+\s*"[^"]+"\s*:\s*\[')
_COUNTS = re.compile(r'\{\s*"(?:episode|epoch|step|iteration|round)s?"\s*:\s*\[\s*(?:0\s*,\s*1|1\s*,\s*2)\s*,')
_SERIES = re.compile(r'"([^"]+)"\s*:\s*\[(?:\s*[-\dNI][^\[\]{},]*,){9}')


def shaped(head: str) -> bool:
    """Return whether the beginning of an object looks like one of these shapes."""
    return _SHAPES.search(head) is not None


def numbers_rows(head: str) -> bool:
    """Return whether an object begins with a row of numbers under a number: ``{"epoch_1": {"loss": 0.5``."""
    return _NUMBERS.match(head) is not None


def series_behind_settings(head: str) -> list[str]:
    """Return the names of the lists of ten numbers or more of an object that begins with plain entries."""
    return _SERIES.findall(head) if _PLAIN_FIRST.match(head) else []


def counts_itself(head: str) -> bool:
    """Return whether an object begins with a list that counts its episodes, epochs or steps."""
    return _COUNTS.match(head) is not None


def rows_in(whole: dict[str, Any], depth: int = 0) -> Rows | None:
    """Return the rows of a log that is one JSON object, ``depth`` deep in its document; None when it is none."""
    if _sacred(whole):
        return _points(whole)
    lists = {k: v for k, v in whole.items() if isinstance(v, list) and v}
    rows = {k: v for k, v in lists.items() if sum(isinstance(r, dict) for r in v) > 0.5 * len(v)}
    if by_split := _by_split(rows):
        return by_split
    if rows:
        longest = max(rows.values(), key=len)
        return [r for r in longest if isinstance(r, dict)]
    if series := {k: v for k, v in lists.items() if _number(v[0])}:
        return _columns(series | _counted(whole, series))
    if numbered := _numbered(whole):
        return numbered
    if sets := _sets(whole):
        return _columns(sets)
    indexed = {k: v for k, v in whole.items() if isinstance(v, dict) and v and all(i.isdigit() for i in v)}
    if indexed and len(indexed) == sum(isinstance(v, dict) for v in whole.values()):
        return _columns({k: [v[i] for i in sorted(v, key=int)] for k, v in indexed.items()})
    inner = [v for v in whole.values() if isinstance(v, dict)]
    found = [r for v in inner if depth < _DEEPEST and (r := rows_in(v, depth + 1)) is not None]
    return max(found, key=len) if found else None


def _number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool)) or value in ("NaN", "nan")


def _by_split(lists: dict[str, list[Any]]) -> Rows:
    """Return the rows of ``{"train": [{...}, ...], "val": [{...}, ...]}``, those of one place as one; else none."""
    splits = [k for k in lists if k.lower() in EVAL_WORDS | TRAIN_WORDS]
    if len(splits) < 2 or len(splits) < len(lists) or len({len(v) for v in lists.values()}) > 1:
        return []
    if not all(isinstance(r, dict) for v in lists.values() for r in v):
        return []
    return [
        {k if counter_of(k) is not None else f"{split}/{k}": v for split in splits for k, v in lists[split][i].items()}
        for i in range(len(lists[splits[0]]))
    ]


def _numbered(whole: dict[str, Any]) -> Rows:
    """Return the rows of ``{"epoch_1": {...}, "epoch_2": {...}}`` or ``{"1": {...}, "2": {...}}``; else none."""
    found = [(_NUMBERED.fullmatch(k), v) for k, v in whole.items()]
    rows = [(m[1], int(m[2]), v) for m, v in found if m is not None and isinstance(v, dict)]
    if len(rows) < len(found) or len({word for word, _, _ in rows}) != 1:
        return []
    word = rows[0][0] or "step"
    if counter_of(word) is None or any(isinstance(x, dict | list) for _, _, v in rows for x in v.values()):
        return []
    return [{word: count} | row for _, count, row in sorted(rows, key=lambda r: r[1])]


def _counted(whole: dict[str, Any], lists: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return the lists of objects beside a lone counter: ``{"epochs": [...], "metrics": {"loss": [...]}}``."""
    if len(lists) != 1 or counter_of(next(iter(lists))) is None:
        return {}
    inner = {k: v for k, v in whole.items() if isinstance(v, dict) and any(_is_series(x) for x in v.values())}
    if len(inner) != 1:
        return _sets(inner)
    return {k: v for k, v in next(iter(inner.values())).items() if _is_series(v)}


def _is_series(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and _number(value[0])


def _sets(whole: dict[str, Any]) -> dict[str, list[Any]]:
    """Return ``{"train": {"rmse": [...]}, "valid": {"rmse": [...]}}`` as columns: XGBoost's, LightGBM's history."""
    lists = {
        f"{name}-{metric}": values
        for name, metrics in whole.items()
        if isinstance(metrics, dict)
        for metric, values in metrics.items()
        if isinstance(values, list) and values and all(map(_number, values))
    }
    entries = sum(len(v) if isinstance(v, dict) else 1 for v in whole.values())
    return lists if len(lists) == entries and len(set(map(len, lists.values()))) == 1 else {}


def _columns(columns: dict[str, list[Any]]) -> Rows:
    """Return the rows of a history: ``{"loss": [...], "val_loss": [...]}``."""
    rows: Rows = [{} for _ in range(max(map(len, columns.values())))]
    for key, values in columns.items():
        for row, value in zip(rows, values, strict=False):
            row[key] = value
    return rows


def _sacred(whole: dict[str, Any]) -> bool:
    """Return whether each entry holds ``steps``, all of them numbers, and ``values``, as Sacred's metrics do."""
    return bool(whole) and all(
        isinstance(v, dict)
        and isinstance(v.get("steps"), list)
        and isinstance(v.get("values"), list)
        and all(isinstance(step, int | float) for step in v["steps"])
        for v in whole.values()
    )


def _points(metrics: dict[str, Any]) -> Rows:
    """Return a row for each step of any metric."""
    rows: dict[Any, dict[str, Any]] = {}
    for name, points in metrics.items():
        for step, value in zip(points["steps"], points["values"], strict=False):
            rows.setdefault(step, {"step": step})[name] = value
    return [rows[step] for step in sorted(rows)]
