"""Checkpoint states that only repeat the beginning of a later state: proven by their bytes, not parsed.

Each ``checkpoint-<step>/trainer_state.json`` holds the log up to its step. A long training has dozens of them, as long
as the final one; comparing the text of their ``log_history`` costs a memory comparison.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from curveread.readers.regular import read_regular
from curveread.readers.trainer.names import CHECKPOINT

_BEGIN, _END = b'\n  "log_history": [\n', b"\n  ]"


def beginnings(paths: Iterable[Path]) -> set[Path]:
    """Return the states whose entries are, byte for byte, the first of those of another that is not among them."""
    folders: dict[Path, list[tuple[float, Path]]] = defaultdict(list)
    for path in paths:
        number = CHECKPOINT.match(path.parent.name)
        home = path.parent.parent if number else path.parent
        if number:
            folders[home].append((float(number[1]) if number[1] else sys.float_info.max, path))
        else:
            folders[home].append((float("inf"), path))
    out: set[Path] = set()
    for states in folders.values():
        if len(states) > 1:
            *earlier, (_, last) = sorted(states)
            whole = _entries(last)
            out |= {path for _, path in earlier if _begins(whole, _entries(path))}
    return out


def _entries(path: Path) -> bytes:
    """Return the text of the log entries, empty when they are not laid out as the Trainer does."""
    try:
        text = read_regular(path)
    except OSError:
        return b""
    begin, end = text.find(_BEGIN), text.rfind(_END)
    return text[begin + len(_BEGIN) : end] if 0 <= begin < end and text.rstrip().endswith(b"}") else b""


def _begins(whole: bytes, part: bytes) -> bool:
    """Return whether ``part`` is the first entries of ``whole``, the last of them complete."""
    return part.endswith(b"\n    }") and whole.startswith(part)
