"""read, read_all, units: from a path, a URL or an object to its runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from typing import TYPE_CHECKING, Any

from curveread.api.given import several
from curveread.discovery import discover
from curveread.discovery.placed import in_order
from curveread.discovery.remote.url import discreet, place
from curveread.discovery.units import Unit, each_at
from curveread.errors import ArgumentError, ReadError, SeveralRunsError
from curveread.findings.diagnosis import Diagnosis
from curveread.interop.tbparse import EVENT_FILES
from curveread.plural import some
from curveread.run.axes import with_axis
from curveread.run.model import Run
from curveread.run.roles import Role
from curveread.run.selection import Names, with_facts, with_names, with_role, with_tags, with_task
from curveread.run.tags.context import understood

if TYPE_CHECKING:
    from curveread.readers.base import Reader

_NOTHING: Mapping[str, str] = {}


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
    >>> import curveread as cr
    >>> run = cr.read("sample_logs/overfitting")
    >>> run["eval_loss"]
    <Curve 'eval_loss' (eval-loss): 60 points, steps 20–1,200, 5.80637 → 6.67138>
    """
    found = read_all(path, run=run, **options)
    if len(found) > 1:
        names = tuple(r.name for r in found)
        raise SeveralRunsError(
            f"{_named(path)}: {len(names)} runs are there, one was asked for; name one of: {some(names, 10)}",
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
        what holds numbers by step: a pandas DataFrame, wide or long (tbparse's layout), a Series, a dict of lists, a
        list of dicts (a Trainer's ``log_history``), a Keras ``History``, a Trainer or its state; ``run`` names it. Or a
        Run, for what the options say of it. Or several of all these, in a list or in a dict that names them.
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
    >>> import curveread as cr
    >>> [run.name for run in cr.read_all("sample_logs/spike-recovers")]
    ['spike-recovers']
    """
    if x not in ("step", "epoch", "tokens", "time"):
        raise ArgumentError("x", x, "there is no such axis; use step, epoch, tokens or time")
    nobody = Run("", "", {})  # what does not fit is refused before anything is read
    with_facts(nobody, vocab_size, tokens_per_byte)
    named = Names(role, better, unit)
    if task is not None:
        with_task(nobody, task)
    found = _runs_at(path, run, readers_for(pattern, columns, readers), progress, cache)
    if run is not None:
        names = tuple(r.name for r in found)
        found = [r for r in found if r.name == run]
        if not found:
            raise ReadError(f"{_named(path)}: no run is called {run!r}; there are: {some(names, 10)}")
    if vocab_size is not None or tokens_per_byte is not None:
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
) -> Iterator[Unit]:
    """Return, one after the other, the parts of what lies at a path that :func:`read_all` can read one by one.

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

            return iter(units_behind(where, readers_for(pattern, columns, readers), os.fspath(cache or "")))
        return each_at(where, readers_for(pattern, columns, readers))
    except OSError as error:
        raise ReadError(
            f"{error.filename or discreet(str(path))}: cannot be read: {error.strerror or error}"
        ) from error


def readers_for(
    pattern: str | None, columns: Sequence[str] | None, readers: Sequence[type[Reader]] = ()
) -> tuple[type[Reader], ...]:
    """Return the further readers that the options of :func:`read_all` ask for."""
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
    if isinstance(path, Run | Diagnosis):
        return [by_step(path if isinstance(path, Run) else path.run)]
    if (many := several(path)) is not None:
        found = [(name, _runs_at(one, name, readers, progress, cache)) for name, one in many]
        return [replace(r, name=name) if name and len(runs) == 1 else r for name, runs in found for r in runs]
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


def by_step(run: Run) -> Run:
    """Return a run as it is if it was read; one that was put together by hand with its curves by name and by step."""
    if run.sources:
        return run
    for name, curve in run.curves.items():
        if name != curve.tag:
            raise ArgumentError("run", run.name, f"its curve {name!r} is called {curve.tag!r}; give both one name")
    curves, notes = in_order(run.curves.values())
    return replace(run, curves=curves, notes=(*run.notes, *notes)) if notes else run


def _named(path: object) -> str:
    """Return what an error says of where runs were looked for."""
    if isinstance(path, str | PathLike):
        return discreet(os.fspath(path))
    return path.root if isinstance(path, Unit) else type(path).__name__
