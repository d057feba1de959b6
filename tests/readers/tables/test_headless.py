"""Two columns without names: read where the user names the file, and with what is assumed."""

from __future__ import annotations

from pathlib import Path

import pytest

import curveread as cr
from curveread.errors import NoLogsError
from curveread.run.notes import NoteKind

ROWS = "".join(f"{i},{3 / (i + 1):.4f}\n" for i in range(0, 200, 10))


def test_a_table_without_names_that_is_named_itself(tmp_path: Path) -> None:
    path = tmp_path / "loss.csv"
    path.write_text(ROWS)
    run = cr.read(path)
    assert run["loss"].step.tolist() == list(range(0, 200, 10))
    assert run["loss"].value[:2].tolist() == [3.0, 0.2727]
    assert "no line names the columns" in " ".join(n.message for n in run.notes if n.kind is NoteKind.X_AXIS)
    assert set(cr.read(path, columns=["step", "mse"]).curves) == {"mse"}
    with pytest.raises(NoLogsError):  # in a folder it may be any data
        cr.read(tmp_path)


def test_a_counter_that_starts_over_is_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "loss.csv"
    path.write_text(ROWS + "0,2.9000\n10,0.2500\n")
    assert [len(a.curves["loss"]) for a in cr.read(path).attempts] == [20, 2]


@pytest.mark.parametrize(("name", "tag"), [("2024.csv", "value"), ("gan_log.v2.tsv", "gan_log"), ("a,b.csv", "value")])
def test_the_second_column_is_called_after_the_file(tmp_path: Path, name: str, tag: str) -> None:
    path = tmp_path / name
    path.write_text(ROWS.replace(",", "\t") if name.endswith("tsv") else ROWS)
    assert set(cr.read(path).curves) == {tag}


@pytest.mark.parametrize(
    "text",
    [
        "0,1.5\n1,1.4\n",  # too few
        "0,1.5\n2,1.4\n1,1.3\n3,1.2\n",  # it does not rise
        "0,1.5\n1,1.4\n0,1.3\n1,1.2\n0,1.3\n",  # labels
        "0,1.5,2\n1,1.4,2\n2,1.3,2\n",
        "0,1\n1,4\n2,9\n3,16\n",  # nothing is measured
        "0.5,1.5\n1.5,1.4\n2.5,1.3\n",
        "0,a.b\n1,1.4\n2,1.3\n",
    ],
)
def test_other_numbers_are_no_log(tmp_path: Path, text: str) -> None:
    path = tmp_path / "data.csv"
    path.write_text(text)
    with pytest.raises(NoLogsError):
        cr.read(path)
