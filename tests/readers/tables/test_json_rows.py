"""Long JSON lines are read piece by piece, and are what reading all of them at once gives."""

from __future__ import annotations

import json
import random
import tracemalloc

import pytest

from curveread.errors import CorruptLogError
from curveread.readers.tables import json_rows
from curveread.readers.tables.delimited import Cells
from curveread.readers.tables.json_rows import lines_to_cells, lines_to_rows, pieces_in, rows_to_cells

_ODD = (None, "train", True, "NaN", [1, 2], {"a": 1}, 10**20, 10**400, float("nan"), "0.5", -0.0)


def _told(cells: Cells) -> tuple[object, ...]:
    columns = [(name, c.row.tolist(), c.value.tobytes()) for name, c in cells.numeric.items()]
    return cells.rows, columns, cells.text, [str(note) for note in cells.notes]


def _lines(rng: random.Random) -> str:
    odd = rng.sample(_ODD, rng.choice([0, 0, 1, 2]))
    lines = []
    for at in range(rng.randint(1, 60)):
        row: dict[str, object] = {"step": at, "phase": "train", "loss": rng.random()}
        row |= {key: rng.choice([rng.random(), at]) for key in ("eval", "lr") if rng.random() < 0.7}
        if odd and rng.random() < 0.05:
            row[rng.choice(["loss", "lr", "phase"])] = rng.choice(odd)
        lines.append(json.dumps(row if rng.random() < 0.9 else dict(reversed(row.items()))))
    text = "\n".join(lines) + rng.choice(["", "\n", "\n\n"])
    return text if rng.random() < 0.9 else text[: rng.randint(1, len(text))]


def test_piece_by_piece_is_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_rows, "PIECE", 400)
    rng, taken = random.Random(0), 0
    for _ in range(1500):
        text = _lines(rng)
        cells = lines_to_cells(pieces_in(text), len(text), "log.jsonl")
        if cells is not None:
            rows, notes = lines_to_rows(text, "log.jsonl")
            assert _told(cells) == _told(rows_to_cells(rows, "log.jsonl", notes)), text
            taken += 1
    assert taken > 500


def test_text_without_a_row_is_left_to_the_reader_that_says_so() -> None:
    assert lines_to_cells([b"\n \n"], 3, "log.jsonl") is None
    with pytest.raises(CorruptLogError):
        lines_to_rows("\n \n", "log.jsonl")


def test_long_text_takes_little_more_memory_than_its_columns() -> None:
    text = "".join(f'{{"step": {at}, "loss": 0.{at % 977 + 10}, "lr": 0.001}}\n' for at in range(200_000))
    tracemalloc.start()
    try:
        cells = lines_to_cells(pieces_in(text), len(text), "log.jsonl")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert cells is not None
    assert cells.rows == 200_000
    assert peak < 60 * 3 * 200_000, f"{peak / 600_000:.0f} bytes a point"
