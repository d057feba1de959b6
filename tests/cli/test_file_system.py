"""Folders as they are found: links in circles and out of the tree, no permission, read-only, files that vanish."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from curveread import api
from curveread.errors import ReadError
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.cli.conftest import Cli, Done


def as_nobody_special(cli: Cli, *arguments: object) -> Done:
    """Run the command without root's right to read and write everything."""
    from tests.cli.conftest import Done

    drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
    if os.getuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root may read everything")
    done = subprocess.run(
        [*(drop if os.getuid() == 0 else []), sys.executable, "-m", "curveread", *map(str, arguments)],
        cwd=cli.cwd, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def test_links_in_circles_end(cli: Cli, healthy: Path) -> None:
    top = healthy.parent
    (top / "self").symlink_to(top)
    (healthy / "up").symlink_to("..")
    (top / "dangling").symlink_to("nowhere")
    (top / "a").symlink_to("b")
    (top / "b").symlink_to("a")
    began = time.monotonic()
    found = json.loads(cli("check", top, "--json").stdout)
    assert found["run"]["name"] == "healthy"
    assert time.monotonic() - began < 20


def test_a_link_out_of_the_tree_is_read_and_never_written(cli: Cli, healthy: Path, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "linked").symlink_to(healthy)
    before = sorted(p.name for p in healthy.iterdir())
    assert cli("report", inside, "-o", tmp_path / "out").returncode == 0
    assert sorted(p.name for p in healthy.iterdir()) == before


def test_a_report_replaces_a_link_and_not_what_it_points_to(cli: Cli, healthy: Path, tmp_path: Path) -> None:
    other = tmp_path / "precious.html"
    other.write_text("precious")
    (tmp_path / "r.html").symlink_to(other)
    assert cli("report", healthy, "-o", tmp_path / "r.html").returncode == 0
    assert other.read_text() == "precious"
    assert not (tmp_path / "r.html").is_symlink()


def test_what_may_not_be_read_is_told(cli: Cli, healthy: Path, broken: Path) -> None:
    (healthy / "trainer_state.json").chmod(0)
    done = as_nobody_special(cli, "check", healthy)
    assert done.returncode == 2
    assert "Permission denied" in done.stderr
    both = as_nobody_special(cli, "check", healthy, broken, "--json")
    assert both.returncode == 2
    refused, found = json.loads(both.stdout)
    assert "Permission denied" in refused["error"]
    assert found["run"]["name"] == "broken"
    healthy.chmod(0)
    assert as_nobody_special(cli, "check", healthy).returncode == 2
    healthy.chmod(0o755)


def test_a_read_only_run_is_read_and_reported_elsewhere(cli: Cli, healthy: Path) -> None:
    (healthy / "trainer_state.json").chmod(0o444)
    healthy.chmod(0o555)
    assert as_nobody_special(cli, "report", healthy).returncode == 0
    assert (cli.cwd / "healthy-report.html").is_file()
    inside = as_nobody_special(cli, "report", healthy, "-o", healthy / "r.html")
    assert (inside.returncode, inside.stderr) == (
        2, f"curveread: {healthy}/r.html: cannot be written: Permission denied\n",
    )  # fmt: skip
    healthy.chmod(0o755)


def test_a_file_that_vanishes_is_an_error_of_its_run_alone(healthy: Path, broken: Path) -> None:
    units = list(api.units(healthy.parent))
    assert len(units) == 2
    (healthy / "trainer_state.json").unlink()
    gone, there = sorted(units, key=lambda unit: "broken" in unit.homes[0])
    with pytest.raises(ReadError, match=r"No such file|nothing"):
        api.read_all(gone)
    assert [run.name for run in api.read_all(there)] == ["broken"]


def test_two_write_one_report(cli: Cli, healthy: Path, tmp_path: Path) -> None:
    target = tmp_path / "out" / "r.html"
    target.parent.mkdir()
    env = os.environ | {"PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1700000000"}
    command = [sys.executable, "-m", "curveread", "report", "--static", str(healthy), "-o", str(target)]
    both = [subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(120) for process in both] == [0, 0]
    assert [p.name for p in target.parent.iterdir()] == ["r.html"]
    written = target.read_bytes()
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True)
    assert target.read_bytes() == written
