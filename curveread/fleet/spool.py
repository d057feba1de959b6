"""Things in their order, in a file that goes with them: what is in memory hardly grows with their number.

Where no such file can be made, or it has no room for more, they are kept in memory.
"""

from __future__ import annotations

import pickle
from array import array
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar, overload

T = TypeVar("T")


class Spool(Sequence[T]):
    """A sequence on disk, of anything that can be pickled, read again at every access."""

    def __init__(self, things: Iterable[T] = ()) -> None:
        self._file: IO[bytes]
        try:
            self._file = TemporaryFile(buffering=0)  # noqa: SIM115 - gone when the sequence is
        except OSError:
            self._file = BytesIO()
        self._ends = array("Q", [0])
        for thing in things:
            self.append(thing)

    def append(self, thing: T) -> None:
        """Add one at the end."""
        packed = pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)
        if not self._written(packed):
            self._file.seek(0)
            self._file = BytesIO(self._file.read(self._ends[-1]))
            self._written(packed)
        self._ends.append(self._ends[-1] + len(packed))

    def _written(self, packed: bytes) -> bool:
        """Write behind all others; return whether there was room."""
        try:
            self._file.seek(self._ends[-1])
            return self._file.write(packed) == len(packed)
        except OSError:
            return False

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[T]:
        return (self._at(place) for place in range(len(self)))

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        chosen = range(len(self))[index]
        return self._at(chosen) if isinstance(chosen, int) else [self._at(place) for place in chosen]

    def _at(self, place: int) -> Any:
        self._file.seek(self._ends[place])
        return pickle.loads(self._file.read(self._ends[place + 1] - self._ends[place]))
