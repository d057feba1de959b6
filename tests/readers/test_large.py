"""A large file that is read piece by piece is what it is when it is read at once."""

from __future__ import annotations

import io
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

import curveread as cr
from curveread.readers import large
from curveread.readers.base import Part
from curveread.readers.large import opened_large, pieces_of
from curveread.readers.tables import grid, json_rows
from curveread.readers.tables.csv import CsvReader
from curveread.readers.tables.json_log import JsonLogReader
from curveread.readers.tables.large_table import large_table
from tests.benchmarks import logs

_CELLS = ("1", "-2.5", "1e-7", "3.141592653589793", "-0.0", "12345678901234567890", "0.5", "7", "", "nan")
_ODD = ("x", '"1"', "1,5", "é", "\x00", "-0", "inf")


def _table(rng: random.Random) -> bytes:
    width, end = rng.randint(2, 4), rng.choice(["\n", "\n", "\n", "\r\n"])
    pool = [*rng.sample(_CELLS, 6), *rng.sample(_ODD, rng.random() < 0.1)]
    rows = [[str(i), *(rng.choice(pool) for _ in range(width - 1))] for i in range(rng.randint(1, 40))]
    if rng.random() < 0.1:
        rows[rng.randrange(len(rows))].append("1")
    header = ["step", *rng.sample(["loss", "lr", "a b", "loss", "µ"], width - 1)]
    text = rng.choice(["", "", "# made by hand\n", "\n"]) + end.join(",".join(line) for line in [header, *rows])
    return (text + rng.choice(["", end, end, end, end + end, " "])).encode()[: None if rng.random() < 0.8 else -3]


def _lines(rng: random.Random) -> bytes:
    rows = [f'{{"step": {i}, "loss": {rng.choice(_CELLS[:5])}, "lr": 0.1}}' for i in range(rng.randint(1, 40))]
    if rng.random() < 0.2:
        rows[rng.randrange(len(rows))] = rng.choice(['{"step": 3, "loss": "x"}', "{", '{"step": 9, "é": 1}', "\x00"])
    return ("\n".join(rows) + rng.choice(["", "\n", "\n\n"])).encode()[: None if rng.random() < 0.8 else -3]


def _told(path: Path, monkeypatch: pytest.MonkeyPatch, least: int) -> tuple[object, ...]:
    with monkeypatch.context() as patch:
        patch.setattr(large, "_LARGE", least)
        reader = CsvReader() if path.suffix == ".csv" else JsonLogReader()
        try:
            return tuple(map(_part, reader.read(path)))
        except Exception as error:
            return type(error), str(error)


def _part(part: Part) -> tuple[object, ...]:
    curves = [(t, c.step.tolist(), c.value.tobytes(), c.wall_time) for t, c in part.curves.items()]
    return curves, [str(n) for n in part.notes], part.source, part.x_axis, len(part.segments)


@pytest.mark.parametrize(("name", "made"), [("metrics.csv", _table), ("metrics.jsonl", _lines)])
def test_piece_by_piece_is_all_at_once(
    name: str, made: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid, "_PIECE", 60)
    monkeypatch.setattr(grid, "_ROW", 0)
    monkeypatch.setattr(json_rows, "PIECE", 150)
    rng, path = random.Random(0), tmp_path / name
    for _ in range(600):
        path.write_bytes(raw := made(rng))  # type: ignore[operator]
        assert _told(path, monkeypatch, 1) == _told(path, monkeypatch, 1 << 60), raw


def test_regular_tables_are_taken_as_they_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "_LARGE", 1)
    path = tmp_path / "metrics.csv"
    path.write_bytes(b"step,loss\n" + b"".join(b"%d,0.5\n" % i for i in range(90_000)) + b"90000,0.")
    size, cells, head = large_table(path) or (0, None, "")
    assert (size, head) == (path.stat().st_size, "step,loss")
    assert cells is not None
    assert cells.rows == 90_001
    assert [n.message for n in cells.notes] == [
        "the last line ends without a line break, its last number may be cut; it was left out"
    ]
    path.write_bytes(path.read_bytes() + b"\n90001,x\n")
    assert large_table(path) is None


def _csv(path: Path) -> None:
    rows = (f"{i},{i % 977 + 0.25},{i / 7:.9g},0.001,0.5\n" for i in range(300_000))
    path.write_text("step,loss,grad_norm,lr,acc\n" + "".join(rows))


@pytest.mark.parametrize(
    ("name", "made", "most"),
    [
        ("metrics.csv", _csv, 20),  # of a step and four numbers a row
        # a step, a time and three numbers, and a piece
        pytest.param("train.log", lambda path: logs.printed(path, 200_000), 52, marks=pytest.mark.slow),
    ],
)
def test_reading_takes_little_more_memory_than_the_numbers(
    name: str, made: Callable[[Path], None], most: int, tmp_path: Path
) -> None:
    made(path := tmp_path / name)
    cr.read(path)  # what is loaded once does not count
    tracemalloc.start()
    try:
        run = cr.read(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    points = sum(map(len, run.curves.values()))
    assert peak < most * points, f"{peak / points:.0f} bytes a point"


@pytest.mark.parametrize("begin", [b"\x1f\x8b", b"\xff\xfe", b"\xef\xbb\xbf"])
def test_what_must_be_decoded_first_is_not_large(begin: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "_LARGE", 1)
    path = tmp_path / "metrics.csv"
    path.write_bytes(begin + b"step,loss\n")
    with opened_large(path) as file:
        assert file is None


def test_pieces_are_whole_lines() -> None:
    raw = b"one\ntwo\n" + b"x" * 50 + b"\nlast"
    pieces = list(pieces_of(io.BufferedReader(io.BytesIO(raw)), 10))  # type: ignore[arg-type]
    assert pieces == [b"one\ntwo\n", b"x" * 50 + b"\n", b"last"]
