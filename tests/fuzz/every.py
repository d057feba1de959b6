"""Every beginning of a file, and the file with each of its bits flipped."""

from __future__ import annotations

import random
from collections.abc import Iterator

__all__ = ["cuts", "flips"]


def cuts(data: bytes, rng: random.Random, most: int) -> Iterator[bytes]:
    """Yield every beginning of a file, ``most`` of them where there are more."""
    for length in _places(len(data), rng, most):
        yield data[:length]


def flips(data: bytes, rng: random.Random, most: int) -> Iterator[bytes]:
    """Yield the file with each of its bits flipped, ``most`` of them where there are more."""
    for place in _places(8 * len(data), rng, most):
        out = bytearray(data)
        out[place >> 3] ^= 1 << (place & 7)
        yield bytes(out)


def _places(size: int, rng: random.Random, most: int) -> list[int]:
    return sorted(rng.sample(range(size), most)) if size > most else list(range(size))
