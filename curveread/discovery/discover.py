"""A path -> the runs in it: which files belong together, which reader takes which."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from curveread.discovery.assemble import build, relative
from curveread.discovery.bounds import within_bounds
from curveread.discovery.grouping import chain, group, one_run
from curveread.discovery.printed_files import printed_files
from curveread.discovery.streams import Item, Stream
from curveread.discovery.tree import SPLITS, LogFile, files_below, scan, too_deep, without_kinds
from curveread.errors import NoLogsError, ReadError
from curveread.limits import within
from curveread.plural import amount, some
from curveread.readers.base import Part, Reader
from curveread.readers.freed import give_back
from curveread.readers.registry import asked_about, formats
from curveread.run.incidents import root_of
from curveread.run.model import Curve, Run
from curveread.run.notes import DataNote, NoteKind

Progress = Callable[[int, int, str], None]
"""Called before each file with the number done, the total and the file's name."""
_MEASURED = frozenset({"error", "errors", "loss", "losses", "metrics"})
"""What a table may hold of the split that its name begins with: ``test_error.tsv``."""


def read_runs(path: Path, *, progress: Progress | None = None, readers: Sequence[type[Reader]] = ()) -> list[Run]:
    """Read every run at or below a path.

    Parameters
    ----------
    path
        A log file, a run folder, or a folder with any number of run folders below it.
    progress
        Told about each file before it is read.
    readers
        Further readers, for formats that only the caller knows.

    Returns
    -------
    list of Run
        In the order of their folders; at least one, and at least one with a curve.

    Raises
    ------
    NoLogsError
        When the path is missing or nothing at it is a log; the message says what was looked for.
    ReadError
        When there are logs and none of them can be read.
    """
    files, passed = find(path, readers)
    return read_files(files, path, passed, progress=progress)


@np.errstate(all="ignore")  # readers look at the first numbers of a file
def find(path: Path, readers: Sequence[type[Reader]] = ()) -> tuple[list[LogFile], list[Path]]:
    """Return the log files at or below a path, and what was passed over, without reading them.

    Raises
    ------
    NoLogsError, ReadError
        As :func:`read_runs`.
    """
    if not path.exists():
        what = "a dangling link" if path.is_symlink() else "no such file or folder"
        raise NoLogsError(f"{path}: {what}")
    if not os.access(path, os.R_OK):
        raise ReadError(f"{path}: no permission to read it")
    more = tuple(readers)
    files, passed = scan(path, more)
    if not files:
        raise _nothing_at(path, more)
    return files, passed


@np.errstate(all="ignore")  # a log may hold any number; what is done with it is decided, not warned of
def read_files(
    files: Sequence[LogFile],
    path: Path,
    passed: Sequence[Path] = (),
    *,
    whole: bool = True,
    progress: Progress | None = None,
) -> list[Run]:
    """Read the runs in some of the log files below a path.

    Parameters
    ----------
    files, path, passed
        What :func:`find` found, and where.
    whole
        Whether the files are all there is at the path: then a lone run is what was asked for, and it is told by that
        path; else it is one of many, and a log without curves is one of them.
    progress
        As for :func:`read_runs`.

    Raises
    ------
    ReadError
        When none of them can be read; of a whole path also when none has a curve.
    """
    top = path.parent if path.is_file() else path
    items, problems = _read_all(files, top, progress)
    named = [(home, streams) for home, runs in _group_folders(items) for streams in runs]
    runs = build(named, path, top, whole=whole)
    give_back(sum(item.part.source.bytes for item in items))  # what was looked at beside the curves
    full = [r for r in runs if r.curves]
    if not full and (whole or not runs):
        raise _no_curve(path, files, runs, problems)
    return _with_problems(runs, full if whole else runs, problems, [relative(str(p), top) for p in passed])


def _nothing_at(path: Path, more: tuple[type[Reader], ...]) -> ReadError:
    """Return the error for a path that no reader takes; a file whose reader cannot work here is named."""
    passed: list[Path] = []
    for file in [path] if path.is_file() else files_below(path, passed):
        for reader in asked_about(file, more):
            if lacking := reader.lacks():
                return ReadError(f"{file}: {lacking}")
    looked = "; ".join(f.looks_like for f in formats(more) if f.files)
    if path.is_file():
        from curveread.readers.text_log.nearly import nearly

        ended = _ending([path], path)
        message = (
            f"{path}: no metric was logged in it{ended}"
            if ended
            else f"{path}: not a training log that any reader knows; looked for {looked}"
        )
        near = nearly(path)
        return NoLogsError(f"{message}; {near.told}", near.argument, near.value) if near else NoLogsError(message)
    try:
        empty = not any(path.iterdir())
    except OSError:
        empty = False
    what = "the folder is empty" if empty else "no training log in it or below it"
    deep = too_deep(relative(str(p), path) for p in passed)
    printed, _ = printed_files([path, path / "logs"])
    return NoLogsError(f"{path}: {what}{deep}{_ending(printed, path) or f'; looked for {looked}'}")


def _ending(printed: Sequence[Path], top: Path) -> str:
    """Return what printed output without a metric says of how its program ended; empty where it says nothing."""
    from curveread.discovery.crash_lines import crash_lines

    cause = root_of(crash_lines(printed, 0, 0)[0])
    if cause is None:
        return ""
    place = f"line {cause.line:,}" if cause.line else "its end"
    file = "" if cause.source == str(top) else f"{relative(cause.source, top)}, "
    return f"; {file}{place}: {cause.text}"


def _no_curve(path: Path, files: Sequence[LogFile], runs: Sequence[Run], errors: Sequence[ReadError]) -> ReadError:
    if errors and len(errors) >= len(files):
        more = f" (and {amount(len(errors) - 1, 'more file')} that cannot be read)" if len(errors) > 1 else ""
        return type(errors[0])(f"{errors[0]}{more}")
    said = [n.message for r in runs for n in r.notes if n.kind is NoteKind.EMPTY]
    reason = f": {said[0]}" if said else ""
    count = f"{amount(len(files), 'log file')} read, no curve in {'it' if len(files) == 1 else 'them'}"
    return NoLogsError(f"{path}: {count}{reason}")


def _read_all(files: Sequence[LogFile], top: Path, progress: Progress | None) -> tuple[list[Item], list[ReadError]]:
    items: list[Item] = []
    problems: list[ReadError] = []
    splits = _split_files(files)
    repeated = _repeated(files)
    for done, file in enumerate(files):
        if progress is not None:
            progress(done, len(files), relative(str(file.path), top))
        if file.path in repeated:
            continue
        try:
            found = file.reader.read(file.path)
            give_back(sum(part.source.bytes for part in found[:1]))
            within("runs", len(found), file.path)
            parts = [within_bounds(part) for part in found]
        except ReadError as error:
            problems.append(error)
            continue
        except OSError as error:
            problems.append(ReadError(f"{file.path}: {error.strerror or error}"))
            continue
        except Exception as error:  # a file that no reader foresaw must not take its neighbours with it
            if len(files) == 1:
                raise
            what = " ".join(str(error).split())[:200]
            problems.append(ReadError(f"{file.path}: fault in curveread: {type(error).__name__}: {what}"))
            continue
        split = splits.get(file.path, "")
        items += [Item(_prefixed(part, split) if split else part, file) for part in parts]
    if progress is not None:
        progress(len(files), len(files), "")
    return items, problems


def _repeated(files: Sequence[LogFile]) -> set[Path]:
    """Return the files that another file of the same reader repeats in full."""
    by_reader: dict[Reader, list[Path]] = defaultdict(list)
    for file in files:
        by_reader[file.reader].append(file.path)
    return {path for reader, paths in by_reader.items() for path in reader.repeated(paths)}


def _split_files(files: Sequence[LogFile]) -> dict[Path, str]:
    """Return the split that a table holds by its name, under column names that may be those of another split.

    That is each of ``train.csv`` and ``val.csv``, or ``learn_error.tsv`` and ``test_error.tsv``, in one folder: names
    that differ in the split alone. A lone one counts where it says what of the split it holds: a test may be of the
    program.
    """
    found: dict[tuple[Path, str], list[tuple[Path, str]]] = defaultdict(list)
    for file in files:
        split, _, rest = file.path.name.split(".", 1)[0].lower().partition("_")
        if split in SPLITS and not file.split and file.reader.format.table:
            found[file.folder, rest].append((file.path, split))
    return {
        path: split
        for (_, rest), alike in found.items()
        if len(alike) > 1 or rest in _MEASURED
        for path, split in alike
    }


def _prefixed(part: Part, split: str) -> Part:
    """Put the split in front of a part's tags."""

    def rename(curves: Mapping[str, Curve]) -> dict[str, Curve]:
        return {f"{split}/{t}": replace(c, tag=f"{split}/{t}", role=None) for t, c in curves.items()}

    return replace(part, curves=rename(part.curves), segments=tuple(map(rename, part.segments)))


def _group_folders(items: Sequence[Item]) -> list[tuple[Path, list[list[Stream]]]]:
    """Group the parts of each run folder, then join sibling folders where one continues the other."""
    by_home: dict[Path, list[Item]] = defaultdict(list)
    for item in _fold_sub_writers(items):
        by_home[item.file.home].append(item)
    runs = {home: group(members) for home, members in by_home.items()}
    parents: dict[Path, list[Path]] = defaultdict(list)
    for home in runs:
        parents[home.parent].append(home)
    for parent, homes in parents.items():
        if len(homes) < 2 or parent in runs or any(len(runs[h]) != 1 for h in homes):
            continue
        chained = chain([runs[h][0] for h in homes])
        if chained is None:
            continue
        streams = [s for r in chained for s in r]
        joined = Stream(
            streams[0].format,
            streams[0].key,
            [i for s in streams for i in s.items],
            [n for s in streams for n in s.notes],
        )
        for home in homes:
            del runs[home]
        runs[parent] = [[joined]]
    _join_twins(runs)
    return sorted(runs.items(), key=lambda kv: natural(str(kv[0])))


def _join_twins(runs: dict[Path, list[list[Stream]]]) -> None:
    """Join what one run left in two places, ``logs/run-7`` and ``out/run-7``, where a curve in both proves it."""
    twins: dict[tuple[str, ...], list[Path]] = defaultdict(list)
    for home, found in runs.items():
        if len(found) == 1:
            twins[without_kinds(home)].append(home)
    for homes in twins.values():
        homes.sort(key=lambda h: (len(h.parts), h))
        for i, home in enumerate(homes):
            for other in homes[i + 1 :]:
                if home in runs and other in runs and one_run(runs[home][0], runs[other][0]):
                    runs[home][0].extend(runs.pop(other)[0])


def natural(path: str) -> str:
    """Return what sorts ``run-10`` behind ``run-9``: each number behind its length and what no name holds."""
    return re.sub(r"\d+", lambda found: f"\0{len(str(int(found[0]))):03}{int(found[0])}", path)


def _fold_sub_writers(items: Sequence[Item]) -> list[Item]:
    """``add_scalars`` writes each of its lines into a folder ``<tag>_<name>`` beside the event file: fold it back."""
    folders = {i.file.folder for i in items if i.format.per_folder}
    out = []
    for item in items:
        folder, parent = item.file.folder, item.file.folder.parent
        tags = list(item.part.curves)
        if item.format.per_folder and parent in folders and len(tags) == 1:
            start = tags[0].replace("/", "_") + "_"
            if folder.name.startswith(start):
                name = f"{tags[0]}/{folder.name[len(start) :]}"
                part = replace(
                    item.part,
                    curves=_called(item.part.curves, name),
                    segments=tuple(_called(s, name) for s in item.part.segments),
                )
                home = next(i.file.home_name for i in items if i.file.folder == parent)
                item = Item(part, replace(item.file, home_name=home, folder_name=str(parent)))
        out.append(item)
    return out


def _called(curves: Mapping[str, Curve], name: str) -> dict[str, Curve]:
    only = next(iter(curves.values()), None)
    return {} if only is None else {name: replace(only, tag=name, role=None)}


def _with_problems(runs: list[Run], full: list[Run], problems: Sequence[ReadError], passed: Sequence[str]) -> list[Run]:
    """Keep a lone run alone: empty logs beside it, and files and links that cannot be read, become its notes."""
    extra = [DataNote(NoteKind.SKIPPED, "", f"a file was left out: {p}") for p in problems]
    if passed:
        shown = some(passed, 3)
        message = f"passed over, as they lead nowhere, may not be read or lie too deep: {shown}{too_deep(passed)}"
        extra.append(DataNote(NoteKind.SKIPPED, "", message))
    if len(full) == 1:
        extra += [n for r in runs if r is not full[0] for n in r.notes if n.kind is NoteKind.EMPTY]
        runs = full
    if extra:
        first = runs.index(full[0])
        runs = [replace(r, notes=(*r.notes, *extra)) if i == first else r for i, r in enumerate(runs)]
    return runs
