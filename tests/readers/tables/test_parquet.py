"""Parquet logs, written by pyarrow and pandas."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curveread.discovery.discover import read_runs
from curveread.errors import CorruptLogError
from curveread.readers.base import Part
from curveread.readers.tables.parquet import ParquetReader, _leaves
from curveread.run.notes import NoteKind
from curveread.testing.reader import points_of
from tests.conftest import needed
from tests.support import damage

pa: Any = needed("pyarrow", reason="pyarrow is not installed (extra parquet)")
pq: Any = needed("pyarrow.parquet")

READER = ParquetReader()


def _write(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


def _one(path: Path) -> Part:
    assert READER.claims(path)
    (part,) = READER.read(path)
    return part


def _history(path: Path, first: int = 0, rows: int = 200, **options: Any) -> Path:
    """Write a run history as W&B exports it: double steps, dots in names, nulls where a key was not logged."""
    n = np.arange(first, first + rows)
    loss = [None if i % 4 else math.nan if i == 8 else 1.0 / (i + 1) for i in n.tolist()]
    columns = {
        "_step": n * 5.0,
        "_runtime": n * 0.5,
        "_timestamp": 1.7e9 + n,
        "train.loss": pa.array(loss, pa.float64()),
        "eval/acc": pa.array([i / 1024 for i in n.tolist()], pa.float32()),
        "grads": [[1.0, 2.0]] * rows,
        "note": ["NaN" if i % 2 else "0.5" for i in n.tolist()],
    }
    return _write(path, columns, **options)


def test_run_history_of_wandb(tmp_path: Path) -> None:
    path = _history(tmp_path / "0000.parquet")
    part = _one(path)
    assert part.source.format == "wandb-history"
    assert part.x_axis == "_step"
    loss = part.curves["train.loss"]
    assert loss.step.tolist() == list(range(0, 1000, 20))
    assert np.flatnonzero(np.isnan(loss.value)).tolist() == [2]  # logged as NaN; a null is not logged
    assert loss.wall_time is not None
    assert loss.wall_time[:2].tolist() == [1.7e9, 1.7e9 + 4]
    acc = part.curves["eval/acc"]
    assert (len(acc), acc.significand_bits, loss.significand_bits) == (200, 24, 53)
    assert np.isnan(part.curves["note"].value).sum() == 100  # numbers written as text
    assert [n.message for n in part.notes] == ["no numbers in 1 column: grads"]


def test_history_in_several_files_is_one_run(tmp_path: Path) -> None:
    _history(tmp_path / "0000.parquet", rows=100)
    _history(tmp_path / "0001.parquet", first=100, rows=100)
    (run,) = read_runs(tmp_path)
    assert len(run["eval/acc"]) == 200
    assert run["eval/acc"].step.tolist() == list(range(0, 1000, 5))


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(width=64)),
            st.one_of(st.none(), st.floats(width=32)),
            st.one_of(st.none(), st.integers(-(2**53), 2**53)),
        ),
        min_size=3,
        max_size=30,
    ),
    st.integers(1, 7),
)
def test_every_value_equals_pyarrow(rows: list[tuple[Any, ...]], group: int) -> None:
    import tempfile

    kinds = {"a": pa.float64(), "b": pa.float32(), "c": pa.int64()}
    columns: dict[str, Any] = {k: pa.array([r[i] for r in rows], t) for i, (k, t) in enumerate(kinds.items())}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.parquet"
        _write(path, {"step": range(len(rows)), **columns}, row_group_size=group)
        part = _one(path)
        for name in kinds:
            cells = pq.read_table(path)[name].to_pylist()
            logged = [i for i, c in enumerate(cells) if c is not None]
            if not logged:
                assert name not in part.curves
                continue
            assert part.curves[name].step.tolist() == logged
            assert np.array_equal(part.curves[name].value, [float(cells[i]) for i in logged], equal_nan=True)


def test_types_that_are_numbers_in_other_clothes(tmp_path: Path) -> None:
    from datetime import UTC, datetime, timedelta
    from decimal import Decimal

    start = datetime(2025, 1, 1, tzinfo=UTC)
    columns = {
        "step": pa.array([0, 1, 2], pa.uint8()),
        "timestamp": pa.array([start + timedelta(seconds=i) for i in range(3)], pa.timestamp("ms", "UTC")),
        "loss": pa.array([Decimal("1.50"), Decimal("1.25"), None], pa.decimal128(5, 2)),
        "half": pa.array(np.array([1.5, 2.5, 3.5], np.float16)),
        "word": pa.array(["x", "y", "x"]).dictionary_encode(),
        "nested": [{"a": 1.0, "b": {"c": 2}}] * 3,
        "image": [{"_type": "image-file", "width": 9}] * 3,
        "never": pa.nulls(3),
    }
    part = _one(_write(tmp_path / "x.parquet", columns))
    assert {t: c.value.tolist() for t, c in part.curves.items()} == {
        "loss": [1.5, 1.25],
        "half": [1.5, 2.5, 3.5],
        "nested.a": [1.0, 1.0, 1.0],
        "nested.b.c": [2.0, 2.0, 2.0],
    }
    wall = part.curves["half"].wall_time
    assert wall is not None
    assert wall.tolist() == [1735689600.0, 1735689601.0, 1735689602.0]
    assert "no numbers in 1 column: image" in [n.message for n in part.notes]
    assert "no numbers in 1 column: word" in [n.message for n in part.notes]


def test_nan_that_pandas_wrote_as_null_is_put_back(tmp_path: Path) -> None:
    n = np.arange(60)
    loss = np.where(n >= 40, np.nan, 1.0 / (n + 1))
    frame = pd.DataFrame({"step": n, "loss": loss, "lr": 0.1})
    frame.to_parquet(tmp_path / "x.parquet", index=False)
    part = _one(tmp_path / "x.parquet")
    assert np.array_equal(part.curves["loss"].value, loss, equal_nan=True)
    assert any("read as NaN" in n.message for n in part.notes)


def test_export_of_trackio(tmp_path: Path) -> None:
    rows = 6
    columns = {
        "id": list(range(1, rows + 1)),
        "run_id": ["1a", "1a", "2b", "1a", "2b", "2b"],
        "timestamp": [f"2025-01-01T00:00:0{i}+00:00" for i in range(rows)],
        "run_name": ["alpha", "alpha", "beta", "alpha", "beta", "beta"],
        "step": [0, 10, 0, 20, 1, 2],
        "log_id": pa.nulls(rows),
        "space_id": pa.nulls(rows),
        "loss": pa.array(["2.0", "NaN", None, "Infinity", None, None]),
        "acc": [None, None, 0.25, None, 0.5, 0.75],
    }
    path = _write(tmp_path / "words.parquet", columns)
    _write(tmp_path / "words_configs.parquet", {"run_name": ["alpha"], "epochs": [3], "loss": [1.0]})
    _write(tmp_path / "words_system.parquet", {"id": [1], "run_name": ["alpha"], "gpu": [0.5], "step": [1]})
    alpha, beta = read_runs(tmp_path)
    assert (alpha.name, beta.name) == ("alpha", "beta")
    assert alpha["loss"].step.tolist() == [0, 10, 20]
    assert np.array_equal(alpha["loss"].value, [2.0, math.nan, math.inf], equal_nan=True)
    assert beta["acc"].value.tolist() == [0.25, 0.5, 0.75]
    assert set(alpha.curves) == {"loss"}
    assert [p.key for p in READER.read(path)] == ["1a", "2b"]


def test_table_with_a_row_per_point(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "run": ["a"] * 5 + ["b"] * 2,
            "tag": ["loss", "loss", "loss", "acc", "acc", "loss", "loss"],
            "step": [0, 1, 2, 0, 2, 5, 6],
            "wall_time": [1.7e9 + i for i in range(7)],
            "value": [3.0, math.nan, 1.0, 0.5, 0.75, 9.0, 8.0],
        }
    )
    path = tmp_path / "export.parquet"
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None), path)
    a, b = READER.read(path)
    assert (a.name, b.name) == ("a", "b")
    assert a.curves["acc"].step.tolist() == [0, 2]
    assert b.curves["loss"].value.tolist() == [9.0, 8.0]
    assert a.curves["loss"].wall_time is not None


def test_data_sets_are_not_claimed(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "train-00000-of-00001.parquet", {"text": ["a", "b"], "label": [0, 1], "epochs": ["x", "y"]}
    )
    assert not READER.claims(path)
    assert not READER.claims(_write(tmp_path / "images.parquet", {"step": [0, 1], "image": [b"a", b"b"]}))
    assert READER.claims(_write(tmp_path / "keras.parquet", {"loss": [2.0, 1.0], "val_loss": [2.5, 2.0]}))


def test_columns_with_lists_are_left_out_of_the_schema(tmp_path: Path) -> None:
    columns = {f"metric {i}/é": [1.0] for i in range(40)}
    path = _write(tmp_path / "x.parquet", {**columns, "s": [{"a": {"b": 1}, "c": [1]}], "l": [[1.0]], "t": ["x"]})
    schema = pq.ParquetFile(path).schema
    numeric = {"INT32", "INT64", "FLOAT", "DOUBLE"}
    truth = [
        (schema.column(i).path, schema.column(i).physical_type in numeric)
        for i in range(len(schema))
        if "list" not in schema.column(i).path
    ]
    assert _leaves(path) == truth


def test_row_group_that_is_damaged_costs_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    columns = {"step": np.arange(400), "loss": np.sqrt(np.arange(400)), "acc": np.arange(400) / 7}
    _write(path, columns, row_group_size=100, write_page_checksum=True, compression="none", use_dictionary=False)
    data = bytearray(path.read_bytes())
    at = data.index(np.sqrt(np.float64(150)).tobytes())
    data[at] ^= 0xFF
    path.write_bytes(data)
    part = _one(path)
    assert len(part.curves["acc"]) == 400
    assert part.curves["loss"].step.tolist() == [*range(100), *range(200, 400)]
    assert [n.kind for n in part.notes] == [NoteKind.CORRUPT]
    assert part.notes[0].message.startswith("left out 1 damaged piece, first loss in row group 1")


@pytest.mark.parametrize("every", damage.SWEEPS)
@pytest.mark.parametrize("compression", ["none", "snappy"])
def test_damage(compression: str, every: int, tmp_path: Path) -> None:
    path = _write(tmp_path / "x.parquet", {"step": [0, 1, 2], "loss": [1.0, 0.5, 0.25]}, compression=compression)
    assert points_of(READER, path) == 3
    for _ in damage.cuts(path, every):
        assert points_of(READER, path) == 0
        assert not READER.claims(path)  # no footer
    for _ in damage.flips(path, every):
        points_of(READER, path)
        READER.claims(path)


def test_no_parquet_file(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1 and more")
    with pytest.raises(CorruptLogError, match=r"x\.parquet: not a readable Parquet file: "):
        READER.read(path)


def test_without_pyarrow_the_error_says_what_to_install(tmp_path: Path) -> None:
    path = _history(tmp_path / "0000.parquet")
    code = (
        "import sys, pathlib; sys.modules['pyarrow'] = None\n"
        "from curveread.discovery.discover import read_runs\n"
        "from curveread.readers.tables.parquet import ParquetReader\n"
        "from curveread.errors import ReadError\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "for read in (ParquetReader().read, read_runs, lambda path: read_runs(path.parent)):\n"
        "    try: read(path)\n"
        "    except ReadError as error: print(error)\n"
        "path.with_name('log.csv').write_text('step,loss\\n0,1.5\\n1,1.25\\n')\n"
        "print([s.path for run in read_runs(path.parent) for s in run.sources])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    said = f"{path}: Parquet needs the package pyarrow: pip install 'curveread[parquet]' (or pip install pyarrow)"
    assert done.stdout.splitlines() == [said, said, said, "['log.csv']"]
