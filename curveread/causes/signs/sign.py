"""What a sign is, and where all of them are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from curveread.causes.scene import Scene
from curveread.findings.text import Text

__all__ = ["SIGNS", "Seen", "sign"]


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer.

    Parameters
    ----------
    there
        Whether the sign is there; False: known to be absent.
    words
        What the log shows, with places and units.
    """

    there: bool
    words: Text


_Ask = Callable[[Scene], Seen | None]

SIGNS: dict[str, _Ask] = {}
"""Name of a sign -> Scene -> its answer, None where the log cannot say."""


def sign(name: str) -> Callable[[_Ask], _Ask]:
    """Keep a function as the sign of a name."""

    def keep(ask: _Ask) -> _Ask:
        SIGNS[name] = ask
        return ask

    return keep
