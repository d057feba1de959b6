"""Ctrl-C and SIGTERM: they end the work at its next safe place, without a traceback."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_AGAIN = 0.02
"""Seconds after which it is looked again whether an import is over."""
_IMPORT = 5.0
"""Seconds that an import is waited for at most."""
_PATIENCE = 1.0
"""Seconds in which what comes again is the same wish, as where a shell and its parent pass it on both."""


class _Interrupts:
    """Turns a signal into :class:`KeyboardInterrupt`, but not within an import.

    What is imported is C code to a part, which turns an exception of a signal into other errors or drops it, and what
    is half imported cannot be imported again. An import ends soon; the signal is told again until it has.
    """

    def __init__(self) -> None:
        self.code = 0
        self._first = 0.0
        self._raised = False

    def __call__(self, signum: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if not self.code:
            self.code, self._first = 128 + signum, now
        if _importing(frame) and now - self._first < _IMPORT:
            _later(signum)
        elif self._raised:
            if now - self._first > _PATIENCE:
                os._exit(self.code)
        else:
            self._raised = True
            raise KeyboardInterrupt

    def lost(self) -> None:
        """Raise it once more: it fell into code that cannot pass it on, such as a destructor."""
        self._raised = False
        _later(self.code - 128)


@contextmanager
def interruptible(*, for_good: bool) -> Iterator[Callable[[], int]]:
    """Let Ctrl-C and SIGTERM raise :class:`KeyboardInterrupt` in the block; ``for_good``: ignore them behind it.

    Yields what gives the exit code of the signal that came: 130 or 143; 0 as long as none did.
    """
    taken = _Interrupts()

    def unraisable(what: sys.UnraisableHookArgs) -> None:
        if what.exc_type is KeyboardInterrupt:
            taken.lost()
        else:
            hook(what)

    hook, sys.unraisablehook = sys.unraisablehook, unraisable
    before = {}
    with suppress(ValueError):  # not the main thread: whoever is answers signals
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, taken)
    try:
        yield lambda: taken.code
    finally:
        if not for_good:
            sys.unraisablehook = hook
        for number, earlier in before.items():
            signal.signal(number, signal.SIG_IGN if for_good else earlier)


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


def _later(signum: int) -> None:
    def tell() -> None:
        time.sleep(_AGAIN)
        _thread.interrupt_main(signal.Signals(signum))

    _thread.start_new_thread(tell, ())  # the module threading may be what is half imported
