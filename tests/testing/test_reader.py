"""The contract of readers, held to readers that break it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from curveread.errors import CorruptLogError
from curveread.readers.base import Part, Reader
from curveread.readers.format import Format
from curveread.run.model import Curve, Source
from curveread.testing import check_reader


class Pairs(Reader):
    """Lines of ``step value``."""

    format: ClassVar[Format] = Format("pairs", "*.pairs", "Lines of step and value", files=("*.pairs",))

    def claims(self, path: Path) -> bool:
        return True

    def read(self, path: Path) -> list[Part]:
        text = path.read_bytes().decode("utf-8", "replace")
        points = []
        for line in text.splitlines():
            try:
                step, value = line.split()
                points.append((int(step), float(value)))
            except ValueError:
                continue
        points = sorted(p for p in points if abs(p[0]) < 2**60)
        if not points:
            raise CorruptLogError(f"{path}: no line with a step and a value")
        step, value = np.array(points).T
        curve = Curve("loss", step.astype(np.int64), value)
        return [Part(Source(str(path), self.format.name, path.stat().st_size), {"loss": curve})]


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "run.pairs"
    path.write_text("0 4.5\n10 3.25\n20 nan\n30 2.5\n")
    return path


def test_a_sound_reader_passes_and_the_sample_stays_as_it_is(sample: Path) -> None:
    before = sample.read_bytes()
    check_reader(Pairs, sample)
    assert sample.read_bytes() == before


def test_a_name_that_no_pattern_fits_is_told(tmp_path: Path) -> None:
    other = tmp_path / "run.txt"
    other.write_text("0 1\n1 2\n")
    with pytest.raises(AssertionError, match=r"no pattern in \('\*\.pairs',\) fits run.txt"):
        check_reader(Pairs, other)


def test_a_format_that_is_taken_is_told(sample: Path) -> None:
    class Twin(Pairs):
        format: ClassVar[Format] = replace(Pairs.format, name="csv")

    with pytest.raises(AssertionError, match="there is another format called csv"):
        check_reader(Twin, sample)


@pytest.mark.parametrize("field", ["looks_like", "title", "files"])
def test_a_format_that_does_not_describe_itself_is_told(field: str, sample: Path) -> None:
    class Mute(Pairs):
        format: ClassVar[Format] = replace(Pairs.format, **{field: ()})

    with pytest.raises(AssertionError, match="the format pairs"):
        check_reader(Mute, sample)


def test_an_error_that_does_not_name_the_file_is_told(sample: Path) -> None:
    class Vague(Pairs):
        def read(self, path: Path) -> list[Part]:
            try:
                return super().read(path)
            except CorruptLogError:
                raise CorruptLogError("bad file") from None

    with pytest.raises(AssertionError, match="the error does not name the file: bad file"):
        check_reader(Vague, sample)


def test_damage_that_is_no_read_error_is_told(sample: Path) -> None:
    class Fragile(Pairs):
        def read(self, path: Path) -> list[Part]:
            path.read_bytes().decode("ascii")
            return super().read(path)

    with pytest.raises(UnicodeDecodeError):
        check_reader(Fragile, sample)


def test_steps_out_of_order_and_another_format_are_told(sample: Path) -> None:
    class Unsorted(Pairs):
        def read(self, path: Path) -> list[Part]:
            (part,) = super().read(path)
            curve = part.curves["loss"]
            return [replace(part, curves={"loss": replace(curve, step=curve.step[::-1])})]

    with pytest.raises(AssertionError, match="the steps of loss are not in order"):
        check_reader(Unsorted, sample)

    class Elsewhere(Pairs):
        def read(self, path: Path) -> list[Part]:
            (part,) = super().read(path)
            return [replace(part, source=replace(part.source, format="csv"))]

    with pytest.raises(AssertionError, match="a part is called 'csv'"):
        check_reader(Elsewhere, sample)


def test_a_reader_that_writes_is_told(sample: Path) -> None:
    class Rude(Pairs):
        def read(self, path: Path) -> list[Part]:
            parts = super().read(path)
            path.chmod(0o644)
            path.write_text("0 1\n1 2\n")
            return parts

    with pytest.raises(AssertionError, match=r"read twice|reading changed|bytes read"):
        check_reader(Rude, sample)


def test_a_reader_that_another_one_comes_before_is_told(tmp_path: Path) -> None:
    class Late(Pairs):
        format: ClassVar[Format] = replace(Pairs.format, files=("*.csv",), priority=99)

    path = tmp_path / "log.csv"
    path.write_text("step,loss\n0,1.5\n1,1.25\n2,1.0\n3,0.5\n")

    class Table(Late):
        def read(self, path: Path) -> list[Part]:
            step = np.arange(4)
            curves = {"loss": Curve("loss", step, step / 2)}
            return [Part(Source(str(path), "pairs", path.stat().st_size), curves)]

    with pytest.raises(AssertionError, match=r"log\.csv is taken by CsvReader: give the format another priority"):
        check_reader(Table, path)
