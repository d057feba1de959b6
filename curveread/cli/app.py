"""The commands, put together; each is a file of this folder."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated, cast

import typer

from curveread.cli.defaults import load_defaults
from curveread.errors import UsageError

if TYPE_CHECKING:
    from typer.core import TyperGroup

__all__ = ["command_line", "invoke"]

_COMMANDS = ("report", "check", "show", "compare", "export", "explain")
"""Each is the function of that name in the module of that name."""


# Typer has no public name for the common base of its usage errors, and it moved between releases.
_COMMAND_LINE_ERROR: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")


def invoke(argv: list[str]) -> int:
    """Run a command line and return its exit code.

    Raises
    ------
    UsageError
        For a command line that does not fit; the message is one line and names the command that explains it.
    """
    group = command_line(argv[0] if argv else "")
    try:
        code = group.main(
            args=argv or ["--help"],
            prog_name="curveread",
            standalone_mode=False,
            default_map=load_defaults(group),
        )
    except _COMMAND_LINE_ERROR as error:
        text = error.format_message() if hasattr(error, "format_message") else str(error)
        context = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "curveread"
        raise UsageError(f"{text} (see {command} --help)") from error
    return int(code or 0)


def command_line(first: str = "") -> TyperGroup:
    """Return the command line.

    Parameters
    ----------
    first
        The first argument. Where it names a command, only that one is put together: Typer needs longer for the
        options of all commands than a check for a small run.
    """
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(_curveread)
    for name in (first,) if first in _COMMANDS else _COMMANDS:
        app.command(name)(getattr(import_module(f"curveread.cli.{name}"), name))
    return cast("TyperGroup", typer.main.get_command(app))


def _curveread(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=lambda on: _print_version(on), help="Print the version."),
    ] = False,
) -> None:
    """Read the logs of finished training runs and say what happened, with evidence."""


def _print_version(wanted: bool) -> None:
    if wanted:
        from curveread.version import __version__

        print(f"curveread {__version__}")
        raise typer.Exit
