"""``curveread show``: what was read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curveread.cli.codes import DONE, UNUSABLE, gravest
from curveread.cli.documents import print_entries
from curveread.cli.parser import Parser, add_paths, add_reading
from curveread.cli.reading import Reading, Unread, read_paths
from curveread.errors import UsageError
from curveread.run.model import Run
from curveread.version import __version__

__all__ = ["arguments", "show"]


def arguments(parser: Parser) -> None:
    """Add what ``show`` takes."""
    add_paths(parser, "*")
    parser.add_argument("--json", action="store_true", help="Print JSON and nothing else.")
    parser.add_argument("--formats", action="store_true", help="List the formats that can be read, instead of a log.")
    add_reading(parser)


def show(paths: Sequence[Path] = (), *, reading: Reading, json: bool = False, formats: bool = False) -> int:
    """Show what was read: curves, roles, points, ranges, data notes."""
    if formats:
        return _print_formats()
    if not paths:
        raise UsageError("the following arguments are required: PATH (see curveread show --help)")
    codes: list[int] = []
    entries: list[dict[str, Any]] = []
    for item in read_paths(paths, reading):
        codes.append(UNUSABLE if isinstance(item, Unread) else DONE)
        if json:
            entries.append(item.to_json() if isinstance(item, Unread) else _entry(item))
        elif isinstance(item, Run):
            _print(item, reading.smooth, first=len(codes) == 1)
    if json:
        print_entries(entries, len(paths))
    return gravest(codes)


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
    from curveread.run.overview import about, curve_line, place

    return {
        "curveread_version": __version__,
        "run": about(run) | {"curves": [place(c) | curve_line(c).figures() for c in run.curves.values()]},
        "notes": [n.to_json() for n in run.notes],
    }


def _print(run: Run, smooth: float | None, *, first: bool) -> None:
    from curveread.cli.curvetable import print_curves
    from curveread.cli.screen import Screen
    from curveread.cli.terminal import print_notes
    from curveread.findings.wording import count, duration, size, span
    from curveread.report.logtext import clean
    from curveread.run.overview import not_understood

    out = Screen()
    if not first:
        out.blank()
    facts = [f"{count(len(run.curves))} curves", span(run.first_step, run.last_step, run.x_axis)]
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
