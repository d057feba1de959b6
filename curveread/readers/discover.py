"""A path -> the runs in it: which files belong together, which reader takes which."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from curveread.errors import NoLogsError, ReadError
from curveread.readers.base import Part
from curveread.readers.crash_lines import crash_lines, printed_files
from curveread.readers.grouping import chain, group, one_run
from curveread.readers.losses import summed_note, without_policy_losses
from curveread.readers.merge import all_checkpoints, drop_summaries, merge_forms, rank
from curveread.readers.registry import all_readers
from curveread.readers.streams import Item, Stream
from curveread.readers.trainer_checkpoints import beginnings
from curveread.readers.tree import KINDS_OF_FOLDERS, SPLITS, LogFile, scan
from curveread.run.model import Attempt, Curve, Run, Source
from curveread.run.notes import DataNote, NoteKind

__all__ = ["Progress", "read_runs"]

Progress = Callable[[int, int, str], None]
"""Called before each file with the number done, the total and the file's name."""

_NAMED_BY_FOLDER = frozenset({"tensorboard", "trainer-state", "wandb", "lightning-csv"})


def read_runs(path: Path, *, progress: Progress | None = None) -> list[Run]:
    """Read every run at or below a path.

    Parameters
    ----------
    path
        A log file, a run folder, or a folder with any number of run folders below it.
    progress
        Told about each file before it is read.

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
    if not path.exists():
        what = "a dangling link" if path.is_symlink() else "no such file or folder"
        raise NoLogsError(f"{path}: {what}")
    if not os.access(path, os.R_OK):
        raise ReadError(f"{path}: no permission to read it")
    files, passed = scan(path)
    if not files:
        raise NoLogsError(_nothing_at(path))
    top = path.parent if path.is_file() else path
    items, problems = _read_all(files, top, progress)
    folders = _group_folders(items)
    named = [(home, streams) for home, runs in folders for streams in runs]
    runs = _build(named, path, top)
    full = [r for r in runs if r.curves]
    if not full:
        raise _no_curve(path, files, runs, problems)
    return _with_problems(runs, full, problems, [_relative(str(p), top) for p in passed])


def _nothing_at(path: Path) -> str:
    looked = "; ".join(r.looks_like for r in all_readers())
    if path.is_file():
        return f"{path}: not a training log that any reader knows; looked for {looked}"
    try:
        empty = not any(path.iterdir())
    except OSError:
        empty = False
    return f"{path}: {'the folder is empty' if empty else 'no training log in it or below it'}; looked for {looked}"


def _no_curve(path: Path, files: Sequence[LogFile], runs: Sequence[Run], errors: Sequence[ReadError]) -> ReadError:
    if errors and len(errors) >= len(files):
        more = f" (and {len(errors) - 1} more files that cannot be read)" if len(errors) > 1 else ""
        return type(errors[0])(f"{errors[0]}{more}")
    said = [n.message for r in runs for n in r.notes if n.kind is NoteKind.EMPTY]
    reason = f": {said[0]}" if said else ""
    count = "1 log file read, no curve in it" if len(files) == 1 else f"{len(files)} log files read, no curve in them"
    return NoLogsError(f"{path}: {count}{reason}")


def _read_all(files: Sequence[LogFile], top: Path, progress: Progress | None) -> tuple[list[Item], list[ReadError]]:
    items: list[Item] = []
    problems: list[ReadError] = []
    splits = _split_files(files)
    repeated = beginnings(f.path for f in files if f.reader.name == "trainer-state")
    for done, file in enumerate(files):
        if progress is not None:
            progress(done, len(files), _relative(str(file.path), top))
        if file.path in repeated:
            continue
        try:
            parts = file.reader.read(file.path)
        except ReadError as error:
            problems.append(error)
            continue
        except OSError as error:
            problems.append(ReadError(f"{file.path}: {error.strerror or error}"))
            continue
        split = splits.get(file.path, "")
        items += [Item(_prefixed(part, split) if split else part, file) for part in parts]
    if progress is not None:
        progress(len(files), len(files), "")
    return items, problems


def _split_files(files: Sequence[LogFile]) -> dict[Path, str]:
    """Return the split that ``train.csv`` and ``val.csv`` of one folder hold, under the same column names."""
    found: dict[Path, list[tuple[Path, str]]] = defaultdict(list)
    for file in files:
        stem = file.path.name.split(".", 1)[0].lower()
        if stem in SPLITS and not file.split and file.reader.name in {"csv", "jsonl"}:
            found[file.folder].append((file.path, stem))
    return {path: stem for group_ in found.values() if len(group_) > 1 for path, stem in group_}


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
    return sorted(runs.items(), key=lambda kv: _natural(str(kv[0])))


def _join_twins(runs: dict[Path, list[list[Stream]]]) -> None:
    """Join what one run left in two places, ``logs/run-7`` and ``out/run-7``, where a curve in both proves it."""
    twins: dict[tuple[str, ...], list[Path]] = defaultdict(list)
    for home, found in runs.items():
        if len(found) == 1:
            twins[tuple(p for p in home.parts if p.lower() not in KINDS_OF_FOLDERS)].append(home)
    for homes in twins.values():
        homes.sort(key=lambda h: (len(h.parts), h))
        for i, home in enumerate(homes):
            for other in homes[i + 1 :]:
                if home in runs and other in runs and one_run(runs[home][0], runs[other][0]):
                    runs[home][0].extend(runs.pop(other)[0])


def _natural(text: str) -> list[tuple[int, int | str]]:
    return [(0, int(p)) if p.isdigit() else (1, p) for p in re.split(r"(\d+)", text)]


def _fold_sub_writers(items: Sequence[Item]) -> list[Item]:
    """``add_scalars`` writes each of its lines into a folder ``<tag>_<name>`` beside the event file: fold it back."""
    folders = {i.file.folder for i in items if i.part.source.format == "tensorboard"}
    out = []
    for item in items:
        folder, parent = item.file.folder, item.file.folder.parent
        tags = list(item.part.curves)
        if item.part.source.format == "tensorboard" and parent in folders and len(tags) == 1:
            start = tags[0].replace("/", "_") + "_"
            if folder.name.startswith(start):
                name = f"{tags[0]}/{folder.name[len(start) :]}"
                part = replace(
                    item.part,
                    curves=_called(item.part.curves, name),
                    segments=tuple(_called(s, name) for s in item.part.segments if s),
                )
                home = next(i.file.home for i in items if i.file.folder == parent)
                item = Item(part, replace(item.file, home=home, folder=parent))
        out.append(item)
    return out


def _called(curves: Mapping[str, Curve], name: str) -> dict[str, Curve]:
    curve = next(iter(curves.values()))
    return {name: replace(curve, tag=name, role=None)}


def _relative(source: str, top: Path) -> str:
    try:
        return str(Path(source).relative_to(top))
    except ValueError:
        return source


def _build(named: Sequence[tuple[Path, list[Stream]]], path: Path, top: Path) -> list[Run]:
    per_home: dict[Path, int] = defaultdict(int)
    for home, _ in named:
        per_home[home] += 1
    names = _names(named, per_home, path, top)
    runs = [
        _run(streams, name, _path_of(home, per_home[home], len(named), streams, path), top)
        for (home, streams), name in zip(named, names, strict=True)
    ]
    if path.is_file():
        return [_with_incidents(run, streams, [], top) for run, (_, streams) in zip(runs, named, strict=True)]
    folders = [
        list(dict.fromkeys([home, *(i.file.folder for s in streams for i in s.items)])) for home, streams in named
    ]
    owners = Counter(f for own in folders for f in own)
    return [
        _with_incidents(run, streams, [f for f in own if owners[f] == 1], top)
        for run, (_, streams), own in zip(runs, named, folders, strict=True)
    ]


def _with_incidents(run: Run, streams: Sequence[Stream], folders: Sequence[Path], top: Path) -> Run:
    """Add what was printed about crashes: in the run's own text logs, and beside them in folders that are its alone."""
    if run.first_step is None or run.last_step is None:
        return run
    own = [i.file.path for s in streams for i in s.items if i.part.source.format == "text-log"]
    beside, notes = printed_files(f for folder in folders for f in (folder, folder / "logs", folder / "files"))
    files = list(dict.fromkeys(f for f in (*own, *beside) if f.suffix != ".gz"))
    found, more = crash_lines(files, run.first_step, run.last_step)
    if not found and not notes and not more:
        return run
    return replace(
        run,
        incidents=tuple(replace(f, source=_relative(f.source, top)) for f in found),
        notes=(*run.notes, *(_short(n, top) for n in (*notes, *more))),
    )


def _path_of(home: Path, siblings: int, total: int, streams: Sequence[Stream], path: Path) -> str:
    if total == 1 or path.is_file():
        return str(path)
    if siblings == 1:
        return str(home)
    first = streams[0].items[0]
    return str(first.file.folder if first.part.source.format in _NAMED_BY_FOLDER else first.file.path)


def _names(named: Sequence[tuple[Path, list[Stream]]], per_home: dict[Path, int], path: Path, top: Path) -> list[str]:
    """Name runs after their folders, several in one folder after their files; longer where two would be equal."""
    out = []
    for home, streams in named:
        first = streams[0].items[0]
        file = first.file.path
        folder_name = home.name or home.resolve().name
        if per_home[home] > 1:
            out.append(
                streams[0].name
                or streams[0].key
                or (file.parent.name if first.part.source.format == "tensorboard" else _stem(file))
            )
        elif path.is_file():
            by_folder = first.part.source.format in _NAMED_BY_FOLDER
            out.append(streams[0].name or ((folder_name or file.resolve().parent.name) if by_folder else _stem(file)))
        else:
            named_by_id = streams[0].name and streams[0].key == folder_name  # MLflow calls the folder by the run's id
            out.append(streams[0].name if named_by_id else folder_name)
    twice = {n for n in out if out.count(n) > 1}
    for i, (home, streams) in enumerate(named):
        if out[i] in twice:
            relative = _relative(str(home), top)
            key = streams[0].key or _stem(streams[0].items[0].file.path)
            out[i] = relative if per_home[home] == 1 else f"{relative}/{key}" if relative != "." else f"{out[i]}-{key}"
    return out


def _stem(file: Path) -> str:
    return file.name.removesuffix(".gz").rsplit(".", 1)[0]


def _run(streams: list[Stream], name: str, where: str, top: Path) -> Run:
    """Merge the forms of one run."""
    streams = sorted(streams, key=lambda s: (rank(s.format), s.items[0].part.source.path))
    forms = [s.form() for s in streams]
    merged = merge_forms(forms)
    curves, summary = drop_summaries(merged.curves)
    curves = dict(sorted(curves.items(), key=lambda kv: kv[0].startswith("system/")))
    items = [i for s in streams for i in s.items]
    config: dict[str, Any] = {}
    for item in items:
        for key, value in item.part.config.items():
            config.setdefault(key, value)
    for key, number in summary.items():
        config.setdefault(key, number)
    for key, value in _hparams(items).items():
        config.setdefault(key, value)
    curves = without_policy_losses(curves)
    summed = summed_note(curves, config)
    notes = [n for i in items for n in _placed(i, top)] + [n for s in streams for n in s.notes]
    notes += [
        n for s, f in zip(streams, forms, strict=True) if f is merged.attempts_from for n in s.stitched.notes
    ] + merged.notes
    if summed is not None:
        notes.append(summed)
    if len(forms) > 1:
        kinds = ", ".join(dict.fromkeys(f.format for f in forms))
        notes.append(DataNote(NoteKind.MERGED, "", f"{len(forms)} logs of one run: {kinds}"))
    attempts = merged.attempts
    if len(attempts) <= 1:
        steps = [
            s
            for c in curves.values()
            if len(c) and not c.tag.startswith("system/")
            for s in (int(c.step[0]), int(c.step[-1]))
        ]
        started = attempts[0].started if attempts else None
        attempts = (
            Attempt(
                min(steps, default=0),
                max(steps, default=0),
                curves,
                {},
                started,
                attempts[0].source if attempts else "",
            ),
        )
    ended = [i.part.crashed for i in items if i.part.crashed is not None]
    sources = {i.part.source.path: i.part.source for i in items}
    return Run(
        name=name,
        path=where,
        curves=curves,
        sources=tuple(Source(_relative(s.path, top), s.format, s.bytes) for s in sources.values()),
        notes=tuple(dict.fromkeys(_short(n, top) for n in notes)),
        config=config,
        attempts=tuple(replace(a, source=_relative(a.source, top)) for a in attempts),
        checkpoints=all_checkpoints([i.part.checkpoints for i in items]),
        x_axis=merged.x_axis,
        crashed=ended[-1] if ended else None,
    )


def _placed(item: Item, top: Path) -> list[DataNote]:
    """Give notes whose source is a bare file name the file's place below the path."""
    name = item.file.path.name
    return [replace(n, source=_relative(str(item.file.path), top)) if n.source == name else n for n in item.part.notes]


def _short(note: DataNote, top: Path) -> DataNote:
    """Shorten paths in a note to what is below the path that was read."""
    prefix = str(top).rstrip("/") + "/"
    return replace(
        note, source=_relative(note.source, top) if note.source else "", message=note.message.replace(prefix, "")
    )


def _hparams(items: Sequence[Item]) -> dict[str, Any]:
    """Return Lightning's ``hparams.yaml`` beside the logs; nothing when it holds more than plain values."""
    for folder in dict.fromkeys(i.file.folder for i in items):
        file = folder / "hparams.yaml"
        if file.is_file() and file.stat().st_size < 1 << 20:
            import yaml

            try:
                loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
            except (OSError, ValueError, yaml.YAMLError):
                continue
            if isinstance(loaded, dict):
                return {str(k): v for k, v in loaded.items()}
    return {}


def _with_problems(runs: list[Run], full: list[Run], problems: Sequence[ReadError], passed: Sequence[str]) -> list[Run]:
    """Keep a lone run alone: empty logs beside it, and files and links that cannot be read, become its notes."""
    extra = [DataNote(NoteKind.SKIPPED, "", f"a file was left out: {p}") for p in problems]
    if passed:
        shown = ", ".join(passed[:3]) + (f" and {len(passed) - 3} more" if len(passed) > 3 else "")
        extra.append(DataNote(NoteKind.SKIPPED, "", f"passed over, as they lead nowhere or may not be read: {shown}"))
    if len(full) == 1:
        extra += [n for r in runs if r is not full[0] for n in r.notes if n.kind is NoteKind.EMPTY]
        runs = full
    if extra:
        first = runs.index(full[0])
        runs = [replace(r, notes=(*r.notes, *extra)) if i == first else r for i, r in enumerate(runs)]
    return runs
