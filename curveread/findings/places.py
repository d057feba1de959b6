"""Where something happened, in words: ``step 12,000``, ``epoch 2.41``, ``1.25M tokens``, ``1 h 30 min``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from curveread.findings import wording
from curveread.findings.finding import Evidence
from curveread.findings.text import Text
from curveread.run.placement import Placement

__all__ = ["Places", "places"]

_NUMBER = r"[-−]?\d[\d,]*(?<!,)(?![\d.]*[kMGT%])"
_AT = re.compile(rf"\b([Ss])tep(?: ({_NUMBER})|s ({_NUMBER}(?:(?:–| to | and | or |, ){_NUMBER})*))(?!\.?\d)")
_LENGTH = re.compile(r"(?<=\d )step(s?)\b")
_OF_STEP = re.compile(r" (at|from|between|of) steps?$")
_ONE = re.compile(_NUMBER)
_ONLY_PLACES = re.compile(rf"{_NUMBER}(?:(?:–|, ){_NUMBER})*")


@dataclass(frozen=True, slots=True)
class Places:
    """How an axis is spoken of.

    Parameters
    ----------
    axis
        ``epoch``, ``tokens`` or ``seconds``, as ``Run.x_axis`` has it.
    at
        A step of the log -> its place on the axis.
    own
        Whether the log itself counts this way, so that lengths in steps are lengths in it.
    """

    axis: str
    at: Callable[[int], float]
    own: bool

    def reworded(self, text: str, *, lengths: bool = True) -> str:
        """Return a sentence with its places on the axis: ``rose after step 12,000`` -> ``rose after epoch 2.41``.

        Lengths in a log's own count follow, but for sentences that also speak of steps in general (``lengths``).
        """
        if isinstance(text, Text):
            return Text(self.reworded(text.template, lengths=lengths), text.args, text.capital).on(self)
        if "step" not in text.lower():
            return text
        text = _AT.sub(self._place, text)
        return _LENGTH.sub("tokens" if self.axis == "tokens" else r"epoch\1", text) if self.own and lengths else text

    def _place(self, found: re.Match[str]) -> str:
        text = wording.places(self.figures(found[2] or found[3]), self.axis, several=found[3] is not None)
        return text[0].upper() + text[1:] if found[1] == "S" else text

    def figures(self, steps: str) -> str:
        """Return a text with every number in it taken as a step and moved onto the axis."""
        return _ONE.sub(
            lambda m: wording.place(self.at(int(m[0].replace(",", "").replace("−", "-"))), self.axis), steps
        )

    def moved(self, evidence: Evidence) -> Evidence:
        """Return a figure on the axis: a place is moved, a text of places too, any other figure stays as it is."""
        value, unit = evidence.value, evidence.unit
        said = replace(evidence, name=self.reworded(evidence.name, lengths=False))
        of_place = _OF_STEP.sub(r" \1", said.name) if not isinstance(said.name, Text) else said.name
        if isinstance(value, Text):
            return replace(said, value=value.on(self))
        if isinstance(value, str):
            if _ONLY_PLACES.fullmatch(value):
                return replace(said, name=of_place, value=wording.places(self.figures(value), self.axis, several=True))
            return replace(said, value=self.reworded(value))
        if unit == "step" and value == int(value):
            return replace(said, name=of_place, value=self.at(int(value)), unit=self.axis)
        if unit == "steps" and self.own:
            return replace(said, unit="tokens" if self.axis == "tokens" else "epochs")
        return said


def places(axis: str, placement: Placement | None) -> Places | None:
    """Return how the places of a run are spoken of, None where they are steps."""
    if placement is not None:
        return Places(axis, placement.at, own=False)
    own = "epoch" if axis.lower() in wording.EPOCHS else axis.lower()
    return Places(own, lambda step: step, own=True) if own in ("epoch", "tokens") else None
