"""A progress line on stderr for reads that take long; nothing at all when stderr is not a terminal."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE = 0.7
"""Seconds before the line appears: most reads are over by then."""


@contextmanager
def progress() -> Iterator[Callable[[int, int, str], None] | None]:
    """Show how far a reading is, as long as the block lasts.

    Yields what the reading calls with the number of files done, their total and the next file's name; None without a
    terminal.
    """
    with _shown() as line:
        yield None if line is None else line.tell


@contextmanager
def counting() -> Iterator[Callable[[int, int, int], None] | None]:
    """Show how far a work on many runs is: their rate, how many failed, and the time left.

    Yields what the work calls with the number of runs done, their total and how many failed; None without a terminal.
    """
    began = time.monotonic()
    with _shown() as line:
        if line is None:
            yield None
            return

        def told(done: int, total: int, failed: int) -> None:
            from curveread.findings.wording import duration

            rate = done / max(time.monotonic() - began, 1e-9)
            bad = f" · {failed} failed" if failed else ""
            line.tell(done, total, f"{rate:.3g} runs/s{bad} · {duration((total - done) / rate)} left")

        yield told


@contextmanager
def _shown() -> Iterator[_Line | None]:
    if not sys.stderr.isatty():
        yield None
        return
    line = _Line()
    timer = threading.Timer(PATIENCE, line.appear)
    timer.daemon = True
    timer.start()
    try:
        yield line
    finally:
        timer.cancel()
        line.leave()


class _Line:
    """The line: told from the reading thread, shown by a timer's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = (0, 1, "")
        self._over = False
        self._shown: tuple[Progress, TaskID] | None = None

    def tell(self, done: int, total: int, name: str) -> None:
        with self._lock:
            self._state = (done, total, name)
            self._update()

    def appear(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._over:
                return
            columns = (SpinnerColumn(), MofNCompleteColumn(), BarColumn(20), TimeElapsedColumn())
            name = TextColumn("{task.description}", markup=False)
            shown = Progress(*columns, name, console=Console(stderr=True), transient=True)
            self._shown = (shown, shown.add_task(""))
            self._update()
            shown.start()

    def leave(self) -> None:
        with self._lock:
            self._over = True
            if self._shown is not None:
                self._shown[0].stop()

    def _update(self) -> None:
        from curveread.logtext import shorten

        if self._shown is not None:
            shown, task = self._shown
            done, total, name = self._state
            shown.update(task, completed=done, total=total, description=shorten(name, 40))
