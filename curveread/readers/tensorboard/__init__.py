"""TensorBoard event files: frames, checksums, events, scalars; every floor is NumPy on whole columns."""

from __future__ import annotations

from curveread.readers.format import Format

EVENTS = Format(
    "tensorboard",
    "events.out.tfevents.*",
    "TensorBoard event files; several files and restarts of one run are stitched, every checksum is verified",
    files=("*tfevents*",),
    reader="curveread.readers.tensorboard.reader:TensorBoardReader",
    priority=10,
    rank=30,
    per_folder=True,
    named_by_folder=True,
)
DOWNLOAD = Format(
    "tensorboard-csv",
    "run-*-tag-*.csv",
    "TensorBoard's download of one curve",
    rank=210,
    exported=True,
)
FORMATS = (EVENTS, DOWNLOAD)
