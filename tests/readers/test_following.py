"""A file that is fed as it grows reads as the whole file does, wherever the pieces are cut."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from curveread.errors import ReadError
from curveread.readers.base import Following, Part, Reader
from curveread.readers.registry import asked_about
from tests.conftest import SAMPLES
from tests.support.event_writer import write_scalars

ENDINGS = ("*.csv", "*.jsonl", "*.log", "*.txt", "*tfevents*")
LOGS = [path for ending in ENDINGS for path in sorted(SAMPLES.rglob(ending)) if path.stat().st_size < 1 << 19]


def reader_of(path: Path) -> Reader:
    return next(r for r in asked_about(path) if r.claims(path))


def grown(following: Following, raw: bytes, seed: int) -> tuple[list[Part], dict[str, int]]:
    """Feed a file in random pieces, reading the parts in between; the values that were told, by tag."""
    chance, told, at = random.Random(seed), dict[str, int](), 0
    while at < len(raw):
        size = chance.choice((1, 40, 300, 5_000, 40_000))
        for tag, values in following.feed(raw[at : at + size]).items():
            told[tag] = told.get(tag, 0) + values.size
        at += size
        if chance.random() < 0.1:
            try:
                following.parts()
            except ReadError:
                assert at < 1_000 or not told
    return following.parts(), told


def assert_same(mine: list[Part], whole: list[Part]) -> None:
    assert len(mine) == len(whole)
    for a, b in zip(mine, whole, strict=True):
        assert a.curves.keys() == b.curves.keys()
        for tag, curve in b.curves.items():
            np.testing.assert_array_equal(a.curves[tag].step, curve.step)
            np.testing.assert_array_equal(a.curves[tag].value, curve.value)
            assert a.curves[tag].role == curve.role
        assert [s.keys() for s in a.segments] == [s.keys() for s in b.segments]
        assert (a.purges, a.config, a.key, a.x_axis, a.source) == (b.purges, b.config, b.key, b.x_axis, b.source)


@pytest.mark.parametrize("path", LOGS, ids=lambda p: str(p.relative_to(SAMPLES)))
def test_a_log_fed_in_pieces_is_the_log(path: Path) -> None:
    reader, raw = reader_of(path), path.read_bytes()
    following = reader.follow(path)
    assert following is not None
    whole = reader.read(path)
    mine, told = grown(following, raw, len(raw))
    if raw.endswith(b"\n") or "tfevents" in path.name:
        assert_same(mine, whole)
    assert sum(told.values()) >= sum(len(c) for part in whole for c in part.curves.values())


def test_all_kinds_of_growing_logs_are_among_the_samples() -> None:
    assert {reader_of(p).format.name for p in LOGS} >= {"csv", "jsonl", "tensorboard"}


def test_bytes_between_event_records_are_skipped_once_the_next_record_is_there(tmp_path: Path) -> None:
    path = write_scalars(tmp_path, [("loss", i, 1.0 / (i + 1), 1e9 + i) for i in range(20)])
    raw, at = path.read_bytes(), 0
    for _ in range(10):
        at += int.from_bytes(raw[at : at + 8], "little") + 16
    raw = raw[:at] + b"\x07" * 50 + raw[at:]
    path.write_bytes(raw)
    reader = reader_of(path)
    following = reader.follow(path)
    assert following is not None
    for at in range(len(raw)):
        following.feed(raw[at : at + 1])
    assert_same(following.parts(), reader.read(path))
    assert [n.message for n in following.parts()[0].notes] == [n.message for n in reader.read(path)[0].notes]


@pytest.mark.parametrize(
    ("name", "raw"), [("log.csv.gz", b"\x1f\x8b\x08\x00"), ("log.json", b'[{"step": 1, "loss": 2.0}]')]
)
def test_what_can_only_be_read_whole_is_not_followed(tmp_path: Path, name: str, raw: bytes) -> None:
    from curveread.readers.tables.csv import CsvReader
    from curveread.readers.tables.json_log import JsonLogReader

    path = tmp_path / name
    path.write_bytes(raw)
    reader = CsvReader() if "csv" in name else JsonLogReader()
    assert reader.follow(path) is None


def test_a_half_written_row_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("step,loss\n1,2.5\n")
    following = reader_of(path).follow(path)
    assert following is not None
    assert following.feed(b"step,lo") == {}
    assert following.feed(b"ss\n1,2.5\n2,2.")["loss"].tolist() == [2.5]
    assert following.feed(b"25\n")["loss"].tolist() == [2.25]
    assert following.parts()[0].curves["loss"].value.tolist() == [2.5, 2.25]
