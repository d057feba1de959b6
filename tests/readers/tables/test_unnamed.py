"""Tables whose rows have more cells than their header has names."""

from __future__ import annotations

from pathlib import Path

import pytest

from curveread.readers.tables.csv import CsvReader
from curveread.readers.tables.delimited import parse_cells
from curveread.run.notes import NoteKind


def test_a_metric_that_was_added_without_a_name_costs_no_row(tmp_path: Path) -> None:
    path = tmp_path / "train_log.csv"
    rows = [f"{i},{1 / (i + 2):.5f},{0.3 + 0.01 * i:.4f}" for i in range(9)]
    path.write_text("epoch,loss\n0,0.70000\n0\n" + "\n".join(rows) + "\n")
    (part,) = CsvReader().read(path)
    assert part.x_axis == "epoch"
    assert part.curves["loss"].value.tolist()[:2] == [0.7, 0.5]
    assert len(part.curves["loss"]) == 10
    assert part.curves["column 3"].value[-1] == 0.38
    told = [n.message for n in part.notes if n.kind is NoteKind.CORRUPT]
    assert told == [
        "most rows have 3 cells, the header 2: read by position, column 3 has no name",
        "left out 1 of 11 rows: another number of cells than most rows (3)",
    ]


@pytest.mark.parametrize("header", ["loss acc", "step loss"])
def test_row_names_in_front_shift_no_column(header: str) -> None:
    text = header.replace(" ", "\t") + "\n" + "".join(f"{i}\t{10 * i}\t0.{i}\n" for i in range(1, 8))
    cells = parse_cells(text, "log.tsv")
    first, second = header.split()
    assert cells.numeric[first].value.tolist() == [10.0 * i for i in range(1, 8)]
    assert cells.numeric[second].value.tolist() == [i / 10 for i in range(1, 8)]


@pytest.mark.parametrize(
    "rows",
    [
        ["1,0,53", "2,0,47", "3,0,45", "4,0,44"],  # decimal commas
        ["1,000,0.53", "2,000,0.47", "3,000,0.45"],  # thousands
        ["epoch,loss,acc", "1,0.5,0.7", "2,0.4,0.8", "3,0.3,0.9"],  # another header
        ["1,0.53,0.7", "2,0.47", "3,0.45", "4,0.44"],  # one row alone
    ],
)
def test_cells_that_may_be_anything_are_left_out(rows: list[str]) -> None:
    cells = parse_cells("epoch,loss\n" + "\n".join(rows) + "\n", "log.csv")
    assert cells.rows == sum(r.count(",") == 1 for r in rows)
    assert any("left out" in n.message for n in cells.notes)


def test_a_header_that_comes_back_still_starts_anew() -> None:
    block = "epoch,loss\n" + "".join(f"{i},0.{9 - i},0.5\n" for i in range(4))
    cells = parse_cells(block + block, "log.csv")
    assert cells.rows == 8
    assert cells.restarts == (4,)
