"""The bounds of reading: what one is, how it is raised, and that a message about it says so."""

from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path

import pytest

import curveread as cr
from curveread.errors import ReadError, UsageError
from curveread.limits import Limits, allow, bounds, limits
from curveread.readers.stores.sqlite_file import chunks, opened
from tests.cli.conftest import Cli
from tests.conftest import ROOT

ROWS = "step,loss\n" + "".join(f"{i},{3 - 0.02 * i:.2f}\n" for i in range(100))


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURVEREAD_LIMITS", "")


def test_a_bound_is_raised_for_this_process_and_those_that_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits() == Limits()
    allow(["gzip=200", "settings-depth=7"])
    allow(["gzip=300"])
    assert (limits().gzip, limits().settings_depth, limits().bytes) == (300, 7, Limits().bytes)
    monkeypatch.setenv("CURVEREAD_LIMITS", "parquet=9")
    assert limits() == Limits(parquet=9)


@pytest.mark.parametrize(
    ("given", "said"),
    [("depth=3", "no limit 'depth'; there are: bytes, gzip,"), ("gzip=-1", "whole number above 0"), ("gzip", "not ''")],
)
def test_what_is_no_bound_is_said(given: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        allow([given])
    assert limits() == Limits()


@pytest.mark.parametrize(
    "name", ["metrics.csv", "train.log", "trainer_state.json", "events.out.tfevents.1.a", "a.wandb"]
)
def test_a_file_that_is_too_large_is_refused_and_the_message_tells_how_to_read_it(
    tmp_path: Path, cli: Cli, name: str
) -> None:
    (tmp_path / name).write_text(ROWS)
    done = cli("check", tmp_path / name, "--limit", "bytes=500")
    assert done.returncode == 2
    assert "the limit is 500 (--limit bytes=1000 would allow more)" in done.stderr


def test_gzip_text_is_read_as_far_as_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv.gz"
    rows = "".join(f"{i},{i % 7}.5\n{' ' * 1000}\n" for i in range(30_000))
    path.write_bytes(gzip.compress(f"step,loss\n{rows}".encode()))
    cut = cr.read(path)
    assert 0 < len(cut.curves["loss"]) < 30_000
    assert any("the limit is 50 (--limit gzip=100 would allow more)" in str(n.message) for n in cut.notes)
    allow(["gzip=1000"])
    assert len(cr.read(path).curves["loss"]) == 30_000


def _said(name: str, value: int) -> str:
    return f"the limit is {value:,} (--limit {name}={2 * value} would allow more)"


def _refused(path: Path, *bounds_: str) -> str:
    allow(bounds_)
    with pytest.raises(ReadError) as refused:
        cr.read(path)
    return str(refused.value)


@pytest.mark.parametrize("rows", [100, 600_000])  # the latter are read piece by piece
def test_a_table_names_as_many_columns_as_its_bound(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "metrics.csv"
    path.write_text("step,loss,lr,acc\n" + "".join(f"{i},{3 - 0.001 * (i % 1000)},0.1,0.5\n" for i in range(rows)))
    assert _refused(path, "columns=3") == f"{path}: 4 columns; {_said('columns', 3)}"
    allow(["columns=4"])
    assert len(cr.read(path).curves) == 3


def test_a_tables_first_line_is_as_long_as_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv"
    names = ["step", *(f"layer{i}/grad_norm" for i in range(5000))]
    rows = [",".join([str(i), *["0.5"] * 5000]) for i in range(20)]
    path.write_text("\n".join([header := ",".join(names), *rows, ""]))
    assert len(cr.read(path).curves) == 5000
    told = f"{len(header):,} characters in the line that names the columns"
    assert _refused(path, "header=50000") == f"{path}: {told}; {_said('header', 50_000)}"
    assert "not a training log" in _refused(path.rename(tmp_path / "words.txt"), "header=50000")


def _holds_six_runs(path: Path) -> None:
    """Assert that a file with six runs is refused where five are allowed, and read where six are."""
    assert _refused(path, "runs=5") == f"{path}: 6 runs; {_said('runs', 5)}"
    allow(["runs=6"])
    assert len(cr.read_all(path)) == 6


def test_a_table_holds_as_many_runs_as_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    path.write_text("run,step,loss\n" + "".join(f"r{r},{i},{3 - 0.1 * i}\n" for r in range(6) for i in range(20)))
    _holds_six_runs(path)


def test_a_store_holds_as_many_runs_as_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE runs (run_uuid TEXT, name TEXT, status TEXT)")
        file.execute("CREATE TABLE metrics (run_uuid TEXT, key TEXT, timestamp INT, value REAL, step INT, is_nan INT)")
        rows = [(f"{r:032x}", "loss", s, 3.0 - s, s, 0) for r in range(6) for s in range(3)]
        file.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows)
    _holds_six_runs(path)


def test_sqlite_that_takes_too_many_steps_says_which_bound_that_is(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE t (a)")
    endless = "(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) SELECT i AS a, i AS rowid FROM n)"
    damage: list[str] = []
    with opened(path) as connection:
        assert list(chunks(connection, endless, ["a"], damage)) == []
    assert damage == ["interrupted, it takes too many steps for a file of its size; " + _said("sqlite", 50)]


def test_folders_are_looked_through_as_deep_as_their_bound(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (deep / "metrics.csv").write_text(ROWS)
    said = f"no training log in it or below it; {_said('tree-depth', 2)}"
    assert said in _refused(tmp_path, "tree-depth=2")
    (tmp_path / "metrics.csv").write_text(ROWS)
    run = cr.read(tmp_path)
    assert any("lie too deep: a/b/c; " + _said("tree-depth", 2) in str(n.message) for n in run.notes)
    allow(["tree-depth=3"])
    assert len(cr.read_all(tmp_path)) == 2


def test_printed_output_is_searched_as_far_as_its_bound(tmp_path: Path) -> None:
    (tmp_path / "metrics.csv").write_text(ROWS)
    (tmp_path / "output.log").write_text("CUDA out of memory\n" + "nothing\n" * 1000)
    assert [i.kind for i in cr.read(tmp_path).incidents] == ["out-of-memory"]
    allow(["console=500"])
    run = cr.read(tmp_path)
    assert not run.incidents
    told = "crash lines were looked for in its last 500 bytes only; " + _said("console", 500)
    assert told in [str(n.message) for n in run.notes]


def test_the_readme_tells_each_bound_with_its_default() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, bound in bounds().items():
        assert f"| `{name}` | {bound.default:,} | {bound.metadata['help']} |" in text
