"""What W&B writes beside a run's log: ``config.yaml``, ``wandb-summary.json``, ``wandb-metadata.json``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from curveread.plural import amount
from curveread.readers.regular import open_regular
from curveread.readers.settings_file import settings_in
from curveread.run.notes import DataNote, NoteKind

_ENDED = {"finished": False, "failed": True, "crashed": True, "killed": True}
_CONSOLES = ("files/output.log", "logs/debug-internal.log", "logs/debug.log", "output.log")
_BACKWARDS = re.compile(rb"step:? (\d{1,18}) (?:that is |which is |is )?less than (?:the )?current step[: ]*(\d{1,18})")
_PIECE, _LINE = 1 << 22, 1 << 10  # bytes of a console that are looked through at once, and at most of such a line
_LARGEST = 1 << 22  # bytes; a summary with media in it can be large


@dataclass(frozen=True, slots=True)
class Beside:
    """What the files beside a log say: hyper-parameters, the last value of each metric, how the run ended, if they do.

    Of the former as far as they are plain values or lists of them.
    """

    config: Mapping[str, Any] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)
    crashed: bool | None = None


def beside(log: Path) -> Beside:
    """Read the files beside a log, or in ``files/`` there; what is missing or damaged is empty."""
    folders = (log.parent / "files", log.parent)
    config = _first(folders, "config.yaml")
    metadata = _first(folders, "wandb-metadata.json")
    crashed = _ENDED.get(str(metadata.get("state")))
    exit_code = metadata.get("exitcode")
    if isinstance(exit_code, int):
        crashed = exit_code != 0
    return Beside(
        {k: v["value"] if isinstance(v, dict) and "value" in v else v for k, v in config.items() if _is_own(k)},
        {k: v for k, v in _first(folders, "wandb-summary.json").items() if _is_own(k)},
        crashed,
    )


def dropped_calls(log: Path) -> list[DataNote]:
    """Return a note when the console or W&B's own log says that ``log()`` went back in step: W&B drops such data."""
    for name in _CONSOLES:
        path = log.parent / name
        try:
            found = _told_in(path)
        except OSError:
            continue
        if found:
            calls = amount(len(found), "call")
            step, current = (int(n) for n in found[0])
            text = (
                f"W&B dropped {calls} of log() that went back in step, first {step} behind {current} ({name} says so)"
            )
            return [DataNote(NoteKind.SKIPPED, str(log), text)]
    return []


def _told_in(path: Path) -> list[tuple[bytes, bytes]]:
    """Return the steps that a console says to have gone back, and those behind which they were."""
    found: list[tuple[bytes, bytes]] = []
    text = b""
    with open_regular(path) as file:
        while True:
            raw = file.read(_PIECE)
            text += raw
            matches = [m for m in _BACKWARDS.finditer(text) if m.end() < len(text) or not raw]  # else it may go on
            found += [(m[1], m[2]) for m in matches]
            if not raw:
                break
            text = text[max(matches[-1].end() if matches else 0, len(text) - _LINE) :]
    return found


def last_values(summary: Mapping[str, Any], tags: Iterable[str]) -> dict[str, Any]:
    """Return the summary's plain values that no curve tells, as entries ``summary.<key>`` of a config."""
    curves = set(tags)
    return {
        f"summary.{k}": v
        for k, v in summary.items()
        if k not in curves and not k.startswith("_") and isinstance(v, int | float | str | bool)
    }


def _is_own(key: object) -> bool:
    return key not in ("_wandb", "wandb_version")


def _first(folders: Iterable[Path], name: str) -> dict[str, Any]:
    for folder in folders:
        try:
            if loaded := settings_in(folder / name, _LARGEST):
                return loaded
        except (OSError, ValueError):
            continue
    return {}
