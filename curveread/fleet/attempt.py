"""One unit of work, whatever becomes of it: its result, or the reason why there is none."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

U = TypeVar("U")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a unit has no result."""

    reason: str


class _Overtime(BaseException):
    """Raised into the thread whose unit has had its time; not an ``Exception``, which the work may catch."""


def attempt(work: Callable[[U], R], unit: U) -> R | Failure:
    """Return what the work makes of a unit; whatever it raises, but Ctrl-C, is the reason that it failed."""
    try:
        return work(unit)
    except (KeyboardInterrupt, _Overtime):
        raise
    except BaseException as error:  # also SystemExit: a unit must not end the process that it runs in
        return Failure(f"{type(error).__name__}: {error}".rstrip(": "))


def attempt_within(work: Callable[[U], R], unit: U, timeout: float | None) -> R | Failure:
    """Do the same and interrupt the unit after ``timeout`` seconds, from within its process, in any thread.

    Python code is interrupted between two instructions; a call that hangs in the system is not.
    """
    if timeout is None:
        return attempt(work, unit)
    thread = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    ended, one_at_a_time = False, threading.Lock()

    def ring() -> None:
        with one_at_a_time:
            if not ended:
                raise_in(thread, ctypes.py_object(_Overtime))

    clock = threading.Timer(timeout, ring)
    clock.daemon = True
    clock.start()
    try:
        try:
            return attempt(work, unit)
        finally:
            with one_at_a_time:
                ended = True
                raise_in(thread, None)  # one that is on its way must not arrive in the next unit
            clock.cancel()
    except _Overtime:
        return Failure(overtime(timeout))


def overtime(timeout: float) -> str:
    """Return the reason of a unit that took longer than it was given."""
    return f"it took longer than {timeout:g} s"
