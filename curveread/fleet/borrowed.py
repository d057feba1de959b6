"""Work on an executor of the caller's: a pool of threads or processes, joblib's, Dask's.

Units go out in chunks of about a second, so that what a task costs whoever hands it out (some milliseconds of Dask's
client and scheduler) stays small beside the work, and a bounded number of chunks is out at a time. The first go out one
by one, before it is known how long they take: few runs are shared out evenly.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import closing
from functools import partial
from itertools import chain, islice
from typing import Any, TypeVar
from uuid import uuid4

from curveread.fleet.attempt import Failure, attempt_within
from curveread.fleet.workers import in_processes

U = TypeVar("U")
R = TypeVar("R")

_OUT = 1_024
"""Chunks that are out at a time: enough for some hundred workers with one more waiting at each."""
_CHUNK_SECONDS, _CHUNK = 1.0, 64
"""How long a chunk should take, and its units at most."""
_WINDOW = 8_192
"""Units that are taken from the iterable and not yet handed out: what bounds the memory behind a straggler."""


def on_executor(
    work: Callable[[U], R], units: Iterable[U], executor: Executor, timeout: float | None
) -> Generator[tuple[U, R | Failure], None, None]:
    """Yield each unit with what became of it, in the order of the units; the executor stays open.

    What the executor loses (a process that died, with all that stood behind it) is tried again, one unit after the
    other with nothing beside it: the one that is lost again has failed. When the executor is broken for good, the rest
    is done in processes of our own.
    """
    errand = _Errand(work, enumerate(units), executor, timeout)
    try:
        yield from errand.outcomes()
    finally:
        for future in errand.out:
            future.cancel()


class _Errand:
    """What the executor has, what it lost, and what is done."""

    def __init__(
        self,
        work: Callable[[Any], Any],
        source: Iterator[tuple[int, Any]],
        executor: Executor,
        timeout: float | None,
    ) -> None:
        self.work, self.source, self.executor, self.timeout = work, source, executor, timeout
        self.out: dict[Future[Any], list[tuple[int, Any]]] = {}
        self.suspects: deque[tuple[int, Any]] = deque()
        self.done: dict[int, tuple[Any, Any]] = {}
        self.told = 0
        self.taken = 0
        self.chunk = 1
        self.broken = False
        self.tag, self.sent = uuid4().hex, 0

    def outcomes(self) -> Iterator[tuple[Any, Any]]:
        while True:
            self._hand_out()
            if self.broken:
                break
            if self.told in self.done:
                yield self._next()
            elif self.out:
                for future in wait(self.out, return_when=FIRST_COMPLETED).done:
                    self._receive(self.out.pop(future), future)
            elif self.suspects:
                self._alone(self.suspects.popleft())
            else:
                return
        yield from self._ourselves()

    def _next(self) -> tuple[Any, Any]:
        self.told += 1
        return self.done.pop(self.told - 1)

    def _hand_out(self) -> None:
        """Send chunks while there is room for them; none while something was lost and waits for its second try."""
        while not (self.suspects or self.broken) and len(self.out) < _OUT and self.taken - self.told < _WINDOW:
            chunk = list(islice(self.source, self.chunk))
            if not chunk:
                return
            self.taken += len(chunk)
            self._submit(chunk)

    def _submit(self, chunk: list[tuple[int, Any]]) -> None:
        try:
            self.out[self._future([unit for _, unit in chunk])] = chunk
        except BrokenExecutor:
            self.broken = True
            self.suspects.extend(chunk)

    def _future(self, units: list[Any]) -> Future[Any]:
        """Submit units, under a name of their own: Dask takes equal tasks for one and remembers how it ended."""
        self.sent += 1
        return self.executor.submit(_attempt_all, self.work, units, self.timeout, f"{self.tag}-{self.sent}")

    def _receive(self, chunk: list[tuple[int, Any]], future: Future[Any]) -> None:
        try:
            seconds, outcomes = future.result()
        except Exception as error:  # the work's own errors are among the outcomes: this one is the executor's
            self.broken = self.broken or isinstance(error, BrokenExecutor)
            self.suspects.extend(chunk)
            return
        self.chunk = max(1, min(_CHUNK, round(_CHUNK_SECONDS * len(chunk) / max(seconds, 1e-6))))
        for (index, unit), outcome in zip(chunk, outcomes, strict=True):
            self.done[index] = unit, outcome

    def _alone(self, suspect: tuple[int, Any]) -> None:
        """Try one unit with nothing beside it."""
        index, unit = suspect
        try:
            _, (outcome,) = self._future([unit]).result()
        except Exception as error:
            outcome = Failure(f"it was lost twice: {type(error).__name__}: {error}")
        self.done[index] = unit, outcome

    def _ourselves(self) -> Iterator[tuple[Any, Any]]:
        """Do in processes of our own what a broken executor leaves."""
        while self.out:
            future, chunk = self.out.popitem()
            self._receive(chunk, future)
        rest = chain(sorted(self.suspects, key=lambda numbered: numbered[0]), self.source)
        jobs = getattr(self.executor, "_max_workers", None) or os.cpu_count() or 1
        with closing(in_processes(partial(_numbered, self.work), rest, jobs, self.timeout)) as outcomes:
            for (index, unit), outcome in outcomes:
                while self.told < index:
                    yield self._next()
                self.told += 1
                yield unit, outcome
        while self.told in self.done:
            yield self._next()


def _numbered(work: Callable[[U], R], numbered: tuple[int, U]) -> R:
    return work(numbered[1])


def _attempt_all(
    work: Callable[[U], R], units: Sequence[U], timeout: float | None, name: str
) -> tuple[float, list[R | Failure]]:
    """Return how long it took, in seconds, and what became of each unit; ``name`` tells the task from all others."""
    start = time.perf_counter()
    outcomes = [attempt_within(work, unit, timeout) for unit in units]
    return time.perf_counter() - start, outcomes
