"""The ``curveread`` command: argv -> api -> terminal, and the exit codes of the contract."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and leave the process with its exit code.

    Parameters
    ----------
    argv
        The arguments after the program's name; those of the process when not given.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    # Half of the time of a small check is spent on loading. OpenBLAS would start a thread for every core when NumPy is
    # loaded, although nothing here multiplies large matrices; and what is loaded stays: there is nothing to collect.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(100_000, 20, 20)
    try:
        from curveread.cli.app import run

        code = run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        # What is still buffered has no reader; without this the interpreter complains at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 141
    sys.exit(code)
