"""System metrics of a W&B run: sampled by the clock, placed at the step that was last logged then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.errors import ReadError
from curveread.plural import amount
from curveread.readers.tables.json_rows import lines_to_rows
from curveread.readers.textfile import read_text
from curveread.readers.wandb.records import Stats
from curveread.run.model import Curve
from curveread.run.notes import DataNote, NoteKind

EVENTS = "wandb-events.jsonl"
"""The system metrics of W&B clients before 0.10: a JSON object per sample, beside ``wandb-history.jsonl``."""

Samples = Mapping[str, tuple[Sequence[float], Sequence[float]]]
"""Metric -> times (seconds since the epoch) and values."""


def samples_of(stats: Iterable[Stats]) -> Samples:
    """Return the samples of a ``.wandb`` file, metric by metric."""
    out: dict[str, tuple[list[float], list[float]]] = {}
    for sample in stats:
        for key, value in sample.items:
            times, values = out.setdefault(key, ([], []))
            times.append(sample.time)
            values.append(value)
    return out


def events_beside(path: Path) -> tuple[Samples, list[DataNote]]:
    """Read the system metrics of an old client in ``path`` or beside it; nothing, with a note, if they are damaged."""
    events = path.with_name(EVENTS)
    if not events.is_file():
        return {}, []
    try:
        text, _, notes = read_text(events)
        rows, more = lines_to_rows(text, str(events))
    except ReadError as error:
        return {}, [DataNote(NoteKind.SKIPPED, str(events), f"no system metrics: {error}")]
    out: dict[str, tuple[list[float], list[float]]] = {}
    for row in rows:
        time = row.get("_timestamp")
        if not isinstance(time, int | float):
            continue
        for key, value in row.items():
            if key.startswith("system.") and isinstance(value, int | float) and not isinstance(value, bool):
                times, values = out.setdefault(key.removeprefix("system."), ([], []))
                times.append(float(time))
                values.append(float(value))
    return out, notes + more


def system_curves(
    samples: Samples, wall: FloatArray, step: IntArray, source: str
) -> tuple[dict[str, Curve], list[DataNote]]:
    """Return the curves ``system/<metric>`` and a note on how they were placed.

    ``wall`` and ``step``, (n,) each, are clock and steps of the rows; where they are empty steps become seconds.
    """
    if not samples:
        return {}, []
    first = min(min(times) for times, _ in samples.values())
    clock = np.maximum.accumulate(np.nan_to_num(wall))
    reached = np.maximum.accumulate(step) if step.size else step
    out = {}
    for key, (times, values) in samples.items():
        when = np.array(times)
        if clock.size:
            at = reached[np.maximum(np.searchsorted(clock, when, side="right") - 1, 0)]
        else:
            at = np.floor(when - first).astype(np.int64)
        order = np.argsort(at, kind="stable")
        out[f"system/{key}"] = Curve(f"system/{key}", at[order], np.array(values)[order], when[order])
    where = "placed by time at the last logged step" if clock.size else "their steps are seconds since the first sample"
    message = f"{amount(len(out), 'system metric has', 'system metrics have')} a clock and no step: {where}"
    return out, [DataNote(NoteKind.X_AXIS, source, message)]
