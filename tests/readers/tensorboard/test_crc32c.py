"""The checksum of columns equals the plain loop of its definition."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curveread.readers.tensorboard.crc32c import (
    BLOCK,
    SHORT,
    checksum_of_lengths,
    contribution,
    crc_of_rows,
    crc_of_spans,
    length_checksums,
    mask,
    masked_crc32c,
    of_zeros,
    unmask,
)
from tests.oracles.crc32c import crc32c, masked

RNG = np.random.default_rng(0)


def test_oracle_gives_the_vectors_of_rfc_3720() -> None:
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E
    assert crc32c(b"123456789") == 0xE3069283


@pytest.mark.parametrize("length", [0, 1, 2, 3, 7, 8, 15, 16, 40, 41, SHORT - 1, SHORT])
def test_rows_of_every_kind_of_length(length: int) -> None:
    rows = RNG.integers(0, 256, (5, (length + 15) // 8 * 8), dtype=np.uint8)
    assert crc_of_rows(rows, length).tolist() == [crc32c(r[:length].tobytes()) for r in rows]


@pytest.mark.parametrize("at", [0, 1])
def test_contributions_of_stretches_add_up(at: int) -> None:
    rows = RNG.integers(0, 256, (4, 48), dtype=np.uint8)
    cuts = [0, 3 + at, 4 + at, 17, 40 + at]
    parts = [contribution(rows, [(a, b)], cuts[-1]) for a, b in pairwise(cuts)]
    together = np.bitwise_xor.reduce(parts) ^ np.uint32(of_zeros(cuts[-1]))
    assert together.tolist() == [crc32c(r[: cuts[-1]].tobytes()) for r in rows]


@given(st.lists(st.integers(1, 1200), min_size=1, max_size=6), st.binary(min_size=32, max_size=32))
def test_spans_of_mixed_lengths(lengths: list[int], seed: bytes) -> None:
    buffer = np.random.default_rng(list(seed)).integers(0, 256, BLOCK + sum(lengths) + 10, dtype=np.uint8)
    length = np.array(lengths)
    start = BLOCK + np.cumsum(length) - length
    got = crc_of_spans(buffer, start, length).tolist()
    assert got == [crc32c(buffer[a : a + n].tobytes()) for a, n in zip(start.tolist(), lengths, strict=True)]


@pytest.mark.parametrize("length", [BLOCK - 1, BLOCK, BLOCK + 1, 4 * BLOCK, 5 * BLOCK, 70_000])
def test_spans_at_block_edges(length: int) -> None:
    buffer = RNG.integers(0, 256, BLOCK + 2 * length, dtype=np.uint8)
    start = np.array([BLOCK, BLOCK + length])
    got = crc_of_spans(buffer, start, np.array([length, length])).tolist()
    assert got == [crc32c(buffer[a : a + length].tobytes()) for a in start.tolist()]


def test_spans_beyond_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    from curveread.readers.tensorboard import crc32c as module

    monkeypatch.setattr(module, "_BATCH", 7)
    monkeypatch.setattr(module, "_AT_ONCE", 3)
    lengths = np.array([1, 300, 129, 2000, 128, 40, 40, 5000, 7])
    buffer = RNG.integers(0, 256, BLOCK + int(lengths.sum()), dtype=np.uint8)
    start = BLOCK + np.cumsum(lengths) - lengths
    got = crc_of_spans(buffer, start, lengths).tolist()
    assert got == [crc32c(buffer[a : a + n].tobytes()) for a, n in zip(start.tolist(), lengths.tolist(), strict=True)]


def test_no_span_at_all() -> None:
    none = np.empty(0, np.int64)
    assert crc_of_spans(np.zeros(BLOCK, np.uint8), none, none).size == 0


def test_stored_form() -> None:
    for data in (b"", b"a", b"123456789"):
        assert masked_crc32c(data) == masked(data) == mask(crc32c(data))
        assert unmask(np.array([masked(data)], np.uint32)).tolist() == [crc32c(data)]


def test_checksums_of_lengths() -> None:
    for n in (0, 1, 24, 255, 256, 300, 65535):
        assert int(length_checksums()[n]) == masked(n.to_bytes(8, "little"))
    long = np.array([65536, 0xFFFFFFFF, 123456789], np.uint32)
    assert checksum_of_lengths(long).tolist() == [masked(n.to_bytes(8, "little")) for n in long.tolist()]
