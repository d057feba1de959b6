"""Reads ``trainer_state.json`` of the Hugging Face Trainer.

``log_history`` holds a dict per call of ``log()``: training rows (``loss``, ``grad_norm``, ``learning_rate``),
evaluation rows (``eval_loss`` …, one per evaluation set) and, last, a summary of the whole training that is no
point of any curve. Each ``checkpoint-<step>`` folder holds a copy that ends at its step.
"""

from __future__ import annotations

import json
import math
import re
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from curveread.errors import CorruptLogError, ReadError
from curveread.readers.base import Part, Reader
from curveread.run.model import Checkpoint, Curve, FloatArray, IntArray, Source
from curveread.run.notes import DataNote, NoteKind

__all__ = ["SUMMARY_KEYS", "TrainerStateReader", "checkpoints_beside"]

SUMMARY_KEYS = frozenset(
    {
        "train_runtime",
        "train_samples_per_second",
        "train_steps_per_second",
        "train_tokens_per_second",
        "total_flos",
        "train_loss",
    }
)
"""Keys of the row that the Trainer logs once at the end; they describe the training as a whole."""

_CHECKPOINT = re.compile(r"checkpoint-(\d+)$")
_LARGE = {"log_history", "stateful_callbacks", "trial_params"}
_NAMED = {
    "NaN": math.nan,
    "Infinity": math.inf,
    "-Infinity": -math.inf,
    "nan": math.nan,
    "inf": math.inf,
    "-inf": -math.inf,
}


class TrainerStateReader(Reader):
    """``trainer_state.json``, in the output folder or in a checkpoint."""

    name: ClassVar[str] = "trainer-state"
    looks_like: ClassVar[str] = "trainer_state.json"
    priority: ClassVar[int] = 10

    def claims(self, path: Path) -> bool:
        """Return whether the file is a ``*trainer_state*.json``."""
        return path.suffix == ".json" and "trainer_state" in path.name

    def read(self, path: Path) -> list[Part]:
        """Read one state; CorruptLogError when it is no JSON or holds no ``log_history``."""
        source = str(path)
        try:
            text = path.read_bytes()
        except OSError as error:
            raise ReadError(f"{path}: {error.strerror or error}") from error
        state, notes = _load(text, path)
        history = state.get("log_history")
        if not isinstance(history, list):
            raise CorruptLogError(f"{path}: no log_history in it, which every trainer_state.json has")
        curves, ending, more = _curves(history, source)
        notes += more
        if not curves:
            notes.append(
                DataNote(
                    NoteKind.EMPTY,
                    source,
                    f"no curve: log_history has {len(history)} entries, none with a step and a number",
                )
            )
        rounded = _rounded(curves.get("loss"))
        if rounded:
            notes.append(
                DataNote(
                    NoteKind.ROUNDED,
                    source,
                    f"loss is rounded to {rounded} decimals: changes below {10.0**-rounded:g} cannot be seen",
                )
            )
        config = {k: v for k, v in state.items() if k not in _LARGE and not isinstance(v, dict | list)}
        params = state.get("trial_params")
        if isinstance(params, dict):
            config.update({f"trial_params.{k}": v for k, v in params.items()})
        config.update({k: v for k, v in ending.items() if k in SUMMARY_KEYS})
        step = state.get("global_step")
        return [
            Part(
                source=Source(source, self.name, len(text)),
                curves=curves,
                notes=tuple(notes),
                config=config,
                checkpoints=checkpoints_beside(path),
                x_axis="step",
                order=(float(step) if isinstance(step, int | float) and math.isfinite(step) else 0.0, path.parent.name),
            )
        ]


def _load(text: bytes, path: Path) -> tuple[dict[str, Any], list[DataNote]]:
    """Return the state; what a cut file still holds, with a note."""
    try:
        state = json.loads(text)
    except (ValueError, RecursionError) as error:
        history = _salvage(text)
        if not history:
            raise CorruptLogError(f"{path}: no valid JSON ({error}) and no complete log entry in it") from error
        message = f"the file is damaged ({error}); {len(history)} complete log entries kept"
        return {"log_history": history}, [DataNote(NoteKind.TRUNCATED, str(path), message)]
    if not isinstance(state, dict):
        raise CorruptLogError(f"{path}: a JSON {type(state).__name__}, expected the object that the Trainer saves")
    return state, []


def _salvage(text: bytes) -> list[Any]:
    """Return the complete entries of ``log_history`` in a file that is cut or damaged."""
    whole = text.decode("utf-8", "replace")
    at = whole.find('"log_history"')
    at = whole.find("[", at) if at >= 0 else -1
    if at < 0:
        return []
    found: list[Any] = []
    decoder = json.JSONDecoder()
    at += 1
    while True:
        at = whole.find("{", at)
        if at < 0:
            return found
        try:
            entry, end = decoder.raw_decode(whole, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        if isinstance(entry, dict) and "step" in entry:
            found.append(entry)
        at = end


def _curves(history: list[Any], source: str) -> tuple[dict[str, Curve], dict[str, Any], list[DataNote]]:
    """Turn log entries into curves: a key's points are the entries that hold it.

    Entries with the same keys are taken together, so that the cost is a list comprehension per key.
    """
    notes: list[DataNote] = []
    columns: dict[str, list[tuple[IntArray, list[Any]]]] = {}
    rows = history if set(map(type, history)) <= {dict} else [r for r in history if isinstance(r, dict)]
    unusable = len(history) - len(rows)
    keys_of = list(map(tuple, rows))
    kinds = {keys: i for i, keys in enumerate(dict.fromkeys(keys_of))}
    kind_of = np.fromiter(map(kinds.__getitem__, keys_of), np.int32, len(rows))
    ending: dict[str, Any] = {}
    steps_of = np.full(len(rows), np.iinfo(np.int64).min, np.int64)
    for keys, kind in kinds.items():
        where = np.flatnonzero(kind_of == kind)
        same = rows if where.size == len(rows) else [rows[i] for i in where.tolist()]
        closing = "train_runtime" in keys and "train_loss" in keys
        if closing:
            ending.update(same[-1])
            if "loss" not in keys:
                continue
        if "step" not in keys:
            unusable += len(same)
            continue
        try:
            steps_of[where] = np.array(list(map(itemgetter("step"), same)), dtype=np.int64)
        except (ValueError, TypeError, OverflowError):
            usable = [i for i, row in enumerate(same) if _is_step(row["step"])]
            unusable += len(same) - len(usable)
            where, same = where[usable], [same[i] for i in usable]
            steps_of[where] = [int(row["step"]) for row in same]
        for key in keys:
            if key != "step" and not (closing and key in SUMMARY_KEYS):
                columns.setdefault(key, []).append((where, list(map(itemgetter(key), same))))
    if unusable:
        notes.append(DataNote(NoteKind.SKIPPED, source, f"{unusable} entries of log_history without a usable step"))
    curves, skipped, nulls = {}, [], 0
    for key, pieces in columns.items():
        at = np.concatenate([p[0] for p in pieces])
        value, logged, missing = _values(pieces[0][1] if len(pieces) == 1 else [v for p in pieces for v in p[1]])
        nulls += missing
        if not logged.any():
            if missing < at.size:
                skipped.append(key)
            continue
        if len(pieces) > 1 or not logged.all():
            order = np.argsort(at[logged], kind="stable")
            at, value = at[logged][order], value[logged][order]
        step = steps_of[at]
        if np.any(step[1:] < step[:-1]):
            by_step = np.argsort(step, kind="stable")
            step, value = step[by_step], value[by_step]
        curves[key] = Curve(key, step, value)
    if skipped:
        notes.append(DataNote(NoteKind.SKIPPED, source, f"no numbers in {', '.join(sorted(skipped))}"))
    if nulls:
        notes.append(
            DataNote(
                NoteKind.SKIPPED,
                source,
                f"{nulls} null values (all-NaN metrics are logged as null by some trainers) are no points",
            )
        )
    return curves, ending, notes


def _is_step(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and abs(value) < 2**62


def _values(cells: list[Any]) -> tuple[FloatArray, np.ndarray[Any, np.dtype[np.bool_]], int]:
    """Return (n,) values, (n,) whether a number was logged, and how many are null."""
    kinds = set(map(type, cells))
    if kinds <= {float, int}:
        try:
            return np.array(cells, np.float64), np.ones(len(cells), bool), 0
        except OverflowError:
            pass
    value, logged = np.full(len(cells), np.nan), np.zeros(len(cells), bool)
    for i, cell in enumerate(cells):
        if isinstance(cell, bool) or cell is None:
            continue
        try:
            value[i] = _NAMED[cell] if isinstance(cell, str) and cell in _NAMED else float(cell)
        except (ValueError, TypeError, OverflowError):
            continue
        logged[i] = True
    return value, logged, sum(c is None for c in cells)


def _rounded(curve: Curve | None) -> int:
    """Return the number of decimals (2-5) that all values of a curve are rounded to, 0 when they are not."""
    if curve is None:
        return 0
    value = curve.value[np.isfinite(curve.value)]
    sample = value[:: max(1, value.size // 1024)]  # a cheap look first: most logs are not rounded
    if np.unique(sample).size < 8 or not np.array_equal(np.round(sample, 5), sample):
        return 0
    for decimals in (2, 3, 4, 5):
        if np.array_equal(np.round(value, decimals), value):
            return decimals
    return 0


def checkpoints_beside(path: Path) -> tuple[Checkpoint, ...]:
    """Return the ``checkpoint-<step>`` folders of the output folder that a state file belongs to, by step."""
    folder = path.parent
    if _CHECKPOINT.match(folder.name):
        folder = folder.parent
    try:
        found = [(int(m.group(1)), p) for p in folder.iterdir() if (m := _CHECKPOINT.match(p.name)) and p.is_dir()]
    except OSError:
        return ()
    return tuple(Checkpoint(step, str(p)) for step, p in sorted(found))
