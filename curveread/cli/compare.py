"""``curveread compare``: runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curveread import api
from curveread.cli.exits import DONE, UNUSABLE
from curveread.cli.options import Paths, takes_reading
from curveread.cli.reading import Reading, Unread, read_paths
from curveread.errors import UsageError
from curveread.report.logtext import clean
from curveread.run.model import Run

__all__ = ["compare"]


@takes_reading
def compare(
    paths: Paths,
    reading: Reading,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="OUT", help="Also write it: .html, .json, .txt or .png.", show_default=False
        ),
    ] = None,
) -> int:
    """Put runs side by side: their figures, and whether their losses can be ranked."""
    from curveread.report.text import comparison as drawn

    if output is not None and output.suffix.lower().lstrip(".") not in drawn.FORMATS:
        raise UsageError(f"-o {output}: the name must end in {', '.join('.' + f for f in drawn.FORMATS)}")
    items = list(read_paths(paths, reading))
    runs = [item for item in items if isinstance(item, Run)]
    if len(runs) < 2:
        raise UsageError(f"compare needs at least two runs, and {len(runs) or 'none'} could be read")
    made = api.compare(runs)
    print(drawn.text(made), end="")
    if output is not None:
        print(f"\ncomparison: {clean(api.write_comparison(made, output))}")
    return UNUSABLE if any(isinstance(item, Unread) for item in items) else DONE
