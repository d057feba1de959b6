"""``curveread report``: read, diagnose, write the annotated report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from curveread import api
from curveread.cli.codes import UNUSABLE, gravest
from curveread.cli.judging import code
from curveread.cli.outputs import plan
from curveread.cli.parser import Parser, add_paths, add_reading, price
from curveread.cli.reading import Reading, Unread, read_paths
from curveread.cli.screen import Screen
from curveread.cli.terminal import print_diagnosis
from curveread.report.logtext import clean
from curveread.run.model import Run

__all__ = ["arguments", "report"]


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
        metavar="html,md,json,png,svg,pdf",
        dest="formats",
        help="What to write, separated by commas (default: html).",
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
    add_reading(parser)


def report(
    paths: Sequence[Path],
    reading: Reading,
    *,
    output: Path | None = None,
    formats: str | None = None,
    postmortem: bool = False,
    cost_per_hour: float | None = None,
    static: bool = False,
    title: str | None = None,
) -> int:
    """Write the annotated report of each run; print verdict, findings and where the report is."""
    kind = "postmortem" if postmortem else "report"
    chosen = plan(output, formats, kind=kind)
    items = list(read_paths(paths, reading))
    runs = [item for item in items if isinstance(item, Run)]
    codes = [UNUSABLE for item in items if isinstance(item, Unread)]
    targets = chosen.targets(runs)
    entries = []
    out = Screen()
    for i, (each, files) in enumerate(zip(runs, targets, strict=True)):
        diagnosis = api.diagnose(each, cost_per_hour=cost_per_hour)
        for file in files:
            if postmortem:
                api.postmortem(diagnosis, file, cost_per_hour=cost_per_hour, title=title)
            else:
                api.report(diagnosis, file, smooth=reading.smooth, static=static, title=title)
        if i:
            out.blank()
        print_diagnosis(out, diagnosis)
        out.blank()
        for file in files:
            out.row(f"{kind}: {clean(file)}")
        codes.append(code(diagnosis, None))
        entries.append((diagnosis, files[0]))
    if len(runs) > 1:
        out.blank()
        out.row(f"index: {clean(api.index(entries, chosen.index(runs)))}")
    return gravest(codes)
