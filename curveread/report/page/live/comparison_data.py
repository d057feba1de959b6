"""Comparison -> what the scripts of its page draw: the losses on common steps, and how far they lie apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.findings.comparison import Comparison
from curveread.logtext import shorten
from curveread.report import swept
from curveread.report.chart.scale import RULES
from curveread.report.page.live.packing import array


def content(comparison: Comparison) -> dict[str, Any]:
    """Return all that the scripts need, in the form in which a sweep's page has it."""
    names = [r.name for r in comparison.runs]
    runs = {name: name for name in names}
    return {
        "names": [shorten(n, 120) for n in names],
        "health": [r.diagnosis.verdict.health for r in comparison.runs],
        "words": swept.WORDS,
        "forms": {},
        "outcome": None,
        "settings": [
            _setting("run", runs, names) | {"run": True},
            *(_setting(name, values, names) for name, values in comparison.differing.items()),
        ],
        "groups": [],
        "columns": [],
        "axis": comparison.axis,
        "charts": list(_charts(comparison, names)),
        "rules": RULES,
        "stack": True,
    }


def _setting(name: str, values: Mapping[str, str], names: Sequence[str]) -> dict[str, Any]:
    texts = list(dict.fromkeys(values[n] for n in names if n in values))
    at = [texts.index(values[n]) if n in values else -1 for n in names]
    return {
        "name": shorten(name, 60), "numbers": None, "texts": [shorten(t, 60) for t in texts], "log": False,
        "seed": False, "at": array(np.array(at, dtype=np.int64)), "best": None, "share": None,
    }  # fmt: skip


def _charts(comparison: Comparison, names: Sequence[str]) -> Iterable[dict[str, Any]]:
    """Yield a chart for each loss, and after it one of the differences in it, as far as they lie on the same axis."""
    for role, aligned in comparison.aligned.items():
        known = [i for i, tag in enumerate(aligned.tags) if tag]
        if not aligned.step.size or not known:
            continue
        title = role.replace("-", " ")
        yield _chart(title, known, [aligned.step] * len(known), value=[aligned.value[i] for i in known])
        apart = [d for d in comparison.differences if d.tag in aligned.tags and comparison.axis != "share"]
        if apart:
            less = f"{title} less that of {shorten(apart[0].reference, 60)}"
            ends = {name: [getattr(d, name) for d in apart] for name in ("value", "low", "high")}
            yield _chart(less, [names.index(d.run) for d in apart], [d.step for d in apart], **ends)


def _chart(
    name: str, rows: Sequence[int], step: Sequence[FloatArray | IntArray], **values: Sequence[FloatArray | IntArray]
) -> dict[str, Any]:
    made = {k: array(np.concatenate([np.asarray(v, dtype=np.float64) for v in vs])) for k, vs in values.items()}
    return {
        "name": name,
        "row": array(np.array(rows, dtype=np.int64)),
        "size": array(np.array([s.size for s in step], dtype=np.int64)),
        "step": array(np.concatenate([s.astype(np.float64) for s in step])),
        **made,
    }
