"""``curveread explain`` and ``--version``, ``--help``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import curveread
from curveread.causes.registry import candidates
from curveread.detectors.base import SECTIONS, Detector
from curveread.detectors.registry import all_detectors, rules

if TYPE_CHECKING:
    from tests.cli.conftest import Cli


def test_without_a_rule_all_are_listed(cli: Cli) -> None:
    done = cli("explain")
    assert done.returncode == 0
    checks, _, causes = done.stdout.partition("\nCauses")
    assert [line.split()[0] for line in checks.splitlines()] == list(rules())
    assert [line.split()[0] for line in causes.splitlines()[2:]] == [c.id for c in candidates()]


@pytest.mark.parametrize("check", all_detectors(), ids=lambda c: c.rule)
def test_a_rule_is_explained(cli: Cli, check: type[Detector]) -> None:
    done = cli("explain", check.rule)
    assert done.returncode == 0
    for section in SECTIONS:
        assert section in done.stdout
    for option in check.options():
        assert f"--set {check.rule}.{option.name}={option.default}" in done.stdout


def test_a_near_miss_is_helped(cli: Cli) -> None:
    done = cli("explain", "overfiting")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'overfitting'" in done.stderr


def test_version(cli: Cli) -> None:
    done = cli.process("--version")
    assert (done.returncode, done.stdout) == (0, f"curveread {curveread.__version__}\n")


def test_no_arguments_show_the_commands(cli: Cli) -> None:
    done = cli.process()
    assert done.returncode == 0
    for command in ("report", "check", "show", "export", "explain"):
        assert f"  {command} " in done.stdout


def test_commands_of_later_versions_are_not_there(cli: Cli) -> None:
    assert cli("sweep", ".").returncode == 2
    assert cli("compare", ".").returncode == 2


def test_causes_are_listed_and_explained(cli: Cli) -> None:
    listed = cli("explain").stdout
    assert "learning-rate-raised" in listed
    told = cli("explain", "cause:learning-rate-raised").stdout
    for part in ("cause:learning-rate-raised\n====", "Looks like:", "Usual share", "rate-raised", "x25"):
        assert part in told
    wrong = cli("explain", "cause:bad-luck")
    assert wrong.returncode == 2
    assert "no cause is called 'bad-luck'" in wrong.stderr
