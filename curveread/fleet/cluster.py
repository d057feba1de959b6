"""A Dask cluster at an address -> an executor."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from curveread.errors import ArgumentError, UsageError
from curveread.version import __version__

_PATIENCE = 30
"""Seconds that a scheduler has to answer."""


@contextmanager
def dask_executor(address: str) -> Iterator[Executor]:
    """Connect to a Dask scheduler (``tcp://10.0.0.1:8786``); disconnect in the end: what is out there is dropped.

    Paths are read by its workers: they see the same files, or the logs have URLs.

    Raises
    ------
    UsageError
        When Dask is not installed, nobody answers, or a worker has no or another curveread.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(f"Dask is not installed ({error}): pip install 'curveread[dask]'") from error
    for noisy in ("distributed", "distributed.client", "distributed.comm.core"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)  # what matters is told by us, in one line
    try:
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ArgumentError("dask", address, f"no scheduler answers there: {error or type(error).__name__}") from error
    with client:
        _check(address, client.run(version_here, on_error="return"))
        yield client.get_executor()


def version_here() -> str:
    """Return the version of curveread where this runs."""
    return __version__


def _check(address: str, answers: dict[str, object]) -> None:
    for worker, answer in answers.items():
        if answer != __version__:
            found = f"curveread {answer}" if isinstance(answer, str) else f"no curveread ({answer})"
            raise ArgumentError("dask", address, f"its worker {worker} has {found}, here is {__version__}")
