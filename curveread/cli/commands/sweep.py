"""``curveread sweep``: a whole tree of runs, a row for each, and what stands over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from curveread.cli.codes import DONE, FAULT, FOUND
from curveread.cli.commands.check import add_rules, settings
from curveread.cli.fail_on import FailOn
from curveread.cli.parser import Parser, add_jobs, add_paths, add_reading, member, names, seconds
from curveread.cli.progress import counting
from curveread.cli.reading import Reading
from curveread.cli.screen import Screen
from curveread.discovery.remote.url import Place
from curveread.errors import ReadError, UsageError
from curveread.findings.sweep.row import UNREAD
from curveread.fleet.work import Reports, Wanted
from curveread.logtext import clean

_SHOWN = 40
"""Runs that are printed; the table and the page have all."""


def arguments(parser: Parser) -> None:
    """Add what ``sweep`` takes."""
    add_paths(parser, metavar="ROOT", about="Folders with runs at any depth, run directories or log files.")
    add = parser.add_argument
    add(
        "-o",
        "--output",
        metavar="TABLE",
        type=Path,
        help="Write a row per run: .parquet, .csv or .json. The next sweep into it reads only what changed.",
    )
    add("--html", metavar="INDEX.html", type=Path, help="Write the index page of all runs.")
    add(
        "--reports",
        **member(Wanted),
        help="Which runs get a report of their own beside the index (default: attention, those with a warning or "
        "an error).",
    )
    add_jobs(parser)
    add("--timeout", metavar="S", type=seconds, help="Give up a run that takes longer than S seconds.")
    add("--dask", metavar="ADDRESS", help="Let the workers of this Dask scheduler read (extra dask).")
    add(
        "--group-by",
        metavar="KEY",
        **names(),
        help="Runs that agree in this setting are a group; repeatable (default: all that differ but the seed).",
    )
    add("--metric", metavar="TAG", help="Rank the runs by this curve (default: the headline that most of them have).")
    add_rules(parser)
    add_reading(parser)


def sweep(
    paths: Sequence[Place],
    reading: Reading,
    *,
    output: Path | None = None,
    html: Path | None = None,
    reports: Wanted | None = None,
    jobs: int | None = None,
    timeout: float | None = None,
    dask: str | None = None,
    group_by: Sequence[str] = (),
    metric: str | None = None,
    fail_on: FailOn = FailOn.ERROR,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    set_: Sequence[str] = (),
) -> int:
    """Judge every run below some folders and say which, and what those have in common; ends with 1 as check does."""
    from curveread.fleet.sweep import sweep as swept
    from curveread.report.text.sweep import text

    if html is None and reports is not None:
        raise UsageError("--reports are written beside the index page: give --html INDEX.html too")
    if dask is not None and jobs is not None:
        raise UsageError("--jobs starts processes here, --dask uses workers that run already: give one of them")
    if dask is not None:  # its workers stand in other folders
        paths = [path.absolute() if isinstance(path, Path) else path for path in paths]
    kept = None if html is None else Reports(str(html.with_name(f"{html.stem}-runs")), reports or Wanted.ATTENTION)
    with _executor(dask) as executor, counting() as told:
        made = swept(
            *paths,
            jobs=jobs,
            executor=executor,
            timeout=timeout,
            table=output,
            group_by=group_by,
            outcome=metric,
            progress=told,
            reports=kept,
            run=reading.run,
            select=select,
            ignore=ignore,
            options=settings(set_),
            **reading.options(),
        )
    if made.unread == len(made.rows):
        raise ReadError(f"none of {len(made.rows)} runs could be read; the first: {made.rows[0].error}")
    out = Screen()
    try:
        index = None if html is None else made.report(html)  # first: who reads the lines may stop early
    finally:
        out.text(text(made, out.width, _SHOWN))
    if output is not None:
        out.row(f"table: {clean(output)}")
    if index is not None:
        out.row(f"index: {clean(index)}")
    if any(fail_on.reached(row.health) for row in made.rows):
        return FOUND
    return FAULT if any(row.error and row.health != UNREAD for row in made.rows) else DONE


def _executor(dask: str | None) -> AbstractContextManager[Executor | None]:
    if dask is None:
        return nullcontext()
    from curveread.fleet.cluster import dask_executor

    return dask_executor(dask)
