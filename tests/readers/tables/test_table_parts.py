"""Several runs in one table, told by a column of words or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import curveread as cr
from curveread.readers.tables.csv import CsvReader
from curveread.run.notes import NoteKind


def _table(folder: Path, column: str, stretches: Sequence[tuple[str, Sequence[int]]]) -> Path:
    path = folder / "log.csv"
    rows = [(e, 2 - 0.1 * e - 0.01 * i, label) for i, (label, epochs) in enumerate(stretches) for e in epochs]
    path.write_text(f"epoch,train_loss,{column}\n" + "".join(f"{e},{v:.4f},{label}\n" for e, v, label in rows))
    return path


def _runs(path: Path) -> dict[str, list[int]]:
    return {p.name: p.curves["train_loss"].step.tolist() for p in CsvReader().read(path)}


def test_epochs_that_start_over_where_a_word_changes_are_of_several_runs(tmp_path: Path) -> None:
    path = _table(tmp_path, "modality", [("t1", range(1, 7)), ("t2", range(1, 7)), ("all", (1,))])
    assert _runs(path) == {"t1": [*range(1, 7)], "t2": [*range(1, 7)], "all": [1]}
    runs = cr.read_all(path)
    assert runs[1]["train_loss"].value.tolist() == [1.89, 1.79, 1.69, 1.59, 1.49, 1.39]
    said = {n.message for run in runs for n in run.notes if n.kind is NoteKind.MERGED}
    assert said == {"the table holds 3 runs: its counter starts over where modality changes"}


def test_epochs_that_start_over_where_a_number_changes_are_of_several_runs(tmp_path: Path) -> None:
    path = _table(tmp_path, "stage", [("1", range(1, 6)), ("2", range(1, 9))])
    assert _runs(path) == {"stage 1": [*range(1, 6)], "stage 2": [*range(1, 9)]}


@pytest.mark.parametrize(
    ("column", "stretches"),
    [
        ("stage", [("1", range(1, 7)), ("2", range(7, 12))]),  # one training in two stages
        ("stage", [("1", range(1, 7)), ("1", range(1, 7)), ("2", range(1, 7))]),
        ("batches", [("32", range(1, 7)), ("64", range(4, 9))]),
        ("host", [("a", range(1, 7)), ("b", range(4, 9))]),  # a resume elsewhere
        ("name", [("loss", range(1, 7)), ("accuracy", range(1, 7))]),
        ("remark", [("x", range(1, 7)), ("x", range(1, 7)), ("y", range(1, 7))]),  # it starts over elsewhere too
        ("remark", [("x", range(1, 4)), ("y", range(4, 7)), ("x", range(1, 7))]),  # it goes on as well
        ("remark", [("x", range(1, 4)), ("y", range(4, 9))]),
    ],
)
def test_other_words_and_numbers_part_no_runs(
    tmp_path: Path, column: str, stretches: Sequence[tuple[str, Sequence[int]]]
) -> None:
    assert list(_runs(_table(tmp_path, column, stretches))) == [""]


def test_a_run_that_is_named_again_started_twice(tmp_path: Path) -> None:
    path = _table(tmp_path, "model", [("a", range(1, 7)), ("b", range(1, 7)), ("a", range(1, 9))])
    (first, _) = cr.read_all(path)
    assert (first.name, len(first.attempts), first["train_loss"].step.tolist()) == ("a", 2, [*range(1, 9)])
