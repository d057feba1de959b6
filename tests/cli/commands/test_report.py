"""``curveread report``: what is written, and where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

import curveread as cr
from curveread.findings import schema

if TYPE_CHECKING:
    from tests.cli.conftest import Cli, WriteRun


def test_default_is_a_page_in_the_current_folder(cli: Cli, broken: Path) -> None:
    before = sorted(broken.rglob("*"))
    done = cli.process("report", broken)
    assert done.returncode == 0
    assert done.stdout.startswith("ERROR")
    assert "nonfinite-loss" in done.stdout
    assert "broken-report.html" in done.stdout
    page = (cli.cwd / "broken-report.html").read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert [p.name for p in cli.cwd.iterdir()] == ["broken-report.html"]
    assert sorted(broken.rglob("*")) == before


def test_never_inside_the_run(cli: Cli, broken: Path) -> None:
    done = cli.process("report", ".", cwd=broken)
    assert done.returncode == 0
    assert [p.name for p in broken.iterdir()] == ["trainer_state.json"]
    assert (broken.parent / "broken-report.html").exists()
    assert "broken-report.html" in done.stdout


def test_all_formats_at_once(cli: Cli, broken: Path) -> None:
    done = cli("report", broken, "--format", "html,md,json,png,pdf")
    assert done.returncode == 0
    assert sorted(p.suffix for p in cli.cwd.iterdir()) == [".html", ".json", ".md", ".pdf", ".png"]
    assert (cli.cwd / "broken-report.png").read_bytes().startswith(b"\x89PNG")
    assert (cli.cwd / "broken-report.pdf").read_bytes().startswith(b"%PDF")
    result = json.loads((cli.cwd / "broken-report.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema.load()).validate(result)
    assert result["charts"]


def test_output_file_names_the_format(cli: Cli, broken: Path, tmp_path: Path) -> None:
    assert cli("report", broken, "-o", tmp_path / "figure.png").returncode == 0
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")
    assert list(cli.cwd.iterdir()) == []


def test_output_folder_is_made(cli: Cli, broken: Path, tmp_path: Path) -> None:
    assert cli("report", broken, "-o", tmp_path / "a" / "b", "--format", "md,json").returncode == 0
    assert sorted(p.name for p in (tmp_path / "a" / "b").iterdir()) == [
        "broken-report.json",
        "broken-report.md",
        "broken-report.png",  # the picture in the Markdown
    ]


def test_several_runs_give_a_page_each_and_an_index(cli: Cli, healthy: Path, broken: Path, tmp_path: Path) -> None:
    done = cli("report", healthy, broken, tmp_path / "absent")
    assert done.returncode == 2
    assert sorted(p.name for p in cli.cwd.iterdir()) == [
        "broken-report.html",
        "healthy-report.html",
        "index-report.html",
    ]
    index = (cli.cwd / "index-report.html").read_text(encoding="utf-8")
    assert 'href="broken-report.html"' in index
    assert 'href="healthy-report.html"' in index


def test_runs_of_one_name_do_not_overwrite_each_other(cli: Cli, write_run: WriteRun, falling: list[float]) -> None:
    a, b = write_run("one/run", falling), write_run("two/run", falling)
    assert cli("report", a, b).returncode == 0
    assert sorted(p.name for p in cli.cwd.iterdir()) == ["index-report.html", "run-2-report.html", "run-report.html"]


def test_smooth_is_tensorboards_number_at_the_knots(cli: Cli, healthy: Path) -> None:
    assert cli("report", healthy, "--smooth", "0.25", "-o", "smooth.json").returncode == 0
    assert cli("report", healthy, "-o", "plain.json").returncode == 0
    smooth, plain = (json.loads((cli.cwd / f"{n}.json").read_text(encoding="utf-8")) for n in ("smooth", "plain"))
    curve = cr.read(healthy)["loss"]
    expected = dict(zip(curve.step.tolist(), cr.smooth(curve, "ema", weight=0.25).value.tolist(), strict=True))
    chart = smooth["charts"]["loss"]
    steps = [max(s for s in expected if s <= knot) for knot in chart["knots"]["step"]]
    assert chart["smooth"].pop("0.25") == [expected[s] for s in steps]
    assert smooth == plain


def test_smooth_changes_the_drawn_line_and_no_finding(cli: Cli, broken: Path) -> None:
    pages = []
    for weight in ("0.2", "0.99"):
        done = cli("report", broken, "--smooth", weight, "-o", f"{weight}.html")
        pages.append(((cli.cwd / f"{weight}.html").read_text(encoding="utf-8"), done.stdout.replace(weight, "")))
    assert pages[0][0] != pages[1][0]
    assert pages[0][1] == pages[1][1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "docx"], "docx"),
        (["-o", "x.html", "--format", "png"], "--format"),
        (["-o", "x.html", "--format", "html,png"], "folder"),
        (["-o", "x.docx"], ".html"),
    ],
)
def test_what_does_not_fit_is_a_usage_error(cli: Cli, broken: Path, arguments: list[str], said: str) -> None:
    done = cli("report", broken, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert list(cli.cwd.iterdir()) == []


def test_several_runs_do_not_fit_one_file(cli: Cli, healthy: Path, broken: Path) -> None:
    done = cli("report", healthy, broken, "-o", "one.html")
    assert done.returncode == 2
    assert "2 runs" in done.stderr
    assert list(cli.cwd.iterdir()) == []


def test_place_that_cannot_be_written(cli: Cli, broken: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = cli("report", broken, "-o", tmp_path / "file" / "report.html")
    assert done.returncode == 2
    assert "report.html" in done.stderr
    assert done.stderr.count("\n") == 1


def test_postmortem(cli: Cli, broken: Path, healthy: Path) -> None:
    done = cli("report", broken, "--postmortem", "--cost-per-hour", "3")
    assert done.returncode == 0
    assert "postmortem: broken-postmortem.md" in done.stdout
    assert sorted(p.name for p in cli.cwd.iterdir()) == ["broken-postmortem.md", "broken-postmortem.png"]
    assert "## Action items" in (cli.cwd / "broken-postmortem.md").read_text(encoding="utf-8")
    assert cli("report", healthy, "--postmortem", "-o", "h.html").returncode == 0
    assert "nothing to write up" in (cli.cwd / "h.html").read_text(encoding="utf-8")
    refused = cli("report", broken, "--postmortem", "--format", "pdf")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "there are: md, html" in refused.stderr


def test_brief_prints_five_lines_and_nothing_else(cli: Cli, broken: Path, healthy: Path) -> None:
    done = cli("report", broken, "--format", "brief")
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 5, "")
    assert done.stdout.startswith("ERROR broken: ")
    assert list(cli.cwd.iterdir()) == []
    both = cli("report", broken, healthy, "--format", "brief", "-o", "said.txt")
    assert both.stdout == ""
    assert (cli.cwd / "said.txt").read_text().count("\n") == 11
