"""What a sign is, and where all of them are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from curveread.causes.scene import Scene
from curveread.findings.text import Text
from curveread.run.roles import Role


class Seen(NamedTuple):
    """Whether a sign is there (False: known to be absent), and what the log shows, with places and units."""

    there: bool
    words: Text


_Ask = Callable[[Scene], Seen | None]

SIGNS: dict[str, _Ask] = {}
"""Name of a sign -> Scene -> its answer, None where the log cannot say."""


NEEDS: dict[str, str] = {}
"""Name of a sign -> what a log must hold for it, in words; those of `WORTH_LOGGING`."""

WORTH_LOGGING: Mapping[str, Callable[[Scene], bool]] = {
    "the learning rate": lambda scene: scene.rate is None,
    "the epoch": lambda scene: scene.first(Role.EPOCH) is None and "epoch" not in scene.run.x_axis.lower(),
    "the gradient norm": lambda scene: scene.norm is None,
    "the settings beside the log": lambda scene: not scene.run.config,
    "an evaluation": lambda scene: scene.evaluation is None,
}
"""What may lack, in words, the cheapest to log first -> whether a log lacks it."""


def sign(name: str, needs: str = "") -> Callable[[_Ask], _Ask]:
    """Keep a function as the sign of a name, with what a log must hold for it where that is often left out."""

    def keep(ask: _Ask) -> _Ask:
        SIGNS[name] = ask
        if needs:
            NEEDS[name] = needs
        return ask

    return keep
