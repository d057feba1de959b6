"""The ``curveread`` command: argv -> api -> terminal, and the exit codes of the contract."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from curveread.cli.interrupt import interruptible

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line, by default that of the process, and leave the process with its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # Half of the time of a small check is spent on loading. OpenBLAS would start a thread for every core when NumPy is
    # loaded, although nothing here multiplies large matrices; and what is loaded stays: there is nothing to collect.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(100_000, 20, 20)
    code = 130
    with suppress(KeyboardInterrupt), interruptible(for_good=argv is None) as signalled:
        try:
            code = _run(arguments)
        except KeyboardInterrupt:
            code = signalled() or code
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    """Run the command line and see its output off."""
    from curveread.cli.codes import GONE, UNUSABLE, say

    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    if sys.stdout is None:
        say("stdout is closed: there is nowhere to print")
        return UNUSABLE
    from curveread.cli.app import run

    try:
        code = run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _let_go()
        return GONE
    except OSError as error:  # a full disk, say; what concerns a log was told as such
        _let_go()
        say(f"{error.filename or 'stdout'}: {error.strerror or error}")
        return UNUSABLE
    return code


def _let_go() -> None:
    """Drop what is still buffered for stdout: it has no reader, and the interpreter would complain at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
