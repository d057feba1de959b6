"""What a cause is to the engine: how common it is among events of a kind, and which signs speak for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from curveread.causes.kinds import Kind
from curveread.causes.scene import Scene
from curveread.findings.text import Text

__all__ = ["Advice", "Candidate", "said"]

Advice = Text | Callable[[Scene], Text]


@dataclass(frozen=True)
class Candidate:
    """A cause that may lie behind events.

    Parameters
    ----------
    id
        Its name in JSON and for ``curveread explain cause:ID``.
    title
        The same in words.
    usual
        Kind of event -> share of such events that it lies behind, as practitioners see it before the log is read.
    signs
        Name of a sign -> by which factors it becomes likelier where the sign is there, and where it is known to be
        absent. A sign about which the log says nothing changes nothing.
    check
        What would tell it from the next; made of the scene where it names places or figures of the run.
    fix
        What mends it; likewise.
    page
        The docstring of its module: what it looks like in a log, what speaks against it, references.
    """

    id: str
    title: str
    usual: Mapping[Kind, float]
    signs: Mapping[str, tuple[float, float]]
    check: Advice
    fix: Advice
    page: str = field(default="", repr=False)


def said(advice: Advice, scene: Scene) -> Text:
    """Return what is advised in a scene."""
    return advice(scene) if callable(advice) else advice
