"""``curveread explain``: what a check finds, how it decides, when it is wrong, its options."""

from __future__ import annotations

from curveread.cli.codes import DONE
from curveread.cli.parser import Parser, add_plugins

__all__ = ["arguments", "explain"]

_CAUSE = "cause:"


def arguments(parser: Parser) -> None:
    """Add what ``explain`` takes."""
    parser.add_argument(
        "rule", metavar="RULE", nargs="?", help="Name of a check, or cause:NAME; without it all are listed."
    )
    add_plugins(parser)


def _cause(name: str) -> int:
    """Print the page of a cause, and by how much each sign moves it."""
    from curveread.causes.registry import candidate

    cause = candidate(name)
    title = f"{_CAUSE}{cause.id}"
    print(f"{title}\n{'=' * len(title)}\n\n{cause.page.rstrip()}\n\nUsual share\n-----------")
    for kind, share in cause.usual.items():
        print(f"{100.0 * share:3.0f} % of events of the kind {kind}")
    print("\nSigns: factor where the log shows it, factor where it shows that it is not there\n-----")
    for sign, (there, absent) in cause.signs.items():
        print(f"{sign:<24}x{there:<6g} x{absent:g}")
    return DONE


def _list_causes() -> None:
    from curveread.causes.registry import candidates

    print("\nCauses (curveread explain cause:NAME):\n")
    width = max(len(c.id) for c in candidates())
    for cause in candidates():
        print(f"{cause.id:<{width}}  {cause.title}")


def explain(rule: str | None = None) -> int:
    """Say what a check finds, how it decides, when it is wrong, and its options; without RULE list all checks."""
    from curveread.detectors.registry import all_detectors, detector

    if rule is not None and rule.startswith(_CAUSE):
        return _cause(rule.removeprefix(_CAUSE))
    if rule is None:
        width = max((len(d.rule) for d in all_detectors()), default=0)
        for check in all_detectors():
            print(f"{check.rule:<{width}}  {check.summary()}")
        _list_causes()
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
