"""A run's event files as tbparse shows them: its table of scalars, and what curveread does not read.

The table is made from curveread's own reading, which is many times as fast; histograms, images, texts and
hyper-parameters are read by tbparse. Reference: tbparse 0.0.9, ``SummaryReader`` (https://tbparse.readthedocs.io).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from curveread.errors import ArgumentError, ReadError
from curveread.run.files import local, located
from curveread.run.model import Run

if TYPE_CHECKING:
    import pandas as pd

    from curveread.readers.tensorboard.series import Series

_PLACES = ("wall_time", "dir_name", "file_name")
_COLUMNS = {*_PLACES, "min", "max", "num", "sum", "sum_squares", "width", "height"}
_COLUMNS |= {"content_type", "length_frames", "sample_rate"}


class EventFile(NamedTuple):
    """An event file of a run: where it is, and the names that tbparse gives its folder and itself."""

    path: Path
    dir_name: str
    file_name: str


@dataclass(frozen=True, slots=True)
class TbparseView:
    """Implements :class:`curveread.run.model.EventFiles`."""

    def scalars(self, run: Run, *, pivot: bool, extra_columns: Collection[str]) -> pd.DataFrame:
        """Return the scalars as ``SummaryReader(run.path, pivot=pivot, extra_columns=extra_columns).scalars``."""
        return _scalars(run, pivot, _checked(extra_columns))

    def histograms(self, run: Run) -> pd.DataFrame:
        """Return step, tag, counts, limits and tbparse's further columns of every histogram."""
        return _joined(run, _histograms)

    def images(self, run: Run) -> pd.DataFrame:
        """Return step, tag, width, height and the encoded bytes of every image."""
        return _joined(run, _images)

    def text(self, run: Run) -> pd.DataFrame:
        """Return step, tag and value of every text."""
        return _joined(run, lambda file: _read(file.path, "text", {*_PLACES}))

    def hparams(self, run: Run) -> pd.DataFrame:
        """Return tag and value of every hyper-parameter."""
        return _joined(run, lambda file: _read(file.path, "hparams", {"dir_name", "file_name"}))


EVENT_FILES = TbparseView()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the warnings of tbparse, pandas and TensorBoard from the user, who cannot do anything about them."""
    import logging

    logger = logging.getLogger("tensorboard")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def event_files(run: Run) -> list[EventFile]:
    """Return the event files of a run, in the order in which tbparse reads a folder.

    Raises
    ------
    ReadError
        When it has none, or one is gone.
    """
    home = local(run)
    found = []
    for source in run.sources:
        if source.format == "tensorboard":
            path = located(run, source)
            if not path.is_file():
                raise ReadError(f"{source.path}: the event file that {run.name} was read from is gone")
            inner = path.relative_to(home).parent if path.is_relative_to(home) and path != home else Path()
            found.append(EventFile(path, "" if inner == Path() else inner.as_posix(), path.name))
    if not found:
        formats = ", ".join(dict.fromkeys(s.format for s in run.sources)) or "nothing"
        raise ReadError(f"{run.path}: {run.name} has no TensorBoard event files; it was read from {formats}")
    return sorted(found, key=lambda f: (*Path(f.dir_name).parts, f.file_name))


def scalars_of(file: EventFile) -> dict[str, Series]:
    """Return the points of a file's simple scalars in its order, as tbparse has them."""
    from curveread.readers.tensorboard.kept import kept

    points = kept(file.path)
    if points is not None:
        return points
    with quiet():
        from tbparse import SummaryReader

        events = SummaryReader(str(file.path), event_types={"hparams"}).get_raw_events("scalars")
    return {tag: _series(several) for tag, several in events.items() if several}


def _series(events: list[Any]) -> Series:
    from curveread.readers.tensorboard.series import Series

    step = np.array([e.step for e in events], dtype=np.int64)
    wall_time, value = np.array([e.wall_time for e in events]), np.array([e.value for e in events])
    return Series(np.arange(step.size), step, wall_time, value, 24)


def _checked(extra_columns: Collection[str]) -> set[str]:
    unknown = sorted({*extra_columns} - _COLUMNS)
    if unknown:
        raise ArgumentError("extra_columns", unknown[0], f"tbparse has {', '.join(sorted(_COLUMNS))}")
    return {*extra_columns}


def _scalars(run: Run, pivot: bool, extra: set[str]) -> pd.DataFrame:
    import pandas as pd

    files = event_files(run)
    pieces = [(i, tag, s) for i, file in enumerate(files) for tag, s in scalars_of(file).items()]
    if not pieces:
        return pd.DataFrame()
    sizes = [s.step.size for _, _, s in pieces]
    of_file = np.repeat([i for i, _, _ in pieces], sizes)
    stacked = pd.DataFrame(
        {
            "step": np.concatenate([s.step for _, _, s in pieces]),
            "tag": np.repeat(np.array([tag for _, tag, _ in pieces], dtype=object), sizes),
            "value": np.concatenate([s.value for _, _, s in pieces]),
            "wall_time": np.concatenate([s.wall_time for _, _, s in pieces]),
            "dir_name": np.array([f.dir_name for f in files], dtype=object)[of_file],
            "file_name": np.array([f.file_name for f in files], dtype=object)[of_file],
        }
    )
    stacked = stacked[["step", "tag", "value", *(c for c in _PLACES if c in extra)]]
    places = [c for c in ("dir_name", "file_name") if c in extra]
    if pivot:
        return _pivoted(stacked.sort_values([*places, "step"], ignore_index=True), [*places, "step"])
    return stacked.sort_values([*places, "tag", "step"], ignore_index=True)


def _pivoted(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return a row for each place and step and a column for each tag; several values in one cell become a list."""
    import pandas as pd

    begins = np.flatnonzero((rows[keys] != rows[keys].shift()).any(axis=1).to_numpy())
    group = np.repeat(np.arange(begins.size), np.diff(np.append(begins, len(rows))))
    columns: dict[str, Any] = {"step": rows["step"].to_numpy()[begins]}
    value = rows["value"].to_numpy()
    for tag, at in sorted(rows.groupby("tag", sort=False).indices.items()):
        columns[str(tag)] = _cells(group[at], value[at], begins.size)
    if "wall_time" in rows:
        columns["wall_time"] = _cells(group, rows["wall_time"].to_numpy(), begins.size)
    columns |= {place: rows[place].iloc[begins].reset_index(drop=True) for place in keys[:-1]}
    return pd.DataFrame(columns)


def _cells(group: np.ndarray[Any, Any], value: np.ndarray[Any, Any], size: int) -> np.ndarray[Any, Any]:
    """Return the values of each group, NaN where it has none: numbers, or lists where a group has several."""
    known = ~np.isnan(value)
    group, value = group[known], value[known]
    count = np.bincount(group, minlength=size)
    out = np.full(size, np.nan)
    out[group] = value
    if count.max(initial=0) < 2:
        return out
    cells = out.astype(object)
    order = np.argsort(group, kind="stable")
    for at in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        if at.size > 1:
            cells[group[at[0]]] = value[at].tolist()
    return cells


def _read(path: Path, kind: str, extra: set[str]) -> pd.DataFrame:
    with quiet():
        from tbparse import SummaryReader

        kinds = {kind, "tensors"} if kind == "text" else {kind}  # texts are tensors; of those it would keep only one
        frame: pd.DataFrame = SummaryReader(str(path), event_types=kinds, extra_columns=extra).get_events(kind)
    return frame


def _images(file: EventFile) -> pd.DataFrame:
    """Return the images of a file as they were encoded: to decode them tbparse would need TensorFlow."""
    import pandas as pd

    with quiet():
        from tbparse import SummaryReader

        raw = SummaryReader(str(file.path), event_types={"hparams"}).get_raw_events("images")
    place = {"file_name": file.file_name}
    rows = [
        {"step": e.step, "tag": tag, "value": e.encoded_image_string, "width": e.width, "height": e.height}
        | {"wall_time": e.wall_time}
        | place
        for tag, events in raw.items()
        for e in events
    ]
    for tag, e, (width, height, *encoded) in _tensors(file, "images"):
        size = {"width": int(width), "height": int(height), "wall_time": e.wall_time}
        rows += [{"step": e.step, "tag": tag, "value": bytes(one)} | size | place for one in encoded]
    return pd.DataFrame(rows)


def _histograms(file: EventFile) -> pd.DataFrame:
    """Return the histograms of a file, also those that TensorFlow 2 stores as tensors: their sums are not known."""
    import pandas as pd
    from tbparse import SummaryReader

    table = _read(file.path, "histograms", {*_PLACES, "min", "max", "num", "sum", "sum_squares"})
    place = {"file_name": file.file_name}
    rows = [
        {"step": e.step, "tag": tag} | SummaryReader.tensor_to_histogram(buckets) | {"wall_time": e.wall_time} | place
        for tag, e, buckets in _tensors(file, "histograms")
        if len(buckets)
    ]
    return pd.concat([t for t in (table, pd.DataFrame(rows)) if len(t)]) if rows else table


def _tensors(file: EventFile, plugin: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield tag, event and array of every tensor that belongs to a plugin, as TensorFlow 2 stores what it logs."""
    with quiet():
        from tensorboard.backend.event_processing.event_accumulator import (
            STORE_EVERYTHING_SIZE_GUIDANCE,
            EventAccumulator,
        )
        from tensorboard.util.tensor_util import make_ndarray

        log = EventAccumulator(str(file.path), STORE_EVERYTHING_SIZE_GUIDANCE)
        log.Reload()
    try:
        tags = [*log.PluginTagToContent(plugin)]
    except KeyError:
        return
    for tag in tags:
        if tag in log.Tags()["tensors"]:
            for e in log.Tensors(tag):
                yield tag, e, make_ndarray(e.tensor_proto)


def _joined(run: Run, read: Callable[[EventFile], pd.DataFrame]) -> pd.DataFrame:
    """Return the tables of all files as one, by tag and step."""
    import pandas as pd

    tables = []
    for file in event_files(run):
        table = read(file)
        if len(table):
            tables.append(table.assign(dir_name=file.dir_name))
    if not tables:
        return pd.DataFrame()
    joined = pd.concat(tables, ignore_index=True)
    return joined.sort_values([c for c in ("tag", "step") if c in joined], kind="stable", ignore_index=True)
