"""``curveread compare``: runs side by side, in the terminal and in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Cli, WriteRun


@pytest.fixture
def pair(write_run: WriteRun, falling: list[float]) -> list[Path]:
    evals = [2.5 - 0.05 * i for i in range(20)]
    return [write_run("one", falling, evals), write_run("two", falling[:150], [v + 0.2 for v in evals[:15]])]


def test_two_runs_stand_side_by_side(cli: Cli, pair: list[Path]) -> None:
    done = cli("compare", *pair)
    assert done.returncode == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "2 runs compared"
    assert any(line.split() == ["Run", "one", "two"] for line in lines)
    assert "Lowest eval loss: one (" in done.stdout
    assert "At step 1,500, which all reached: one 1.8, two 2." in done.stdout
    assert "The logs do not say whether the runs share the data set" in done.stdout


@pytest.mark.parametrize("suffix", ["html", "json", "txt", "png"])
def test_the_comparison_is_written_in_the_form_of_its_name(cli: Cli, pair: list[Path], suffix: str) -> None:
    done = cli("compare", *pair, "-o", f"both.{suffix}")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == f"comparison: both.{suffix}"
    content = (cli.cwd / f"both.{suffix}").read_bytes()
    if suffix == "json":
        assert [r["name"] for r in json.loads(content)["runs"]] == ["one", "two"]
    else:
        assert content.startswith({"html": b"<!DOCTYPE html>", "txt": b"2 runs", "png": b"\x89PNG"}[suffix])


def test_one_run_or_a_form_that_cannot_be_written_is_a_usage_error(cli: Cli, pair: list[Path]) -> None:
    alone = cli("compare", pair[0])
    assert (alone.returncode, alone.stdout) == (2, "")
    assert "compare needs at least two runs, and 1 could be read" in alone.stderr
    odd = cli("compare", *pair, "-o", "both.doc")
    assert (odd.returncode, odd.stdout) == (2, "")
    assert "must end in .html, .json, .txt, .png" in odd.stderr


def test_what_cannot_be_read_is_told_and_the_others_are_compared(cli: Cli, pair: list[Path]) -> None:
    done = cli("compare", *pair, "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    assert done.stdout.startswith("2 runs compared")


def test_the_price_of_an_hour_says_what_the_rest_cost(cli: Cli, samples: Path) -> None:
    done = cli("report", samples / "overfitting", "--format", "json", "-o", "r.json", "--cost-per-hour", "30")
    assert done.returncode == 0
    result = json.loads((cli.cwd / "r.json").read_text(encoding="utf-8"))
    summary = result["summary"]
    assert summary["cost_after_best"]["value"] == pytest.approx(30 * summary["seconds_after_best"]["value"] / 3600)
    assert any("That cost" in s["text"] for s in result["statements"])
    assert cli("report", samples / "overfitting", "--cost-per-hour", "-1").returncode == 2
