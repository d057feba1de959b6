"""What was found so far, and what a further look makes of it: a finding is new, has changed, is settled or is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from curveread.findings.finding import Finding
from curveread.run.model import Run

_NEAR = 0.05
"""Share of the run by which the onset of one finding may move from look to look."""
_CALM = 0.05
"""Share by which the run goes on behind a finding that stays as it is, before it is settled."""
_NOT_YET = ("no-learning", "underfitting")
"""Checks that say what has not come: of a run that goes on it may yet."""
_WAITED = 2.0
"""How many times as long as when that was first found a run must be for it to be told ..."""
_LONG = 500
"""... or how many points it must have."""


class Kind(StrEnum):
    """What became of a finding."""

    NEW = "new"
    CHANGED = "changed"
    SETTLED = "settled"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Entry:
    """A finding, and what became of it.

    Parameters
    ----------
    kind
        What became of it at the last look.
    finding
        The finding; of one that is gone the last that was seen of it.
    since
        The last step of the run when it became what it is.
    lasts
        Whether it lasts to the end of what was read: what comes may end it or make it worse.
    final
        Whether the rest of the run is not expected to change it.
    into
        The check of the finding that one that is gone is a part of now; empty where it was withdrawn.
    """

    kind: Kind
    finding: Finding
    since: int
    lasts: bool = False
    final: bool = False
    into: str = ""


class Ledger:
    """The findings of one run over several looks."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._waiting: dict[tuple[str, str | None], int] = {}
        """Check and tag of what has not come -> points of the run when that was first found."""

    def enter(self, run: Run, findings: Sequence[Finding], *, final: bool = False) -> list[Entry]:
        """Take what a look found; return what is new, changed, settled or gone since the last one.

        Of a run that is over everything is settled.
        """
        last = run.last_step or 0
        length = max(last - (run.first_step or 0), 1)
        findings = findings if final else self._waited(run, findings)
        left, told, kept = list(findings), list[Entry](), list[Entry]()
        for old in self._entries:
            again = _again(old.finding, left, _NEAR * length)
            if again is None:
                into = (f.rule for f in findings if _again(old.finding, f.folded, _NEAR * length))
                told.append(Entry(Kind.GONE, old.finding, last, final=True, into=next(into, "")))
                continue
            left.remove(again)
            entry = _later(old, again, last, length, final)
            kept.append(entry)
            if entry.since != old.since or entry.kind is not old.kind:
                told.append(entry)
        new = [Entry(Kind.NEW, f, last, _lasts(f, last), final) for f in left]
        self._entries = [*kept, *new]
        return [*told, *new]

    def _waited(self, run: Run, findings: Sequence[Finding]) -> list[Finding]:
        """Return findings without those of what has not come so soon."""
        points = max((len(c) for c in run.curves.values()), default=0)
        early = {(f.rule, f.tag): points for f in findings if f.rule in _NOT_YET}
        self._waiting = {key: self._waiting.get(key, now) for key, now in early.items()}
        return [
            f
            for f in findings
            if f.rule not in _NOT_YET or points >= min(_LONG, _WAITED * self._waiting[f.rule, f.tag])
        ]


def _again(old: Finding, found: Sequence[Finding], near: float) -> Finding | None:
    """Return the same finding in a later look."""
    same = [f for f in found if (f.rule, f.tag) == (old.rule, old.tag)]
    return min((f for f in same if _moved(old, f) <= near), key=lambda f: _moved(old, f), default=None)


def _moved(old: Finding, new: Finding) -> float:
    if old.first_step is None or new.first_step is None:
        return 0.0 if old.first_step is new.first_step else float("inf")
    if old.last_step is not None and old.first_step <= new.first_step <= old.last_step:
        return 0.0
    return abs(new.first_step - old.first_step)


def _later(old: Entry, again: Finding, last: int, length: int, final: bool) -> Entry:
    """Return an entry after a further look."""
    lasts = _lasts(again, last)
    if again.severity is not old.finding.severity or (old.lasts and not lasts):
        return Entry(Kind.CHANGED, again, last, lasts, final)
    calm = not lasts and last - old.since >= _CALM * length
    if not old.final and (final or calm):
        return Entry(Kind.SETTLED, again, last, lasts, final=True)
    return replace(old, finding=again, lasts=lasts)


def _lasts(finding: Finding, last: int) -> bool:
    return finding.last_step is None or finding.last_step >= last
