"""Exit codes, and how errors become one line on stderr.

====  ==========================================================================
0     done
1     ``check``: a finding reaches ``--fail-on``
2     usage error, or an input that cannot be read at all
3     a check itself failed and nothing graver applies, or curveread has a fault
130   Ctrl-C
141   whoever read the output through a pipe has gone
====  ==========================================================================
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from curveread.errors import CurvereadError

__all__ = ["DONE", "FAULT", "FOUND", "GONE", "INTERRUPTED", "UNUSABLE", "fault", "gravest", "run", "say"]

DONE, FOUND, UNUSABLE, FAULT, INTERRUPTED, GONE = 0, 1, 2, 3, 130, 141
_GRAVITY = (DONE, FAULT, FOUND, UNUSABLE)


def gravest(codes: Sequence[int]) -> int:
    """Return the code that a command over several runs ends with."""
    return max(codes, key=_GRAVITY.index, default=DONE)


def run(argv: list[str]) -> int:
    """Run a command line.

    Returns
    -------
    The exit code. Errors are told on stderr, a line each; ``CURVEREAD_TRACEBACK=1`` adds where they came from.
    """
    from curveread.cli.quick import plain_check

    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        check = plain_check(argv)
        if check is not None:
            return check.run()
        from curveread.cli.app import invoke

        return invoke(argv)
    except CurvereadError as error:
        _trace()
        say(error)
        return UNUSABLE
    except SystemExit:
        # Typer ends the process itself in one case only: nobody reads the pipe any more.
        return GONE
    except BrokenPipeError:
        raise  # nobody reads any more: the way out is main's
    except MemoryError:
        say("not enough memory for this input")
        return UNUSABLE
    except Exception as error:
        _trace()
        say(fault(error))
        return FAULT


def say(message: object) -> None:
    """Print one line about a problem on stderr."""
    from curveread.report.logtext import clean

    print(f"curveread: {clean(message)}", file=sys.stderr)


def fault(error: BaseException) -> str:
    """Return the line for an error that nobody raised on purpose: what, and where in the code."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else ""
    text = str(error).strip() or "no message"
    return f"fault in curveread{where}: {type(error).__name__}: {text} (CURVEREAD_TRACEBACK=1 shows the way there)"


def _trace() -> None:
    if os.environ.get("CURVEREAD_TRACEBACK") == "1":
        traceback.print_exc()
