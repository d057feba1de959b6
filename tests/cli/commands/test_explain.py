"""``curveread explain`` and ``--version``, ``--help``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import curveread
from curveread.detectors.base import SECTIONS, Detector
from curveread.detectors.registry import all_detectors, rules

if TYPE_CHECKING:
    from tests.cli.conftest import Cli


def test_without_a_rule_all_are_listed(cli: Cli) -> None:
    done = cli("explain")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == list(rules())


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
