"""``curveread compare``: runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from curveread import api
from curveread.cli.codes import DONE, UNUSABLE
from curveread.cli.parser import Parser, add_paths, add_reading
from curveread.cli.reading import Reading, Unread, read_paths
from curveread.cli.screen import Screen
from curveread.discovery.remote.url import Place
from curveread.errors import UsageError
from curveread.logtext import clean
from curveread.run.model import Run


def arguments(parser: Parser) -> None:
    """Add what ``compare`` takes."""
    add_paths(parser)
    parser.add_argument("-o", "--output", metavar="OUT", type=Path, help="Also write it: .html, .json, .txt or .png.")
    parser.add_argument(
        "--align",
        choices=("step", "share"),
        default="step",
        help="Lay the losses on steps or on shares of each run.",
    )
    add_reading(parser)


def compare(paths: Sequence[Place], reading: Reading, *, output: Path | None = None, align: str = "step") -> int:
    """Put runs side by side: their figures, and whether their losses can be ranked."""
    from curveread.report.files import refuse_inputs
    from curveread.report.text.comparison import text
    from curveread.report.write import COMPARISON_FORMATS

    if output is not None and output.suffix.lower().lstrip(".") not in COMPARISON_FORMATS:
        raise UsageError(f"-o {output}: the name must end in {', '.join('.' + f for f in COMPARISON_FORMATS)}")
    if output is not None:
        refuse_inputs(output, (), paths)
    items = list(read_paths(paths, reading))
    runs = [item for item in items if isinstance(item, Run)]
    if len(runs) < 2:
        raise UsageError(f"compare needs at least two runs, and {len(runs) or 'none'} could be read")
    made = api.compare(runs, align=align)
    out = Screen()
    out.text(text(made))
    if output is not None:
        out.blank()
        out.row(f"comparison: {clean(api.write_comparison(made, output))}")
    return UNUSABLE if any(isinstance(item, Unread) for item in items) else DONE
