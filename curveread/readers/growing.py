"""Arrays that grow at their ends while a large file is read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from curveread.arrays import IntArray

_SPARE = 1.03
_MOST, _LEAST = 16, 4


class Growing:
    """Pieces are copied to where they are to stay; put together at the end, they and the whole would be in memory.

    Room is reserved for what the rest of the file will hold if it is as what was read. What is not used of it is no
    memory: the system gives pages when they are written. Of numbers of some ``shape`` each has a stretch of its own.

    Examples
    --------
    >>> steps = Growing(np.int64)
    >>> steps.add([1, 2, 3], read=0.5)
    >>> steps.add([4, 5], read=1.0)
    >>> steps.whole().tolist()
    [1, 2, 3, 4, 5]
    """

    def __init__(self, dtype: DTypeLike = np.float64, shape: tuple[int, ...] = ()) -> None:
        self._room: NDArray[Any] = np.empty((*shape, 0), dtype)
        self.size = 0

    def add(self, piece: ArrayLike, read: float = 1.0) -> None:
        """Add (..., n) numbers at the end; ``read`` is the share of the file that was read, these among it."""
        new = np.asarray(piece)
        end = self.size + new.shape[-1]
        if end > self._room.shape[-1]:
            room = max(int(_SPARE * end / max(read, 1e-9)) + 1, self.size + self.size // _LEAST)
            larger = np.empty((*self._room.shape[:-1], min(room, _MOST * end)), self._room.dtype)
            larger[..., : self.size] = self.whole()
            self._room = larger
        self._room[..., self.size : end] = new
        self.size = end

    def whole(self) -> NDArray[Any]:
        """Return the numbers so far."""
        return self._room[..., : self.size]

    def cut(self, size: int) -> None:
        """Keep the first numbers only."""
        self.size = size


class GrowingRows:
    """The rows, ascending, that hold something; as long as every one does it is enough to count them."""

    def __init__(self) -> None:
        self._rows, self._all = Growing(np.int64), 0

    def add(self, rows: IntArray, read: float) -> None:
        """Add further rows; ``read`` as for :meth:`Growing.add`."""
        if not self._rows.size and int(rows[0]) == self._all and int(rows[-1]) == self._all + rows.size - 1:
            self._all += rows.size
            return
        if not self._rows.size:
            self._rows.add(np.arange(self._all), read)
        self._rows.add(rows, read)

    @property
    def size(self) -> int:
        """How many there are."""
        return self._rows.size or self._all

    def whole(self) -> IntArray:
        """Return the rows so far."""
        return self._rows.whole() if self._rows.size else np.arange(self._all)
