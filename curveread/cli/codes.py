"""Exit codes, and how errors become one line on stderr.

====  ==========================================================================
0     done
1     ``check``: a run reaches ``--fail-on``
2     usage error, or an input that cannot be read at all
3     a check itself failed and nothing graver applies, or curveread has a fault
130   Ctrl-C; 143 by SIGTERM
141   whoever read the output through a pipe has gone
====  ==========================================================================
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from curveread.errors import ArgumentError, NoLogsError

DONE, FOUND, UNUSABLE, FAULT, INTERRUPTED, GONE = 0, 1, 2, 3, 130, 141
_GRAVITY = (DONE, FAULT, FOUND, UNUSABLE)


def gravest(codes: Sequence[int]) -> int:
    """Return the code that a command over several runs ends with."""
    return max(codes, key=_GRAVITY.index, default=DONE)


def worded(error: BaseException) -> str:
    """Return an error's text as the command line says it: with options where Python has arguments."""
    if isinstance(error, ArgumentError):
        value = f"{error.value:g}" if isinstance(error.value, float) else error.value
        return f"--{error.argument.replace('_', '-')} {value}: {error.reason}"
    if isinstance(error, NoLogsError):
        value = ",".join(error.value) if isinstance(error.value, list) else f"'{error.value}'"
        return error.hinted(f"--{error.argument} {value}")
    return str(error)


def say(message: object) -> None:
    """Print one line about a problem on stderr."""
    from curveread.logtext import clean, inert

    print(inert(f"curveread: {clean(message)}"), file=sys.stderr)


def fault(error: BaseException) -> str:
    """Return the line for an error that nobody raised on purpose: what, and where in the code.

    Raises
    ------
    KeyboardInterrupt
        Where the error came of one: code that cleans up behind it may fail in its turn.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt):
            raise KeyboardInterrupt
        cause = cause.__context__
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    text = str(error).strip() or "no message"
    return f"fault in curveread{where}: {type(error).__name__}: {text} (CURVEREAD_TRACEBACK=1 shows the way there)"
