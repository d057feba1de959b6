"""``curveread demo``: the report of a sample log, at once."""

from __future__ import annotations

from pathlib import Path

from curveread.cli.parser import Parser
from curveread.cli.reading import Reading
from curveread.errors import UsageError

SAMPLES = ("overfitting", "spike-recovers", "divergence-slow", "reward-collapse", "healthy-perplexity")
"""The sample logs that ride in the wheel; the first is shown unless another is named."""
_REPORTS = Path("reports")


def arguments(parser: Parser) -> None:
    """Add what ``demo`` takes."""
    parser.add_argument("name", metavar="SAMPLE", nargs="?", help=f"One of {', '.join(SAMPLES)}.")
    parser.add_argument(
        "-o", "--output", metavar="OUT", type=Path, help="The report's file, or a folder (default: reports)."
    )


def demo(name: str = SAMPLES[0], *, output: Path = _REPORTS) -> int:
    """Write the report of a small training that went wrong, to see what reports look like."""
    from curveread.cli.commands.report import report
    from curveread.cli.screen import Screen

    if name not in SAMPLES:
        raise UsageError(f"there is no sample {name!r}; there are: {', '.join(SAMPLES)}")
    code = report([_folder(name)], Reading(), output=output)
    out = Screen()
    out.blank()
    others = ", ".join(other for other in SAMPLES if other != name)
    out.line(f"next: curveread report PATH, with a run of yours; curveread demo NAME, with one of {others}", hang=6)
    return code


def _folder(name: str) -> Path:
    """Return where a sample is: in the package, or in a clone where the package takes it from."""
    package = Path(__file__).parents[2]
    places = [home / "sample_logs" / name for home in (package, package.parent)]
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        raise UsageError(f"the sample is not at {places[0]}: it comes with the wheel and with a clone")
    return found
