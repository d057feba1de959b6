"""Work on many units in any number of processes: each unit gets its result, in order, whatever becomes of a process."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor
from contextlib import closing
from typing import TypeVar

from curveread.errors import ArgumentError
from curveread.fleet.attempt import Failure, attempt

U = TypeVar("U")
R = TypeVar("R")


def execute(
    work: Callable[[U], R],
    units: Iterable[U],
    *,
    jobs: int = 1,
    executor: Executor | None = None,
    timeout: float | None = None,
    failed: Callable[[U, str], R],
) -> Generator[R, None, None]:
    """Yield a result for each unit, in the order of the units.

    A unit that raises, takes too long or ends its process costs only itself: its result is what ``failed`` makes of
    it and the reason. Units are taken from the iterable as there is room for them, so that memory stays bounded
    however many there are, also behind one that takes long.

    Parameters
    ----------
    work
        A function of a module, or a :func:`functools.partial` of one: processes import it. A unit should be small (a
        path), a result as large as what is wanted of it (a row).
    units
        What is worked on.
    jobs
        Processes; 1 works in the caller's, unless there is a ``timeout``, which takes a process that can be ended.
    executor
        Any :class:`concurrent.futures.Executor` that does the work instead: a pool of threads or processes, joblib's,
        ``dask.distributed.Client(…).get_executor()``. It stays open.
    timeout
        Seconds that a unit may take. An ``executor`` interrupts Python code only, not a call that hangs in the system.
    failed
        Makes the result of a unit that has none, from the unit and the reason.

    Yields
    ------
    One result for each unit. Close the iterator (:func:`contextlib.closing`) to end the workers early; on Ctrl-C they
    are ended at once.

    Raises
    ------
    UsageError
        When ``jobs`` or ``timeout`` does not fit, or no process can be started.
    """
    if jobs < 1:
        raise ArgumentError("jobs", jobs, "at least one process must work")
    if timeout is not None and not timeout > 0:
        raise ArgumentError("timeout", timeout, "seconds above 0 are needed")
    return _results(_outcomes(work, units, jobs, executor, timeout), failed)


def _outcomes(
    work: Callable[[U], R], units: Iterable[U], jobs: int, executor: Executor | None, timeout: float | None
) -> Generator[tuple[U, R | Failure], None, None]:
    if executor is not None:
        from curveread.fleet.borrowed import on_executor

        return on_executor(work, units, executor, timeout)
    if jobs > 1 or timeout is not None:
        from curveread.fleet.workers import in_processes

        return in_processes(work, units, jobs, timeout)
    return ((unit, attempt(work, unit)) for unit in units)


def _results(
    outcomes: Generator[tuple[U, R | Failure], None, None], failed: Callable[[U, str], R]
) -> Generator[R, None, None]:
    with closing(outcomes):
        for unit, outcome in outcomes:
            yield failed(unit, outcome.reason) if isinstance(outcome, Failure) else outcome
