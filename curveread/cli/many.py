"""Many runs on the command line: judged in processes, told as a row each, and in full where they ask for attention."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from curveread import api
from curveread.cli.progress import counting, progress
from curveread.cli.reading import Reading, Unread, read_paths
from curveread.cli.screen import Screen, cells, padded
from curveread.cli.terminal import STYLES, print_diagnosis
from curveread.discovery.remote.url import Place
from curveread.discovery.units import Unit
from curveread.errors import ReadError, UsageError
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.wording import amount, span
from curveread.logtext import clean, shorten
from curveread.run.model import Run

_Unit = TypeVar("_Unit")

_WORST_FIRST = ("error", "warning", "undetermined", "info", "ok")
_NAME = 40


def judged_paths(
    paths: Sequence[Place], reading: Reading, judging: Mapping[str, Any], jobs: int | None
) -> Iterator[Diagnosis | Unread]:
    """Read and judge the runs at some paths, in their order."""
    for path, found in _in_processes(paths, reading, judging, jobs):
        if found is not None:
            yield from found
            continue
        items = list(read_paths([path], reading))
        with progress() as told:
            for done, item in enumerate(items):
                if told is not None and isinstance(item, Run):
                    told(done, len(items), f"checking {item.name}")
                yield item if isinstance(item, Unread) else api.diagnose(item, **judging)


def _in_processes(
    paths: Sequence[Place], reading: Reading, judging: Mapping[str, Any], jobs: int | None
) -> Iterator[tuple[Place, Iterator[Diagnosis] | None]]:
    alone = (
        jobs == 1
        or reading.run is not None
        or (len(paths) == 1 and isinstance(paths[0], Path) and not paths[0].is_dir())
    )
    units = [] if alone else [_units(path, reading) for path in paths]
    count = sum(map(len, units))
    far = any(unit.far for of_path in units for unit in of_path)
    if count > 1 or far:  # of one run here the modules below are not even loaded
        from curveread.fleet.jobs import processes

        working = processes(jobs, count)
        if working > 1 or far:
            from curveread.fleet.judge import Judge
            from curveread.fleet.judged import judged

            with counting() as told:
                yield from judged(paths, units, Judge(reading.run, reading.options(), judging), working, told)
            return
    yield from ((path, None) for path in paths)


def _units(path: Place, reading: Reading) -> list[Unit]:
    try:
        return list(api.units(path, **reading.options()))
    except (ReadError, UsageError):
        return []  # whoever reads it tells why


def in_order(work: Callable[[_Unit], str], units: Sequence[_Unit], jobs: int | None) -> Generator[str, None, None]:
    """Yield what is to be said about each unit of work, in processes where there are many; most often nothing."""
    if len(units) < 2:
        return (work(unit) for unit in units)
    from curveread.fleet.execute import execute
    from curveread.fleet.jobs import processes

    return execute(work, units, jobs=processes(jobs, len(units)), failed=lambda _, reason: reason)


def print_runs(found: Sequence[Diagnosis], *, verbose: bool = False) -> None:
    """Print all about one run; of many a row each, the worst first, and all about those with an alarm or each."""
    out = Screen()
    if len(found) < 2:
        for diagnosis in found:
            print_diagnosis(out, diagnosis)
        return
    ordered = print_rows(out, found)
    for d in ordered:
        if verbose or d.failed or d.verdict.health in ("warning", "error"):
            out.blank()
            print_diagnosis(out, d)


def print_rows(out: Screen, found: Sequence[Diagnosis]) -> list[Diagnosis]:
    """Print how many runs are how, and a row for each; return them as they were printed, the worst first."""
    ordered = sorted(found, key=lambda d: _WORST_FIRST.index(d.verdict.health))
    counts = [(health, sum(d.verdict.health == health for d in found)) for health in _WORST_FIRST]
    out.line(amount(len(found), "run"), ": ", ", ".join(f"{n} {health}" for health, n in counts if n))
    wide = max(len(d.verdict.health) for d in found)
    name = max(cells(shorten(d.run.name, _NAME)) for d in found)
    for d in ordered:
        health, said = d.verdict.health, ("; ".join(_brief(d)) or clean(d.verdict.headline))
        label = (padded(health.upper(), wide), STYLES.get(health, "bold"))
        room = max(out.width - wide - name - 4, 20)
        out.row(label, "  ", padded(shorten(d.run.name, _NAME), name), "  ", shorten(said, room))
    return ordered


def _brief(diagnosis: Diagnosis) -> list[str]:
    """Return the alarms of a run with their places, of one without its other findings."""
    alarms = [f for f in diagnosis.findings if f.severity != "info"] or diagnosis.findings
    return [f"{f.rule} {span(f.first_step, None, diagnosis.run.x_axis)}".rstrip() for f in alarms]
