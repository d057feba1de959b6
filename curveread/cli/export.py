"""``curveread export``: a tidy table of all curves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curveread import api
from curveread.cli.exits import DONE, UNUSABLE
from curveread.cli.options import takes_reading
from curveread.cli.reading import Reading, read_paths
from curveread.run.model import Run

__all__ = ["export"]


@takes_reading
def export(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A run directory or a log file.", show_default=False)],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="A .csv, .parquet or .json file.", show_default=False)
    ],
    reading: Reading,
) -> int:
    """Write every point of every curve into a table: run, tag, step, wall_time, value."""
    from curveread.report.logtext import clean
    from curveread.report.text.table import table_format

    table_format(output)
    items = read_paths([path], reading)
    runs = [item for item in items if isinstance(item, Run)]
    if not runs:
        return UNUSABLE
    rows = api.export(runs, output, smooth=reading.smooth)
    curves = sum(len(r.curves) for r in runs)
    print(f"{rows:,} points of {curves:,} curves written to {clean(output)}")
    return DONE
