"""What a cause is to the engine: how common it is among events of a kind, and which signs speak for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from curveread.causes.kinds import Kind
from curveread.causes.scene import Scene
from curveread.findings.text import Text

__all__ = ["Candidate"]


@dataclass(frozen=True)
class Candidate:
    """A cause that may lie behind events.

    Parameters
    ----------
    id
        Its name in JSON and for ``curveread explain cause:ID``.
    title
        The same in words.
    page
        What it looks like in a log, what speaks against it, what it is mistaken for, references.
    usual
        Kind of event -> share of such events that it lies behind, as practitioners see it before the log is read.
    signs
        Name of a sign -> by which factors it becomes likelier where the sign is there, and where it is known to be
        absent. A sign about which the log says nothing changes nothing.
    check
        Scene -> what would tell it from the next.
    fix
        Scene -> what mends it, with the numbers of this run.
    """

    id: str
    title: str
    page: str = field(repr=False)
    usual: Mapping[Kind, float]
    signs: Mapping[str, tuple[float, float]]
    check: Callable[[Scene], Text]
    fix: Callable[[Scene], Text]
