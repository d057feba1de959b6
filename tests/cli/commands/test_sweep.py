"""``curveread sweep``, and what other commands do with many runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Cli, WriteRun
from tests.support.turns import one_of

NAMES = ("overfitting", "spike-recovers", "healthy-regularised")


@pytest.fixture
def tree(tmp_path: Path, samples: Path) -> Path:
    for name in NAMES:
        shutil.copytree(samples / name, tmp_path / "runs" / name)
    return tmp_path / "runs"


def test_it_says_what_stands_over_the_runs_and_a_row_for_each(cli: Cli, tree: Path) -> None:
    done = cli("sweep", tree, "-o", "t.csv", "--html", "index.html")
    assert done.returncode == 1
    assert done.stderr == ""
    for name in NAMES:
        assert name in done.stdout
    assert "table: t.csv" in done.stdout
    assert "index: index.html" in done.stdout
    page = (cli.cwd / "index.html").read_text(encoding="utf-8")
    reports = sorted(p.name for p in (cli.cwd / "index-runs").iterdir())
    assert [name.rpartition("-")[0] for name in reports] == ["overfitting", "spike-recovers"]
    assert all(f'"index-runs/{name}"' in page for name in reports)


def test_reports_are_written_where_they_are_wanted(cli: Cli, tree: Path) -> None:
    assert cli("sweep", tree, "-o", "t.csv", "--html", "i.html", "--reports", "none").returncode == 1
    assert not (cli.cwd / "i-runs").exists()
    assert cli("sweep", tree, "-o", "t.csv", "--html", "i.html", "--reports", "all").returncode == 1
    assert len(list((cli.cwd / "i-runs").iterdir())) == 3


def test_the_exit_code_is_that_of_check(cli: Cli, tree: Path) -> None:
    shutil.rmtree(tree / "overfitting")
    assert cli("sweep", tree).returncode == 0
    assert cli("sweep", tree, "--fail-on", "warning").returncode == 1
    assert cli("sweep", tree, "--fail-on", "warning", "--ignore", "loss-spike").returncode == 0


def test_a_run_that_cannot_be_read_is_a_row(cli: Cli, tree: Path) -> None:
    shutil.rmtree(tree / "overfitting")
    (tree / "zz").mkdir()
    (tree / "zz" / "trainer_state.json").write_text("{")
    done = cli("sweep", tree)
    assert done.returncode == 0
    assert "entry in it" in done.stdout


def test_where_none_can_be_read_it_fails(cli: Cli, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "bad" / name).mkdir(parents=True)
        (tmp_path / "bad" / name / "trainer_state.json").write_text("{")
    done = cli("sweep", tmp_path / "bad")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("curveread: none of 2 runs could be read; the first: ")
    assert done.stderr.count("\n") == 1
    assert cli("sweep", tmp_path / "nowhere").returncode == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "t.xls"], "the name must end in .parquet, .csv, .json"),
        (["--reports", "all"], "give --html INDEX.html too"),
        (["--jobs", "0"], "--jobs: 0 is too few"),
        (["--timeout", "-1"], "--timeout: -1 is not a time"),
        (["--dask", "tcp://localhost:1", "--jobs", "2"], "give one of them"),
    ],
)
def test_what_does_not_fit_is_a_usage_error(cli: Cli, tree: Path, arguments: list[str], said: str) -> None:
    done = cli("sweep", tree, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_check_of_many_prints_a_row_each_and_all_about_alarms(cli: Cli, tree: Path) -> None:
    done = cli("check", tree)
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert lines[0] == "3 runs: 1 error, 1 warning, 1 ok"
    assert [line.split()[:2] for line in lines[1:4]] == [
        ["ERROR", "overfitting"],
        ["WARNING", "spike-recovers"],
        ["OK", "healthy-regularised"],
    ]
    assert lines[1].split()[2] == "overfitting"
    assert "\nERROR  overfitting: " in done.stdout
    assert "healthy-regularised: " not in done.stdout
    assert "healthy-regularised: " in cli("check", tree, "--verbose").stdout


@pytest.mark.parametrize("form", one_of(3, ["json", "github", "text"]))
def test_check_gives_the_same_in_processes(cli: Cli, samples: Path, tmp_path: Path, form: str) -> None:
    for part in ("one", "two"):
        for name in NAMES:
            shutil.copytree(samples / name, tmp_path / "all" / part / name)
    (tmp_path / "all" / "zz").mkdir()
    (tmp_path / "all" / "zz" / "trainer_state.json").write_text("{")
    paths = [tmp_path / "all", samples / "plateau", samples / "no-such-run"]
    one, two = (cli("check", *paths, "--format", form, "--jobs", jobs) for jobs in (1, 2))
    assert (one.returncode, two.returncode) == (2, 2)
    assert one == two
    assert "one/overfitting" in one.stdout


def test_check_in_processes_joins_attempts(cli: Cli, write_run: WriteRun, falling: list[float], tmp_path: Path) -> None:
    for name, first in (("a", 0), ("b", len(falling))):
        (tmp_path / "exp" / name).mkdir(parents=True)
        rows = "".join(f"{first + i},{value}\n" for i, value in enumerate(falling))
        (tmp_path / "exp" / name / "metrics.csv").write_text(f"step,train_loss\n{rows}")
    done = cli("check", tmp_path / "exp", "--json", "--jobs", "2")
    assert json.loads(done.stdout)["run"]["last_step"] == 2 * len(falling) - 1


def test_report_gives_the_same_in_processes(cli: Cli, tree: Path) -> None:
    outs = []
    for jobs in (1, 2):
        done = cli("report", tree, "-o", f"out{jobs}", "--format", "json", "--jobs", jobs)
        assert done.returncode == 0
        files = {p.name: p.read_bytes() for p in (cli.cwd / f"out{jobs}").iterdir() if p.suffix == ".json"}
        outs.append((done.stdout.replace(f"out{jobs}", "out"), files))
    assert len(outs[0][1]) == 3
    assert outs[0] == outs[1]
