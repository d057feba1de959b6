"""What the terminal gets: plain text in a pipe, 80 columns, hostile logs kept harmless."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from curveread.cli.screen import _breaks, padded
from curveread.cli.sparkline import sparkline
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.cli.conftest import Cli, WriteRun

BOXES = re.compile("[\u2500-\u257f]")
HOSTILE = "loss\x1b[31m\x07[bold red]x[/]\u202e<script>:boom:"


@pytest.mark.parametrize("command", ["check", "show", "report"])
def test_a_pipe_gets_no_colours_and_no_boxes(cli: Cli, broken: Path, command: str) -> None:
    out = cli.process(command, broken).stdout
    assert "\x1b" not in out
    assert not BOXES.search(out)


def test_no_color_wins(cli: Cli, broken: Path) -> None:
    coloured = cli.process("check", broken, FORCE_COLOR="1", TERM="xterm-256color").stdout
    assert "\x1b[" in coloured
    plain = cli.process("check", broken, FORCE_COLOR="1", TERM="xterm-256color", NO_COLOR="1").stdout
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", plain)


@pytest.mark.parametrize("command", ["check", "show"])
def test_80_columns_are_enough(cli: Cli, broken: Path, command: str) -> None:
    out = cli(command, broken, COLUMNS="80").stdout
    assert max(map(len, out.splitlines())) <= 80


def test_long_tag_is_shown_whole(cli: Cli, write_run: WriteRun, falling: list[float]) -> None:
    tag = "a/very/long/name/" * 12 + "loss"
    out = cli("show", write_run("long", falling, tag=tag), COLUMNS="80").stdout
    assert max(map(len, out.splitlines()[2:])) <= 80
    assert tag in "".join(line.split("  ")[0] for line in out.splitlines())


def test_curves_and_events_share_an_axis(cli: Cli, write_run: WriteRun, falling: list[float]) -> None:
    """The spike stands out of its curve's bars, right above the number of its finding."""
    run = write_run("spiked", [*falling[:150], 6.0, *falling[151:]], [2.0, 1.5, 1.2, 1.1])
    lines = cli("check", run, COLUMNS="80").stdout.splitlines()
    (loss,) = (line for line in lines if line.startswith("  loss "))
    (events,) = (line for line in lines if set(line.strip()) == {"·", "1"})
    assert loss[events.index("1")] == "█"
    assert loss.endswith("3 → 0.994")
    assert any(line.startswith("  1 warning loss-spike") for line in lines)


def test_events_of_one_kind_have_a_row_each_and_the_headline_is_said_once(
    cli: Cli, write_run: WriteRun, falling: list[float]
) -> None:
    loss = list(falling)
    loss[60], loss[110], loss[150] = 6.0, 7.0, 8.0
    out = cli("check", write_run("spiked", loss), COLUMNS="80").stdout
    lines = out.splitlines()
    at = next(i for i, line in enumerate(lines) if "loss-spike  steps" in line)
    rows = [line for line in lines[at + 2 : at + 5] if "times the usual noise" in line]
    assert [row.split()[0] for row in rows] == ["1", "2", "3"]
    assert max(map(len, lines)) <= 80
    assert " ".join(out.split()).count("above its trend") == 1


def test_what_to_do_comes_before_why_and_both_before_the_curves(cli: Cli, samples: Path) -> None:
    out = cli("check", samples / "divergence-learning-rate", COLUMNS="80").stdout
    parts = (
        "ERROR",
        "almost certain",
        "do this: Keep",
        "why: the",
        "But: eval/loss did not",
        "█",
        "steps 0–1,199",
        "1 error",
    )
    places = [out.index(part) for part in parts]
    assert places == sorted(places)


def test_a_run_without_a_loss_says_how_to_name_it(cli: Cli, write_run: WriteRun, falling: list[float]) -> None:
    out = " ".join(cli("check", write_run("odd", falling, tag="blorp")).stdout.split())
    assert "do this: Say which of its curves is the loss or the metric, and read the log again. --train-loss TAG" in out


def test_what_speaks_against_is_told_where_what_speaks_for_it_is(cli: Cli, samples: Path) -> None:
    out = " ".join(cli("check", samples / "leakage", COLUMNS="80").stdout.split())
    assert "For it: the gap widened" in out
    assert "Against it: an easier evaluation set" in out
    assert "or: dropout, label smoothing" in out  # what else would explain it


def test_ascii_alone_gets_no_bars(cli: Cli, broken: Path) -> None:
    out = cli.process("check", broken, PYTHONIOENCODING="ascii").stdout
    assert out.isascii()
    assert "\\u25" not in out


def test_a_reader_that_leaves_is_no_fault(cli: Cli, broken: Path) -> None:
    command = f"{sys.executable} -m curveread check {' '.join([str(broken)] * 30)} 2>err.txt | head -1"
    subprocess.run(["bash", "-c", command], cwd=cli.cwd, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True)
    assert (cli.cwd / "err.txt").read_text() == ""


class TestScreen:
    @pytest.mark.parametrize(
        ("text", "lines"),
        [
            ("one two three", ["one two", "three"]),
            ("abcdefghijk", ["abcdefgh", "ijk"]),
            ("日本語の字 x", ["日本語の", "字 x"]),
            ("e\u0301" * 8, ["e\u0301" * 8]),
            ("", [""]),
            ("ends there       ", ["ends", "there   "]),
        ],
    )
    def test_wraps_by_columns(self, text: str, lines: list[str]) -> None:
        assert [text[a:b] for a, b in _breaks(text, 8)] == lines

    def test_padding_counts_columns(self) -> None:
        assert padded("日本", 6) == "日本  "
        assert padded("ab", 4, right=True) == "  ab"


@pytest.mark.parametrize("command", ["check", "show", "report"])
def test_log_text_cannot_act(cli: Cli, write_run: WriteRun, falling: list[float], command: str) -> None:
    run = write_run("hostile", [*falling[:150], *[float("nan")] * 50], tag=HOSTILE)
    out = cli(command, run, "--train-loss", HOSTILE).stdout
    for sign in ("\x1b", "\x07", "\u202e"):
        assert sign not in out
    flat = re.sub(r"\s+", "", out)
    assert "[boldred]x[/]" in flat
    assert ":boom:" in flat


def test_show_names_curves_roles_and_points(cli: Cli, write_run: WriteRun, falling: list[float]) -> None:
    out = cli("show", write_run("shown", falling, [2.0, 1.5, 1.2, 1.1]), COLUMNS="160").stdout
    rows = {line.split()[0]: line.split() for line in out.splitlines() if line.split()}
    assert rows["loss"][1:3] == ["train-loss", "200"]
    assert rows["eval_loss"][1:3] == ["eval-loss", "4"]
    assert rows["eval_loss"][4:7] == ["1.1", "2", "1.1"]


def test_show_counts_what_is_no_number(cli: Cli, broken: Path) -> None:
    assert "50 of 200 points" in cli("show", broken).stdout


class TestSparkline:
    def test_rises_with_the_values(self) -> None:
        assert sparkline(np.arange(8.0), 8) == "▁▂▃▄▅▆▇█"

    def test_marks_what_is_no_number(self) -> None:
        nan = float("nan")
        assert sparkline(np.array([0.0, nan, 1.0, float("inf")]), 4) == "▁×█×"

    @pytest.mark.parametrize("values", [[], [1.0], [5.0, 5.0], [float("nan")], [1.7e308, -1.7e308], [1e-300, 1e300]])
    def test_survives_the_edges(self, values: list[float]) -> None:
        assert len(sparkline(np.array(values, dtype=float), 4)) == min(len(values), 4)
