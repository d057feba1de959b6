"""One file that grows: each byte is read once, whatever happens to the file."""

from __future__ import annotations

import builtins
import os
from pathlib import Path

import pytest

from curveread.errors import ReadError
from curveread.readers.registry import asked_about
from curveread.watch.growing import Growing
from curveread.watch.tail import Tail
from tests.support.event_writer import write_scalars

HEADER = "step,loss\n"


def tail_of(path: Path) -> Tail:
    return Tail(path, next(r for r in asked_about(path) if r.claims(path)))


def values(tail: Tail) -> list[float] | None:
    found = tail.grow()
    return None if found is None else [float(v) for v in found.get("loss", ())]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(HEADER + "1,2.5\n2,2.25\n")
    return path


def add(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_only_what_was_appended_is_read(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tail, read = tail_of(log), 0
    assert values(tail) == [2.5, 2.25]
    add(log, "".join(f"{i},1.0\n" for i in range(3, 10_000)))
    tail.grow()
    size = os.path.getsize(log)
    opened = builtins.open

    class Counting:
        def __init__(self, file: object) -> None:
            self.file = file

        def __getattr__(self, name: str) -> object:
            return getattr(self.file, name)

        def __enter__(self) -> Counting:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def read(self, n: int = -1) -> bytes:
            nonlocal read
            raw = self.file.read(n)
            read += len(raw)
            return raw

    monkeypatch.setattr(
        "curveread.watch.tail.open_regular",
        lambda path: Counting(opened(path, "rb")),  # what is read is counted
    )
    add(log, "10000,0.5\n")
    assert values(tail) == [0.5]
    assert read < 100 < size
    assert len(tail.parts()[0].curves["loss"]) == 10_000


def test_nothing_new_is_nothing(log: Path) -> None:
    tail = tail_of(log)
    tail.grow()
    assert tail.grow() is None
    os.utime(log)
    assert tail.grow() is None


def test_a_half_written_line_waits_for_its_end(log: Path) -> None:
    tail = tail_of(log)
    tail.grow()
    add(log, "3,2.")
    assert values(tail) == []
    assert len(tail.parts()[0].curves["loss"]) == 2
    add(log, "125\n")
    assert values(tail) == [2.125]


def test_a_file_that_was_cut_and_begun_anew_is_read_anew(log: Path) -> None:
    tail = tail_of(log)
    tail.grow()
    log.write_text(HEADER + "1,9.5\n")
    assert values(tail) == [9.5]
    assert tail.parts()[0].curves["loss"].value.tolist() == [9.5]


def test_a_file_that_was_overwritten_by_a_longer_one_is_read_anew(log: Path) -> None:
    tail = tail_of(log)
    tail.grow()
    log.write_text(HEADER + "1,9.5\n2,9.25\n3,9.125\n")
    assert values(tail) == [9.5, 9.25, 9.125]


def test_a_rotated_file_is_followed_under_its_name(log: Path) -> None:
    tail = tail_of(log)
    tail.grow()
    log.rename(log.with_name("log.csv.1"))
    assert tail.grow() is None
    assert len(tail.parts()[0].curves["loss"]) == 2
    log.write_text(HEADER + "3,1.5\n")
    assert values(tail) == [1.5]


def test_a_file_that_is_one_value_is_read_whole_when_it_is_judged(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text('[{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.0}]')
    tail = tail_of(path)
    assert tail.grow() == {}
    assert len(tail.parts()[0].curves["loss"]) == 2
    path.write_text('[{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.0}, {"step": 3, "loss": 0.5}]')
    assert tail.grow() == {}
    assert len(tail.parts()[0].curves["loss"]) == 3


def test_a_file_without_a_record_cannot_be_read_yet(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(HEADER)
    tail = tail_of(path)
    tail.grow()
    assert not tail.parts()[0].curves
    path = tmp_path / "log.jsonl"
    path.write_text('{"step": 1, "loss"')
    tail = tail_of(path)
    tail.grow()
    with pytest.raises(ReadError):
        tail.parts()


def test_new_files_of_a_folder_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    growing = Growing(folder)
    assert not growing.look(anew=True)
    folder.mkdir()
    write_scalars(folder, [("loss", i, 1.0, 1e9 + i) for i in range(10)])
    assert growing.look(anew=True)
    assert sum(v.size for _, found in growing.grow() for v in found.values()) == 10
    assert not growing.look()
    write_scalars(folder, [("loss", i, 1.0, 1e9 + i) for i in range(10, 20)], suffix=".2")
    assert growing.look()
    assert sum(v.size for _, found in growing.grow() for v in found.values()) == 10
    (run,) = growing.unit().read()
    assert len(run["loss"]) == 20
