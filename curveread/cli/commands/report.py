"""``curveread report``: read, diagnose, write the annotated report."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from curveread import api
from curveread.cli.codes import UNUSABLE, gravest
from curveread.cli.fail_on import code
from curveread.cli.many import in_order, judged_paths, print_rows
from curveread.cli.outputs import plan
from curveread.cli.parser import Parser, add_jobs, add_paths, add_reading, price
from curveread.cli.reading import Reading, Unread
from curveread.cli.screen import Screen
from curveread.cli.terminal import print_diagnosis
from curveread.discovery.remote.url import Place
from curveread.errors import ExportError
from curveread.findings.diagnosis import Diagnosis
from curveread.logtext import clean
from curveread.report.files import refuse_inputs

_SHOWN = 20
"""Runs whose files are named; the index has all."""


def arguments(parser: Parser) -> None:
    """Add what ``report`` takes."""
    add_paths(parser)
    add = parser.add_argument
    add(
        "-o",
        "--output",
        metavar="OUT",
        type=Path,
        help="The report's file, or a folder for several (default: <run>-report.html).",
    )
    add(
        "--format",
        metavar="html,md,json,png,svg,pdf|brief",
        dest="formats",
        help="What to write, separated by commas (default: html); brief alone: five lines for a chat, printed.",
    )
    add(
        "--postmortem",
        action="store_true",
        help="Write a postmortem instead, for a team to edit: .md or .html.",
    )
    add(
        "--cost-per-hour",
        metavar="X",
        type=price,
        help="What an hour of the machine costs: then it is said what the steps after the best cost.",
    )
    add(
        "--static",
        action="store_true",
        help="Make the HTML page without scripts: still pictures, small enough for mail.",
    )
    add("--title", metavar="T", help="Stands in place of the run's name on the page.")
    add_jobs(parser)
    add_reading(parser)


def report(
    paths: Sequence[Place],
    reading: Reading,
    *,
    output: Path | None = None,
    formats: str | None = None,
    postmortem: bool = False,
    cost_per_hour: float | None = None,
    static: bool = False,
    title: str | None = None,
    jobs: int | None = None,
) -> int:
    """Write the annotated report of each run; print verdict, findings and where the report is."""
    kind = "postmortem" if postmortem else "report"
    chosen = None if formats == "brief" else plan(output, formats, kind=kind)
    items = list(judged_paths(paths, reading, {"cost_per_hour": cost_per_hour}, jobs))
    found = [item for item in items if isinstance(item, Diagnosis)]
    codes = [UNUSABLE if isinstance(item, Unread) else code(item, None) for item in items]
    if chosen is None:
        _brief(found, output, paths)
        return gravest(codes)
    runs = [d.run for d in found]
    targets = chosen.targets(runs)
    for run, files in zip(runs, targets, strict=True):
        for file in files:
            refuse_inputs(file, [run], paths)
    write = partial(
        _write, postmortem=postmortem, cost_per_hour=cost_per_hour, smooth=reading.smooth, static=static, title=title
    )
    work = list(zip(found, targets, strict=True))
    with closing(in_order(write, work, jobs)) as written:
        for problem in written:
            if problem:
                raise ExportError(problem)
    out = Screen()
    if len(found) == 1:
        print_diagnosis(out, found[0])
    elif found:
        print_rows(out, found)
    if targets:
        out.blank()
    for files in targets[:_SHOWN]:
        for file in files:
            out.row(f"{kind}: {clean(file)}")
    if len(targets) > _SHOWN:
        out.row(f"and {len(targets) - _SHOWN} more in {clean(targets[0][0].parent)}")
    if len(found) > 1:
        entries = [(d, files[0]) for d, files in work]
        out.row(f"index: {clean(api.index(entries, chosen.index(runs)))}")
    return gravest(codes)


def _brief(found: Sequence[Diagnosis], output: Path | None, paths: Sequence[Place]) -> None:
    """Print each run in five lines, or write them into one file; nothing where no run could be read."""
    from curveread.report.files import put
    from curveread.report.text.message import message

    text = "\n".join(map(message, found))
    if found and output is not None:
        put(refuse_inputs(output, [d.run for d in found], paths), text)
    elif found:
        Screen().text(text)


def _write(
    work: tuple[Diagnosis, list[Path]],
    *,
    postmortem: bool,
    cost_per_hour: float | None,
    smooth: float | None,
    static: bool,
    title: str | None,
) -> str:
    """Write the files of a run, in whichever process; return what went wrong, most often nothing."""
    diagnosis, files = work
    try:
        for file in files:
            if postmortem:
                api.postmortem(diagnosis, file, cost_per_hour=cost_per_hour, title=title)
            else:
                api.report(diagnosis, file, smooth=smooth, static=static, title=title)
    except ExportError as error:
        return str(error)
    return ""
