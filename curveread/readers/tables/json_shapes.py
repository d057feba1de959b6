"""What a whole JSON document may be: rows, a history of lists, by data set or by index, points by metric (Sacred)."""

from __future__ import annotations

import re
from typing import Any

from curveread.run.tags.counters import counter_of

Rows = list[dict[str, Any]]
_SHAPES = re.compile(
    r'"history"\s*:\s*\{|"(?:epochs|logs?|history|metrics|results|records|steps|train_log)"\s*:\s*\[\s*\{'
    r'|:\s*\{\s*"0"\s*:|^\{\s*"(?:train|learn|fit|val|eval|test|dev)[^"]*"\s*:\s*\{\s*"[^"]+"\s*:\s*\[\s*[-\dNI]'
    r'|"(?:steps|values)"\s*:\s*\[[^\]]*\]\s*,(?:[^\]]*\]\s*,)?\s*"(?:steps|timestamps|values)"\s*:\s*\['
)
_DEEPEST = 3
_PLAIN_FIRST = re.compile(r'\{(?:\s*"[^"]+"\s*:\s*(?:"[^"]*"|[^\s"\[\]{},]+)\s*,)+\s*"[^"]+"\s*:\s*\[')
_COUNTS = re.compile(r'\{\s*"(?:episode|epoch|step|iteration|round)s?"\s*:\s*\[\s*(?:0\s*,\s*1|1\s*,\s*2)\s*,')
_SERIES = re.compile(r'"([^"]+)"\s*:\s*\[(?:\s*[-\dNI][^\[\]{},]*,){9}')


def shaped(head: str) -> bool:
    """Return whether the beginning of an object looks like one of these shapes."""
    return _SHAPES.search(head) is not None


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
    if rows:
        longest = max(rows.values(), key=len)
        return [r for r in longest if isinstance(r, dict)]
    if series := {k: v for k, v in lists.items() if _number(v[0])}:
        return _columns(series | _counted(whole, series))
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
