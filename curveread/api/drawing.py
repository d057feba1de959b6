"""plot and smooth: for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from curveread.api.judging import diagnose
from curveread.findings.diagnosis import Diagnosis
from curveread.run.model import Curve, Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot", "smooth"]


def plot(
    run: Run,
    diagnosis: Diagnosis | None = None,
    *,
    tags: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Return the annotated matplotlib figure of a run.

    Parameters
    ----------
    run
        The run.
    diagnosis
        What was found in it; made when not given.
    tags
        Draw these curves only.
    ax
        Draw into these axes instead of a new figure.

    Examples
    --------
    >>> import curveread as cr
    >>> figure = cr.plot(cr.read("sample_logs/overfitting"))
    >>> type(figure).__name__
    'RunFigure'
    """
    from curveread.report.figure.mpl import figure

    return figure(diagnose(run) if diagnosis is None else diagnosis, tags, ax)


def smooth(curve: Curve, method: str = "ema", **options: Any) -> Curve:
    """Return the curve smoothed; NaN and ±Inf stay where they were.

    Parameters
    ----------
    curve
        The curve.
    method, options
        As :meth:`curveread.Curve.smooth` takes them.

    Raises
    ------
    UsageError
        For an unknown method, or an option that it does not have or that is out of range.

    Examples
    --------
    >>> import curveread as cr
    >>> loss = cr.read("sample_logs/spike-recovers")["loss"]
    >>> cr.smooth(loss, "ema", weight=0.9)
    <Curve 'loss' (train-loss): 1,200 points, steps 1–1,200, 4.53926 → 1.49877>
    """
    return curve.smooth(method, **options)
