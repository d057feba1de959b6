"""Small files that stand for very much: read as far as is sensible, at once, and said."""

from __future__ import annotations

import gzip
import sqlite3
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from curveread import api
from curveread.errors import ReadError
from curveread.readers import textfile
from curveread.readers.stores.sqlite_file import columns_of, opened
from curveread.readers.textfile import head_of, read_text
from curveread.run.notes import NoteKind
from tests.conftest import needed
from tests.support.turns import one_of

FAR = "the gzip stream expands far beyond its size, the limit is 50 (--limit gzip=100 would allow more)"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) SELECT "


def test_gzip_is_expanded_as_far_as_a_log_may_shrink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textfile, "_EXPANDED", 1 << 18)
    path = tmp_path / "metrics.csv.gz"
    path.write_bytes(gzip.compress(b"step,loss\n" + b"1,2.25\n" * 4_000_000))
    text, _, notes = read_text(path)
    assert 1 << 18 <= len(text) <= 1 << 19 < 50 * path.stat().st_size  # it stops near the beginning of the file
    assert text.endswith("\n1,2.25\n")  # no line is cut within its number
    assert [n.kind for n in notes] == [NoteKind.TRUNCATED]
    assert notes[0].message == f"{FAR}; {len(text)} bytes of text kept"
    assert len(head_of(path)) == 1 << 16


def test_a_log_that_shrinks_as_logs_do_is_whole(tmp_path: Path) -> None:
    rows = "".join(f"{i},{2 + np.sin(i):.6f}\n" for i in range(2_000_000 // 12))
    path = tmp_path / "metrics.csv.gz"
    path.write_bytes(gzip.compress(b"step,loss\n") + gzip.compress(rows.encode()))
    assert read_text(path)[0] == "step,loss\n" + rows
    assert read_text(path)[2] == []


def test_a_gzip_bomb_is_stopped_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv.gz"
    path.write_bytes(gzip.compress(b"step,loss\n" + b"1,2.25\n" * 20_000_000))
    tracemalloc.start()
    try:
        text, _, notes = read_text(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60_000_000  # of 140 MB of text
    assert notes[0].message == f"{FAR}; {len(text)} bytes of text kept"


def test_many_members_of_gzip_take_linear_time(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv.gz"
    path.write_bytes(gzip.compress(b"step,loss\n") + gzip.compress(b"1,2\n") * 50_000)
    begun = time.process_time()
    assert len(read_text(path)[0]) == 10 + 4 * 50_000
    assert time.process_time() - begun < 5


def test_a_view_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    with sqlite3.connect(path) as file:
        columns = "'r' AS run_uuid, 'loss' AS key, i AS timestamp, 0.5 AS value, i AS step, 0 AS is_nan FROM n"
        file.execute(f"CREATE VIEW metrics AS {ENDLESS} {columns}")
        file.execute("CREATE TABLE runs (run_uuid TEXT, name TEXT, status TEXT)")
    begun = time.process_time()
    with pytest.raises(ReadError, match="no table metrics with run_uuid, key, timestamp and value"):
        api.read_all(path)
    assert time.process_time() - begun < 5


def test_sqlite_is_stopped_where_its_file_cannot_hold_so_much(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE t (a)")
        file.executemany("INSERT INTO t VALUES (?)", [(i,) for i in range(30_000)])
    with opened(path) as connection:
        assert columns_of(connection, "T") == ["a"]
        assert connection.execute("SELECT count(a), sum(a) FROM t").fetchone() == (30_000, 449_985_000)
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            connection.execute(f"{ENDLESS} sum(i) FROM n").fetchone()


def test_many_runs_of_one_store_take_linear_time(tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    runs = [f"{i:032x}" for i in range(3_000)]
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE runs (run_uuid TEXT, name TEXT, status TEXT)")
        file.execute("CREATE TABLE metrics (run_uuid TEXT, key TEXT, timestamp INT, value REAL, step INT, is_nan INT)")
        file.executemany("INSERT INTO runs VALUES (?, ?, 'FINISHED')", [(r, r) for r in runs])
        rows = [(r, k, s, 3.0 - s, s, 0) for r in runs for k in ("loss", "acc") for s in range(3)]
        file.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows)
    begun = time.process_time()
    from curveread.readers.stores.mlflow_sqlite import MlflowSqliteReader

    parts = MlflowSqliteReader().read(path)
    assert [sorted(p.curves) for p in parts] == [["acc", "loss"]] * 3_000
    assert time.process_time() - begun < 8


def test_a_footer_that_promises_far_too_many_rows_is_refused(tmp_path: Path) -> None:
    arrow, parquet = needed("pyarrow"), needed("pyarrow.parquet")
    path = tmp_path / "metrics.parquet"
    rows = 18_000_000
    table = arrow.table({"step": np.zeros(rows, np.int64), "loss": np.zeros(rows)})
    parquet.write_table(table, path, compression="zstd")
    with pytest.raises(ReadError, match=r"18,000,000 rows in [\d,]+ bytes: this file expands too far"):
        api.read_all(path)


def test_a_long_text_in_every_row_of_a_parquet_file_is_kept_once(tmp_path: Path) -> None:
    arrow, parquet = needed("pyarrow"), needed("pyarrow.parquet")
    path = tmp_path / "metrics.parquet"
    rows = 1_000
    long = "x" * 100_000
    names = ["note"] * 2 + ["other", None] + [long] * (rows - 4)
    parquet.write_table(arrow.table({"step": np.arange(rows), "loss": np.linspace(3, 1, rows), "note": names}), path)
    before = arrow.default_memory_pool().max_memory()
    (run,) = api.read_all(path)
    assert len(run.curves["loss"].value) == rows
    assert arrow.default_memory_pool().max_memory() - before < 20_000_000  # 100 MB written out


@pytest.mark.parametrize("column", one_of(2, ["run", "seed"]))
def test_thousands_of_runs_in_one_column_take_linear_time(tmp_path: Path, column: str) -> None:
    path = tmp_path / "metrics.csv"
    names = [f"r{i}" if column == "run" else str(i) for i in range(1_500)]
    rows = [f"{name},{s},{(3 + i / 1_500) * 0.9**s:.4f}" for s in range(8) for i, name in enumerate(names)]
    path.write_text("\n".join([f"{column},step,loss", *rows, ""]))
    begun = time.process_time()
    runs = api.read_all(path)
    assert time.process_time() - begun < 6
    assert len(runs) == 1_500
    for i, run in enumerate(runs[:3]):
        np.testing.assert_array_equal(run.curves["loss"].step, np.arange(8))
        np.testing.assert_allclose(run.curves["loss"].value, (3 + i / 1_500) * 0.9 ** np.arange(8), atol=6e-5)


def test_a_header_before_every_row_takes_linear_time(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv"
    path.write_text("".join(f"step,loss\n{i},{3 - i / 10_000:.5f}\n" for i in range(20_000)))
    begun = time.process_time()
    (run,) = api.read_all(path)
    assert time.process_time() - begun < 5
    np.testing.assert_array_equal(run.curves["loss"].step, np.arange(20_000))
