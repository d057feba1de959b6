"""What a sign is, and where all of them are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from curveread.causes.scene import Scene
from curveread.findings.text import Text

__all__ = ["NEEDS", "SIGNS", "WORTH_LOGGING", "Seen", "sign"]


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


NEEDS: dict[str, str] = {}
"""Name of a sign -> what a log must hold for it, in words; the cheapest to log come first in `WORTH_LOGGING`."""

WORTH_LOGGING = ("the learning rate", "the epoch", "the gradient norm", "the settings beside the log", "an evaluation")


def sign(name: str, needs: str = "") -> Callable[[_Ask], _Ask]:
    """Keep a function as the sign of a name, with what a log must hold for it where that is often left out."""

    def keep(ask: _Ask) -> _Ask:
        SIGNS[name] = ask
        if needs:
            NEEDS[name] = needs
        return ask

    return keep
