"""What a hostile log makes the command print and write: clean bytes, no command of a CI system, no formula."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pyarrow.parquet
import pytest

from curveread.logtext import cell, inert, quiet_json
from tests.support.hostile import TEXTS, file_name, write_run, write_runs

if TYPE_CHECKING:
    from tests.cli.conftest import Cli, Done

ACTING = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
OBEYED = re.compile(r"^\s*::|##(\[|vso\[|teamcity\[)", re.MULTILINE)
ROLES = ("--role", ".*=train-loss", "--unit", ".*=<b>nats")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("one") / file_name(TEXTS[27]))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_runs(tmp_path_factory.mktemp("several"), points=12)


def clean(done: Done) -> str:
    for text in (done.stdout, done.stderr):
        assert not ACTING.search(text), ACTING.findall(text)
        assert not OBEYED.search(text), OBEYED.findall(text)
    assert "fault" not in done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "command",
    [
        "check",
        "show",
        "show --json",
        "check --json",
        "report",
        "report --postmortem",
        "report --format brief",
        "watch --until-end --idle 1",
    ],
)
def test_what_is_printed_acts_nowhere(cli: Cli, run: Path, command: str) -> None:
    assert r"\u001b[31mred" in clean(cli(*command.split(), run, *ROLES))


@pytest.mark.parametrize("command", ["check", "show", "compare", "report --static"])
def test_names_of_many_runs_act_nowhere(cli: Cli, runs: Path, command: str) -> None:
    assert "window.pwned" in clean(cli(*command.split(), runs, *ROLES))


def test_what_cannot_be_read_is_told_cleanly(cli: Cli, tmp_path: Path) -> None:
    for text in TEXTS:
        name = file_name(text)
        (tmp_path / name).write_bytes(b"nothing to read")
        for form in ((), ("--json",)):
            done = cli("check", *form, "--", tmp_path / name)
            assert done.returncode == 2
            clean(done)


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_a_pipe_gets_clean_bytes(cli: Cli, run: Path, locale: str) -> None:
    clean(cli.process("check", run, *ROLES, LC_ALL=locale, PYTHONIOENCODING=""))


def test_a_terminal_gets_colours_alone(cli: Cli, run: Path) -> None:
    """Of all escapes only those that Rich makes."""
    _, shown = cli.terminal("check", run, *ROLES, TERM="xterm-256color", COLUMNS="80")
    text = shown.decode("utf-8")
    assert "\x1b[" in text
    plain = re.sub(r"\x1b\[[\d;]*m|\x1b\[\?25[lh]|\x1b\[2K|\x1b\[1A|\r", "", text)
    assert not ACTING.search(plain), ACTING.findall(plain)
    assert not OBEYED.search(plain)


def test_json_means_what_the_log_holds(cli: Cli, run: Path) -> None:
    told = json.loads(cli("show", run, "--json").stdout)
    assert {c["tag"] for c in told["run"]["curves"]} == set(TEXTS)


def test_junit_is_xml_and_github_has_its_own_commands_only(cli: Cli, run: Path) -> None:
    junit = cli("check", run, *ROLES, "--format", "junit").stdout
    ElementTree.fromstring(junit)
    assert not ACTING.search(junit)
    for line in cli("check", run, *ROLES, "--format", "github").stdout.split("\n"):
        assert not line.lstrip().startswith("::") or re.match(r"::(error|warning|notice) title=[^:,\r\n]*::", line)
        assert not ACTING.search(line)
        assert "##[" not in line


def test_tables_hold_no_formula(cli: Cli, run: Path, tmp_path: Path) -> None:
    for suffix in ("csv", "json", "parquet"):
        assert cli("export", run, "-o", tmp_path / f"t.{suffix}").returncode == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "t.csv").read_text("utf-8"), newline="")))
    texts = {row[column] for row in rows for column in ("run", "tag")}
    assert not [t for t in texts if t.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert {t.removeprefix("'") for t in texts if "calc" in t} == {TEXTS[20]}
    exact = [text for text in TEXTS if text.isprintable()]
    assert {row["tag"] for row in json.loads((tmp_path / "t.json").read_text("utf-8"))} >= set(exact)
    assert set(pyarrow.parquet.read_table(tmp_path / "t.parquet").column("tag").to_pylist()) >= set(exact)


def test_a_sweep_acts_nowhere_and_its_table_holds_no_formula(cli: Cli, runs: Path, tmp_path: Path) -> None:
    assert "window.pwned" in clean(cli("sweep", runs, *ROLES, "-o", tmp_path / "t.csv", "--jobs", "1"))
    cells = {c for row in csv.reader(io.StringIO((tmp_path / "t.csv").read_text("utf-8"), newline="")) for c in row}
    assert any("calc" in c for c in cells)
    assert not [c for c in cells if c.startswith(("=", "+", "@")) or re.match(r"-(?![\d.])", c)]


def test_markdown_shows_and_loads_nothing(cli: Cli, run: Path, tmp_path: Path) -> None:
    for extra in ((), ("--postmortem",)):
        assert cli("report", run, *ROLES, *extra, "-o", tmp_path / "r.md").returncode == 0
        text = (tmp_path / "r.md").read_text(encoding="utf-8")
        assert not ACTING.search(text)
        outside = re.sub(r"(`+).*?\1", "", text)
        assert re.findall(r"(?<!\\)!\[[^\]]*\]\(<([^>]*)>\)", outside) == ["r.png"]
        ours = re.sub(r"</?(details|summary)>|<r\.png>", "", outside)
        assert not re.search(r"(?<!\\)<[a-zA-Z/!]|[^\\]\]\((?!\))|https?://\w|@\w", ours)


@pytest.mark.parametrize("text", TEXTS)
def test_the_cleaners_keep_their_word(text: str) -> None:
    assert not OBEYED.search(inert(text.partition("\n")[0]))
    document = json.dumps({text: text}, ensure_ascii=False)
    assert json.loads(quiet_json(document)) == {text: text}
    assert not ACTING.search(quiet_json(document))
    assert not OBEYED.search(quiet_json(document))
    assert cell(text).removeprefix("'") == text.removeprefix("'")


def test_numbers_are_no_formulas() -> None:
    assert [cell(t) for t in ("-1", "+3e5", "-inf", "=1", "-x", "")] == ["-1", "+3e5", "-inf", "'=1", "'-x", ""]
