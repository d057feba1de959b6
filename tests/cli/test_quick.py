"""A plain ``check`` goes past Typer and means the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from curveread.cli.quick import plain_check
from tests.support.event_files import scalar, write

if TYPE_CHECKING:
    from tests.cli.conftest import Cli

HEAVY = ("click", "jinja2", "matplotlib", "pandas", "pydantic", "rich", "scipy", "tbparse", "typer", "yaml")


WORDS = "|--help|a --tags x|a --fail-on|a --fail-on doom|-- a|-j|a --json --format text|a --format=json"


@pytest.mark.parametrize("arguments", WORDS.split("|"))
def test_everything_else_is_typers(arguments: str) -> None:
    assert plain_check(["check", *arguments.split()]) is None


def test_both_ways_print_the_same(cli: Cli, broken: Path) -> None:
    for form in ("text", "json"):
        plain = cli("check", broken, "--format", form, "--fail-on", "warning")
        assert plain == cli("check", broken, f"--format={form}", "--fail-on=warning")
        assert plain.returncode == 1


def test_defaults_of_a_project_are_typers(cli: Cli, broken: Path) -> None:
    (cli.cwd / "pyproject.toml").write_text('[tool.curveread]\nignore = ["nonfinite-loss"]\n', encoding="utf-8")
    assert "nonfinite-loss" not in cli("check", broken).stdout.split("not checked")[0]


@pytest.mark.parametrize("kind", ["events", "trainer_state.json"])
def test_a_check_of_a_small_run_loads_nothing_heavy(kind: str, tmp_path: Path, healthy: Path) -> None:
    falling = [scalar("train/loss", step, 1 + 99 / (step + 33)) for step in range(400)]
    path = write(tmp_path, falling) if kind == "events" else healthy
    script = (
        "import sys\nfrom curveread.cli.exits import run\n"
        f"code = run(['check', {str(path)!r}])\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], code)"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[] 0"
