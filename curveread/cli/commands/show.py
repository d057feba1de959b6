"""``curveread show``: what was read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from curveread.cli.codes import DONE, FOUND, UNUSABLE, gravest, say, worded
from curveread.cli.documents import print_entries
from curveread.cli.parser import Parser, add_paths, add_reading
from curveread.cli.reading import Reading, Unread, read_paths
from curveread.discovery.remote.url import Place
from curveread.errors import ReadError, UsageError
from curveread.run.model import Curve, Run
from curveread.version import __version__

if TYPE_CHECKING:
    from curveread.interop.verify import Compared


def arguments(parser: Parser) -> None:
    """Add what ``show`` takes."""
    add_paths(parser, "*")
    parser.add_argument("--json", action="store_true", help="Print JSON and nothing else.")
    parser.add_argument(
        "--verify",
        action="store_true",
        help="Compare every scalar of event files with what tbparse reads; ends with 1 when they differ.",
    )
    parser.add_argument("--formats", action="store_true", help="List the formats that can be read, instead of a log.")
    add_reading(parser)


def show(
    paths: Sequence[Place] = (), *, reading: Reading, json: bool = False, verify: bool = False, formats: bool = False
) -> int:
    """Show what was read: curves, roles, points, ranges, data notes."""
    if formats:
        return _print_formats()
    if not paths:
        raise UsageError("the following arguments are required: PATH (see curveread show --help)")
    codes: list[int] = []
    entries: list[dict[str, Any]] = []
    for item in read_paths(paths, reading):
        if isinstance(item, Unread):
            codes.append(UNUSABLE)
            entries.append(item.to_json())
            continue
        compared = _compared(item) if verify else None
        codes.append(UNUSABLE if verify and not compared else FOUND if compared and compared.differences else DONE)
        if json:
            entries.append(_entry(item) | ({"verified": compared.to_json()} if compared else {}))
        else:
            _print(item, reading.smooth, first=len(codes) == 1)
            if compared:
                _print_compared(compared)
    if json:
        print_entries(entries, len(paths))
    return gravest(codes)


def _compared(run: Run) -> Compared | None:
    """Return how a run compares with tbparse; where it cannot be compared, None, and why is told on stderr."""
    from curveread.api import verify

    try:
        return verify(run)
    except ReadError as error:
        say(worded(error))
        return None


def _print_compared(compared: Compared) -> None:
    from curveread.cli.screen import Screen
    from curveread.findings.wording import amount
    from curveread.logtext import clean

    out = Screen()
    out.blank()
    what = f"{amount(compared.scalars, 'scalar')} of {amount(compared.files, 'event file')}"
    if not compared.differences:
        out.row(f"verified: tbparse reads the same {what}")
        return
    out.row(f"not verified: of {what} these differ from what tbparse reads")
    for d in compared.differences:
        ours, theirs = (", ".join(f"{v:.9g}" for v in values) or "nothing" for values in (d.ours, d.theirs))
        place = f"{clean(d.source or 'the run')}: {clean(d.tag)}, step {d.step:,.0f}"
        out.line(f"{place}: curveread {ours}, tbparse {theirs}", indent=2, hang=4)


def _print_formats() -> int:
    """Print a line for every format: its name, its files, and what it is."""
    from curveread.cli.screen import Screen, padded
    from curveread.readers.registry import formats

    known = formats()
    width = max(len(f.name) for f in known)
    out = Screen()
    for f in known:
        out.line((padded(f.name, width), "bold"), f"  {f.title}: {f.looks_like}", hang=width + 2)
    return DONE


def _entry(run: Run) -> dict[str, Any]:
    """Return what was read, in the words of the result JSON; each curve with its figures."""
    from curveread.run.overview import about, curve_line

    return {
        "curveread_version": __version__,
        "run": about(run) | {"curves": [_shown(c) | curve_line(c).figures() for c in run.curves.values()]},
        "notes": [n.to_json() for n in run.notes],
    }


def _shown(curve: Curve) -> dict[str, Any]:
    """Return a curve as ``show`` tells it: which values are better, and whether the checks judge it, in words."""
    from curveread.run.overview import place

    return place(curve) | {"direction": curve.direction, "judged": "yes" if curve.judged else "no"}


def _print(run: Run, smooth: float | None, *, first: bool) -> None:
    from curveread.cli.curvetable import print_curves
    from curveread.cli.screen import Screen
    from curveread.cli.terminal import print_notes
    from curveread.findings.wording import amount, duration, size, span
    from curveread.logtext import clean
    from curveread.run.overview import not_understood

    out = Screen()
    if not first:
        out.blank()
    facts = [amount(len(run.curves), "curve"), span(run.first_step, run.last_step, run.x_axis)]
    if run.wall_seconds is not None:
        facts.append(duration(run.wall_seconds))
    out.line((clean(run.name), "bold"), "  " + ", ".join(facts), hang=2)
    for source in run.sources:
        out.line((f"{clean(source.path)}  {clean(source.format)}, {size(source.bytes)}", "dim"), indent=2, hang=2)
    if run.task is not None:
        why = f": {clean(run.task.why)}" if run.task.why else ""
        out.line((f"task {run.task.kind}{why}", "dim"), indent=2, hang=2)
    out.blank()
    print_curves(out, run, smooth)
    if unknown := not_understood(run):
        out.line(f"{unknown}; name them with --role")
    if run.notes:
        out.blank()
        print_notes(out, run.notes)
