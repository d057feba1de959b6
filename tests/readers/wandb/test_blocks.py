"""Blocks walked side by side and verified by one checksum give what the walk chunk by chunk gives, damage included."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curveread.readers.wandb import datastore
from curveread.readers.wandb.blocks import whole_chunks
from curveread.readers.wandb.datastore import Records
from tests.support import wandb_writer as w


def _walk(data: bytes, monkeypatch: pytest.MonkeyPatch, large: int):
    monkeypatch.setattr(datastore, "_LARGE", large)
    monkeypatch.setattr(datastore, "_TOGETHER", 3)
    out, payloads = Records(w.in_pieces(data)), list[bytes]()
    for group in out.groups():
        payloads += [
            group.buffer[a:b].tobytes() for a, b in zip(group.start.tolist(), group.stop.tolist(), strict=True)
        ]
    assert len(out) == len(payloads)
    return payloads, out.damage, out.lost_bytes, out.truncated_at


def _upto(data: bytes) -> int:
    buffer = np.frombuffer(data + bytes(8), np.uint8)
    return whole_chunks(buffer, 0, len(data) // w.BLOCK).upto


def _file(seed: int, blocks: int = 80) -> bytes:
    rng = random.Random(seed)
    payloads, size = [], 0
    while size < blocks * w.BLOCK:
        n = rng.choice([0, 1, 2, 20, 240, 260, 5000, 40_000 if rng.random() < 0.2 else 100])
        payloads.append(rng.randbytes(n))
        size += n + 7
    return w.frame(payloads)


FILE = _file(0)


def _empty_first_chunk() -> bytes:
    """A record that begins where just seven bytes of a block are left: its first chunk is empty."""
    return w.frame([b"x" * (w.BLOCK - 7 - 7 - 7), *[b"abc" * 40] * 600])


@pytest.mark.parametrize("data", [FILE, _file(1, 3), _empty_first_chunk(), w.frame([b"y" * 300_000])])
def test_intact_files(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = _walk(data, monkeypatch, 1)
    assert fast == _walk(data, monkeypatch, 10**9)
    assert fast[1:] == ([], 0, None)
    assert _upto(data) == len(data) // w.BLOCK * w.BLOCK, "nothing was left to the loop"


@settings(max_examples=60, deadline=None)
@given(
    at=st.integers(7, len(FILE) - 1),
    flips=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 255)), min_size=1, max_size=3),
    cut=st.one_of(st.none(), st.integers(0, 2 * w.BLOCK)),
    hole=st.booleans(),
)
def test_damaged_files(at: int, flips: list[tuple[int, int]], cut: int | None, hole: bool) -> None:
    data = bytearray(FILE)
    for offset, bits in flips:
        data[min(at + offset, len(data) - 1)] ^= bits
    if hole:  # a block that was never written
        block = at // w.BLOCK
        data[block * w.BLOCK : (block + 1) * w.BLOCK] = bytes(len(data[block * w.BLOCK : (block + 1) * w.BLOCK]))
    with pytest.MonkeyPatch.context() as patch:
        damaged = bytes(data[: len(data) - cut] if cut else data)
        assert _walk(damaged, patch, 1) == _walk(damaged, patch, 10**9)


def test_each_header_byte_counts() -> None:
    data = bytearray(w.frame([b"abc" * 40] * 1200))
    at = 7 + 127 * 300  # the 301st record, in the second block
    blocks = len(data) // w.BLOCK
    assert _upto(bytes(data)) == blocks * w.BLOCK
    at += data[at:].index(b"abc") - 7
    for offset in range(9):
        data[at + offset] ^= 0x04
        assert _upto(bytes(data)) < blocks * w.BLOCK, offset
        data[at + offset] ^= 0x04
