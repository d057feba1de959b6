"""What a check finds or a cause looks like, as text: for ``explain``, for agents and for the site's pages."""

from __future__ import annotations

from curveread.causes.registry import candidate, candidates
from curveread.detectors.registry import all_detectors, detector

CAUSE = "cause:"
"""Stands before the name of a cause."""


def checks() -> dict[str, str]:
    """Return name -> one line for every check."""
    return {check.rule: check.summary() for check in all_detectors()}


def causes() -> dict[str, str]:
    """Return name -> one line for every cause."""
    return {cause.id: cause.title for cause in candidates()}


def explained(name: str) -> str:
    """Return the page of a check, or of a cause as ``cause:NAME``.

    Raises
    ------
    UsageError
        When there is none of that name.
    """
    return _cause(name.removeprefix(CAUSE)) if name.startswith(CAUSE) else _check(name)


def _check(rule: str) -> str:
    check = detector(rule)
    out = [*_headed(check.rule, "="), "", check.explain().rstrip()]
    if check.options():
        out += ["", *_headed("Options", "-")]
    for option in check.options():
        out.append(f"--set {check.rule}.{option.name}={option.default}  ({option.type})")
        if option.help:
            out.append(f"    {option.help}")
    return "\n".join(out)


def _cause(name: str) -> str:
    """Return the page of a cause, and by how much each sign moves it."""
    cause = candidate(name)
    out = [*_headed(f"{CAUSE}{cause.id}", "="), "", cause.page.rstrip(), "", *_headed("Usual share", "-")]
    out += [f"{100.0 * share:3.0f} % of events of the kind {kind}" for kind, share in cause.usual.items()]
    out += ["", "Signs: factor where the log shows it, factor where it shows that it is not there", "-----"]
    out += [f"{sign:<24}x{there:<6g} x{absent:g}" for sign, (there, absent) in cause.signs.items()]
    return "\n".join(out)


def _headed(title: str, line: str) -> list[str]:
    return [title, line * len(title)]
