"""The forms of runs, folder by folder -> runs with names, paths and notes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from curveread.discovery.beside import settings_beside
from curveread.discovery.epoch_counts import at_steps
from curveread.discovery.losses import summed_note
from curveread.discovery.merge import all_checkpoints, drop_summaries, merge_forms
from curveread.discovery.printed_files import printed_files
from curveread.discovery.streams import Item, Stream
from curveread.readers.textfile import stem_of
from curveread.run.model import Attempt, Run, Source
from curveread.run.notes import DataNote, NoteKind


def relative(source: str, top: Path) -> str:
    """Return a path below a folder as it is named there, any other as it is."""
    try:
        return str(Path(source).relative_to(top))
    except ValueError:
        return source


def build(named: Sequence[tuple[Path, list[Stream]]], path: Path, top: Path, *, whole: bool = True) -> list[Run]:
    """Return the runs: the folder of each, and its forms.

    Names of files are told below ``top``. Where these are all the runs there (``whole``), a lone one is told by the
    path that was asked for.
    """
    per_home: dict[Path, int] = defaultdict(int)
    for home, _ in named:
        per_home[home] += 1
    names = _names(named, per_home, path, top)
    runs = [
        _run(streams, name, _path_of(home, per_home[home], whole and len(named) == 1, streams, path), top)
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
    own = [i.file.path for s in streams for i in s.items if i.format.printed]
    beside, notes = printed_files(f for folder in folders for f in (folder, folder / "logs", folder / "files"))
    files = list(dict.fromkeys(f for f in (*own, *beside) if f.suffix != ".gz"))
    if not files:
        return run
    from curveread.discovery.crash_lines import crash_lines

    found, more = crash_lines(files, run.first_step, run.last_step, epochs="epoch" in run.x_axis.lower())
    if not found and not notes and not more:
        return run
    return replace(
        run,
        incidents=tuple(replace(f, source=relative(f.source, top)) for f in found),
        notes=(*run.notes, *(_short(n, top) for n in (*notes, *more))),
    )


def _path_of(home: Path, siblings: int, alone: bool, streams: Sequence[Stream], path: Path) -> str:
    if alone or path.is_file():
        return str(path)
    if siblings == 1:
        return str(home)
    first = streams[0].items[0]
    return str(first.file.folder if first.format.named_by_folder else first.file.path)


def _names(named: Sequence[tuple[Path, list[Stream]]], per_home: dict[Path, int], path: Path, top: Path) -> list[str]:
    """Name runs after their folders, several in one folder after their files; longer where two would be equal."""
    out = []
    for home, streams in named:
        first = streams[0].items[0]
        file = first.file.path
        folder_name = home.name or home.resolve().name
        if per_home[home] > 1:
            out.append(
                streams[0].name or streams[0].key or (file.parent.name if first.format.per_folder else stem_of(file))
            )
        elif path.is_file():
            by_folder = first.format.named_by_folder
            out.append(streams[0].name or ((folder_name or file.resolve().parent.name) if by_folder else stem_of(file)))
        else:
            named_by_id = streams[0].name and streams[0].key == folder_name  # MLflow calls the folder by the run's id
            out.append(streams[0].name if named_by_id else folder_name)
    twice = {n for n in out if out.count(n) > 1}
    for i, (home, streams) in enumerate(named):
        if out[i] in twice:
            below = relative(str(home), top)
            key = streams[0].key or stem_of(streams[0].items[0].file.path)
            out[i] = below if per_home[home] == 1 else f"{below}/{key}" if below != "." else f"{out[i]}-{key}"
    return out


def _run(streams: list[Stream], name: str, where: str, top: Path) -> Run:
    """Merge the forms of one run."""
    streams = sorted(streams, key=lambda s: (s.format.rank, s.items[0].part.source.path))
    forms = [s.form() for s in streams]
    merged = merge_forms(forms)
    curves, summary = drop_summaries(merged.curves)
    curves, moved = at_steps(curves) if len(merged.attempts) <= 1 else (curves, [])
    curves = dict(sorted(curves.items(), key=lambda kv: kv[0].startswith("system/")))
    items = [i for s in streams for i in s.items]
    config: dict[str, Any] = {}
    for item in items:
        for key, value in item.part.config.items():
            config.setdefault(key, value)
    for key, number in summary.items():
        config.setdefault(key, number)
    folders = list(dict.fromkeys(i.file.folder for i in items))
    further, said = settings_beside(folders, config, {f: relative(str(f), top) for f in folders})
    config |= further
    summed = summed_note(curves, config)
    notes = [n for i in items for n in _placed(i, top)] + [n for s in streams for n in s.notes]
    notes += [
        n for s, f in zip(streams, forms, strict=True) if f is merged.attempts_from for n in s.stitched.notes
    ] + merged.notes
    notes += moved
    notes += said
    if summed is not None:
        notes.append(summed)
    if len(forms) > 1:
        of = Counter(f.format.name for f in forms)
        kinds = (
            ", ".join(f"{n} {name}" if n > 1 else name for name, n in of.items())
            if len(of) > 1
            else f"all {forms[0].format.name}"
        )
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
        sources=tuple(Source(relative(s.path, top), s.format, s.bytes) for s in sources.values()),
        notes=tuple(dict.fromkeys(_short(n, top) for n in notes)),
        config=config,
        attempts=tuple(replace(a, source=relative(a.source, top)) for a in attempts),
        checkpoints=all_checkpoints([i.part.checkpoints for i in items]),
        x_axis=merged.x_axis,
        crashed=ended[-1] if ended else None,
    )


def _placed(item: Item, top: Path) -> list[DataNote]:
    """Give notes whose source is a bare file name the file's place below the path."""
    name = item.file.path.name
    return [replace(n, source=relative(str(item.file.path), top)) if n.source == name else n for n in item.part.notes]


def _short(note: DataNote, top: Path) -> DataNote:
    """Shorten paths in a note to what is below the path that was read."""
    prefix = str(top).rstrip("/") + "/"
    return replace(
        note, source=relative(note.source, top) if note.source else "", message=note.message.replace(prefix, "")
    )
