"""ChartSpec: everything a picture of a run shows, as plain data that any renderer can draw and any test can read."""

from __future__ import annotations

from dataclasses import dataclass

from curveread.arrays import FloatArray
from curveread.findings import wording
from curveread.report.chart.scale import Scale


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line through (n,) points; a NaN in ``y`` breaks it.

    ``kind`` is ``raw`` (faint, every logged point; ``sparse`` where they are few), ``trend`` (strong), ``plain`` (the
    only line of its curve), ``eval`` (joined evaluation points) or ``forecast`` (what was not logged: where it would
    have gone). ``ink`` names the colour; ``dots`` is the radius of the spot at each point, 0 for none.
    """

    x: FloatArray
    y: FloatArray
    kind: str
    ink: str
    tag: str
    dots: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """The ``noise`` of the curve ``tag``, or the interval of its ``forecast``, from ``low`` to ``high``, (n,) each."""

    x: FloatArray
    low: FloatArray
    high: FloatArray
    ink: str
    tag: str
    kind: str = "noise"


@dataclass(frozen=True, slots=True)
class Marker:
    """A single spot: ``best`` (the best value), ``above`` or ``below`` (a value outside the axis, at its edge)."""

    x: float
    y: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of steps where ``points`` values of the curves ``tags`` are not numbers (NaN, ±Inf)."""

    first: float
    last: float
    tags: tuple[str, ...]
    points: int


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a panel's key: the line's ``ink`` and ``kind``, its short ``label`` and its full ``tag``."""

    label: str
    tag: str
    ink: str
    kind: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart of the stack.

    Parameters
    ----------
    title, unit
        What the vertical axis shows; the unit may be empty.
    y
        Its axis.
    height
        Relative height: 1 for a side panel.
    keys, bands, lines, markers, gaps
        What is drawn, in drawing order.
    tags
        The curves that are drawn here.
    left_out
        How many curves of the same kind are not drawn, so that the panel stays readable.
    """

    title: str
    unit: str
    y: Scale
    height: float
    keys: tuple[Key, ...]
    bands: tuple[Band, ...]
    lines: tuple[Line, ...]
    markers: tuple[Marker, ...]
    gaps: tuple[Gap, ...]
    tags: tuple[str, ...]
    left_out: int = 0

    @property
    def heading(self) -> str:
        """What stands over it, or beside its axis: ``Loss (nats, log scale)``."""
        about = ", ".join(filter(None, (self.unit, "log scale" if self.y.log else "")))
        return f"{self.title} ({about})" if about else self.title


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding on the step axis.

    Parameters
    ----------
    number
        Its number, as on its card.
    severity
        ``info``, ``warning`` or ``error``.
    first, last
        Onset and end in steps; equal for a point.
    texts
        What its label may say, longest first; the last is empty (the numbered badge alone).
    message
        The finding's sentence.
    tag
        The curve it was seen in, None for the whole run.
    peak
        Step and value of its worst point, where that is a logged number.
    """

    number: int
    severity: str
    first: float
    last: float
    texts: tuple[str, ...]
    message: str
    tag: str | None
    peak: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a step and is not a finding; ``kind`` as in the timeline: ``restart``, ``epoch`` …."""

    x: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the health strip: its gravest finding is ``health`` (``ok``: none)."""

    first: float
    last: float
    health: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A phase of the run."""

    first: float
    last: float
    name: str


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """A picture of a run: panels stacked over one step axis, with what was found.

    Parameters
    ----------
    name, headline, health
        Of the run and its verdict.
    x, x_label
        The step axis that every panel shares; it goes on beyond the run where a forecast is drawn.
    end
        Where the run ends.
    panels
        From top to bottom; empty when the run has no curve to draw.
    marks
        Findings that have a place on the axis, in the order of the findings.
    events, strip, phases
        What happened besides the findings; the health strip; the phases.
    """

    name: str
    headline: str
    health: str
    x: Scale
    x_label: str
    end: float
    panels: tuple[Panel, ...]
    marks: tuple[Mark, ...]
    events: tuple[Event, ...]
    strip: tuple[Segment, ...]
    phases: tuple[Stretch, ...]

    @property
    def x_name(self) -> str:
        """What stands under the axis: ticks of an axis of seconds have units of their own."""
        return "time" if self.x_label.lower() == "seconds" else self.x_label

    def span(self, first: float, last: float) -> str:
        """Return what a stretch of the axis is called: ``steps 4–30``, ``epochs 0.2–2.4``; steps are whole."""
        if self.x.low.is_integer() and self.x.high.is_integer() and self.x_label.lower() not in wording.EPOCHS:
            first, last = round(first), round(last)
        return wording.span(first, last, self.x_label)

    def home(self, mark: Mark) -> int:
        """Return the position of the panel that a finding belongs to: that of its curve, else the first."""
        return next((i for i, p in enumerate(self.panels) if mark.tag in p.tags), 0)
