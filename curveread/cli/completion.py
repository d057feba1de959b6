"""``--print-completion SHELL``: a script with which a shell completes commands, options, values, checks and files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from curveread.discovery.remote.url import place

SHELLS = ("bash", "zsh", "fish")


class PrintCompletion(argparse.Action):
    """Prints the script and ends the program; shtab, which writes it, is loaded only then."""

    def __init__(self, option_strings: Sequence[str], dest: str, **settings: Any) -> None:
        about = "Print a script that completes the command line in this shell."
        super().__init__(option_strings, dest, help=about, choices=SHELLS, metavar="|".join(SHELLS), **settings)

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        """Print the script for the shell ``values``."""
        import shtab

        from curveread.cli.commands.demo import SAMPLES
        from curveread.detectors.registry import rules

        for action in _actions(parser):
            if action.metavar == "RULE":
                action.choices = rules()
            elif action.metavar == "SAMPLE":
                action.choices = SAMPLES
            elif action.type in (Path, place):
                action.complete = shtab.FILE  # type: ignore[attr-defined]
        print(shtab.complete(parser, shell=values))
        parser.exit()


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the arguments of a parser and of its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
