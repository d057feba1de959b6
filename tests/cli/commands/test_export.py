"""``curveread export``: every point, exactly."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import curveread as cr
from curveread.api import export

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

COLUMNS = ["run", "tag", "step", "wall_time", "value"]


@pytest.fixture
def points(broken: Path) -> pd.DataFrame:
    return cr.read(broken).to_frame()


def _same(a: pd.DataFrame, b: pd.DataFrame) -> None:
    assert len(a) == len(b)
    assert a["tag"].tolist() == b["tag"].tolist()
    assert a["step"].tolist() == b["step"].tolist()
    np.testing.assert_array_equal(a["value"].to_numpy(float), b["value"].to_numpy(float))


def test_csv_reads_back_exactly(cli: Cli, broken: Path, points: pd.DataFrame) -> None:
    done = cli.process("export", broken, "-o", "points.csv")
    assert done.returncode == 0
    assert f"{len(points):,} points" in done.stdout
    back = pd.read_csv(cli.cwd / "points.csv")
    assert list(back) == COLUMNS
    _same(back, points)
    assert ",NaN\n" in (cli.cwd / "points.csv").read_text()


def test_parquet_reads_back_exactly(cli: Cli, broken: Path, points: pd.DataFrame) -> None:
    assert cli("export", broken, "-o", "points.parquet").returncode == 0
    back = pd.read_parquet(cli.cwd / "points.parquet")
    assert list(back) == COLUMNS
    assert back["step"].dtype == np.int64
    _same(back, points)


def test_json_names_what_is_no_number(cli: Cli, broken: Path, points: pd.DataFrame) -> None:
    assert cli("export", broken, "-o", "points.json").returncode == 0
    rows = json.loads((cli.cwd / "points.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert set(rows[0]) == {"run", "tag", "step", "value"}  # a trainer state has no clock
    assert "NaN" in {row["value"] for row in rows if isinstance(row["value"], str)}
    values = [math.nan if row["value"] == "NaN" else row["value"] for row in rows]
    np.testing.assert_array_equal(values, points["value"])


def test_smoothed_column(cli: Cli, healthy: Path) -> None:
    assert cli("export", healthy, "-o", "points.csv", "--smooth", "0.9", "--tags", "^loss$").returncode == 0
    back = pd.read_csv(cli.cwd / "points.csv")
    expected = cr.smooth(cr.read(healthy)["loss"], "ema", weight=0.9).value
    np.testing.assert_allclose(back["smoothed"], expected, rtol=1e-15)


def test_several_runs_make_one_table(cli: Cli, healthy: Path, broken: Path) -> None:
    assert cli("export", healthy.parent, "-o", "points.csv").returncode == 0
    assert pd.read_csv(cli.cwd / "points.csv")["run"].unique().tolist() == ["broken", "healthy"]


@pytest.mark.parametrize("name", ["points.xlsx", "points"])
def test_other_formats_are_usage_errors(cli: Cli, healthy: Path, name: str) -> None:
    done = cli("export", healthy, "-o", name)
    assert done.returncode == 2
    assert ".parquet" in done.stderr
    assert list(cli.cwd.iterdir()) == []


def test_missing_pyarrow_is_told(cli: Cli, healthy: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name, package=None: None if name == 'pyarrow' else real(name, package)\n"
    )
    root = Path(__file__).resolve().parents[3]
    done = cli.process("export", healthy, "-o", "points.parquet", PYTHONPATH=f"{tmp_path}:{root}")
    assert done.returncode == 2
    assert "pip install pyarrow" in done.stderr
    assert list(cli.cwd.iterdir()) == []


def test_nothing_is_left_when_writing_fails(cli: Cli, healthy: Path, tmp_path: Path) -> None:
    done = cli("export", healthy, "-o", tmp_path / "absent" / "points.csv")
    assert done.returncode == 2
    assert "points.csv" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_every_kind_of_number_and_tag(tmp_path: Path, suffix: str) -> None:
    value = np.array([0.1, 1 / 3, 5e-324, 1.7e308, np.nan, np.inf, -np.inf, -0.0])
    clock = 1.7e9 + np.arange(8) / 3
    curves = {tag: cr.Curve(tag, np.arange(8), value, wall) for tag, wall in (('a,"b"\n\x1b', clock), ("ü", None))}
    path = tmp_path / f"points.{suffix}"
    assert export(cr.Run("r", "p", curves), path) == 16
    back = {"csv": pd.read_csv, "json": _read_json, "parquet": pd.read_parquet}[suffix](path)
    assert back["tag"].unique().tolist() == list(curves)
    np.testing.assert_array_equal(back["value"].to_numpy(float), np.tile(value, 2))
    np.testing.assert_array_equal(back["wall_time"].to_numpy(float), [*clock, *[np.nan] * 8])


def _read_json(path: Path) -> pd.DataFrame:
    return pd.DataFrame(json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail))
