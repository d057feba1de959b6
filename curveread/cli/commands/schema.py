"""``curveread schema``: the JSON Schema of the result."""

from __future__ import annotations

from curveread.cli.codes import DONE
from curveread.cli.parser import Parser


def arguments(parser: Parser) -> None:
    """Add nothing: ``schema`` takes no arguments."""


def schema() -> int:
    """Print the JSON Schema of the result, as check --json prints it; $defs/listed is an entry of a list of runs."""
    from curveread.findings.schema import text

    print(text(), end="")
    return DONE
