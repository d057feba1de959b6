"""What curveread read against what tbparse reads: every scalar of a run's event files, differences listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from curveread.arrays import FloatArray
from curveread.findings.finding import json_number
from curveread.interop.tbparse import EventFile, event_files, quiet
from curveread.run.model import Curve, Run
from curveread.run.notes import NoteKind

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Difference:
    """A scalar that only one of the two has; of a point of the run that no event file holds the source is empty."""

    source: str
    tag: str
    step: float
    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the difference as ``show --verify --json`` prints it."""
        ours, theirs = ([json_number(v) for v in values] for values in (self.ours, self.theirs))
        return {"source": self.source, "tag": self.tag, "step": self.step, "curveread": ours, "tbparse": theirs}


@dataclass(frozen=True, slots=True)
class Compared:
    """How many scalars of how many event files were compared, and how they differ."""

    files: int
    scalars: int
    differences: tuple[Difference, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as ``show --verify --json`` prints it."""
        differences = [d.to_json() for d in self.differences]
        return {"files": self.files, "scalars": self.scalars, "differences": differences}


def verify(run: Run) -> Compared:
    """Compare every scalar of a run's event files with what tbparse reads.

    Each file is read by both, and what tbparse has must have been read. Where the run was read from sound event files
    alone, each of its points must also be one that tbparse has; a run of several forms may hold another form's points.
    What was read and is not in the run's curves (superseded by a later attempt, figures about the whole run) is no
    difference.

    Parameters
    ----------
    run
        The run; one that was placed on another axis is compared by the steps of its log.

    Raises
    ------
    ReadError
        When the run was not read from event files, or one is gone.
    """
    from curveread.readers.tensorboard.reader import TensorBoardReader

    run = run.placement.run if run.placement else run
    files = event_files(run)
    theirs = {file: _by_tag(_scalars(file)) for file in files}
    found: list[Difference] = []
    for file in files:
        parts = TensorBoardReader().read(file.path)
        held = [c for part in parts for curves in (part.curves, *part.segments) for c in curves.values()]
        found += _unread(file, held, theirs[file])
    if all(s.format == "tensorboard" for s in run.sources) and not any(n.kind is NoteKind.CORRUPT for n in run.notes):
        found += _unknown(run, theirs)
    return Compared(len(files), sum(p.step.size for tags in theirs.values() for p in tags.values()), tuple(found))


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Points of one tag: (n,) steps and values."""

    step: NDArray[Any]
    value: FloatArray

    def lacking(self, other: _Points) -> Iterator[int]:
        """Yield the places of the points that another set does not have."""
        yield from np.flatnonzero(~np.isin(self._keys(), other._keys())).tolist()

    def at(self, step: float) -> tuple[float, ...]:
        """Return the values at a step, each once."""
        return tuple(dict.fromkeys(self.value[self.step == step].tolist()))

    def _keys(self) -> NDArray[Any]:
        """Return (n,) a key for each point: equal where step and value are, and NaN equals NaN."""
        value = self.value + 0.0  # one zero
        value[np.isnan(value)] = np.nan  # and one NaN
        keys = np.empty(self.step.size, dtype=[("step", np.float64), ("value", np.uint64)])
        keys["step"], keys["value"] = self.step, value.view(np.uint64)
        return keys


def _joined(points: Iterable[_Points | Curve]) -> _Points:
    several = list(points)
    empty = np.empty(0)
    return _Points(
        np.concatenate([empty, *(p.step for p in several)]), np.concatenate([empty, *(p.value for p in several)])
    )


def _unread(file: EventFile, ours: Iterable[Curve], theirs: Mapping[str, _Points]) -> Iterator[Difference]:
    """Yield what tbparse has of a file and the reader does not."""
    by_tag: dict[str, list[Curve]] = {}
    for curve in ours:
        by_tag.setdefault(curve.tag, []).append(curve)
    for tag, points in theirs.items():
        have = _joined(by_tag.get(tag, ()))
        for i in points.lacking(have):
            step = float(points.step[i])
            yield Difference(file.file_name, tag, step, have.at(step), (float(points.value[i]),))


def _unknown(run: Run, theirs: Mapping[EventFile, Mapping[str, _Points]]) -> Iterator[Difference]:
    """Yield the run's points that tbparse does not have, of the tags that it has."""
    names: dict[str, list[_Points]] = {}
    for file, tags in theirs.items():
        for tag, points in tags.items():
            names.setdefault(tag, []).append(points)
            folder, start = Path(file.dir_name).name, tag.replace("/", "_") + "_"
            if folder.startswith(start):  # a line that add_scalars wrote into a folder of its own
                names.setdefault(f"{tag}/{folder.removeprefix(start)}", []).append(points)
    for curve in run.curves.values():
        known = [p for name in (curve.tag, *curve.aliases) for p in names.get(name, ())]
        if known:
            mine, have = _Points(curve.step, curve.value), _joined(known)
            for i in mine.lacking(have):
                step = float(mine.step[i])
                yield Difference("", curve.tag, step, (float(mine.value[i]),), have.at(step))


def _by_tag(table: pd.DataFrame) -> dict[str, _Points]:
    """Return tag -> points; those of a tag that was logged without steps are numbered, as curveread does."""
    out = {}
    for tag, rows in table.groupby("tag", sort=False) if len(table) else ():
        step, value = rows["step"].to_numpy(np.float64), rows["value"].to_numpy(np.float64)
        numbered = step.size > 1 and not step.any()
        out[str(tag)] = _Points(np.arange(step.size, dtype=np.float64) if numbered else step, value)
    return out


def _scalars(file: EventFile) -> pd.DataFrame:
    """Return tag, step and value of all scalars that tbparse reads: simple ones, and tensors of a single number."""
    import pandas as pd

    with quiet():
        from tbparse import SummaryReader

        reader = SummaryReader(str(file.path), event_types={"scalars", "tensors"})
        tables = [t for t in (reader.scalars, reader.tensors) if len(t)]
    if not tables:
        return pd.DataFrame()
    table = pd.concat([t[["tag", "step", "value"]] for t in tables], ignore_index=True)
    numbers: pd.DataFrame = table[table["value"].map(lambda v: isinstance(v, int | float))]
    return numbers
