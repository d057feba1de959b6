"""Hyper-parameters and configuration texts of an event file, through tbparse.

Only the few records that hold them are handed to tbparse, as a small event file of their own; a file of
scalars never pays for it.
"""

from __future__ import annotations

import ast
import json
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curveread.readers.tensorboard.scalars import Record
from curveread.readers.tensorboard.tfrecord import FRAME, Log
from curveread.run.notes import DataNote, NoteKind

__all__ = ["configuration"]

_WHOLE = frozenset({"args", "config", "hparams", "hyperparameters", "run_params", "training_args"})
"""Texts whose JSON object is the configuration itself and not a part of it."""
_SHORT = 200


def configuration(log: Log, records: Sequence[Record], source: str) -> tuple[dict[str, Any], list[DataNote]]:
    """Return the configuration that some records of a file hold, and notes on records that cannot be read.

    A JSON object under a tag such as ``args`` gives its entries, one under another tag (``model_config``) is an
    entry of its own. A text that is one number or truth value is an entry; any other text is left out.

    Parameters
    ----------
    log
        The file.
    records
        Those of its records that hold hyper-parameters or text.
    source
        Name of the file, for notes.
    """
    if not records:
        return {}, []
    try:
        return _through_tbparse(log, records), []
    except Exception:  # tbparse and protobuf raise what they like; one odd text must not cost the others
        config: dict[str, Any] = {}
        notes = []
        for record in records:
            try:
                config |= _through_tbparse(log, [record])
            except Exception as e:
                where = f"record {record.number + 1:,} at byte {record.start:,}"
                text = f"{where}: a configuration or text that cannot be read ({type(e).__name__}: {e}); left out"
                notes.append(DataNote(NoteKind.SKIPPED, source, text))
        return config, notes


def _through_tbparse(log: Log, records: Sequence[Record]) -> dict[str, Any]:
    from tbparse import SummaryReader

    with tempfile.TemporaryDirectory(prefix="curveread-") as folder:
        path = Path(folder) / "events.out.tfevents.0.config"
        with path.open("wb") as f:
            for record in records:
                f.write(log.view(record.start, record.length + FRAME))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tbparse's own, about pandas
            reader = SummaryReader(str(path), event_types={"hparams", "text"})
            texts, hparams = reader.text, reader.hparams
    config: dict[str, Any] = {}
    for tag, value in zip(texts.get("tag", ()), texts.get("value", ()), strict=True):
        entry = _entry(str(value))
        if isinstance(entry, dict) and tag.rsplit("/", 1)[-1] in _WHOLE:
            config |= entry
        elif entry is not None:
            config[tag] = entry
    return config | dict(zip(hparams.get("tag", ()), hparams.get("value", ()), strict=True))


def _entry(text: str) -> Any:
    """Return what a text says as a configuration, None when it is none."""
    text = text.strip()
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None
    if len(text) > _SHORT:
        return None
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return found if isinstance(found, bool | int | float) else None
