"""Reads ``trainer_state.json`` of the Hugging Face Trainer.

``log_history`` holds a dict per call of ``log()``: training rows (``loss``, ``grad_norm``, ``learning_rate``),
evaluation rows (``eval_loss`` …, one per evaluation set) and, last, a summary of the whole training that is no
point of any curve. Each ``checkpoint-<step>`` folder holds a copy that ends at its step.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from curveread.arrays import IntArray
from curveread.errors import CorruptLogError, ReadError
from curveread.plural import amount
from curveread.readers.base import BEYOND, Part, Reader
from curveread.readers.format import Format
from curveread.readers.json_text import loads
from curveread.readers.regular import read_regular
from curveread.readers.textfile import head_of
from curveread.readers.trainer import STATE
from curveread.readers.trainer.checkpoints import beginnings
from curveread.readers.trainer.history import NULL, NUMBER, OTHER, LogCells, LogHistory, history_of
from curveread.readers.trainer.names import CHECKPOINT, SUMMARY_KEYS
from curveread.readers.trainer.settings import settings_beside
from curveread.run.model import Checkpoint, Curve, Source
from curveread.run.notes import DataNote, NoteKind

_LARGE = {"log_history", "stateful_callbacks", "trial_params"}


class TrainerStateReader(Reader):
    """``trainer_state.json``, in the output folder or in a checkpoint."""

    format: ClassVar[Format] = STATE

    def claims(self, path: Path) -> bool:
        """Return whether the file is a ``*trainer_state*.json``, or holds the same under another name."""
        if path.suffix != ".json":
            return False
        return "trainer_state" in path.name or '"log_history"' in head_of(path, 1 << 12)

    def repeated(self, paths: Sequence[Path]) -> Collection[Path]:
        """Return the states of checkpoints that are the beginning of a later one."""
        return beginnings(paths)

    def read(self, path: Path) -> list[Part]:
        """Read one state; CorruptLogError when it is not JSON or holds no ``log_history``."""
        source = str(path)
        try:
            text = read_regular(path)
        except OSError as error:
            raise ReadError(f"{path}: {error.strerror or error}") from error
        state, history, notes = _load(text, path)
        curves, ending, more = curves_of(history, source)
        notes += more
        if not curves:
            notes.append(
                DataNote(
                    NoteKind.EMPTY,
                    source,
                    f"no curve: log_history has {_entries(history.entries)}, none with a step and a number",
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
        config.update(ending)
        config.update({k: v for k, v in settings_beside(path).items() if k not in config})
        step = state.get("global_step")
        return [
            Part(
                source=Source(source, self.format.name, len(text)),
                curves=curves,
                notes=tuple(notes),
                config=config,
                checkpoints=checkpoints_beside(path),
                x_axis="step",
                order=(float(step) if isinstance(step, int | float) and abs(step) < BEYOND else 0.0, path.parent.name),
            )
        ]


def _load(text: bytes, path: Path) -> tuple[dict[str, Any], LogHistory, list[DataNote]]:
    """Return the state and its log history; what a cut file still holds, with a note."""
    try:
        state = loads(text)
    except (ValueError, RecursionError) as error:
        entries = _salvage(text)
        if not entries:
            raise CorruptLogError(f"{path}: not valid JSON ({error}) and no complete log entry in it") from error
        message = (
            f"the file is damaged ({error}); {amount(len(entries), 'complete log entry', 'complete log entries')} kept"
        )
        return {}, history_of(entries), [DataNote(NoteKind.TRUNCATED, str(path), message)]
    if not isinstance(state, dict):
        raise CorruptLogError(f"{path}: a JSON {type(state).__name__}, expected the object that the Trainer saves")
    if not isinstance(state.get("log_history"), list):
        raise CorruptLogError(f"{path}: no log_history in it, which every trainer_state.json has")
    return _exact(state, text), history_of(state["log_history"]), []


def _exact(state: dict[str, Any], text: bytes) -> dict[str, Any]:
    """Return the state with integers that 64 bits cannot hold, which orjson makes floats, as they are written."""
    large = {k: v for k, v in state.items() if isinstance(v, float) and abs(v) >= 2.0**63}
    for key, value in large.items():
        for found in re.finditer(re.escape(json.dumps(key).encode()) + rb"\s*:\s*(-?\d+)\s*[,}]", text):
            if float(found[1]) == value:
                state[key] = int(found[1])
    return state


def _entries(number: int) -> str:
    return amount(number, "entry", "entries")


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


def curves_of(history: LogHistory, source: str) -> tuple[dict[str, Curve], dict[str, Any], list[DataNote]]:
    """Turn log entries into curves: a key's points are the entries that hold it."""
    columns, notes = dict(history.columns), []
    unusable = history.unusable
    ending, closing = _closing(columns, history.entries)
    step_of, has_step = _steps(columns.pop("step", None), history.entries)
    listed = np.zeros(history.entries, bool)
    for cells in history.columns.values():
        listed[cells.entry] = True
    unusable += int(np.count_nonzero(listed & ~has_step & ~closing))
    if unusable:
        notes.append(DataNote(NoteKind.SKIPPED, source, f"{_entries(unusable)} of log_history without a usable step"))
    plain = bool(has_step.all()) and not closing.any()
    repeats = _after_the_end(columns, step_of, closing)
    if repeats.any():
        where = int(step_of[np.argmax(repeats)])
        message = f"an evaluation after the end of the training, again at step {where}, is not a point of its curves"
        notes.append(DataNote(NoteKind.SKIPPED, source, message))
    usable = has_step & ~closing & ~repeats
    curves, skipped, nulls = {}, [], 0
    for key, cells in columns.items():
        keep = cells.kind == NUMBER
        mine = slice(None) if plain else usable[cells.entry]
        nulls += int(np.count_nonzero(cells.kind[mine] == NULL))
        if not np.any(keep[mine]):
            if np.any(cells.kind[mine] == OTHER):
                skipped.append(key)
            continue
        entry, value = cells.entry, cells.value
        if not plain or not keep.all():
            keep &= usable[cells.entry]
            entry, value = entry[keep], value[keep]
        step = step_of[entry]
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
                f"left out {amount(nulls, 'null value')}: some trainers log a metric that is NaN as null",
            )
        )
    return curves, ending, notes


def _closing(
    columns: Mapping[str, LogCells], entries: int
) -> tuple[dict[str, Any], np.ndarray[Any, np.dtype[np.bool_]]]:
    """Return the summary that ends a training, and (entries,) which entries are one."""
    closing = np.zeros(entries, bool)
    first, second = columns.get("train_runtime"), columns.get("train_loss")
    if first is None or second is None:
        return {}, closing
    closing[np.intersect1d(first.entry, second.entry, assume_unique=True)] = True
    ending: dict[str, Any] = {}
    if closing.any():
        last = int(np.flatnonzero(closing)[-1])
        for key in (k for k in columns if k in SUMMARY_KEYS):
            cells = columns[key]
            at = int(np.searchsorted(cells.entry, last))
            if at < cells.entry.size and cells.entry[at] == last and cells.kind[at] == NUMBER:
                ending[key] = float(cells.value[at])
    return ending, closing


def _after_the_end(
    columns: Mapping[str, LogCells], step_of: IntArray, closing: np.ndarray[Any, np.dtype[np.bool_]]
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return (entries,) which evaluations stand behind the summary at a step that was evaluated before.

    ``--do_eval`` evaluates once more when the training is over, often the best weights instead of the last.
    """
    out = np.zeros(closing.size, bool)
    if not closing.any():
        return out
    end = int(np.flatnonzero(closing)[-1])
    for key, cells in columns.items():
        late = cells.entry[cells.entry > end]
        if key.endswith("_loss") and late.size:
            early = step_of[cells.entry[cells.entry < end]]
            out[late[np.isin(step_of[late], early)]] = True
    return out


def _steps(cells: LogCells | None, entries: int) -> tuple[IntArray, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Return (entries,) steps, and which entries have one."""
    step, known = np.zeros(entries, np.int64), np.zeros(entries, bool)
    if cells is not None:
        good = (cells.kind == NUMBER) & (np.abs(cells.value) < BEYOND)
        step[cells.entry[good]] = cells.value[good].astype(np.int64)
        known[cells.entry[good]] = True
    return step, known


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
    if CHECKPOINT.match(folder.name):
        folder = folder.parent
    try:
        return _checkpoints_in(folder, folder.stat().st_mtime_ns)
    except OSError:
        return ()


@lru_cache(maxsize=64)  # each state file of a run asks for the same folder
def _checkpoints_in(folder: Path, changed: int) -> tuple[Checkpoint, ...]:
    named = [(CHECKPOINT.match(p.name), p) for p in folder.iterdir()]
    found = [(int(m[1]), p) for m, p in named if m and m[1] and p.is_dir()]
    return tuple(Checkpoint(step, str(p)) for step, p in sorted(found))
