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

import typer

from curveread.errors import CurvereadError

__all__ = ["DONE", "FAULT", "FOUND", "GONE", "INTERRUPTED", "UNUSABLE", "fault", "gravest", "run", "say"]

DONE, FOUND, UNUSABLE, FAULT, INTERRUPTED, GONE = 0, 1, 2, 3, 130, 141
_GRAVITY = (DONE, FAULT, FOUND, UNUSABLE)

# Typer has no public name for the common base of its usage errors, and it moved between releases.
_COMMAND_LINE_ERROR: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")


def gravest(codes: Sequence[int]) -> int:
    """Return the code that a command over several runs ends with."""
    return max(codes, key=_GRAVITY.index, default=DONE)


def run(argv: list[str]) -> int:
    """Run a command line.

    Returns
    -------
    The exit code. Errors are told on stderr, a line each; ``CURVEREAD_TRACEBACK=1`` adds where they came from.
    """
    from curveread.cli.app import command_line
    from curveread.cli.defaults import load_defaults

    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        group = command_line()
        code = group.main(
            args=argv or ["--help"],
            prog_name="curveread",
            standalone_mode=False,
            default_map=load_defaults(group),
        )
    except _COMMAND_LINE_ERROR as error:
        say(_one_line(error))
        return UNUSABLE
    except CurvereadError as error:
        _trace()
        say(error)
        return UNUSABLE
    except SystemExit:
        # Typer ends the process itself in one case only: nobody reads the pipe any more.
        return GONE
    except MemoryError:
        say("not enough memory for this input")
        return UNUSABLE
    except Exception as error:
        _trace()
        say(fault(error))
        return FAULT
    return int(code or DONE)


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


def _one_line(error: Exception) -> str:
    """Return a command-line error with the command that explains the options."""
    text = error.format_message() if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "curveread"
    return f"{text} (see {command} --help)"


def _trace() -> None:
    if os.environ.get("CURVEREAD_TRACEBACK") == "1":
        traceback.print_exc()
