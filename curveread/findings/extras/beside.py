"""What was logged beside the curves around a finding: histograms, pictures and texts."""

from __future__ import annotations

from dataclasses import dataclass


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
class Picture:
    """An image as it was encoded.

    Parameters
    ----------
    step
        Where it was logged, on the run's axis.
    kind
        ``png``, ``jpeg`` or ``gif``, by its first bytes.
    data
        The encoded bytes.
    width, height
        In pixels, as the log says.
    """

    step: float
    kind: str
    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Beside:
    """What one tag held before a finding began, and from then on.

    Parameters
    ----------
    rule, first_step
        The finding.
    tag
        Of the histogram, the picture or the text.
    before, after
        The last one before the onset and the first one from it on: a :class:`Spread`, a
        :class:`Picture`, or a text with its step; None
        where there is none.
    """

    rule: str
    first_step: float
    tag: str
    before: Spread | Picture | tuple[float, str] | None
    after: Spread | Picture | tuple[float, str] | None
