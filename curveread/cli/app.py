"""The commands, put together; each is a file of this folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, cast

import typer

from curveread.cli import check, explain, export, report, show

if TYPE_CHECKING:
    from typer.core import TyperGroup

__all__ = ["command_line"]

_COMMANDS: dict[str, Callable[..., int]] = {
    "report": report.report,
    "check": check.check,
    "show": show.show,
    "export": export.export,
    "explain": explain.explain,
}


def command_line() -> TyperGroup:
    """Return the whole command line."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(_curveread)
    for name, function in _COMMANDS.items():
        app.command(name)(function)
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
