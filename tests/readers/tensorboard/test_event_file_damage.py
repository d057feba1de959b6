"""Whatever happens to the bytes of an event file: no traceback, and what is whole is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.types_pb2 import DataType

from curveread.errors import CorruptLogError
from curveread.readers.base import Part
from curveread.readers.tensorboard.reader import TensorBoardReader
from curveread.run.notes import NoteKind
from tests.support.damage import SWEEPS
from tests.support.event_files import event, frames, points, ramp, scalar, simple, start, tensor, write

READER = TensorBoardReader()


def small() -> list[Event]:
    """One of each: simple values, tensors, several in one event, a session, a long record."""
    return [
        scalar("loss", 1, 4.0),
        scalar("lr", 1, 0.1),
        start(2),
        event(2, simple("loss", 3.0), simple("lr", 0.2)),
        event(3, tensor("loss", "scalars", DataType.DT_DOUBLE, double_val=[2.0])),
        event(4, tensor("a/tag/of/some/length/" * 7, float_val=[1.0])),
        scalar("loss", 5, 1.0),
    ]


def read(path: Path) -> Part:
    (part,) = READER.read(path)
    return part


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    return write(tmp_path, small())


@pytest.mark.parametrize("every", SWEEPS)
def test_cut_at_any_byte(whole: Path, every: int) -> None:
    data, ends = whole.read_bytes(), [end for _, end in frames(whole)]
    full = points(read(whole).curves)
    for size in range(0, len(data), every):
        whole.write_bytes(data[:size])
        part = read(whole)
        kept = sum(end <= size for end in ends)
        for tag, rows in points(part.curves).items():
            assert rows == full[tag][: len(rows)]
        left = size - max([0, *(end for end in ends if end <= size)])
        messages = [n.message for n in part.notes if n.kind is NoteKind.TRUNCATED]
        records = "1 record was" if kept == 1 else f"{kept} records were"
        assert messages == (
            [f"the last {left} bytes, from byte {size - left}, are an incomplete record; {records} kept"]
            if left
            else []
        )


@pytest.mark.parametrize("every", SWEEPS)
@pytest.mark.parametrize("bit", [0x01, 0x80])
def test_any_byte_changed(whole: Path, bit: int, every: int) -> None:
    data = bytearray(whole.read_bytes())
    spans = list(frames(whole))
    singly = []
    for a, b in spans:  # what each record adds
        whole.write_bytes(data[a:b])
        singly.append(points(read(whole).curves))
    for at in range(0, len(data), every):
        data[at] ^= bit
        whole.write_bytes(data)
        data[at] ^= bit
        part = read(whole)
        (hurt,) = [i for i, (a, b) in enumerate(spans) if a <= at < b]
        want: dict[str, list[tuple[int, str, str]]] = {}
        for i, record in enumerate(singly):
            for tag, rows in record.items() if i != hurt else ():
                want.setdefault(tag, []).extend(rows)
        assert points(part.curves) == want, at
        (note,) = [n for n in part.notes if n.kind is NoteKind.CORRUPT]
        assert f"at byte {spans[hurt][0]}" in note.message
        assert note.message.endswith(f"{len(spans) - 1} records were kept") or "last" in note.message


def test_flipped_bit_costs_one_record(tmp_path: Path) -> None:  # edge case 6
    path = write(tmp_path, ramp("loss", range(1, 2001)))
    data = bytearray(path.read_bytes())
    a, b = list(frames(path))[1000]
    data[b - 8] ^= 0x10
    path.write_bytes(data)
    part = read(path)
    assert part.curves["loss"].step.tolist() == [s for s in range(1, 2001) if s != 1000]
    (note,) = part.notes
    assert note.kind is NoteKind.CORRUPT
    assert note.source == path.name
    assert note.message.startswith(f"record 1,001 at byte {a:,}: data checksum 0x")
    assert note.message.endswith("; left out, 2,000 records were kept")


def test_damage_in_words(tmp_path: Path) -> None:
    path = write(tmp_path, [scalar("loss", s, s) for s in (1, 2, 3)])
    data = path.read_bytes()
    second, third = [a for a, _ in frames(path)][2:4]

    flipped = bytearray(data)
    flipped[second + 30] ^= 1
    path.write_bytes(flipped)
    assert [n.message for n in read(path).notes] == [
        "record 3 at byte 82: data checksum 0x36685e16, expected 0x0c2ecc1e; left out, 3 records were kept"
    ]

    flipped = bytearray(data)
    flipped[second] ^= 1
    path.write_bytes(flipped)
    assert [n.message for n in read(path).notes] == [  # edge case 7
        "no record begins at byte 82: its length and the checksum of it do not match; "
        "42 bytes skipped, next record at byte 124, 3 records were kept"
    ]

    flipped = bytearray(data)
    flipped[third] ^= 1
    path.write_bytes(flipped)
    assert [n.message for n in read(path).notes] == [
        "no record begins at byte 124: its length and the checksum of it do not match, and none follows; "
        "the last 42 bytes skipped, 3 records were kept"
    ]

    path.write_bytes(data[:-5])
    assert [(n.kind, n.message) for n in read(path).notes] == [  # edge case 5
        (
            NoteKind.TRUNCATED,
            "the last 37 bytes, from byte 124, are an incomplete record; 3 records were kept",
        )
    ]


def test_much_damage_is_summed_up(tmp_path: Path) -> None:
    path = write(tmp_path, ramp("loss", range(1, 101)))
    data, spans = bytearray(path.read_bytes()), list(frames(path))
    for a, _ in spans[10:60]:
        data[a + 14] ^= 0x20
    path.write_bytes(data)
    part = read(path)
    assert len(part.curves["loss"]) == 50
    assert len(part.notes) == 9
    assert part.notes[-1].message == (
        f"42 more damaged places between byte {spans[18][0]} and byte {spans[59][0]:,} were left out; "
        "51 records were kept"
    )


def test_half_of_a_large_file_damaged_at_random(tmp_path: Path) -> None:
    path = write(tmp_path, ramp("loss", range(1, 4001)) + ramp("acc", range(1, 4001)))
    data, spans = np.fromfile(path, np.uint8), list(frames(path))
    rng = np.random.default_rng(0)
    hurt = set(rng.choice(np.arange(1, len(spans)), len(spans) // 2, replace=False).tolist())
    for i in hurt:
        a, b = spans[i]
        data[int(rng.integers(a, b))] ^= int(rng.integers(1, 256))
    data.tofile(path)
    part = read(path)
    steps = {tag: curve.step.tolist() for tag, curve in part.curves.items()}
    assert steps["loss"] == [i for i in range(1, 4001) if i not in hurt]
    assert steps["acc"] == [i - 4000 for i in range(4001, 8001) if i not in hurt]


@pytest.mark.parametrize("content", [b"x" * 200, b"step,loss\n1,2.0\n", bytes(64), b"\x1f\x8b" + bytes(40)])
def test_no_record_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(content)
    with pytest.raises(CorruptLogError) as error:
        READER.read(path)
    assert str(error.value) == (
        f"{path}: no event record in {len(content)} bytes; at byte 0 a record's length and its checksum were "
        f"expected, found {content[:12].hex(' ')}"
    )


def test_fewer_bytes_than_a_header_are_a_cut_file(tmp_path: Path) -> None:
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(b"abc")
    assert [n.message for n in read(path).notes] == [
        "the last 3 bytes, from byte 0, are an incomplete record; 0 records were kept",
        "the file holds no record",
    ]
