"""read, diagnose, compare, plot, report, smooth: the only place where readers, checks and reports are put together."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curveread.discovery import discover
from curveread.discovery.remote.url import discreet, place
from curveread.discovery.units import Unit, units_at
from curveread.errors import ArgumentError, ReadError, SeveralRunsError, UsageError
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Severity
from curveread.interop.tbparse import EVENT_FILES
from curveread.run.axes import with_axis
from curveread.run.model import Curve, Run
from curveread.run.roles import Role
from curveread.run.selection import Names, with_facts, with_names, with_role, with_tags, with_task
from curveread.run.tags.context import understood

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from curveread.detectors.base import Detector
    from curveread.findings.baseline import Baseline
    from curveread.findings.comparison import Comparison
    from curveread.interop.verify import Compared
    from curveread.readers.base import Reader

__all__ = [
    "accept",
    "check_rules",
    "compare",
    "diagnose",
    "export",
    "index",
    "plot",
    "postmortem",
    "read",
    "read_all",
    "read_baseline",
    "report",
    "smooth",
    "units",
    "verify",
    "write_comparison",
]

_NOTHING: Mapping[str, str] = {}
_NO_OPTIONS: Mapping[str, Mapping[str, object]] = {}


def read(path: str | PathLike[str] | object, *, run: str | None = None, **options: Any) -> Run:
    """Read the one run at ``path``, or in an object.

    Parameters
    ----------
    path
        A run directory or a log file, or an object that :func:`read_all` takes.
    run
        Name of the run to take, where several are there.
    options
        As in :func:`read_all`.

    Raises
    ------
    SeveralRunsError
        When several runs are there and ``run`` picks none of them.
    ReadError
        When nothing there can be read.

    Examples
    --------
    >>> run = read("sample_logs/overfitting")
    >>> run["eval_loss"]
    <Curve 'eval_loss' (eval-loss): 60 points, steps 20–1,200, 5.80637 → 6.67138>
    """
    found = read_all(path, run=run, **options)
    if len(found) > 1:
        names = tuple(r.name for r in found)
        raise SeveralRunsError(
            f"{_named(path)}: {len(names)} runs are there, one was asked for; name one of: {_some(names)}",
            names,
        )
    return found[0]


def read_all(
    path: str | PathLike[str] | Unit | object,
    *,
    run: str | None = None,
    tags: str | None = None,
    train_loss: str | None = None,
    eval_loss: str | None = None,
    role: Mapping[str, str] = _NOTHING,
    better: Mapping[str, str] = _NOTHING,
    unit: Mapping[str, str] = _NOTHING,
    task: str | None = None,
    x: str = "step",
    vocab_size: int | None = None,
    tokens_per_byte: float | None = None,
    pattern: str | None = None,
    columns: Sequence[str] | None = None,
    readers: Sequence[type[Reader]] = (),
    cache: str | PathLike[str] | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> list[Run]:
    """Read every run at or below ``path``, in a stable order, or every run in an object.

    Parameters
    ----------
    path
        A directory, a log file, or the URL of either that fsspec knows (``s3://…``); or a part of what lies there, as
        :func:`curveread.discovery.units.units_at` tells it: then the runs are those that reading all of it gives. Or
        what holds numbers by step: a pandas DataFrame, wide or long (tbparse's layout), a dict of lists, a list of
        dicts (a Trainer's ``log_history``), a Keras ``History``, a Trainer or its state; ``run`` names it.
    run
        Keep the runs of this name only.
    tags
        Keep the curves whose tag matches this regular expression.
    train_loss, eval_loss
        Tag of the curve that is the train loss or eval loss, where the name does not tell.
    role, better, unit
        Regular expression on the tag -> role (``eval-loss``, ``quality-metric`` …), better way (``up``, ``down``,
        ``none``) and unit of the curves that match; they win over what the names tell.
    task
        What kind of training it is (``language-model``, ``detection`` …), where the log tells it wrongly.
    x
        What the step axis counts: ``step`` is what the log calls step; ``epoch`` and ``tokens`` place the points by the
        curve that counts them, ``time`` by wall time, in whole seconds; see :func:`curveread.run.axes.with_axis`.
    vocab_size, tokens_per_byte
        Tokens in the vocabulary, and tokens that a byte of text takes, where the logs do not say; either says that the
        loss is a language model's.
    pattern
        For printed logs that are not read otherwise: a regular expression searched in each line, whose named groups
        are the metrics; groups called ``step``, ``epoch`` and the like count.
    columns
        The same for lines of numbers without names: the names of the columns, ``_`` for one that is left out.
    readers
        Further readers, classes derived from :class:`curveread.readers.base.Reader`, for formats of one's own.
    cache
        A folder in which what was fetched from a URL stays for the next time, until it is written again there.
    progress
        Called before each file with the number done, the total and the file's name.

    Raises
    ------
    ReadError
        When nothing there can be read, or no run has that name or those curves.
    UsageError
        For an option that does not fit.

    Examples
    --------
    >>> [run.name for run in read_all("sample_logs/spike-recovers")]
    ['spike-recovers']
    """
    if x not in ("step", "epoch", "tokens", "time"):
        raise ArgumentError("x", x, "there is no such axis; use step, epoch, tokens or time")
    nobody = Run("", "", {})  # what does not fit is refused before anything is read
    with_facts(nobody, vocab_size, tokens_per_byte)
    named = Names(role, better, unit)
    if task is not None:
        with_task(nobody, task)
    found = _runs_at(path, run, _readers(pattern, columns, readers), progress, cache)
    if run is not None:
        names = tuple(r.name for r in found)
        found = [r for r in found if r.name == run]
        if not found:
            raise ReadError(f"{_named(path)}: no run is called {run!r}; there are: {_some(names)}")
    found = [with_facts(r, vocab_size, tokens_per_byte) for r in found]
    found = [understood(r if task is None else with_task(r, task)) for r in found]
    if tags is not None:
        found = [with_tags(r, tags) for r in found]
    for tag, which in ((train_loss, Role.TRAIN_LOSS), (eval_loss, Role.EVAL_LOSS)):
        if tag is not None:
            found = [with_role(r, tag, which) for r in found]
    return [replace(with_axis(with_names(r, named), x), event_files=EVENT_FILES) for r in found]


def units(
    path: str | PathLike[str],
    *,
    pattern: str | None = None,
    columns: Sequence[str] | None = None,
    readers: Sequence[type[Reader]] = (),
    cache: str | PathLike[str] | None = None,
    **options: Any,
) -> list[Unit]:
    """Return the parts of what lies at a path that :func:`read_all` can read one by one.

    Parameters
    ----------
    path
        A directory or a log file, or a URL of either.
    pattern, columns, readers, cache, options
        As in :func:`read_all`.

    Raises
    ------
    ReadError
        When nothing there is a log.
    """
    try:
        where = place(path)
        if isinstance(where, str):
            from curveread.discovery.remote.behind import units_behind

            return units_behind(where, _readers(pattern, columns, readers), os.fspath(cache or ""))
        return units_at(where, _readers(pattern, columns, readers))
    except OSError as error:
        raise ReadError(
            f"{error.filename or discreet(str(path))}: cannot be read: {error.strerror or error}"
        ) from error


def _readers(
    pattern: str | None, columns: Sequence[str] | None, readers: Sequence[type[Reader]]
) -> tuple[type[Reader], ...]:
    if pattern is None and columns is None:
        return tuple(readers)
    from curveread.readers.text_log.stated import stated_reader

    return (stated_reader(pattern, columns), *readers)


def _runs_at(
    path: object,
    run: str | None,
    readers: Sequence[type[Reader]],
    progress: Callable[[int, int, str], None] | None,
    cache: str | PathLike[str] | None,
) -> list[Run]:
    """Return the runs at a path or URL, of a unit or in an object, as their logs hold them."""
    if not isinstance(path, str | PathLike | Unit):
        from curveread.discovery.objects import runs_of

        return runs_of(path, run or "")
    where = path if isinstance(path, Unit) else place(path)
    try:
        if isinstance(where, str) or (isinstance(where, Unit) and where.far):
            from curveread.discovery.remote import behind

            if isinstance(where, str):
                return behind.read_url(where, readers, os.fspath(cache or ""), progress)
            return behind.read_far(where, readers, progress)
        if isinstance(where, Unit):
            return where.read(readers, progress)
        return discover.read_runs(where, progress=progress, readers=readers)
    except OSError as error:
        raise ReadError(f"{error.filename or _named(path)}: cannot be read: {error.strerror or error}") from error


def _diagnosed(what: object) -> Diagnosis:
    return what if isinstance(what, Diagnosis) else diagnose(what)


def _named(path: object) -> str:
    """Return what an error says of where runs were looked for."""
    if isinstance(path, str | PathLike):
        return discreet(os.fspath(path))
    return path.root if isinstance(path, Unit) else type(path).__name__


def diagnose(
    run: Run | str | PathLike[str] | object,
    *,
    select: Collection[str] = (),
    ignore: Collection[str] = (),
    options: Mapping[str, Mapping[str, object]] = _NO_OPTIONS,
    detectors: Sequence[type[Detector]] = (),
    cost_per_hour: float | None = None,
) -> Diagnosis:
    """Run the checks and say what happened.

    Parameters
    ----------
    run
        The run; or what :func:`read` takes: a path, a DataFrame, a dict of lists, a Keras ``History``, a Trainer.
    select
        Names of the checks to run; all when empty.
    ignore
        Names of checks to leave out.
    options
        rule -> option -> value, as ``--set rule.option=value`` gives them.
    detectors
        Further checks, classes derived from :class:`curveread.detectors.base.Detector`.
    cost_per_hour
        What an hour of the machine costs, in any currency: then it is said what the steps after the best cost.

    Raises
    ------
    UsageError
        For a check or an option that does not exist.
    ReadError
        When nothing at a path can be read.

    Examples
    --------
    >>> diagnose({"loss": [2.3, 1.9, 1.6, 1.4], "val_loss": [2.2, 2.0, 1.9, 1.9]}).run
    <Run 'data': 2 curves, steps 0–3>
    >>> found = diagnose(read("sample_logs/spike-recovers"))
    >>> [(f.rule, f.tag, f.first_step) for f in found.findings]
    [('loss-spike', 'loss', 701)]
    >>> found.verdict.health
    'warning'
    """
    from curveread.diagnose import diagnose as run_checks
    from curveread.readings.placing import on_axis
    from curveread.report.renderer import ReportRenderer

    run = understood(run if isinstance(run, Run) else read(run))
    logged = run.placement.run if run.placement else run  # judged by the steps of the log, shown on the run's axis
    judged = run_checks(
        logged, select=select, ignore=ignore, options=options, detectors=detectors, cost_per_hour=cost_per_hour
    )
    return replace(on_axis(judged, run), renderer=ReportRenderer())


def compare(runs: Sequence[Run | Diagnosis | str | PathLike[str] | object], *, align: str = "step") -> Comparison:
    """Put runs side by side, and say whether their losses can be ranked.

    Parameters
    ----------
    runs
        Two runs or more, their diagnoses, or what :func:`read` takes.
    align
        ``step`` lays the losses on what the runs' steps count, ``share`` on the share of each run's own length.

    Raises
    ------
    UsageError
        For fewer than two, or another way to align them.

    Examples
    --------
    >>> runs = [read(f"sample_logs/{name}") for name in ("overfitting", "healthy-regularised")]
    >>> len(compare(runs).table)
    2
    """
    from curveread.comparing.compare import compare as side_by_side
    from curveread.report.renderer import Side

    made = side_by_side([_diagnosed(r) for r in runs], align=align)
    return replace(made, renderer=Side())


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
        When the name asks for another format.
    ExportError
        When the file cannot be written.
    """
    from curveread.report.write import write_comparison as write

    return write(comparison, Path(path))


def accept(diagnosis: Diagnosis, known: Baseline) -> Diagnosis:
    """Return the diagnosis without the findings that a baseline knew: they become its ``accepted``.

    Parameters
    ----------
    diagnosis
        What was found.
    known
        What was found and accepted earlier, see :func:`read_baseline`.
    """
    from curveread.diagnose import verdict_of
    from curveread.findings.baseline import split

    new, accepted = split(diagnosis.findings, known.of(diagnosis.run), diagnosis.run)
    if not accepted:
        return diagnosis
    verdict = verdict_of(diagnosis.run, new)
    if not any(f.severity is not Severity.INFO for f in new):
        n = len(accepted)
        text = f"Nothing new needs attention; {n} {'finding was' if n == 1 else 'findings were'} accepted earlier."
        verdict = replace(verdict, headline=text)
    return replace(diagnosis, findings=new, accepted=accepted, verdict=verdict)


def read_baseline(path: str | PathLike[str]) -> Baseline:
    """Return what an earlier ``curveread check --json`` found.

    Raises
    ------
    ArgumentError
        When the file is not such a result.
    """
    import json

    from curveread.findings.baseline import baseline

    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ArgumentError("baseline", str(path), f"cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ArgumentError("baseline", str(path), f"it is not JSON: {error}") from error
    return baseline(document, str(path))


def verify(run: Run) -> Compared:
    """Compare every scalar of a run's event files with what tbparse reads.

    Parameters
    ----------
    run
        A run that was read from event files, alone or among other forms.

    Raises
    ------
    ReadError
        When it was not, or a file is gone.
    """
    from curveread.interop.verify import verify as compared

    return compared(run)


def check_rules(rules: Collection[str], options: Mapping[str, Mapping[str, object]]) -> None:
    """Check that the rules and options exist, without reading anything.

    Parameters
    ----------
    rules
        Names of checks.
    options
        rule -> option -> value.

    Raises
    ------
    UsageError
        For a check, an option or a value that does not fit.
    """
    from curveread.detectors.registry import detector

    for rule in rules:
        detector(rule)
    for rule, values in options.items():
        detector(rule).configured(values)


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
    >>> figure = plot(read("sample_logs/overfitting"))
    >>> type(figure).__name__
    'RunFigure'
    """
    from curveread.report.figure.mpl import figure

    return figure(diagnose(run) if diagnosis is None else diagnosis, tags, ax)


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
        When the format is not given by the file name, or is not one that can be written.
    ExportError
        When the file cannot be written.

    Examples
    --------
    >>> written = report(read("sample_logs/overfitting"), "report.html")
    >>> written.name, written.stat().st_size > 10_000
    ('report.html', True)
    """
    from curveread.readings.extras.report_extras import ReportExtras
    from curveread.report.write import write

    target = Path(path)
    kind = format or target.suffix.lower().lstrip(".")
    diagnosis = _diagnosed(what)
    if smooth is not None:
        extras = ReportExtras(weight=smooth, in_place_of_trend=kind != "json")
        diagnosis = replace(diagnosis, extras=extras)
    return write(diagnosis, target, kind, static=static, title=title)


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
        When the format is not given by the file name, or is neither.
    ExportError
        When the file cannot be written.
    """
    from curveread.impact import impact
    from curveread.report.write import write_postmortem

    target = Path(path)
    diagnosis = _diagnosed(what)
    after = impact(diagnosis.run, diagnosis, cost_per_hour=cost_per_hour)
    return write_postmortem(diagnosis, after, target, format or target.suffix.lower().lstrip("."), title=title)


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


def smooth(curve: Curve, method: str = "ema", **options: Any) -> Curve:
    """Return the curve smoothed; NaN and ±Inf stay where they were.

    Parameters
    ----------
    curve
        The curve.
    method
        ``ema`` (TensorBoard's numbers; ``weight``), ``running-median`` and ``savitzky-golay`` (``window`` points),
        ``lowess`` (``fraction`` of the points) or ``gaussian`` (``sigma`` points).
    options
        Of the method.

    Raises
    ------
    UsageError
        For an unknown method, or an option that it does not have or that is out of range.

    Examples
    --------
    >>> loss = read("sample_logs/spike-recovers")["loss"]
    >>> smooth(loss, "ema", weight=0.9)
    <Curve 'loss' (train-loss): 1,200 points, steps 1–1,200, 4.53926 → 1.49877>
    """
    from curveread.signals.smoothing import smooth_values

    try:
        return replace(curve, value=smooth_values(curve.value, method, **options))
    except (TypeError, ValueError) as error:
        raise UsageError(f"smooth: {error}") from error


def export(runs: Run | Sequence[Run], path: str | PathLike[str], *, smooth: float | None = None) -> int:
    """Write every point of the runs into a tidy table and return the number of rows.

    Parameters
    ----------
    runs
        A run, or several.
    path
        Where to; ends in ``.csv``, ``.parquet`` or ``.json``.
    smooth
        Weight of TensorBoard's smoothing, 0 to 1, for a further column ``smoothed``.

    Raises
    ------
    UsageError
        When the name asks for another format.
    ExportError
        When the file cannot be written.

    Examples
    --------
    >>> export(read("sample_logs/overfitting"), "curves.csv") > 0
    True
    """
    from curveread.report.text.table import write_table
    from curveread.signals.smoothing import ema

    weight = smooth
    column = None if weight is None else lambda value: ema(value, weight)
    return write_table([runs] if isinstance(runs, Run) else list(runs), Path(path), smoothed=column)


def _some(names: Sequence[str], most: int = 10) -> str:
    """Return names for a message, the first ten of them."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
