"""Where outputs go, and what they spare: the inputs, an older output, the folder of the run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import curveread as cr
from curveread.errors import UsageError
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.cli.conftest import Cli, WriteRun

LOG = "step,loss\n" + "".join(f"{i},{2 - i / 100}\n" for i in range(50))


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text(LOG, encoding="utf-8")
    return path


class TestAnInputIsNeverWrittenOver:
    @pytest.mark.parametrize("way", ["same", "dotted", "link", "hard link"])
    def test_export(self, cli: Cli, log: Path, way: str) -> None:
        out = {"same": log, "dotted": log.parent / ".." / log.parent.name / "in.csv"}.get(
            way, log.with_name("other.csv")
        )
        if way == "link":
            out.symlink_to(log)
        elif way == "hard link":
            os.link(log, out)
        done = cli("export", log, "-o", out)
        assert (done.returncode, done.stdout) == (2, "")
        assert "is one of the inputs; write to another file" in done.stderr
        assert log.read_text(encoding="utf-8") == LOG

    @pytest.mark.parametrize("name", ["trainer_state.json", "config.json"])
    @pytest.mark.parametrize("by", ["folder", "file"])
    def test_report_of_a_folder(self, cli: Cli, healthy: Path, name: str, by: str) -> None:
        (healthy / "config.json").write_text('{"lr": 0.1}', encoding="utf-8")
        before = (healthy / name).read_bytes()
        given = healthy if by == "folder" else healthy / "trainer_state.json"
        for command in ("report", "export"):
            done = cli(command, given, "-o", healthy / name)
            assert done.returncode == 2
            assert "write to another file" in done.stderr
        assert (healthy / name).read_bytes() == before

    def test_an_earlier_output_is(self, cli: Cli, healthy: Path) -> None:
        for command in ("report", "export"):
            for _ in range(2):
                assert cli(command, healthy, "-o", healthy / f"{command}.json").returncode == 0

    def test_compare_and_sweep(self, cli: Cli, log: Path, healthy: Path) -> None:
        state = healthy / "trainer_state.json"
        before = state.read_bytes()
        assert cli("compare", log, healthy, "-o", state).returncode == 2
        done = cli("sweep", log.parent, "-o", log)
        assert done.returncode == 2
        assert "is one of the logs" in done.stderr
        assert (log.read_text(encoding="utf-8"), state.read_bytes()) == (LOG, before)

    def test_a_sweep_goes_on_in_its_own_table(self, cli: Cli, log: Path, healthy: Path) -> None:
        for _ in range(2):
            done = cli("sweep", log.parent, "-o", log.parent / "runs.csv", "--jobs", "1")
            assert (done.returncode, done.stderr) == (0, "")

    def test_in_python(self, log: Path) -> None:
        run = cr.read(log)
        with pytest.raises(UsageError, match=r"in\.csv is one of the files of in; write to another file"):
            cr.api.export(run, log)
        assert log.read_text(encoding="utf-8") == LOG


ONE_AFTER_THE_OTHER = """
import resource, sys
from curveread.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
for target in sys.argv[2:]:
    try:
        main(["export" if target.endswith(("csv", "parquet")) else "report", sys.argv[1], "-o", target])
    except SystemExit as left:
        assert left.code == 2, (target, left.code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on Windows")
def test_a_full_disk_leaves_the_old_output(healthy: Path, tmp_path: Path) -> None:
    """A limit on the size of files acts as a full disk does: writing fails in the middle."""
    out = tmp_path / "out"
    out.mkdir()
    targets = [out / f"r.{kind}" for kind in ("html", "md", "json", "png", "svg", "pdf", "csv", "parquet")]
    for target in targets:
        target.write_text("before")
    done = subprocess.run(
        [sys.executable, "-B", "-c", ONE_AFTER_THE_OTHER, str(healthy), *map(str, targets)],  # no bytecode cut short
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = done.stderr.splitlines()
    assert len(told) == len(targets)
    assert all("cannot be written: File too large" in line for line in told), told
    assert sorted(p.name for p in out.iterdir()) == sorted(t.name for t in targets)
    assert {t.read_text() for t in targets} == {"before"}


def test_a_folder_that_may_not_be_written_is_told(cli: Cli, healthy: Path, tmp_path: Path) -> None:
    done = cli("report", healthy, "-o", tmp_path / "none" / "r.html")
    assert done.returncode == 2
    assert done.stderr.endswith("none/r.html: cannot be written: No such file or directory\n")
    (tmp_path / "dir.html").mkdir()
    (tmp_path / "dir.html" / "x").touch()
    assert cli("export", healthy, "-o", tmp_path / "dir.csv" / "t.csv").returncode == 2


@pytest.mark.parametrize("name", ["a" * 255, "学" * 85, "Ж" * 127, "run\udcff\udcfe", "-", "...", "new\nline"])
def test_every_name_of_a_run_gives_a_file(cli: Cli, write_run: WriteRun, falling: list[float], name: str) -> None:
    run = write_run(name, falling)
    done = cli("report", "--static", run)
    assert (done.returncode, done.stderr) == (0, "")
    (page,) = cli.cwd.iterdir()
    assert page.name.endswith("-report.html")
    assert cli("check", "--json", run).returncode == 0


def test_a_target_of_255_bytes_can_be_written(cli: Cli, healthy: Path, tmp_path: Path) -> None:
    target = tmp_path / ("ä" * 120 + ".json")
    assert cli("report", healthy, "-o", target).returncode == 0
    assert json.loads(target.read_text(encoding="utf-8"))


class TestStdout:
    def shell(self, line: str, healthy: Path) -> subprocess.CompletedProcess[str]:
        command = f"{sys.executable} -m curveread"
        return subprocess.run(
            ["bash", "-c", line.format(curveread=command, run=healthy)],
            env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    @pytest.mark.parametrize("command", ["check --json", "--help"])
    def test_a_closed_one_is_an_error_and_not_a_finding(self, healthy: Path, command: str) -> None:
        done = self.shell(f"{{curveread}} {command} {{run}} >&-", healthy)
        assert (done.returncode, done.stderr) == (2, "curveread: stdout is closed: there is nowhere to print\n")

    @pytest.mark.parametrize("command", ["check", "check --format junit", "--help"])
    def test_a_full_one_is_an_error(self, healthy: Path, command: str) -> None:
        done = self.shell(f"{{curveread}} {command} {{run}} > /dev/full", healthy)
        assert (done.returncode, done.stderr) == (2, "curveread: stdout: No space left on device\n")

    def test_a_pipe_without_a_reader_ends_as_by_its_signal(self, healthy: Path) -> None:
        done = self.shell("{curveread} check --json {run} | true; echo ${{PIPESTATUS[0]}}", healthy)
        assert (done.stdout, done.stderr) == ("141\n", "")

    def test_closed_stderr_does_not_reach_stdout(self, healthy: Path) -> None:
        done = self.shell("{curveread} check {run}/nowhere 2>&-", healthy)
        assert (done.returncode, done.stdout, done.stderr) == (2, "", "")
