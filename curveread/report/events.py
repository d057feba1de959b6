"""Which events of a timeline a document tells: of many of one routine kind the first and the last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from curveread.findings.diagnosis import TimelineEntry

_ROUTINE = ("checkpoint", "epoch", "eval")
_FEW = 5


def telling(timeline: Iterable[TimelineEntry]) -> list[TimelineEntry]:
    """Return the events worth a line, by step.

    A fault is worth one wherever it is; of evals, epochs and checkpoints, where there are more than five, only the
    first and the last.
    """
    by_kind: dict[str, list[TimelineEntry]] = defaultdict(list)
    for entry in timeline:
        by_kind[entry.kind].append(entry)
    out: list[TimelineEntry] = []
    for kind, entries in by_kind.items():
        out += (entries[0], entries[-1]) if kind in _ROUTINE and len(entries) > _FEW else entries
    return sorted(out, key=lambda e: e.step)
