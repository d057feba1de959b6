"""``curveread demo``: a report to look at, without a log of one's own."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from curveread.cli.commands.demo import SAMPLES
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.cli.conftest import Cli


def test_a_report_is_written_and_named(cli: Cli) -> None:
    done = cli.process("demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert "ERROR  overfitting" in done.stdout
    assert "report: reports/overfitting-report.html" in done.stdout
    assert "next: curveread report PATH" in done.stdout
    assert [str(p.relative_to(cli.cwd)) for p in cli.cwd.rglob("*")] == ["reports", "reports/overfitting-report.html"]


def test_it_goes_where_asked(cli: Cli, tmp_path: Path) -> None:
    assert cli("demo", "spike-recovers", "-o", tmp_path / "page.html").returncode == 0
    assert (tmp_path / "page.html").stat().st_size > 10_000
    assert list(cli.cwd.iterdir()) == []


def test_another_name_is_a_usage_error(cli: Cli) -> None:
    done = cli("demo", "overfiting")
    assert (done.returncode, done.stdout) == (2, "")
    assert "spike-recovers" in done.stderr


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_ride_in_the_wheel(name: str) -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    carried = wheel["wheel"]["force-include"]
    assert carried[f"sample_logs/{name}"] == f"curveread/sample_logs/{name}"
    assert len(carried) == len(SAMPLES)
    files = [p for sample in SAMPLES for p in (ROOT / "sample_logs" / sample).rglob("*") if p.is_file()]
    assert sum(p.stat().st_size for p in files) <= 1_000_000
