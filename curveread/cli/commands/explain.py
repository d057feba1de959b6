"""``curveread explain``: what a check finds, how it decides, when it is wrong, its options."""

from __future__ import annotations

from curveread.cli.codes import DONE
from curveread.cli.parser import Parser, add_plugins

__all__ = ["arguments", "explain"]


def arguments(parser: Parser) -> None:
    """Add what ``explain`` takes."""
    parser.add_argument("rule", metavar="RULE", nargs="?", help="Name of a check; without it all are listed.")
    add_plugins(parser)


def explain(rule: str | None = None) -> int:
    """Say what a check finds, how it decides, when it is wrong, and its options; without RULE list all checks."""
    from curveread.detectors.registry import all_detectors, detector

    if rule is None:
        width = max((len(d.rule) for d in all_detectors()), default=0)
        for check in all_detectors():
            print(f"{check.rule:<{width}}  {check.summary()}")
        return DONE
    check = detector(rule)
    print(f"{check.rule}\n{'=' * len(check.rule)}\n\n{check.explain().rstrip()}")
    if check.options():
        print("\nOptions\n-------")
    for option in check.options():
        print(f"--set {check.rule}.{option.name}={option.default}  ({option.type})")
        if option.help:
            print(f"    {option.help}")
    return DONE
