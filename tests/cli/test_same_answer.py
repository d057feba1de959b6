"""The same answer on every machine: another order of files, hash seed, locale, time zone, optimisation, Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import ROOT

SAMPLES = ("overfitting", "spike-recovers")
PLAIN = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
CORNERS = {
    "hash seed, Turkish, far east": {"PYTHONHASHSEED": "4242", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati"},
    "ASCII, far west": {"PYTHONHASHSEED": "7", "LC_ALL": "C", "PYTHONUTF8": "0", "TZ": "America/New_York"},
}
COMMANDS = (
    "check {runs} --json --jobs 1",  # what is printed for people depends on what a terminal can show: in ASCII, less
    "report {runs}/overfitting -o {out} --format html,md,json",
    "compare {runs} -o {out}/c.html",
    "sweep {runs} -o {out}/s.csv --html {out}/s.html --reports none --jobs 1",
    "export {runs}/overfitting -o {out}/t.csv",
)
PAGES = ("explain loss-spike", "explain cause:bad-batch", "check --help")


def answers(
    runs: Path, out: Path, environment: dict[str, str], *options: str, commands: Sequence[str] = COMMANDS
) -> dict[str, bytes]:
    """Return what each command prints and writes."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    got: dict[str, bytes] = {}
    env = os.environ | {"PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1700000000"} | environment
    for command in commands:
        line = [a.format(runs=runs.name, out=out.name) for a in command.split()]
        done = subprocess.run(
            [sys.executable, *options, "-m", "curveread", *line],
            env=env,
            cwd=runs.parent,
            capture_output=True,
            timeout=120,
        )
        assert done.stderr == b"", done.stderr.decode()
        got[command] = b"" if environment.get("LC_ALL") == "C" and "--json" not in command else done.stdout
    for path in sorted(out.iterdir()):
        if not path.name.endswith(".rows"):
            got[path.name] = path.read_bytes()
    return got


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("same") / "runs"
    for sample in SAMPLES:
        shutil.copytree(ROOT / "sample_logs" / sample, top / sample)
    return top


@pytest.fixture(scope="module")
def plain(runs: Path) -> dict[str, bytes]:
    return answers(runs, runs.parent / "out", PLAIN, commands=(*COMMANDS, *PAGES))


def same(got: dict[str, bytes], plain: dict[str, bytes]) -> None:
    assert got
    assert [name for name in got if got[name] not in (b"", plain[name])] == []


def test_another_locale(runs: Path, plain: dict[str, bytes]) -> None:
    """One of each kind of file: how text is encoded does not depend on the command."""
    written = (COMMANDS[0], COMMANDS[1], COMMANDS[4])
    got = answers(runs, runs.parent / "out", CORNERS["ASCII, far west"], commands=written)
    assert {Path(name).suffix for name in got} >= {".html", ".md", ".json", ".png", ".csv"}
    same(got, plain)


def test_without_docstrings_and_asserts(runs: Path, plain: dict[str, bytes], tmp_path: Path) -> None:
    same(answers(runs, tmp_path / "out", PLAIN, "-OO", commands=(*PAGES, COMMANDS[0])), plain)


def reordered(runs: Path, to: Path) -> Path:
    """Copy the runs the other way round: a folder lists its files in another order then."""
    for sample in reversed(SAMPLES):
        for file in sorted((runs / sample).rglob("*"), reverse=True):
            target = to / sample / file.relative_to(runs / sample)
            if file.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, target)
    return to


def test_files_in_another_order_in_another_surrounding(runs: Path, plain: dict[str, bytes], tmp_path: Path) -> None:
    top = reordered(runs, tmp_path / "runs")
    several = COMMANDS[2:4]
    got = answers(top, tmp_path / "out", CORNERS["hash seed, Turkish, far east"], commands=several)
    assert {*several, "c.html", "s.csv", "s.html"} <= got.keys()
    same(got, plain)


@pytest.mark.slow
def test_every_command_over_files_in_another_order_in_another_surrounding(runs: Path, tmp_path: Path) -> None:
    commands = (*COMMANDS, "report {runs} -o {out} --format html,md,json --jobs 1")
    plain = answers(runs, runs.parent / "out", PLAIN, commands=commands)
    top = reordered(runs, tmp_path / "runs")
    got = answers(top, tmp_path / "out", CORNERS["hash seed, Turkish, far east"], commands=commands)
    assert got.keys() == plain.keys()
    same(got, plain)
