"""report, postmortem, index, export: from what was found to files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from curveread.api.judging import diagnosed
from curveread.api.reading import read_all
from curveread.errors import ArgumentError
from curveread.findings.diagnosis import Diagnosis
from curveread.run.model import Run

if TYPE_CHECKING:
    from curveread.findings.comparison import Comparison


def report(
    what: Run | Diagnosis | str | PathLike[str] | object,
    path: str | PathLike[str],
    *,
    format: str | None = None,
    smooth: float | None = None,
    static: bool = False,
    title: str | None = None,
) -> Path:
    """Write the annotated report; the file appears whole or not at all.

    Parameters
    ----------
    what
        A run, its diagnosis, or what :func:`read` takes.
    path
        Where to.
    format
        ``html``, ``md``, ``json``, ``png``, ``svg`` or ``pdf``; from the name's suffix when not given.
    smooth
        Weight of TensorBoard's smoothing, 0 to 1, for the smoothed line of the pictures, and among the smoothed values
        of the JSON; the pictures show the trend that the checks used when not given.
    static
        Makes an HTML page without scripts: still pictures, small enough for mail.
    title
        Stands in place of the run's name on the page.

    Raises
    ------
    UsageError
        When the format is not given by the file name, or is not one that can be written, or the file is one of the
        run's own.
    ExportError
        When the file cannot be written.

    Examples
    --------
    >>> import curveread as cr
    >>> written = cr.report(cr.read("sample_logs/overfitting"), "report.html")
    >>> written.name, written.stat().st_size > 10_000
    ('report.html', True)
    """
    from curveread.readings.extras.report_extras import ReportExtras
    from curveread.report.files import refuse_inputs
    from curveread.report.write import write

    target = Path(path)
    kind = format or target.suffix.lower().lstrip(".")
    _check_weight(smooth)
    diagnosis = diagnosed(what)
    if smooth is not None:
        extras = ReportExtras(weight=smooth, in_place_of_trend=kind != "json")
        diagnosis = replace(diagnosis, extras=extras)
    return write(diagnosis, refuse_inputs(target, [diagnosis.run]), kind, static=static, title=title)


def postmortem(
    what: Run | Diagnosis | str | PathLike[str] | object,
    path: str | PathLike[str],
    *,
    format: str | None = None,
    cost_per_hour: float | None = None,
    title: str | None = None,
) -> Path:
    """Write a postmortem for a team to edit: impact, timeline, likely causes, where it could have been noticed.

    Parameters
    ----------
    what
        A run, its diagnosis, or what :func:`read` takes.
    path
        Where to.
    format
        ``md`` or ``html``; from the name's suffix when not given.
    cost_per_hour
        Price of an hour of the machine, in any currency.
    title
        Stands in place of the run's name.

    Raises
    ------
    UsageError
        When the format is not given by the file name, or is neither, or the file is one of the run's own.
    ExportError
        When the file cannot be written.

    Examples
    --------
    >>> import curveread as cr
    >>> print(cr.postmortem("sample_logs/divergence-slow", "postmortem.md").read_text().splitlines()[0])
    # Postmortem: divergence-slow
    """
    from curveread.impact import impact
    from curveread.report.files import refuse_inputs
    from curveread.report.write import write_postmortem

    target = Path(path)
    diagnosis = diagnosed(what)
    after = impact(diagnosis.run, diagnosis, cost_per_hour=cost_per_hour)
    kind = format or target.suffix.lower().lstrip(".")
    return write_postmortem(diagnosis, after, refuse_inputs(target, [diagnosis.run]), kind, title=title)


def index(entries: Sequence[tuple[Diagnosis, Path]], path: str | PathLike[str]) -> Path:
    """Write a page that lists several runs and links to their reports.

    Parameters
    ----------
    entries
        Each run's diagnosis and the file of its report.
    path
        The page.

    Raises
    ------
    ExportError
        When the file cannot be written.
    """
    from curveread.report.write import write_index

    return write_index(entries, Path(path))


def write_comparison(comparison: Comparison, path: str | PathLike[str]) -> Path:
    """Write a comparison; the file appears whole or not at all.

    Parameters
    ----------
    comparison
        What :func:`compare` returned.
    path
        Where to; ends in ``.html``, ``.json``, ``.txt`` or ``.png``.

    Raises
    ------
    UsageError
        When the name asks for another format, or the file is one that a run was read from.
    ExportError
        When the file cannot be written.
    """
    from curveread.report.files import refuse_inputs
    from curveread.report.write import write_comparison as write

    return write(comparison, refuse_inputs(Path(path), [r.diagnosis.run for r in comparison.runs]))


def export(runs: Run | str | PathLike[str] | object, path: str | PathLike[str], *, smooth: float | None = None) -> int:
    """Write every point of the runs into a tidy table and return the number of rows.

    Parameters
    ----------
    runs
        A run, or what :func:`read` takes; or several, in a list or in a dict that names them.
    path
        Where to; ends in ``.csv``, ``.parquet`` or ``.json``.
    smooth
        Weight of TensorBoard's smoothing, 0 to 1, for a further column ``smoothed``.

    Raises
    ------
    UsageError
        When the name asks for another format, or the file is one that a run was read from.
    ExportError
        When the file cannot be written.

    Examples
    --------
    >>> import curveread as cr
    >>> cr.export("sample_logs/overfitting", "curves.csv") > 0
    True
    """
    from curveread.report.files import refuse_inputs
    from curveread.report.text.table import write_table
    from curveread.signals.smoothing import ema

    _check_weight(smooth)
    weight = smooth
    column = None if weight is None else lambda value: ema(value, weight)
    told = read_all(runs)
    return write_table(told, refuse_inputs(Path(path), told), smoothed=column)


def _check_weight(smooth: float | None) -> None:
    if smooth is not None and not 0.0 <= smooth < 1.0:
        raise ArgumentError("smooth", smooth, "the weight must be at least 0 and below 1")
