"""``curveread report``: read, diagnose, write the annotated report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curveread import api
from curveread.cli.exits import UNUSABLE, gravest
from curveread.cli.judging import code
from curveread.cli.options import Paths, takes_reading
from curveread.cli.outputs import plan
from curveread.cli.reading import Reading, Unread, read_paths
from curveread.cli.screen import Screen
from curveread.cli.terminal import print_diagnosis
from curveread.report.logtext import clean
from curveread.run.model import Run

__all__ = ["report"]


def _cost(value: float | None) -> float | None:
    if value is not None and not 0.0 <= value < float("inf"):
        raise typer.BadParameter(f"{value:g} is no price of an hour; it must be 0 or more.")
    return value


@takes_reading
def report(
    context: typer.Context,
    paths: Paths,
    reading: Reading,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="OUT",
            help="The report's file, or a folder for several.",
            show_default="<run>-report.html",
        ),
    ] = None,
    formats: Annotated[
        str | None,
        typer.Option("--format", metavar="html,md,json,png,svg,pdf", help="What to write.", show_default="html"),
    ] = None,
    postmortem: Annotated[
        bool,
        typer.Option("--postmortem", help="Write a postmortem instead, for a team to edit: .md or .html."),
    ] = False,
    cost_per_hour: Annotated[
        float | None,
        typer.Option(
            "--cost-per-hour",
            metavar="X",
            callback=_cost,
            help="What an hour of the machine costs: then it is said what the steps after the best cost.",
        ),
    ] = None,
    static: Annotated[
        bool,
        typer.Option("--static", help="Make the HTML page without scripts: still pictures, small enough for mail."),
    ] = False,
    title: Annotated[
        str | None, typer.Option("--title", metavar="T", help="Stands in place of the run's name on the page.")
    ] = None,
) -> int:
    """Write the annotated report of each run; print verdict, findings and where the report is."""
    kind = "postmortem" if postmortem else "report"
    if postmortem and formats == (context.default_map or {}).get("formats"):
        formats = None  # a project's formats are those of reports
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
