"""The frame walk finds the records that the plain loop finds, whatever their lengths, and goes on behind damage."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curveread.errors import ReadError
from curveread.readers.tensorboard import tfrecord
from curveread.readers.tensorboard.crc32c import length_checksums
from curveread.readers.tensorboard.memory import PAD, Log, load
from curveread.readers.tensorboard.tfrecord import Damage, walk
from tests.support.event_files import frame

RANDOM = random.Random(0)


def in_memory(data: bytes) -> Log:
    buffer = np.zeros(PAD + len(data) + PAD, np.uint8)
    buffer[PAD : PAD + len(data)] = np.frombuffer(data, np.uint8)
    return Log(buffer, len(data))


def walked(data: bytes) -> tuple[list[tuple[int, int]], list[Damage]]:
    damage: list[Damage] = []
    found = [
        pair for f in walk(in_memory(data), damage) for pair in zip(f.start.tolist(), f.length.tolist(), strict=True)
    ]
    return found, damage


def expected(payloads: list[bytes]) -> list[tuple[int, int]]:
    out, at = [], 0
    for p in payloads:
        out.append((at, len(p)))
        at += 16 + len(p)
    return out


def payload(n: int) -> bytes:
    return RANDOM.randbytes(n)


FRAMES = {n: frame(payload(n)) for n in range(30, 60)}


@given(st.lists(st.one_of(st.integers(0, 60), st.integers(0, 3000)), max_size=40))
@settings(max_examples=60)
def test_any_lengths(lengths: list[int]) -> None:
    payloads = [payload(n) for n in lengths]
    assert walked(b"".join(map(frame, payloads))) == (expected(payloads), [])


@pytest.mark.parametrize("odd", [[], [47], [33, 33], [31] * 700])
def test_lengths_that_repeat_and_break_off(odd: list[int]) -> None:
    lengths = [30, 41, 52, 30, 33] * 2000 + odd + [30, 41, 52, 30, 34] * 3000 + odd
    found, damage = walked(b"".join(FRAMES[n] for n in lengths))
    assert [n for _, n in found] == lengths
    assert [a for a, _ in found] == (np.cumsum(np.array(lengths) + 16) - np.array(lengths) - 16).tolist()
    assert damage == []


def test_lengths_without_any_order() -> None:
    lengths = RANDOM.choices(range(30, 60), k=20_000)
    found, damage = walked(b"".join(FRAMES[n] for n in lengths))
    assert [n for _, n in found] == lengths
    assert damage == []


def test_batches_follow_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tfrecord, "_BATCH", 500)
    monkeypatch.setattr(tfrecord, "_WIDE", 4096)
    lengths = RANDOM.choices(range(30, 60), k=3000) + [40] * 3000
    damage: list[Damage] = []
    batches = list(walk(in_memory(b"".join(FRAMES[n] for n in lengths)), damage))
    assert len(batches) > 4
    assert np.concatenate([b.length for b in batches]).tolist() == lengths


def test_giant_records_between_small_ones() -> None:
    payloads = [payload(n) for n in (24, 70_000, 40, 65_535, 65_536, 300_000, 40, 40)]
    assert walked(b"".join(map(frame, payloads))) == (expected(payloads), [])


def test_length_whose_checksum_begins_with_zero() -> None:
    """Such a header looks like two at once; every one of them must be found, and quickly."""
    sly = [n for n in range(256, 4000) if int(length_checksums()[n]) & 0xFF == 0]
    assert sly
    payloads = [payload(n) for n in (24, 40, sly[0], 40, sly[0], sly[0], sly[-1], 24)] * 3
    assert walked(b"".join(map(frame, payloads))) == (expected(payloads), [])


def test_records_inside_a_record_are_its_data() -> None:
    inner = b"".join(frame(payload(n)) for n in (20, 33, 33, 20))
    payloads = [payload(24), inner, payload(30), inner + payload(5), payload(24)]
    assert walked(b"".join(map(frame, payloads))) == (expected(payloads), [])


def test_zeros_in_the_data() -> None:
    payloads = [payload(24), bytes(5000), payload(30), bytes(200_000), payload(24)]
    assert walked(b"".join(map(frame, payloads))) == (expected(payloads), [])


def test_damaged_length_goes_on_at_the_next_record() -> None:
    payloads = [payload(n) for n in (24, 30, 40, 30, 100_000, 24)]
    whole = expected(payloads)
    for broken in range(len(payloads)):
        data = bytearray(b"".join(map(frame, payloads)))
        at = whole[broken][0]
        data[at] ^= 0x10
        end = whole[broken + 1][0] if broken + 1 < len(payloads) else len(data)
        found, damage = walked(bytes(data))
        assert found == whole[:broken] + whole[broken + 1 :]
        assert damage == [Damage(at, end, broken, truncated=False)]


def test_bytes_between_records() -> None:
    a, b = frame(payload(24)), frame(payload(30))
    junk = payload(300_000)
    found, damage = walked(a + junk + b)
    assert found == [(0, 24), (len(a) + len(junk), 30)]
    assert damage == [Damage(len(a), len(a) + len(junk), 1, truncated=False)]


@pytest.mark.parametrize("left", [1, 11, 12, 13, 27, 45])
def test_cut_off_record(left: int) -> None:
    a, b = frame(payload(24)), frame(payload(30))
    found, damage = walked(a + b[:left])
    assert found == [(0, 24)]
    assert damage == [Damage(len(a), len(a) + left, 1, truncated=True)]


def test_nothing_and_no_record() -> None:
    assert walked(b"") == ([], [])
    assert walked(b"x" * 500) == ([], [Damage(0, 500, 0, truncated=False)])
    assert walked(bytes(100_000)) == ([], [Damage(0, 100_000, 0, truncated=False)])


def test_load_says_which_file(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"gone: cannot be read \(No such file or directory\)"):
        load(tmp_path / "gone")
    (tmp_path / "there").write_bytes(b"abc")
    log = load(tmp_path / "there")
    assert (log.size, log.bytes_at(0, 3)) == (3, b"abc")
