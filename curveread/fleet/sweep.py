"""sweep: a tree of runs -> a table with a row for each, and what stands over them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from curveread import api
from curveread.discovery.units import Unit, joined
from curveread.errors import ReadError, UsageError
from curveread.findings.sweep.row import UNREAD, SweepRow
from curveread.findings.sweep.sweep import Sweep
from curveread.fleet.analyse import analyse
from curveread.fleet.catalogue import catalogue
from curveread.fleet.execute import execute
from curveread.fleet.jobs import processes
from curveread.fleet.judge import Judge
from curveread.fleet.key import key_of, seal
from curveread.fleet.names import name_apart
from curveread.fleet.progress import Progress, shown
from curveread.fleet.renderer import FleetRenderer
from curveread.fleet.row import unread
from curveread.fleet.siblings import Siblings
from curveread.fleet.slim import slim
from curveread.fleet.spool import Spool
from curveread.fleet.store import Known, Rows
from curveread.fleet.table import check_name, write_table
from curveread.fleet.work import Reports, Work, failed

Begin = Callable[[Iterable[Unit], int], Generator[tuple[SweepRow, ...], None, None]]
"""Begins the work on units, of which there are so many, and yields the rows of each."""
Read = Callable[[Sequence[Unit]], Generator[tuple[SweepRow, ...], None, None]]

_NO_OPTIONS: Mapping[str, Mapping[str, object]] = {}


def sweep(
    *roots: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    jobs: int | None = None,
    executor: Executor | None = None,
    timeout: float | None = None,
    table: str | os.PathLike[str] | None = None,
    group_by: str | Sequence[str] = (),
    outcome: str | None = None,
    progress: Progress | None = None,
    run: str | None = None,
    select: str | Collection[str] = (),
    ignore: str | Collection[str] = (),
    options: Mapping[str, Mapping[str, object]] = _NO_OPTIONS,
    reports: Reports | None = None,
    **reading: Any,
) -> Sweep:
    """Read and judge every run below some folders, and say what stands over all of them.

    Parameters
    ----------
    roots
        Folders, run directories or log files; each by itself, or in a list.
    jobs
        Processes that read; as many as there are cores by default, where there is enough to do.
    executor
        Any :class:`concurrent.futures.Executor` that does the work instead, such as Dask's
        ``client.get_executor()``. Paths travel to it, rows come back.
    timeout
        Seconds that a run may take; one that takes longer is a row with an error.
    table
        A file for the table: ``.parquet``, ``.csv`` or ``.json``. It appears whole or not at all, also on Ctrl-C, with
        the rows that were there by then. A second call with the same file reads only what changed.
    group_by
        Settings that make runs a group; by default all in which they differ but the seed.
    outcome
        Tag of the curve by which the runs are ranked; by default the headline that most of them have.
    progress
        Told after each unit of files; in a notebook a bar is shown when not given.
    run
        Take the runs of this name only.
    select, ignore, options
        As :func:`curveread.diagnose` takes them.
    reports
        Where to write reports of single runs, and of which.
    reading
        Reading options, as :func:`curveread.api.read_all` takes them.

    Returns
    -------
    Sweep
        With a row for each run, in the order of their folders; what cannot be read is a row with an error.

    Raises
    ------
    ReadError
        When nothing at the roots is a log.
    UsageError
        For an option that does not fit.
    ExportError
        When the table cannot be written.

    Examples
    --------
    >>> found = sweep("sample_logs/overfitting", "sample_logs/spike-recovers", "no/such/folder")
    >>> [(row.run, row.health) for row in found.rows]
    [('overfitting', 'error'), ('spike-recovers', 'warning'), ('folder', 'unread')]
    """
    target = None if table is None else check_name(Path(table))
    judge = Judge(run, reading, {"select": api.names(select), "ignore": api.names(ignore), "options": options})
    judge.check()
    work = Work(judge, reports)
    cache = None if target is None else target.with_name(f".{target.name}.rows")
    places = [place for root in roots for place in ([root] if isinstance(root, str | os.PathLike) else root)]
    own = [target, cache] if target is not None and cache is not None and cache.exists() else []
    if not places:
        raise UsageError("sweep: name a folder at least")
    units, missing = catalogue(places, leave=own, **reading)
    if target is not None and not own and target.exists() and _holds(units, target):
        raise UsageError(f"{target} is one of the logs; write the table to another file")

    def begin(units: Iterable[Unit], many: int) -> Generator[tuple[SweepRow, ...], None, None]:
        count = processes(jobs, many)
        return execute(work, units, jobs=count, executor=executor, timeout=timeout, failed=failed)

    rows, origins = Rows(), list[str]()
    known, interrupted = Known(cache), False
    try:
        _gather(units, work, begin, known, rows, origins, progress or shown())
    except KeyboardInterrupt:
        interrupted = True
    for path, reason in missing:
        rows.append(unread(path, reason))
        origins.append("")
    known.close(forget=not interrupted)
    if run is not None and not len(rows) and not interrupted:
        raise ReadError(f"{', '.join(map(str, places))}: no run is called {run!r}")
    name_apart(rows, origins)
    by = (group_by,) if isinstance(group_by, str) else tuple(group_by)
    renderer = FleetRenderer("" if reports is None else reports.folder)
    made = Sweep(rows, renderer=renderer)
    try:
        made = replace(made, analysis=analyse(slim(rows), group_by=by, outcome=outcome))
    finally:  # what was read is kept, also where it cannot be grouped as asked
        if target is not None:
            write_table(made, target)
    if interrupted:
        raise KeyboardInterrupt
    return made


def _holds(units: Iterable[Unit], target: Path) -> bool:
    place = os.path.realpath(target)
    return any(os.path.realpath(file.path) == place for unit in units for file in unit.files)


def _gather(
    units: Sequence[Unit],
    work: Work,
    begin: Begin,
    known: Known,
    rows: Rows,
    origins: list[str],
    progress: Progress | None,
) -> None:
    """Append the rows of all units, each with the root it was found below; attempts side by side become one run."""
    read = partial(_rows_of, work=work, begin=begin, known=known, sealed=seal(work.judge))
    counts: list[int] = []
    siblings = Siblings(units)
    bad = 0
    with closing(read(units)) as results:
        for place, (unit, found) in enumerate(zip(units, results, strict=True)):
            siblings.see(place, unit, [(row.first_step, row.last_step) for row in found])
            for row in found:
                rows.append(row)
                origins.append(unit.root)
            counts.append(len(found))
            bad += any(row.error for row in found)
            if progress is not None:
                progress(place + 1, len(units), bad)
    chains = list(siblings.chains())
    if chains:
        _join(chains, units, counts, rows, origins, read)


def _rows_of(
    units: Sequence[Unit],
    work: Work,
    begin: Begin,
    known: Known,
    sealed: bytes,
) -> Generator[tuple[SweepRow, ...], None, None]:
    """Yield the rows of each unit in order: those that are known from the file, all others as they are read."""

    def there(key: str) -> bool:
        return key in known and (work.reports is None or work.reports.there(known.get(key) or ()))

    keys = Spool(key_of(unit, sealed) for unit in units)
    old = bytearray(map(there, keys))
    new = (unit for unit, known_before in zip(units, old, strict=True) if not known_before)
    with closing(begin(new, old.count(False))) as results:
        for key, known_before in zip(keys, old, strict=True):
            found = known.get(key) if known_before else None
            if found is None:
                found = tuple(replace(row, key=key) for row in next(results))
                if not any(row.health == UNREAD for row in found):  # what failed may do better the next time
                    known.put(key, found)
            yield found


def _join(
    chains: Sequence[Sequence[int]],
    units: Sequence[Unit],
    counts: Sequence[int],
    rows: Rows,
    origins: list[str],
    read: Read,
) -> None:
    """Read what may be attempts of one run together, and put the one row in the place of theirs where they are."""
    of_root = Counter(unit.root for unit in units)
    together = [
        joined([units[i] for i in chain], whole=len(chain) == of_root[units[chain[0]].root]) for chain in chains
    ]
    instead: dict[int, tuple[SweepRow, ...]] = {}
    with closing(read(together)) as results:
        for chain, found in zip(chains, results, strict=True):
            if len(found) == 1 and found[0].health != UNREAD:
                instead |= dict.fromkeys(chain, ()) | {chain[0]: found}
    if instead:
        origins[:] = [
            unit.root for i, unit in enumerate(units) for _ in range(len(instead[i]) if i in instead else counts[i])
        ]
        rows.refill(_replaced(iter(rows), counts, instead))


def _replaced(
    rows: Iterator[SweepRow], counts: Sequence[int], instead: Mapping[int, tuple[SweepRow, ...]]
) -> Iterator[SweepRow]:
    for place, count in enumerate(counts):
        own = islice(rows, count)
        if place in instead:
            yield from instead[place]
            for _ in own:
                pass
        else:
            yield from own
