"""The command line: which commands there are, and how one is parsed and run; each is a file of commands/.

Only the module of the command that was asked for is loaded and its parser alone is built: reading and judging a small
run takes hardly longer than loading them all.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import fields
from importlib import import_module
from typing import Any

from curveread.cli.codes import DONE, FAULT, UNUSABLE, fault, say, worded
from curveread.cli.defaults import with_defaults
from curveread.cli.parser import Parser
from curveread.cli.reading import Reading
from curveread.docstrings import docstring
from curveread.errors import CurvereadError, UsageError
from curveread.limits import allow

__all__ = ["COMMANDS", "command_line", "parser_of", "run"]

COMMANDS = ("report", "check", "watch", "show", "compare", "sweep", "export", "explain", "schema", "mcp", "demo")
"""Each is the function of that name in the module of that name; the module's ``arguments`` adds what it takes."""


def run(argv: Sequence[str]) -> int:
    """Run a command line and return its exit code.

    Errors are told on stderr, a line each; ``CURVEREAD_TRACEBACK=1`` adds where they came from.
    """
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        try:
            command, values = _parsed(argv)
        except SystemExit as printed:  # the help, the version or a completion script
            return int(printed.code or DONE)
        import numpy as np

        with np.errstate(all="ignore"):  # a picture of numbers near the largest that there are
            return command(**values)
    except CurvereadError as error:
        _trace()
        say(worded(error))
        return UNUSABLE
    except OSError:
        raise  # nobody reads any more, or the disk is full: the way out is main's
    except MemoryError:
        say("not enough memory for this input")
        return UNUSABLE
    except Exception as error:
        _trace()
        say(fault(error))
        return FAULT


def command_line() -> Parser:
    """Return the parser of the whole command line, with every command: for the help and for completion scripts."""
    from curveread.cli.completion import PrintCompletion

    parser = Parser(
        prog="curveread", description="Read the logs of finished training runs and say what happened, with evidence."
    )
    parser.add_argument("--version", action="version", version=_version(), help="Print the version.")
    parser.add_argument("--print-completion", action=PrintCompletion)
    commands = parser.add_subparsers(title="commands", prog="curveread", metavar="COMMAND")
    for name in COMMANDS:
        about = docstring(_command(name))
        _with_arguments(name, commands.add_parser(name, description=about, help=about.partition("; ")[0].rstrip(".")))
    return parser


def _parsed(argv: Sequence[str]) -> tuple[Callable[..., int], dict[str, Any]]:
    """Return the command that is asked for and its arguments.

    Raises
    ------
    UsageError
        For a command line that does not fit.
    """
    name = argv[0] if argv else "--help"
    if name not in COMMANDS:
        if not name.startswith("-"):
            raise UsageError(f"there is no command {name!r}{_near(name)} (see curveread --help)")
        command_line().parse_args(argv or [name])
        raise UsageError("a command is missing (see curveread --help)")
    command, parser = _command(name), parser_of(name)
    values = with_defaults(parser, name, parser.given(argv[1:]))
    _load_plugins(values.pop("plugins", ()))
    allow(values.pop("limits", None) or ())
    if parser.reads:
        known = {f.name for f in fields(Reading)} & set(values)
        values["reading"] = Reading(**{key: values.pop(key) for key in known})
    return command, values


def parser_of(name: str) -> Parser:
    """Return the parser of one command."""
    return _with_arguments(name, Parser(prog=f"curveread {name}", description=docstring(_command(name))))


def _command(name: str) -> Callable[..., int]:
    found: Callable[..., int] = getattr(import_module(f"curveread.cli.commands.{name}"), name)
    return found


def _with_arguments(name: str, parser: Parser) -> Parser:
    import_module(f"curveread.cli.commands.{name}").arguments(parser)
    return parser


def _load_plugins(modules: Sequence[str]) -> None:
    """Take the readers and checks of modules into use; they may also lie in the current folder."""
    if modules:
        from curveread.plugins import load_plugin

        sys.path.append(os.getcwd())
        for module in modules:
            load_plugin(module)


def _near(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, COMMANDS, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(COMMANDS)}"


def _version() -> str:
    from curveread.version import __version__

    return f"curveread {__version__}"


def _trace() -> None:
    if os.environ.get("CURVEREAD_TRACEBACK") == "1":
        traceback.print_exc()
