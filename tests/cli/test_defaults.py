"""``[tool.curveread]`` of a pyproject.toml."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from curveread.detectors.registry import detector

if TYPE_CHECKING:
    from tests.cli.conftest import Cli, WriteRun


def _project(cli: Cli, text: str) -> Path:
    (cli.cwd / "pyproject.toml").write_text(text, encoding="utf-8")
    inner = cli.cwd / "a" / "b"
    inner.mkdir(parents=True)
    return inner


def test_defaults_are_found_above(cli: Cli, broken: Path) -> None:
    inner = _project(cli, '[tool.curveread]\nignore = ["nonfinite-loss"]\n')
    rules = {f["rule"] for f in json.loads(cli.process("check", broken, "--json", cwd=inner).stdout)["findings"]}
    assert "nonfinite-loss" not in rules


def test_the_command_line_wins(cli: Cli, write_run: WriteRun, falling: list[float]) -> None:
    run = write_run("spiked", [*falling[:150], 6.0, *falling[151:]])
    inner = _project(cli, '[tool.curveread]\nfail-on = "warning"\n')
    assert cli("check", run, cwd=inner).returncode == 1
    assert cli("check", run, "--fail-on", "error", cwd=inner).returncode == 0


def test_options_of_checks(cli: Cli, healthy: Path) -> None:
    inner = _project(cli, "[tool.curveread.set.plateau]\nno_such_option = 3\n")
    done = cli("check", healthy, cwd=inner)
    assert done.returncode == 2
    assert "plateau has no option 'no_such_option'" in done.stderr


def test_set_adds_to_the_options_of_the_project(cli: Cli, healthy: Path) -> None:
    inner = _project(cli, "[tool.curveread.set.plateau]\nno_such_option = 3\n")
    option = detector("loss-spike").options()[0]
    done = cli("check", healthy, "--set", f"loss-spike.{option.name}={option.default}", cwd=inner)
    assert "plateau has no option 'no_such_option'" in done.stderr


def test_format_of_reports(cli: Cli, healthy: Path) -> None:
    inner = _project(cli, '[tool.curveread]\nformat = ["png", "json"]\n')
    assert cli("report", healthy, cwd=inner).returncode == 0
    assert sorted(p.name for p in inner.iterdir()) == ["healthy-report.json", "healthy-report.png"]
    assert cli("check", healthy, cwd=inner).returncode == 0
    assert cli("report", healthy, "--postmortem", cwd=inner).returncode == 0
    assert (inner / "healthy-postmortem.md").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.curveread]\nfail_on = 3\n", "fail_on"),
        ('[tool.curveread]\nfail-on = "doom"\n', "doom"),
        ("[tool.curveread\n", "TOML"),
        ("[tool.curveread]\nset = 3\n", "tool.curveread.set"),
    ],
)
def test_mistakes_are_usage_errors(cli: Cli, healthy: Path, text: str, said: str) -> None:
    done = cli("check", healthy, cwd=_project(cli, text))
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_other_projects_are_left_alone(cli: Cli, healthy: Path) -> None:
    inner = _project(cli, "[tool.other]\nselect = 3\n")
    assert cli("check", healthy, cwd=inner).returncode == 0


def test_a_role_of_the_project_need_not_be_in_every_run(cli: Cli, healthy: Path) -> None:
    """The README's own example."""
    inner = _project(cli, '[tool.curveread]\nrole = { "^probe/" = "quality-metric" }\n')
    assert cli("check", healthy, cwd=inner).returncode == 0
    done = cli("check", healthy, "--role", "^probe/=quality-metric", cwd=inner)
    assert done.returncode == 2
    assert "no curve matches role '^probe/'" in done.stderr
