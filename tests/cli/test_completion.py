"""``--print-completion``: scripts that the shells take, and that complete what the parser knows."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from curveread.cli.app import COMMANDS
from curveread.cli.completion import SHELLS
from tests.conftest import absent

if TYPE_CHECKING:
    from tests.cli.conftest import Cli


def _script(cli: Cli, shell: str) -> Path:
    done = cli("--print-completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    file = cli.cwd / f"completion.{shell}"
    file.write_text(done.stdout, encoding="utf-8")
    return file


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_names_commands_options_and_checks(cli: Cli, shell: str) -> None:
    script = _script(cli, shell).read_text(encoding="utf-8")
    for word in (*COMMANDS, "vocab-size", "postmortem", "baseline", "loss-spike", "junit"):
        assert word in script, word


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_takes_the_script(cli: Cli, shell: str) -> None:
    program = shutil.which(shell)
    if program is None:
        absent(f"{shell} is not installed")
    subprocess.run([program, "-n", str(_script(cli, shell))], check=True, timeout=20)


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("''", {*COMMANDS}),
        ("check --fail", {"--fail-on"}),
        ("check --fail-on ''", {"info", "warning", "error", "undetermined"}),
        ("check --select loss", {"loss-spike"}),
        ("explain gradient-e", {"gradient-explosion"}),
        ("show some", {"some-run"}),
        ("demo sp", {"spike-recovers"}),
    ],
)
def test_bash_completes(cli: Cli, words: str, completed: set[str]) -> None:
    bash = shutil.which("bash")
    if bash is None:
        absent("bash is not installed")
    (cli.cwd / "some-run").mkdir()
    program = (
        f"source {_script(cli, 'bash')}; COMP_WORDS=(curveread {words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); "
        '_shtab_curveread; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run([bash, "-c", program], cwd=cli.cwd, capture_output=True, text=True, check=True, timeout=20)
    assert set(done.stdout.split()) == completed


def test_fish_completes(cli: Cli) -> None:
    fish = shutil.which("fish")
    if fish is None:
        absent("fish is not installed")
    script = _script(cli, "fish")
    for words, completed in {"curveread che": "check", "curveread check --fail-on w": "warning"}.items():
        program = f"source {script}; complete -C {words!r}"
        done = subprocess.run([fish, "-c", program], capture_output=True, text=True, check=True, timeout=20)
        assert completed in done.stdout
