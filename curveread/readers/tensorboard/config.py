"""Hyper-parameters and configuration texts of an event file."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from typing import Any

from curveread.readers.tensorboard.memory import Log
from curveread.readers.tensorboard.scalars import Record
from curveread.readers.tensorboard.texts import hyper_parameters, texts
from curveread.readers.tensorboard.tfrecord import HEADER
from curveread.run.notes import DataNote, NoteKind

_WHOLE = frozenset({"args", "config", "hparams", "hyperparameters", "run_params", "training_args"})
"""Texts whose JSON object is the configuration itself and not a part of it."""
_SHORT = 200


def configuration(log: Log, records: Sequence[Record], source: str) -> tuple[dict[str, Any], list[DataNote]]:
    """Return the configuration that some records of a file hold, and notes on records that cannot be read.

    A JSON object under a tag such as ``args`` gives its entries, one under another tag (``model_config``) is an entry
    of its own. A text that is one number or truth value is an entry; any other text is left out.
    """
    config: dict[str, Any] = {}
    hyper: dict[str, Any] = {}
    notes = []
    for record in records:
        data = log.view(record.start + HEADER, record.length)
        try:
            for tag, text in texts(data):
                entry = _entry(text)
                if isinstance(entry, dict) and tag.rsplit("/", 1)[-1] in _WHOLE:
                    config |= entry
                elif entry is not None:
                    config[tag] = entry
            hyper = hyper_parameters(data) | hyper  # the first start of a session says what the run began with
        except ValueError as e:  # no message, or no UTF-8: one odd text must not cost the others
            where = f"record {record.number + 1:,} at byte {record.start:,}"
            text = f"{where}: a configuration or text that cannot be read ({type(e).__name__}: {e}); left out"
            notes.append(DataNote(NoteKind.SKIPPED, source, text))
    return config | hyper, notes


def _entry(text: str) -> Any:
    """Return what a text says as a configuration, None when it is none."""
    text = text.strip()
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None
    if len(text) > _SHORT:
        return None
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return found if isinstance(found, bool | int | float) else None
