"""The scalars of an event file as TensorBoard keeps them: unsorted, not stitched, what a restart purged left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from curveread.readers.tensorboard.memory import load
from curveread.readers.tensorboard.scalars import scalars
from curveread.readers.tensorboard.series import Series
from curveread.readers.tensorboard.session import run_events

_VERSION = b"brain.Event:2"


def kept(path: Path) -> dict[str, Series] | None:
    """Return the points that TensorBoard's EventAccumulator keeps of a file's simple scalars, the tags as they appear.

    None for a file that does not say that it is of version 2: there TensorBoard purges by the order of all its events.
    """
    log = load(path)
    if _VERSION not in log.bytes_at(0, min(log.size, 64)):
        return None
    found = scalars(log)
    series = {tag: s for tag, s in found.series.items() if tag not in found.tensors}
    for record, step in run_events(log, found.other).starts:
        series = {tag: s.take(~((s.record < record) & (s.step >= step))) for tag, s in series.items()}
    return {tag: s for tag, s in series.items() if np.size(s.step)}
