"""A run as a row of a sweep: settings, figures, findings and thin curves; small enough to travel by the thousand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from curveread.run.equality import ByValue

if TYPE_CHECKING:
    from curveread.findings.sweep.analysis import Outcome

UNREAD = "unread"
"""The ``health`` of a row whose run could not be read; all others have their verdict's."""
WORST_FIRST = (UNREAD, "error", "warning", "undetermined", "info", "ok")
"""Every ``health`` that a row can have."""


@dataclass(frozen=True, slots=True, eq=False)
class Measure(ByValue):
    """What a curve came to: a number by which runs may be ranked, in four forms.

    Parameters
    ----------
    tag, role, unit
        The curve; its role's name as in :class:`curveread.run.roles.Role`.
    better
        ``down`` or ``up``.
    last
        The last value as logged; NaN or infinite where the run ended so.
    tail
        Mean of the last tenth of the values, at least of one.
    best, best_step
        The best level beyond the noise: that of the smoothed curve, never one lucky value, and its step.
    noise
        Standard deviation of a single value around the curve's own trend; NaN for fewer than five values.
    points
        Finite values behind it.
    """

    tag: str
    role: str
    better: str
    unit: str
    last: float
    tail: float
    best: float
    best_step: int
    noise: float
    points: int


@dataclass(frozen=True, slots=True, eq=False)
class Found(ByValue):
    """A finding as a row holds it: ``severity`` is ``info``, ``warning`` or ``error``, ``cause`` the first one's."""

    rule: str
    severity: str
    tag: str
    first_step: int | None
    last_step: int | None
    confidence: float | None
    cause: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Sketch(ByValue):
    """A curve thinned for a page: at most some hundred points, extremes kept.

    Parameters
    ----------
    tag, role
        The curve.
    step, value
        Of equal length; a value that is not finite is NaN.
    """

    tag: str
    role: str
    step: tuple[int | float, ...]
    value: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SweepRow(ByValue):
    """A run of a sweep.

    Parameters
    ----------
    run
        Its name, unlike that of all other rows of its sweep.
    path
        Where it lies, as it was reached from the root that was given.
    key
        Changes whenever what was read, or curveread itself, changes.
    settings
        Hyper-parameters of the log and of the config beside it, flat: ``lr``, ``optimizer.betas`` -> a plain value.
    task, x_axis
        What kind of training it is; what its steps count.
    first_step, last_step, seconds
        Where the log begins and ends, and the wall time between; None where unknown.
    health, headline
        The verdict; ``unread`` and the error for a run that could not be read.
    measures
        What its curves came to, the headline first.
    figures
        Further key figures by name.
    findings
        In the order of the diagnosis.
    notes
        What was repaired or lost, in words.
    error
        Why it could not be read or judged; empty when it was.
    report
        File of its own report, below the folder of reports beside the index page; empty where none was made.
    sketches
        Its headline curves for the page; empty where none was asked for.
    """

    run: str
    path: str
    key: str = ""
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    task: str = ""
    x_axis: str = "step"
    first_step: int | None = None
    last_step: int | None = None
    seconds: float | None = None
    health: str = UNREAD
    headline: str = ""
    measures: Sequence[Measure] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[Found, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""
    report: str = ""
    sketches: Sequence[Sketch] = ()

    @property
    def broken(self) -> bool:
        """Whether its verdict is an error: it was wrecked, whatever it had reached before."""
        return self.health == "error"

    def measure(self, outcome: Outcome | None) -> Measure | None:
        """Return what the curve of an outcome came to; None where the run has none."""
        return next((m for m in self.measures if outcome is not None and m.tag == outcome.tag), None)
