"""Run -> Run with fewer curves or other roles: what the user knows better than the log."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from curveread.errors import ArgumentError, ReadError
from curveread.plural import some
from curveread.run.model import Curve, Run, Stated
from curveread.run.roles import DIRECTIONS, UNITS, Meaning, Role
from curveread.run.tags.kinds import Kind, TaskKind, kind_by_name

_Curves = Mapping[str, Curve]
_WAYS = {"up": "higher", "down": "lower", "none": ""}


class MayMatch(str):
    """A regular expression that need not match a curve of each run: a project's default."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What a user says of curves: regular expression on the tag -> what the curves that match are.

    Parameters
    ----------
    role
        Role of the curves, as ``show`` prints them: ``eval-loss``, ``quality-metric`` …
    better
        Which way is better: ``up``, ``down`` or ``none``.
    unit
        Unit of the values.
    """

    role: Mapping[str, str] = field(default_factory=dict)
    better: Mapping[str, str] = field(default_factory=dict)
    unit: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for option, given in (("role", self.role), ("better", self.better), ("unit", self.unit)):
            for pattern in given:
                _compiled(pattern, option)
        for pattern, name in self.role.items():
            check_role("role", pattern, name)
        for pattern, way in self.better.items():
            if way not in _WAYS:
                raise ArgumentError("better", f"{pattern}={way}", "say up, down or none")

    def __bool__(self) -> bool:
        return bool(self.role or self.better or self.unit)


def check_role(option: str, of: str, name: str) -> None:
    """Raise an ArgumentError where an option calls curves by a role that does not exist."""
    try:
        Role(name)
    except ValueError as error:
        raise ArgumentError(option, f"{of}={name}", f"there is no such role; there are: {', '.join(Role)}") from error


def with_tags(run: Run, pattern: str) -> Run:
    """Return the run with the curves whose tag, or an alias of it, matches ``pattern`` somewhere.

    Raises
    ------
    ArgumentError
        When ``pattern`` is not a regular expression.
    ReadError
        When no curve matches; the message names those that are there.
    """
    wanted = _compiled(pattern, "tags")
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


def with_names(run: Run, names: Names) -> Run:
    """Return the run with the roles, better ways and units that the user gave; the user wins over the log.

    Raises
    ------
    ReadError
        When a pattern matches no curve, unless it is a :class:`MayMatch`; the message names those that are there.
    """
    for option, given in (("role", names.role), ("better", names.better), ("unit", names.unit)):
        for pattern in given:
            if not isinstance(pattern, MayMatch) and not any(re.search(pattern, tag) for tag in run.curves):
                raise ReadError(f"{run.path}: no curve matches {option} {pattern!r}; there are: {_names(run)}")

    def named(curves: _Curves) -> dict[str, Curve]:
        return {tag: _named(curve, names) for tag, curve in curves.items()}

    return _mapped(run, named) if names else run


def _named(curve: Curve, names: Names) -> Curve:
    """Return the curve as the user names it: of several patterns that match, the last."""
    role, better, unit = (_last(curve.tag, given) for given in (names.role, names.better, names.unit))
    if role is None and better is None and unit is None:
        return curve
    known = curve.known
    if role is not None:
        named = Role(role)
        same = named is known.role
        direction, its_unit = (
            (known.direction, known.unit) if same else (DIRECTIONS.get(named, ""), UNITS.get(named, ""))
        )
        known = Meaning(named, direction, its_unit)
    direction = known.direction if better is None else _WAYS[better]
    meaning = Meaning(known.role, direction, known.unit if unit is None else unit, 1.0, "the user says so")
    return replace(curve, role=meaning.role, meaning=meaning)


def _last(tag: str, given: Mapping[str, str]) -> str | None:
    found = [value for pattern, value in given.items() if re.search(pattern, tag)]
    return found[-1] if found else None


def with_task(run: Run, name: str) -> Run:
    """Return the run with the kind of training that the user named.

    Raises
    ------
    UsageError
        When there is no such kind; the message names those that there are.
    """
    kind = kind_by_name(name)
    if kind is None:
        raise ArgumentError("task", name, f"there is no such kind of training; there are: {', '.join(TaskKind)}")
    return replace(run, task=Kind(kind, "the user says so"))


def _compiled(pattern: str, argument: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ArgumentError(argument, pattern, f"it is not a regular expression: {error}") from error


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
    return curve if curve.role is role else replace(curve, role=role, meaning=None)


def _mapped(run: Run, change: Callable[[_Curves], _Curves]) -> Run:
    """Return the run with ``change`` applied to its curves and to those of every attempt."""
    attempts = tuple(replace(a, curves=change(a.curves), superseded=change(a.superseded)) for a in run.attempts)
    placement = run.placement and replace(run.placement, run=_mapped(run.placement.run, change))
    return replace(run, curves=change(run.curves), attempts=attempts, placement=placement)


def _names(run: Run) -> str:
    """Return the curves' names for a message, the first dozen of them."""
    return some(list(run.curves), 12) or "none"
