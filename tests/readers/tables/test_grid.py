"""What is converted at once is what cell by cell gives, bit for bit; what would be misread is left to cell by cell."""

from __future__ import annotations

import random

import numpy as np
import pytest

from curveread.readers.tables.columns import Column
from curveread.readers.tables.csv_rows import first_line, without_cut_end
from curveread.readers.tables.delimited import Cells, parse_cells
from curveread.readers.tables.grid import grid, pieces_in

_PLAIN = ("1", "-2.5", "1e-7", "3.141592653589793", "-0.0", "4.9e-324", "123456789012345678901234", "")
_ODD = (
    *(
        "1e400",
        "-0",
        "true",
        "null",
        "[1]",
        "{}",
        "01",
        "+6",
        ".5",
        "7.",
        "-.5",
        " 4",
        "5 ",
        " ",
        "- 1",
        "-",
        "+",
        ".",
        "-x",
        "1e",
        "e5",
        "--1",
        "1-2",
        "1 2",
    ),
    *("nan", "NaN", "-nan", "inf", "-inf", "infinity", "nan(3)", "NA", "null", "None", "x", "0x10", "1_0", "1d5"),
    *("1,5", "#", '"1"', "\u0661", "\t", "\x0b3", "\x1c4", "\x00"),
)


def _grid(text: str, names: list[str], delimiter: str = ",") -> tuple[int, dict[str, Column]] | None:
    return grid(pieces_in(text, 0, len(names)), len(text), names, delimiter)


def _by_csv(text: str, monkeypatch: pytest.MonkeyPatch) -> Cells:
    with monkeypatch.context() as patch:
        patch.setattr("curveread.readers.tables.delimited.grid", lambda *_: None)
        return parse_cells(text, "log.csv")


def _told(cells: Cells) -> tuple[object, ...]:
    columns = [(name, c.row.tolist(), c.value.tobytes()) for name, c in cells.numeric.items()]
    return cells.rows, columns, cells.text, cells.restarts, [str(note) for note in cells.notes]


def _table(rng: random.Random) -> tuple[str, str]:
    delimiter, width, end = rng.choice(",,;\t"), rng.randint(1, 4), rng.choice(["\n", "\n", "\r\n", "\r"])
    pool = [*_PLAIN, *(repr(rng.uniform(-1, 1)) for _ in range(4)), *rng.sample(_ODD, rng.choice([0, 0, 1, 2]))]
    rows = [
        [rng.choice(pool) for _ in range(width if rng.random() < 0.98 else rng.randint(0, 5))]
        for _ in range(rng.randint(0, 7))
    ]
    lines = [["step", "loss", "a b", "loss"][:width], *rows]
    text = end.join(delimiter.join(line) for line in lines) + rng.choice(["", end, end, end * 2])
    return text[: rng.randint(1, len(text))] if rng.random() < 0.2 else text, delimiter


def test_a_table_at_once_is_the_table_cell_by_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    rng, taken = random.Random(0), 0
    for _ in range(6000):
        text, delimiter = _table(rng)
        assert _told(parse_cells(text, "log.csv")) == _told(_by_csv(text, monkeypatch)), repr(text)
        header = first_line(text)
        body = without_cut_end(text, delimiter, "")[0][text.find(header) + len(header) :].lstrip("\r\n")
        taken += _grid(body, header.split(delimiter), delimiter) is not None
    assert taken > 500


@pytest.mark.parametrize("cell", [c for c in _ODD if c not in ("nan", "NaN", " 4", "5 ")])
def test_what_is_no_plain_number_is_left_to_the_careful_reader(cell: str) -> None:
    assert _grid(f"1,0.5\n2,{cell}\n3,0.25\n", ["step", "loss"]) is None


def test_blanks_are_not_logged_and_a_nan_is() -> None:
    rows, blank = _grid("1,0.5\n2,\n3,0.25\n", ["step", "loss"]) or (0, {})
    assert (rows, blank["loss"].row.tolist(), blank["loss"].value.tolist()) == (3, [0, 2], [0.5, 0.25])
    rows, logged = _grid("1,0.5\n2,nan\n3,0.25\n", ["step", "loss"]) or (0, {})
    assert (rows, logged["loss"].row.tolist()) == (3, [0, 1, 2])
    assert np.isnan(logged["loss"].value[1])
    assert _grid("1,nan\n2,\n", ["step", "loss"]) is None


def test_long_tables_are_taken_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(1)
    lines = [f"{at},{rng.uniform(-1, 1)!r},{'' if at % 7 else rng.random()}" for at in range(5000)]
    monkeypatch.setattr("curveread.readers.tables.grid._PIECE", 500)
    monkeypatch.setattr("curveread.readers.tables.grid._ROW", 0)
    rows, columns = _grid("\n".join(lines), ["step", "loss", "eval"]) or (0, {})
    assert rows == 5000
    for at, name in enumerate(columns):
        cells = [line.split(",")[at] for line in lines]
        assert columns[name].row.tolist() == [i for i, cell in enumerate(cells) if cell]
        assert columns[name].value.tolist() == [float(cell) for cell in cells if cell]
    assert _grid("\n".join([*lines, "1,nan,2"]), ["step", "loss", "eval"]) is None  # a blank, or a NaN?
