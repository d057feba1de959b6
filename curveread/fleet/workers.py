"""Own processes, each with its own pipe: whichever dies, it is known which unit it was at.

A ``concurrent.futures.ProcessPoolExecutor`` gives up all its work when one of its processes dies, and cannot end one
that hangs. Here each process has a pipe of its own, so that a death or an overrun costs the unit that was running:
what was queued behind it goes to another process, and the unit itself is tried once more with nothing behind it,
since whoever ends processes (the kernel short of memory, an operator) does not always mean the work.

On Linux the processes are forked from a small server that has the modules loaded and no threads: forking the caller
is unsafe beside threads (a progress bar, BLAS), and starting each from nothing would import everything again. Where
the system's libraries do not survive a fork (macOS) or there is none (Windows), they are started from nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.reduction import ForkingPickler
from typing import Any, TypeVar

from curveread.errors import UsageError
from curveread.fleet.attempt import Failure, attempt, overtime

U = TypeVar("U")
R = TypeVar("R")

_WINDOW = 64
"""Units for each process that are taken from the iterable and not yet handed out: what bounds the memory."""
_SMALL = 16_384
"""Bytes of a unit that may wait in a pipe behind the one that runs; a longer one could block both ends."""
_STARTS = 3
"""Processes in a row that end before they are ready, after which no more are started."""
_PRELOADED = ("curveread.api", "curveread.diagnose")


def in_processes(
    work: Callable[[U], R], units: Iterable[U], jobs: int, timeout: float | None
) -> Generator[tuple[U, R | Failure], None, None]:
    """Yield each unit with what became of it, in the order of the units, which are taken as there is room for them.

    The work is pickled: a function of a module, or a partial of one. The process of a unit that takes longer than
    ``timeout`` seconds is ended.

    Raises
    ------
    UsageError
        When no process can be started.
    """
    crew = _Crew(work, enumerate(units), jobs, timeout)
    try:
        yield from crew.outcomes()
        crew.dismiss()
    finally:
        crew.end()


class _Task:
    """A unit on its way."""

    __slots__ = ("index", "payload", "suspect", "unit")

    def __init__(self, index: int, unit: Any, payload: bytes) -> None:
        self.index, self.unit, self.payload = index, unit, payload
        self.suspect = False  # whether a process has died at it


class _Worker:
    """A process, its pipe, and what it was sent: first the unit that runs, behind it at most one that waits."""

    def __init__(self, context: BaseContext, work: Callable[[Any], Any]) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        args = theirs, work, dict(os.environ)
        self.process = context.Process(target=_serve, args=args, daemon=True)  # type: ignore[attr-defined]
        self.process.start()
        theirs.close()
        self.ready = False
        self.sent: deque[_Task] = deque()
        self.since = 0.0

    def takes(self, task: _Task) -> bool:
        """Return whether a task may be sent now."""
        if not self.sent:
            return self.ready
        ahead = self.sent[0]
        return len(self.sent) < 2 and len(task.payload) <= _SMALL and not (task.suspect or ahead.suspect)

    def send(self, task: _Task) -> None:
        if not self.sent:
            self.since = time.monotonic()
        self.sent.append(task)
        with suppress(OSError):  # it died: its end of the pipe says so to whoever listens
            self.pipe.send_bytes(task.payload)

    def end(self) -> str:
        """End the process, now, and return how it ended."""
        self.process.kill()
        self.process.join()
        code = self.process.exitcode or 0
        self.process.close()
        self.pipe.close()
        return f"by signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"with exit code {code}"


class _Crew:
    """The processes, and the units between the iterable and whoever takes the outcomes."""

    def __init__(
        self, work: Callable[[Any], Any], source: Iterator[tuple[int, Any]], jobs: int, timeout: float | None
    ) -> None:
        self.work, self.source, self.jobs, self.timeout = work, source, jobs, timeout
        self.context = _context()
        self.workers: list[_Worker] = []
        self.waiting: deque[_Task] = deque()
        self.done: dict[int, tuple[Any, Any]] = {}
        self.told = 0
        self.taken = 0
        self.lost = 0

    def outcomes(self) -> Iterator[tuple[Any, Any]]:
        while True:
            self._take()
            self._hand_out()
            if self.told in self.done:
                self._listen(0.0)
                outcome = self.done.pop(self.told)
                self.told += 1
                yield outcome
            elif self.told < self.taken:
                self._listen(self._patience())
            else:
                return

    def _take(self) -> None:
        """Take units from the iterable while there is room between it and the outcomes that were told."""
        while self.taken - self.told < _WINDOW * self.jobs:
            index, unit = next(self.source, (-1, None))
            if index < 0:
                return
            self.taken += 1
            payload = attempt(_dumped, unit)
            if isinstance(payload, Failure):
                self.done[index] = unit, payload
            else:
                self.waiting.append(_Task(index, unit, payload))

    def _hand_out(self) -> None:
        """Give what waits to those that are free, idle ones first; start processes while there is more than that."""
        free = sum(not w.sent for w in self.workers)
        for _ in range(min(self.jobs - len(self.workers), len(self.waiting) - free)):
            self.workers.append(_Worker(self.context, self.work))
        for worker in [w for behind in (False, True) for w in self.workers if bool(w.sent) is behind]:
            while self.waiting and worker.takes(self.waiting[0]):
                worker.send(self.waiting.popleft())

    def _patience(self) -> float | None:
        if self.timeout is None:
            return None
        ends = [w.since + self.timeout for w in self.workers if w.sent]
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def _listen(self, patience: float | None) -> None:
        """Receive what has arrived, waiting for it for ``patience`` seconds, then end whoever has had its time."""
        talking = wait([w.pipe for w in self.workers], patience)
        for worker in [w for w in self.workers if w.pipe in talking]:
            try:
                while worker.pipe.poll():
                    self._receive(worker, worker.pipe.recv_bytes())
            except (EOFError, OSError):
                self._died(worker)
        if self.timeout is not None:
            late = time.monotonic() - self.timeout
            for worker in [w for w in self.workers if w.sent and w.since <= late and not w.pipe.poll()]:
                self._remove(worker)
                self._tell(worker.sent.popleft(), Failure(overtime(self.timeout)))
                self.waiting.extendleft(reversed(worker.sent))

    def _receive(self, worker: _Worker, message: bytes) -> None:
        if not worker.ready:
            worker.ready = True
            self.lost = 0
        else:
            self._tell(worker.sent.popleft(), attempt(pickle.loads, message))
        worker.since = time.monotonic()

    def _tell(self, task: _Task, outcome: Any) -> None:
        self.done[task.index] = task.unit, outcome

    def _remove(self, worker: _Worker) -> str:
        self.workers.remove(worker)
        return worker.end()

    def _died(self, worker: _Worker) -> None:
        """Try the unit at which a process died once more, and send what waited behind it elsewhere."""
        how = self._remove(worker)
        if not worker.ready:
            self.lost += 1
            if self.lost >= _STARTS:
                raise UsageError(
                    f"no process can be started (the last ended {how}); a script that works in several processes "
                    "needs its calls under if __name__ == '__main__':"
                )
        elif worker.sent and worker.sent[0].suspect:
            self._tell(worker.sent.popleft(), Failure(f"its process ended {how}, twice"))
        elif worker.sent:
            worker.sent[0].suspect = True
        self.waiting.extendleft(reversed(worker.sent))

    def dismiss(self) -> None:
        """Let the processes end by themselves: all is done."""
        for worker in self.workers:
            worker.pipe.close()
        for worker in self.workers:
            worker.process.join(5)

    def end(self) -> None:
        """End what is left of the processes, whatever they are at."""
        while self.workers:
            self.workers.pop().end()


def _context() -> BaseContext:
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(_PRELOADED))
    return context


def _dumped(what: Any) -> bytes:
    return bytes(ForkingPickler.dumps(what))


def _serve(pipe: Connection, work: Callable[[Any], Any], environ: dict[str, str]) -> None:
    """Do what comes through the pipe until it is closed; the first message says that the process is up."""
    os.environ.update(environ)  # the server may be older than what the caller has set since
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the caller's: it ends its workers

    def unpacked(payload: bytes) -> Any:
        return work(pickle.loads(payload))

    with suppress(EOFError, OSError):
        pipe.send_bytes(b"ready")
        while True:
            answer = attempt(_dumped, attempt(unpacked, pipe.recv_bytes()))
            pipe.send_bytes(_dumped(answer) if isinstance(answer, Failure) else answer)
