"""How far a sweep is, shown in a notebook while it works; elsewhere nothing is shown unless asked for."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable
from typing import Any

Progress = Callable[[int, int, int], None]
"""Called after each unit of files with the number done, their total, and how many could not be read."""

_PATIENCE, _PAUSE = 1.0, 0.3
"""Seconds after which something is shown, and between two changes of it."""


class Shown:
    """Implements :data:`Progress` by a bar in the output of the cell, made by ``IPython.display``; empty in the end."""

    def __init__(self, display: Any) -> None:
        self._display = display
        self._handle: Any = None
        self._next = time.monotonic() + _PATIENCE

    def __call__(self, done: int, total: int, unread: int) -> None:
        """Show the number done, their total, and how many could not be read."""
        now = time.monotonic()
        if done < total and now < self._next:
            return
        self._next = now + _PAUSE
        bad = f", {unread:,} could not be read" if unread else ""
        bar = f'<progress value="{done}" max="{total}"></progress> {done:,} of {total:,} logs read{bad}'
        if done >= total:
            bar = ""
        if self._handle is not None:
            self._handle.update(self._display.HTML(bar))
        elif bar:
            self._handle = self._display.display(self._display.HTML(bar), display_id=True)


def shown() -> Shown | None:
    """Return what shows the progress in the notebook in which this runs; None elsewhere."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if not hasattr(shell, "kernel"):
        return None
    return Shown(importlib.import_module("IPython.display"))
