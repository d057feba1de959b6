"""``curveread export``: a tidy table of all curves."""

from __future__ import annotations

from pathlib import Path

from curveread import api
from curveread.cli.codes import DONE, UNUSABLE
from curveread.cli.parser import Parser, add_reading
from curveread.cli.reading import Reading, read_paths
from curveread.cli.screen import Screen
from curveread.discovery.remote.url import Place, place
from curveread.run.model import Run


def arguments(parser: Parser) -> None:
    """Add what ``export`` takes."""
    parser.add_argument("path", metavar="PATH", type=place, help="A run directory or a log file, or its URL.")
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, required=True, help="A .csv, .parquet or .json file."
    )
    add_reading(parser)


def export(path: Place, output: Path, reading: Reading) -> int:
    """Write every point of every curve into a table: run, tag, step, wall_time, value."""
    from curveread.logtext import clean
    from curveread.report.files import refuse_inputs
    from curveread.report.text.table import table_format

    table_format(output)
    refuse_inputs(output, (), [path])
    items = read_paths([path], reading)
    runs = [item for item in items if isinstance(item, Run)]
    if not runs:
        return UNUSABLE
    rows = api.export(runs, output, smooth=reading.smooth)
    curves = sum(len(r.curves) for r in runs)
    Screen().row(f"{rows:,} points of {curves:,} curves written to {clean(output)}")
    return DONE
