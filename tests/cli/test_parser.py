"""The command line: any order of options and paths, one-line mistakes, help, and nothing heavy for a small check."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from curveread.cli.app import COMMANDS
from tests.support.event_files import scalar, write

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

HEAVY = ("click", "jinja2", "matplotlib", "pandas", "pydantic", "rich", "scipy", "shtab", "tbparse", "typer", "yaml")


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=" ".join)
def test_help_is_there_for_every_command(cli: Cli, command: list[str], flag: str) -> None:
    done = cli(*command, flag)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(" ".join(["Usage: curveread", *command]))
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_help_names_what_the_contract_promises(cli: Cli) -> None:
    reading = (
        "--plugin --run --tags --train-loss --eval-loss --x --vocab-size --tokens-per-byte --pattern --columns --smooth"
    )
    own = {
        "report": "--output --format --postmortem --cost-per-hour --static --title",
        "check": "--fail-on --select --ignore --set --format --json --baseline",
        "show": "--json --formats",
        "compare": "--output",
        "export": "--output",
    }
    for command, options in own.items():
        told = cli(command, "--help").stdout
        assert [o for o in f"{options} {reading}".split() if o not in told] == []


def test_without_a_command_the_help_is_shown(cli: Cli) -> None:
    assert cli() == cli("--help")
    assert all(f"\n    {name} " in cli().stdout for name in COMMANDS)


def test_options_and_paths_stand_in_any_order(cli: Cli, healthy: Path, broken: Path) -> None:
    usual = cli("check", "--json", "--fail-on", "warning", healthy, broken)
    assert usual.returncode == 1
    assert len(json.loads(usual.stdout)) == 2
    assert cli("check", healthy, "--json", broken, "--fail-on=warning") == usual
    assert cli("check", healthy, "--fail-on", "warning", "--json", "--", broken) == usual


def test_a_path_may_begin_with_a_dash(cli: Cli, healthy: Path) -> None:
    healthy.rename(cli.cwd / "-h")
    assert json.loads(cli("check", "--json", "--", "-h").stdout)["run"]["path"] == "-h"


def test_names_may_be_repeated_and_separated_by_commas(cli: Cli, broken: Path) -> None:
    found = cli("check", broken, "--json", "--select", "plateau,restart", "--select", "nonfinite-loss")
    assert found == cli("check", broken, "--json", "--select", "plateau, restart ,nonfinite-loss")
    named = {e["rule"] for key in ("findings", "not_checked") for e in json.loads(found.stdout)[key]}
    assert "nonfinite-loss" in named <= {"plateau", "restart", "nonfinite-loss"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("chekc a", "there is no command 'chekc'; did you mean 'check'? (see curveread --help)"),
        ("xyz", "there is no command 'xyz'; there are: report, check, watch, "),
        ("-v", "unrecognized arguments: -v (see curveread --help)"),
        ("check", "the following arguments are required: PATH (see curveread check --help)"),
        ("show --json", "the following arguments are required: PATH (see curveread show --help)"),
        ("check a --jsn", "unrecognized arguments: --jsn; did you mean --json? (see curveread check --help)"),
        ("check a --js", "unrecognized arguments: --js; did you mean --json? (see"),
        ("check a --tags", "--tags: expected one argument (see curveread check --help)"),
        (
            "check a --fail-on doom",
            "--fail-on: 'doom' is not one of info, warning, error, undetermined (see curveread check --help)",
        ),
        ("check a --x foo", "--x: 'foo' is not one of step, epoch, tokens, time (see curveread check --help)"),
        ("check a --smooth 1", "--smooth: 1 is not a smoothing weight; it must be at least 0 and below 1 (see"),
        ("check a --vocab-size many", "--vocab-size: 'many' is not a whole number (see curveread check --help)"),
        ("report a --cost-per-hour -1", "--cost-per-hour: -1 is not a price of an hour; it must be 0 or more (see"),
        ("check a --json --format text", "--json and --format text contradict each other"),
        ("export a", "the following arguments are required: -o/--output (see curveread export --help)"),
        ("explain a b", "unrecognized arguments: b (see curveread explain --help)"),
        ("--print-completion tcsh", "--print-completion: invalid choice: 'tcsh'"),
    ],
)
def test_mistakes_are_one_line_that_says_what_fits(cli: Cli, line: str, told: str) -> None:
    done = cli(*line.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"curveread: {told}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("kind", ["events", "trainer_state.json"])
@pytest.mark.parametrize("options", [(), ("--fail-on=warning", "--ignore", "plateau")])
def test_a_check_of_a_small_run_loads_nothing_heavy(
    kind: str, options: tuple[str, ...], tmp_path: Path, healthy: Path
) -> None:
    falling = [scalar("train/loss", step, 1 + 99 / (step + 33)) for step in range(400)]
    path = write(tmp_path, falling) if kind == "events" else healthy
    script = (
        "import sys\nfrom curveread.cli.app import run\n"
        f"code = run(['check', {str(path)!r}, *{options!r}])\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], code)"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[] 0"
