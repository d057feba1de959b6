"""What happens to files: each kind changes bytes as disks, crashes, editors and attackers do."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

__all__ = ["DAMAGES", "KEEPS", "NUMBER", "Damage"]

Damage = Callable[[bytes, random.Random], bytes]
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_ODD = (
    b"NaN",
    b"-inf",
    b"1e400",
    b"-0.0",
    b"5e-324",
    b"1" * 400,
    b"1e308",
    b"-1e308",
    b"0x1p3",
    b"1_000",
    b"",
    b"null",
)
_LENGTHS = (0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF)
_TOKENS = (b'"', b"\n", b"\r", b",", b"\t", b"{", b"[" * 2000, b"}", b"\x00", b"\xff\xfe", b"\x1f\x8b", b"\xef\xbb\xbf",
           b"# ", b"step,loss\n", b"&a [*a]", b"\x1b[31m", "\u202e\u2028".encode(), b"\\ud83d")  # fmt: skip


def _place(data: bytes, rng: random.Random) -> int:
    return rng.randrange(len(data) + 1)


def _span(data: bytes, rng: random.Random) -> tuple[int, int]:
    at = _place(data, rng)
    return at, min(len(data), at + int(2 ** rng.uniform(0, 13)))


def cut(data: bytes, rng: random.Random) -> bytes:
    """The writer was killed, or still writes."""
    return data[: _place(data, rng)]


def hole(data: bytes, rng: random.Random) -> bytes:
    """A block never reached the disk: zeros."""
    a, b = _span(data, rng)
    return data[:a] + bytes(b - a) + data[b:]


def flip(data: bytes, rng: random.Random) -> bytes:
    """Some bits are others."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        if out:
            out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def drop(data: bytes, rng: random.Random) -> bytes:
    """A stretch is missing."""
    a, b = _span(data, rng)
    return data[:a] + data[b:]


def swap(data: bytes, rng: random.Random) -> bytes:
    """Two stretches stand in each other's place."""
    (a, b), (c, d) = sorted((_span(data, rng), _span(data, rng)))
    return data if c < b else data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def again(data: bytes, rng: random.Random) -> bytes:
    """A stretch was written twice."""
    a, b = _span(data, rng)
    at = _place(data, rng)
    return data[:at] + data[a:b] + data[at:]


def length(data: bytes, rng: random.Random) -> bytes:
    """A field that says how long something is says something else."""
    width = rng.choice((1, 2, 4, 8))
    value = rng.choice(_LENGTHS) & (1 << 8 * width) - 1
    at = _place(data, rng)
    return data[:at] + value.to_bytes(width, rng.choice(("little", "big"))) + data[at + width :]


def number(data: bytes, rng: random.Random) -> bytes:
    """A printed number is one that nobody expects."""
    found = list(NUMBER.finditer(data))
    if not found:
        return flip(data, rng)
    a, b = rng.choice(found).span()
    return data[:a] + rng.choice(_ODD) + data[b:]


def token(data: bytes, rng: random.Random) -> bytes:
    """What means something to a parser stands where nobody expects it."""
    at = _place(data, rng)
    return data[:at] + rng.choice(_TOKENS) + data[at:]


def several(data: bytes, rng: random.Random) -> bytes:
    """Several of these at once."""
    for _ in range(rng.randint(2, 4)):
        data = rng.choice([d for n, d in DAMAGES.items() if n != "several"])(data, rng)
    return data


DAMAGES: dict[str, Damage] = {
    "cut": cut, "hole": hole, "flip": flip, "drop": drop, "swap": swap, "again": again,
    "length": length, "number": number, "token": token, "several": several,
}  # fmt: skip
KEEPS = frozenset({"cut", "hole"})
"""What leaves no other number behind, also where no checksum protects them."""
