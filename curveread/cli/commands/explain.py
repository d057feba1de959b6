"""``curveread explain``: what a check finds, how it decides, when it is wrong, its options."""

from __future__ import annotations

from collections.abc import Mapping

from curveread.cli.codes import DONE
from curveread.cli.parser import Parser, add_plugins


def arguments(parser: Parser) -> None:
    """Add what ``explain`` takes."""
    parser.add_argument(
        "rule", metavar="RULE", nargs="?", help="Name of a check, or cause:NAME; without it all are listed."
    )
    add_plugins(parser)


def explain(rule: str | None = None) -> int:
    """Say what a check finds, how it decides, when it is wrong, and its options; without RULE list all checks."""
    from curveread.explanation import causes, checks, explained

    if rule is not None:
        print(explained(rule))
        return DONE
    _print(checks())
    print("\nCauses (curveread explain cause:NAME):\n")
    _print(causes())
    return DONE


def _print(lines: Mapping[str, str]) -> None:
    width = max(map(len, lines), default=0)
    for name, line in lines.items():
        print(f"{name:<{width}}  {line}")
