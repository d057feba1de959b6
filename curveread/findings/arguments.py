"""What a sentence speaks of, with its type: places, lengths, amounts with their unit, names; see :mod:`.text`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from curveread.findings import wording

if TYPE_CHECKING:
    from curveread.findings.places import Places

__all__ = [
    "Amount",
    "Argument",
    "AxisWord",
    "Count",
    "Labelled",
    "Length",
    "Name",
    "Place",
    "PlaceList",
    "Span",
    "Tag",
    "compact",
    "count",
    "duration",
    "figure",
    "level",
    "measure",
    "number",
    "precise",
    "rough",
    "share",
]


class Argument(ABC):
    """Something that a sentence speaks of."""

    __slots__ = ()

    @abstractmethod
    def worded(self) -> str:
        """Return it in words."""

    def on(self, places: Places) -> Argument:
        """Return it on another axis; what is neither a place nor a length stays as it is."""
        return self

    def __str__(self) -> str:
        return self.worded()


@dataclass(frozen=True, slots=True)
class Tag(Argument):
    """A curve's name, as logged."""

    name: str

    def worded(self) -> str:
        """Return the name."""
        return self.name


@dataclass(frozen=True, slots=True)
class Name(Argument):
    """A name that is not a curve's: a check, a file, a setting, words of the log."""

    name: str

    def worded(self) -> str:
        """Return the name."""
        return self.name


@dataclass(frozen=True, slots=True)
class Amount(Argument):
    """A figure with its unit.

    Parameters
    ----------
    value
        The figure, in ``unit``.
    unit
        As in :class:`~curveread.findings.finding.Evidence`.
    form
        How it is written, by the functions of :mod:`curveread.findings.wording`: ``level``, ``figure``, ``number``,
        ``measure``, ``share``, ``duration``, ``compact``, ``count``, ``rough`` or ``precise``.
    """

    value: float
    unit: str = ""
    form: str = "measure"

    def worded(self) -> str:
        """Return the figure with its unit."""
        return _FORMS[self.form](self.value, self.unit)


def _bare(write: Callable[[float], str]) -> Callable[[float, str], str]:
    return lambda value, unit: f"{write(value)} {unit}".rstrip()


_FORMS: dict[str, Callable[[float, str], str]] = {
    "level": wording.quantity,
    "figure": _bare(wording.figure),
    "number": _bare(wording.number),
    "measure": wording.measure,
    "share": lambda value, _: wording.percent(value),
    "duration": lambda value, _: wording.duration(value),
    "compact": _bare(wording.compact),
    "count": _bare(wording.count),
    "rough": _bare(partial(wording.number, digits=2)),
    "precise": _bare(partial(wording.number, digits=6)),
}


def level(value: float, unit: str = "") -> Amount:
    """Return the level of a curve: three digits, zeros at the end too: ``3.00 nats``."""
    return Amount(float(value), unit, "level")


def figure(value: float, unit: str = "") -> Amount:
    """Return a figure of three significant digits: ``2.31``."""
    return Amount(float(value), unit, "figure")


def number(value: float, unit: str = "") -> Amount:
    """Return a figure of four significant digits: ``2.314``."""
    return Amount(float(value), unit, "number")


def rough(value: float, unit: str = "") -> Amount:
    """Return a figure of two significant digits: ``2.3``."""
    return Amount(float(value), unit, "rough")


def precise(value: float, unit: str = "") -> Amount:
    """Return a figure of six significant digits, to be found in the log: ``2.31416``."""
    return Amount(float(value), unit, "precise")


def measure(value: float, unit: str = "") -> Amount:
    """Return a figure as tables show it: ``1,240 steps``, ``2.314 nats``, ``1 h 30 min``."""
    return Amount(float(value), unit, "measure")


def share(value: float) -> Amount:
    """Return a share in percent: 0.12 -> ``12 %``."""
    return Amount(float(value), "ratio", "share")


def duration(seconds: float) -> Amount:
    """Return a time: ``3 h 20 min``."""
    return Amount(float(seconds), "s", "duration")


def compact(value: float, unit: str = "") -> Amount:
    """Return a large count in about five characters: ``1.25M tokens``."""
    return Amount(float(value), unit, "compact")


def count(value: float) -> Amount:
    """Return a number of things without saying of what: ``12,400``."""
    return Amount(float(value), "", "count")


@dataclass(frozen=True, slots=True)
class Count(Argument):
    """A number of things with their noun: ``1 event``, ``12 evals``."""

    value: float
    noun: str

    def worded(self) -> str:
        """Return number and noun."""
        return wording.amount(self.value, self.noun)


@dataclass(frozen=True, slots=True)
class Place(Argument):
    """A place of the run: ``step 12,400``; on another axis ``epoch 2.41``, ``1.25M tokens``, ``1 h 30 min``.

    Parameters
    ----------
    at
        The place, in units of ``axis``.
    axis
        ``step``, ``epoch``, ``tokens`` or ``seconds``.
    bare
        Without the axis' noun: ``12,400``.
    """

    at: float
    axis: str = "step"
    bare: bool = False

    def worded(self) -> str:
        """Return the place with its noun."""
        shown = wording.place(self.at, self.axis)
        return shown if self.bare else wording.places(shown, self.axis)

    def on(self, places: Places) -> Place:
        """Return the place on another axis."""
        return replace(self, at=places.at(int(self.at)), axis=places.axis)


@dataclass(frozen=True, slots=True)
class PlaceList(Argument):
    """Several places: ``steps 200, 250 and 300``; one is worded as a :class:`Place`.

    Parameters
    ----------
    at
        The places, in order, in units of ``axis``; at least one.
    axis, bare
        As in :class:`Place`.
    last
        The word before the last one; empty for a comma.
    more
        How many more there are than are listed: ``and 3 more``.
    """

    at: tuple[float, ...]
    axis: str = "step"
    bare: bool = False
    last: str = "and"
    more: int = 0

    def worded(self) -> str:
        """Return the places with one noun before them."""
        each = [wording.place(at, self.axis) for at in self.at]
        if self.more:
            shown = f"{', '.join(each)} and {self.more} more"
        elif self.last and len(each) > 1:
            shown = f"{', '.join(each[:-1])} {self.last} {each[-1]}"
        else:
            shown = ", ".join(each)
        return shown if self.bare else wording.places(shown, self.axis, several=len(each) > 1 or self.more > 0)

    def on(self, places: Places) -> PlaceList:
        """Return the places on another axis."""
        return replace(self, at=tuple(places.at(int(at)) for at in self.at), axis=places.axis)


@dataclass(frozen=True, slots=True)
class Span(Argument):
    """A stretch of the run: ``steps 250–1,250``; worded as a place where it is one, ``the whole run`` without a begin.

    Parameters
    ----------
    first, last
        Its ends, in units of ``axis``.
    axis, bare
        As in :class:`Place`.
    """

    first: float | None
    last: float | None
    axis: str = "step"
    bare: bool = False

    def worded(self) -> str:
        """Return the stretch with its noun."""
        if not self.bare or self.first is None:
            return wording.span(self.first, self.last, self.axis)
        first = wording.place(self.first, self.axis)
        return first if self.last in (None, self.first) else f"{first}–{wording.place(self.last or 0, self.axis)}"

    def on(self, places: Places) -> Span:
        """Return the stretch on another axis."""
        first, last = (None if at is None else places.at(int(at)) for at in (self.first, self.last))
        return replace(self, first=first, last=last, axis=places.axis)


@dataclass(frozen=True, slots=True)
class Labelled(Argument):
    """A place beside words that hold the noun ``step`` already: it names its axis only where that is another one.

    The label ``onset between steps``, ending with an :class:`AxisWord`, has the value ``2,500–5,000``; on another axis
    ``onset between`` has ``epochs 1–2``.
    """

    place: Place | PlaceList | Span

    def worded(self) -> str:
        """Return the place, without the noun on the axis of steps."""
        return replace(self.place, bare=self.place.axis == "step").worded()

    def on(self, places: Places) -> Labelled:
        """Return the place on another axis."""
        return Labelled(self.place.on(places))


@dataclass(frozen=True, slots=True)
class Length(Argument):
    """A length along the log's own axis: ``28 steps``.

    It stays in steps on an axis that the log does not count by itself, since how many tokens or seconds 28 steps took
    depends on where they lie.
    """

    steps: float
    axis: str = "step"

    def worded(self) -> str:
        """Return the length with its noun."""
        if self.axis == "tokens" and round(self.steps) != 1:
            return f"{wording.count(round(self.steps))} tokens"
        return wording.amount(self.steps, self.axis.removesuffix("s"))

    def on(self, places: Places) -> Length:
        """Return the length in the noun of the log's own axis."""
        return replace(self, axis=places.axis) if places.own else self


@dataclass(frozen=True, slots=True)
class AxisWord(Argument):
    """The axis' noun in a label whose value is a bare place, ``at step``; empty where the value names its axis."""

    several: bool = False
    axis: str = "step"

    def worded(self) -> str:
        """Return ``step`` or ``steps``, or nothing on another axis."""
        return ("steps" if self.several else "step") if self.axis == "step" else ""

    def on(self, places: Places) -> AxisWord:
        """Return the noun on another axis."""
        return replace(self, axis=places.axis)
