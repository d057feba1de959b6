"""Run -> Run with fewer curves or other roles: what the user knows better than the log."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from curveread.errors import ArgumentError, ReadError
from curveread.run.model import Curve, Run, Stated
from curveread.run.roles import Role

__all__ = ["with_facts", "with_role", "with_tags"]

_Curves = Mapping[str, Curve]


def with_tags(run: Run, pattern: str) -> Run:
    """Return the run with the curves whose tag, or an alias of it, matches ``pattern`` somewhere.

    Raises
    ------
    ArgumentError
        When ``pattern`` is not a regular expression.
    ReadError
        When no curve matches; the message names those that are there.
    """
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        raise ArgumentError("tags", pattern, f"it is not a regular expression: {error}") from error
    keep = {c.tag for c in run.curves.values() if any(wanted.search(name) for name in (c.tag, *c.aliases))}
    if not keep:
        raise ReadError(f"{run.path}: no curve matches {pattern!r}; there are: {_names(run)}")
    return _mapped(run, lambda curves: {tag: c for tag, c in curves.items() if tag in keep})


def with_role(run: Run, tag: str, role: Role) -> Run:
    """Return the run with the curve ``tag`` as its only curve of ``role``; what had the role becomes a loss term.

    Raises
    ------
    ReadError
        When the run has no such curve; the message names those that are there.
    """
    if tag not in run:
        raise ReadError(
            f"{run.path}: no curve {tag!r} for the {role.value.replace('-', ' ')}; there are: {_names(run)}"
        )
    chosen = run[tag].tag

    def assign(curves: _Curves) -> dict[str, Curve]:
        return {
            name: _with(c, role if name == chosen else Role.COMPONENT_LOSS if c.role is role else c.role)
            for name, c in curves.items()
        }

    return _mapped(run, assign)


def with_facts(run: Run, vocab_size: int | None, tokens_per_byte: float | None) -> Run:
    """Return the run with what the user states about its tokens.

    Raises
    ------
    ArgumentError
        For a vocabulary of fewer than two tokens, or tokens per byte that are not a positive number.
    """
    if vocab_size is not None and vocab_size < 2:
        raise ArgumentError("vocab_size", vocab_size, "a vocabulary has at least 2 tokens")
    if tokens_per_byte is not None and not 0.0 < tokens_per_byte < float("inf"):
        raise ArgumentError("tokens_per_byte", tokens_per_byte, "it must be a positive number")
    return replace(run, stated=Stated(vocab_size, tokens_per_byte))


def _with(curve: Curve, role: Role | None) -> Curve:
    return curve if curve.role is role else replace(curve, role=role)


def _mapped(run: Run, change: Callable[[_Curves], _Curves]) -> Run:
    """Return the run with ``change`` applied to its curves and to those of every attempt."""
    attempts = tuple(replace(a, curves=change(a.curves), superseded=change(a.superseded)) for a in run.attempts)
    placement = run.placement and replace(run.placement, run=_mapped(run.placement.run, change))
    return replace(run, curves=change(run.curves), attempts=attempts, placement=placement)


def _names(run: Run, most: int = 12) -> str:
    """Return the curves' names for a message, the first dozen of them."""
    names = list(run.curves)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(names[:most]) or "none") + rest
