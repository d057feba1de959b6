"""Has something done once when a training ends: by itself, by an exception, by SIGTERM, or with its process."""

from __future__ import annotations

import atexit
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

__all__ = ["Death", "Ending", "warn"]


class Death:
    """How a training ended that did not end by itself.

    Parameters
    ----------
    cause
        The exception, the signal, or None where the process merely ended.
    """

    def __init__(self, cause: BaseException | signal.Signals | None) -> None:
        self.cause = cause


class Ending:
    """Waits for the end of a training that says when it begins and when it has ended, and maybe dies in between.

    What a framework does not tell is seen by the process: an exception that nobody caught and a call of ``sys.exit`` at
    its exit, SIGTERM by a handler that hands the signal on to the one before it, and in a notebook the end of the cell.
    Nothing of it changes how the process ends. SIGKILL leaves no time for anything.

    Parameters
    ----------
    act
        What is done; called with how the training died, or None. It must not raise.
    """

    def __init__(self, act: Callable[[Death | None], None]) -> None:
        self._act = act
        self._open = False
        self._process = 0
        self._before: object = None

    def begin(self) -> None:
        """Note that a training begins; one that was not seen to end has died."""
        self.end(Death(None))
        self._open, self._process = True, os.getpid()
        atexit.register(self._at_exit)
        if threading.current_thread() is threading.main_thread():
            self._before = signal.getsignal(signal.SIGTERM)
            if self._before not in (None, signal.SIG_IGN):
                signal.signal(signal.SIGTERM, self._terminated)
        self._cell("register")

    def end(self, death: Death | None = None) -> None:
        """Note that the training has ended, and act; nothing where none is going on."""
        if not self._open or os.getpid() != self._process:  # a worker that was forked has no part in it
            return
        self._open = False
        atexit.unregister(self._at_exit)
        try:
            self._act(death)
        finally:
            main = threading.current_thread() is threading.main_thread()
            if main and signal.getsignal(signal.SIGTERM) == self._terminated:
                signal.signal(signal.SIGTERM, self._before)  # type: ignore[arg-type]
            self._cell("unregister")

    def _at_exit(self) -> None:
        self.end(Death(getattr(sys, "last_value", None)))

    def _terminated(self, number: int, frame: FrameType | None) -> None:
        self.end(Death(signal.SIGTERM))
        if callable(self._before):
            self._before(number, frame)
        else:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTERM)

    def _cell(self, how: str) -> None:
        """Have a notebook say when the cell has ended, or no longer."""
        shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        if shell is not None:
            with suppress(Exception):
                getattr(shell.events, how)("post_run_cell", self._after_cell)

    def _after_cell(self, result: object) -> None:
        error = getattr(result, "error_in_exec", None)
        if isinstance(error, BaseException):
            self.end(Death(error))


def warn(what: str, error: BaseException) -> None:
    """Say in one line that curveread could not do something; whatever happens, nothing is raised."""
    with suppress(Exception):
        said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        logging.getLogger("curveread").warning("curveread: %s (%s)", what, said)
