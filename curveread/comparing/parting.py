"""Runs that are the same up to a step: the same seed, data and code, until something was changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from curveread.findings.arguments import Name, Place, Tag
from curveread.findings.comparison import ComparedRun
from curveread.findings.diagnosis import Statement
from curveread.findings.text import Text, text
from curveread.run.model import Curve, Run
from curveread.run.roles import LOSSES, Role
from curveread.run.shared_steps import on_shared_steps

_DISTINCT = 3
"""Values, none like another, that must agree before chance is ruled out."""
_MOST = 5
_NOT_COMPARED = (Role.TIME, Role.THROUGHPUT, Role.MEMORY, Role.SYSTEM, Role.STEP_AXIS, Role.EPOCH, Role.TOKENS)
"""Curves of the machine, and counters, which agree or differ for reasons of their own."""


@dataclass(frozen=True, slots=True)
class _Parting:
    """Two curves' last common step at which they are the same, and the first at which not (None: nowhere)."""

    tag: str
    last: int
    first: int | None


def partings(runs: Sequence[ComparedRun]) -> list[Statement]:
    """Return what is said of pairs of runs whose loss is the same from their first common step on, at most five.

    A pair is told when at least three different values in a row agree within float32 precision; of what parts first all
    curves that both runs have are asked, a learning rate too. O(runs²) passes over the curves.
    """
    out: list[Statement] = []
    for one, other in combinations(runs, 2):
        if len(out) == _MOST:
            break
        loss = _loss(one.diagnosis.run, other.diagnosis.run)
        if loss is not None:
            out.append(Statement("parting", _told(one, other, loss)))
    return out


def _loss(one: Run, other: Run) -> _Parting | None:
    """Return where the first loss that begins alike parts, None where none does."""
    for role in LOSSES:
        for curve in one.of(role):
            if curve.tag in other.curves and (found := _parting(curve, other.curves[curve.tag])) is not None:
                return found
    return None


def _parting(one: Curve, other: Curve) -> _Parting | None:
    shared = on_shared_steps(one, other)
    same = shared.same()
    alike = int(np.argmin(same)) if not same.all() else same.size
    if np.unique(shared.one[:alike]).size < _DISTINCT:
        return None
    first = shared.step[alike].item() if alike < same.size else None
    return _Parting(one.tag, shared.step[alike - 1].item(), first)


def _told(one: ComparedRun, other: ComparedRun, loss: _Parting) -> Text:
    runs = {"one": Name(one.name), "other": Name(other.name), "tag": Tag(loss.tag)}
    axis = one.diagnosis.run.x_axis
    if loss.first is None:
        return text("{one} and {other} are the same in every {tag} they share: one run twice, or one seed.", **runs)
    said = text(
        "{one} and {other} are the same in {tag} until {last} and differ from {first} on: the same seed and data, "
        "until something was changed there.",
        **runs,
        last=Place(loss.last, axis),
        first=Place(loss.first, axis),
    )
    before = _first_mover(one.diagnosis.run, other.diagnosis.run, loss)
    if before is None:
        return said
    mover = text(" {tag} is the first to differ, from {at} on.", tag=Tag(before.tag), at=Place(before.first or 0, axis))
    return said + mover


def _first_mover(one: Run, other: Run, loss: _Parting) -> _Parting | None:
    """Return the curve that differs first, if it does so before the loss or with it and was alike until then."""
    found: list[tuple[int, bool, _Parting]] = []
    for tag, curve in one.curves.items():
        twin = other.curves.get(tag)
        if twin is None or curve.role in _NOT_COMPARED or tag == loss.tag:
            continue
        shared = on_shared_steps(curve, twin)
        differ = np.flatnonzero(~shared.same())
        if differ.size and differ[0] > 0:
            first = shared.step[differ[0]].item()
            parting = _Parting(tag, shared.step[differ[0] - 1].item(), first)
            found.append((first, curve.role is not Role.LEARNING_RATE, parting))
    if not found or loss.first is None:
        return None
    first, not_rate, parting = min(found, key=lambda f: f[:2])
    return parting if first < loss.first or (first == loss.first and not not_rate) else None
