"""What was logged beside the curves around a finding: histograms and texts."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Beside", "Spread"]


@dataclass(frozen=True, slots=True)
class Spread:
    """A histogram in figures.

    Parameters
    ----------
    step
        Where it was logged, on the run's axis.
    mean, deviation, low, high
        Of the values in it; their unit is that of the weights, gradients … that it counts.
    """

    step: float
    mean: float
    deviation: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Beside:
    """What one tag held before a finding began, and from then on.

    Parameters
    ----------
    rule, first_step
        The finding.
    tag
        Of the histogram or the text.
    before, after
        The last one before the onset and the first one from it on: a :class:`Spread`, or a text with its step; None
        where there is none.
    """

    rule: str
    first_step: float
    tag: str
    before: Spread | tuple[float, str] | None
    after: Spread | tuple[float, str] | None
