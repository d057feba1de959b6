"""Rows as their analysis needs them: a few hundred bytes each, so that many thousands fit into memory at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from sys import intern
from typing import Any

from curveread.findings.sweep.row import Found, Measure, SweepRow

__all__ = ["slim"]


def slim(rows: Sequence[SweepRow]) -> list[SweepRow]:
    """Return rows with the settings in which they differ, their measures, and their findings without places."""
    differ = _differing(rows)
    findings: dict[tuple[str, ...], Found] = {}
    return [
        SweepRow(
            run=row.run,
            path="",
            settings={name: _shared(v) for name, v in row.settings.items() if name in differ},
            health=intern(row.health),
            measures=tuple(map(_measure, row.measures)),
            findings=tuple(_findings(row.findings, findings)),
            error=row.error,
        )
        for row in rows
    ]


def _differing(rows: Iterable[SweepRow]) -> set[str]:
    """Return the names of settings in which rows differ, or which some do not have."""
    first: dict[str, Any] = {}
    count: dict[str, int] = {}
    differ: set[str] = set()
    total = 0
    for row in rows:
        total += bool(row.settings)
        for name, value in row.settings.items():
            known = first.setdefault(name, value)
            count[name] = count.get(name, 0) + 1
            if known != value or type(known) is not type(value):
                differ.add(intern(name))
    return differ | {intern(name) for name, times in count.items() if times < total}


def _measure(m: Measure) -> Measure:
    return replace(m, tag=intern(m.tag), role=intern(m.role), better=intern(m.better), unit=intern(m.unit))


def _findings(found: Iterable[Found], known: dict[tuple[str, ...], Found]) -> Iterator[Found]:
    for f in found:
        key = (f.rule, f.severity, f.tag, f.cause)
        yield known.setdefault(key, Found(f.rule, f.severity, f.tag, None, None, None, f.cause))


def _shared(value: Any) -> Any:
    return intern(value) if isinstance(value, str) else value
