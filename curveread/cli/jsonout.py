"""JSON on stdout, in UTF-8 whatever the locale says."""

from __future__ import annotations

import json
import sys
from typing import Any

__all__ = ["print_entries"]


def print_entries(entries: list[dict[str, Any]], *, paths: int) -> None:
    """Print one run as an object and several as a list, in their order.

    Parameters
    ----------
    entries
        A result for every run, and ``{"path", "error"}`` for a path that could not be read.
    paths
        How many paths were asked for: of several also one entry is a list; one path alone that could not be read has
        been told on stderr and prints nothing.
    """
    if paths > 1 or len(entries) > 1:
        _print(entries)
    elif "error" not in entries[0]:
        _print(entries[0])


def _print(document: Any) -> None:
    # Half surrogates, as odd file names bring them, become JSON escapes.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
