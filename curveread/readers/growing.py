"""An array that grows at its end while a large file is read."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_SPARE = 1.03
_FACTOR = 16


class Growing:
    """Pieces are copied to where they are to stay; put together at the end, they and the whole would be in memory.

    Room is reserved for what the rest of the file will hold if it is as what was read. What is not used of it is no
    memory: the system gives pages when they are written.

    Examples
    --------
    >>> steps = Growing(np.int64)
    >>> steps.add([1, 2, 3], read=0.5)
    >>> steps.add([4, 5], read=1.0)
    >>> steps.whole().tolist()
    [1, 2, 3, 4, 5]
    """

    def __init__(self, dtype: DTypeLike = np.float64) -> None:
        self._room: NDArray[Any] = np.empty(0, dtype)
        self.size = 0

    def add(self, piece: Any, read: float) -> None:
        """Add numbers at the end; ``read`` is the share of the file that was read, these among it."""
        end = self.size + len(piece)
        if end > self._room.size:
            larger = np.empty(min(int(_SPARE * end / max(read, 1e-9)) + 1, _FACTOR * end), self._room.dtype)
            larger[: self.size] = self.whole()
            self._room = larger
        self._room[self.size : end] = piece
        self.size = end

    def whole(self) -> NDArray[Any]:
        """Return the numbers so far."""
        return self._room[: self.size]
