"""``curveread mcp``: the read-only server for agents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from curveread.cli.codes import DONE
from curveread.cli.parser import Parser, add_plugins
from curveread.errors import UsageError


def arguments(parser: Parser) -> None:
    """Add what ``mcp`` takes."""
    parser.add_argument("roots", metavar="ROOT", nargs="+", type=Path, help="A folder whose runs may be read.")
    add_plugins(parser)


def mcp(roots: Sequence[Path]) -> int:
    """Let an agent read the runs below folders over the Model Context Protocol, on standard input and output."""
    try:
        from curveread.integrations.mcp.server import serve
    except ImportError as error:
        raise UsageError(
            f"the server needs the package mcp, version 2 or newer ({error}): pip install 'curveread[mcp]'"
        ) from error
    serve(roots)
    return DONE
