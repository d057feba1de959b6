"""What a reader is: it recognises the files of one format and reads them into parts of a run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from curveread.arrays import FloatArray
from curveread.readers.format import Format
from curveread.run.model import Checkpoint, Curve, Source
from curveread.run.notes import DataNote

__all__ = ["BEYOND", "Following", "Part", "Reader"]

BEYOND = 2**62
"""A number from which on none is a step: sums and differences of steps must fit into 64 bits."""


@dataclass(frozen=True, eq=False)
class Part:
    """What one log file (or one column group of it) holds: one attempt of one run, in one form.

    Parameters
    ----------
    key
        Names the run *inside* its folder where the format knows it (a W&B run id, a run name in a panel
        CSV), else empty: files of one folder with an empty key belong together.
    curves
        tag -> Curve, each sorted by step (stable), values exactly as logged.
    source
        The file.
    notes, config, checkpoints, crashed, x_axis
        As in :class:`curveread.run.model.Run`.
    order
        Sorts the parts of one run in the order of their start (a file name or a start time).
    segments
        Where one file holds several attempts, the attempts in order, each tag -> Curve; else empty.
        ``curves`` then holds the last attempt's view and is rebuilt by stitching.
    purges
        For each attempt of the file the step from which its log says that it replaces all earlier ones (SessionLog
        START), None where it does not say; empty when no attempt does.
    fidelity
        ``full`` when every logged point is there, ``sampled`` for an export that thins.
    name
        Display name of the run where the log knows one, else empty.
    """

    source: Source
    curves: Mapping[str, Curve]
    key: str = ""
    name: str = ""
    notes: tuple[DataNote, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    checkpoints: tuple[Checkpoint, ...] = ()
    crashed: bool | None = None
    x_axis: str = "step"
    order: tuple[float, str] = (0.0, "")
    segments: tuple[Mapping[str, Curve], ...] = ()
    purges: tuple[int | None, ...] = ()
    fidelity: str = "full"


class Following(ABC):
    """What was read of one file that still grows; each byte is given to it once, in order."""

    @abstractmethod
    def feed(self, raw: bytes) -> Mapping[str, FloatArray]:
        """Take what was appended to the file; a record that is not whole yet waits for the rest.

        Returns
        -------
        The values that came with it, in the order of the file, by the names that the file has for them. O(len(raw)).
        """

    @abstractmethod
    def parts(self) -> list[Part]:
        """Return the whole records so far as :meth:`Reader.read` returns those of a file; O(points)."""


class Reader(ABC):
    """Reads the files of one format.

    A reader never drops anything in silence: what it cannot use becomes a :class:`DataNote` of the part;
    what stops it raises a :class:`curveread.errors.ReadError` that names file and place.
    """

    format: ClassVar[Format]
    """What it reads; its ``files`` are the names that it is asked about."""
    dialects: ClassVar[tuple[Format, ...]] = ()
    """Further formats that it recognises among those files."""

    @abstractmethod
    def claims(self, path: Path) -> bool:
        """Return whether this reader should read a file; looks at name and, if needed, its first bytes."""

    def holds(self, path: Path) -> bool:
        """Return whether what stands in a file makes it a log of this format; asked about files that the user names."""
        return False

    def format_of(self, part: Part) -> Format:
        """Return the format that a part says it is of."""
        return next((f for f in self.dialects if f.name == part.source.format), self.format)

    def repeated(self, paths: Sequence[Path]) -> Collection[Path]:
        """Return the files that another one of them repeats in full, so that they need not be read."""
        return ()

    def lacks(self) -> str:
        """Return what must be installed before it can read a file, as a sentence; empty when nothing is missing."""
        return ""

    def home(self, path: Path) -> Path | None:
        """Return the run folder of a format that spreads one log over several files, None for all others.

        Reading any file of such a log reads all of it, so the first that is found in a folder stands for the rest.
        """
        return None

    @abstractmethod
    def read(self, path: Path) -> list[Part]:
        """Read the file; several parts when it holds several runs."""

    def follow(self, path: Path) -> Following | None:
        """Return what reads a file as it grows, None where files like it can only be read whole."""
        return None
