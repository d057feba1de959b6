"""plot and smooth: for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from curveread.api.given import names, several
from curveread.api.judging import diagnose
from curveread.api.reading import read_all
from curveread.errors import ArgumentError
from curveread.findings.diagnosis import Diagnosis
from curveread.run.model import Curve, Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from curveread.comparing.overlay import By


def plot(
    run: Run | Diagnosis | str | PathLike[str] | object,
    diagnosis: Diagnosis | None = None,
    *,
    tags: str | Sequence[str] | None = None,
    by: By = None,
    ax: Axes | None = None,
) -> Figure:
    """Return the annotated matplotlib figure of a run, or the curves of several runs in one.

    Parameters
    ----------
    run
        A run, its diagnosis, or what :func:`read` takes. Several, in a list, in a dict that names them, or in a folder,
        are drawn over each other, a colour each and without findings.
    diagnosis
        What was found in the run; made when not given.
    tags
        Draw this curve or these only; of several runs by default the eval and the train loss, or what else tells how
        they went.
    by
        For several runs what makes them a group, such as the seeds of one setting: the name of a setting (``"lr"``) or
        several, or a function of a Run. Of a group its median is drawn, and a band from its lowest to its highest run.
    ax
        Draw into these axes instead of a new figure; of several quantities the first.

    Returns
    -------
    matplotlib.figure.Figure
        A new one, unknown to pyplot, that shows itself in a notebook; or that of ``ax``. Of several runs a curve of
        more than 400 points is drawn by the means of as many blocks; a cross marks where one ended in NaN or ±Inf.

    Raises
    ------
    UsageError
        When no run has such a curve or setting.

    Examples
    --------
    >>> import curveread as cr
    >>> figure = cr.plot("sample_logs/overfitting")
    >>> figure.savefig("run.png")
    >>> seeds = {f"seed {n}": {"loss": [3.0, 2.0 + 0.1 * n, 1.5]} for n in range(3)}
    >>> figure = cr.plot([cr.read(curves, run=name) for name, curves in seeds.items()], by=lambda run: "three seeds")
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['loss']
    """
    chosen = None if tags is None else names(tags)
    runs = [run.run] if isinstance(run, Diagnosis) else read_all(run)
    if several(run) is not None or len(runs) > 1:
        if diagnosis is not None:
            raise ArgumentError("diagnosis", type(diagnosis).__name__, "of several runs no findings are drawn")
        from curveread.comparing.overlay import overlay
        from curveread.report.figure.overlay import figure as drawn

        return drawn(overlay(runs, chosen, by), ax)
    if by is not None:
        raise ArgumentError("by", by, "one run has no groups")
    if diagnosis is not None and not isinstance(diagnosis, Diagnosis):
        raise ArgumentError(
            "diagnosis", type(diagnosis).__name__, "expected a Diagnosis; several runs go into one list"
        )
    from curveread.report.figure.mpl import figure as annotated

    if diagnosis is None:
        diagnosis = run if isinstance(run, Diagnosis) else diagnose(runs[0])
    return annotated(diagnosis, chosen, ax)


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
