"""``curveread show``: what was read."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from curveread.cli.exits import DONE, UNUSABLE, gravest
from curveread.cli.jsonout import print_entries
from curveread.cli.options import Axis, EvalLoss, Paths, RunName, Smooth, Tags, TrainLoss, XAxis, reading
from curveread.cli.reading import Unread, read_paths
from curveread.run.model import Run
from curveread.version import __version__

__all__ = ["show"]


def show(
    paths: Paths,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    run: RunName = None,
    tags: Tags = None,
    train_loss: TrainLoss = None,
    eval_loss: EvalLoss = None,
    x: XAxis = Axis.STEP,
    smooth: Smooth = None,
) -> int:
    """Show what was read: curves, roles, points, ranges, data notes."""
    codes: list[int] = []
    entries: list[dict[str, Any]] = []
    for item in read_paths(paths, reading(run, tags, train_loss, eval_loss, x)):
        codes.append(UNUSABLE if isinstance(item, Unread) else DONE)
        if json:
            entries.append(item.to_json() if isinstance(item, Unread) else _entry(item))
        elif isinstance(item, Run):
            _print(item, smooth, first=len(codes) == 1)
    if json:
        print_entries(entries, paths=len(paths))
    return gravest(codes)


def _entry(run: Run) -> dict[str, Any]:
    """Return what was read, in the words of the result JSON; each curve with its figures."""
    from curveread.run.overview import about, curve_line, place

    return {
        "curveread_version": __version__,
        "run": about(run) | {"curves": [place(c) | curve_line(c).figures() for c in run.curves.values()]},
        "notes": [n.to_json() for n in run.notes],
    }


def _print(run: Run, smooth: float | None, *, first: bool) -> None:
    from rich.text import Text

    from curveread.cli.curvetable import print_curves
    from curveread.cli.terminal import console, print_notes, print_wrapped
    from curveread.findings.wording import count, duration, size, span
    from curveread.report.logtext import clean

    out = console()
    if not first:
        out.print()
    facts = [f"{count(len(run.curves))} curves", span(run.first_step, run.last_step)]
    if run.wall_seconds is not None:
        facts.append(duration(run.wall_seconds))
    print_wrapped(out, Text.assemble((clean(run.name), "bold"), "  " + ", ".join(facts)), indent=0)
    for source in run.sources:
        print_wrapped(out, Text(f"{clean(source.path)}  {clean(source.format)}, {size(source.bytes)}", "dim"))
    out.print()
    print_curves(out, run, smooth)
    if run.notes:
        out.print()
        print_notes(out, run.notes)
