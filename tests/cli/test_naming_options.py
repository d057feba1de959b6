"""``--role``, ``--better``, ``--unit`` and ``--task``: the user wins over what the names of curves tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Cli


@pytest.fixture
def log(cli: Cli) -> Path:
    rows = "".join(f"{i},{3.0 - i / 40},{i / 100},{i % 7}\n" for i in range(60))
    (cli.cwd / "log.csv").write_text(f"step,loss,probe/zork,qwertz\n{rows}")
    return cli.cwd / "log.csv"


def shown(cli: Cli, *arguments: object) -> dict[str, Any]:
    done = cli("show", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    run: dict[str, Any] = json.loads(done.stdout)["run"]
    return {c["tag"]: c for c in run["curves"]} | {"task": run["task"]}


def test_curves_that_are_not_understood_are_listed(cli: Cli, log: Path) -> None:
    assert "2 curves not understood: probe/zork, qwertz; name them with --role" in cli("show", log).stdout
    curve = shown(cli, log)["qwertz"]
    assert (curve["role"], curve["direction"], curve["judged"], curve["role_confidence"]) == ("other", "", "no", 0.0)


def test_the_user_names_them(cli: Cli, log: Path) -> None:
    found = shown(
        cli, log, "--role", "^probe/=quality-metric", "--better", "zork=up", "--unit", "zork=points", "--task", "vae"
    )
    curve = found["probe/zork"]
    assert (curve["role"], curve["direction"], curve["unit"]) == ("quality-metric", "higher", "points")
    assert (curve["role_confidence"], curve["role_why"]) == (1, "the user says so")
    assert found["task"] == {"kind": "vae", "why": "the user says so"}
    assert found["loss"]["judged"] == "yes"


@pytest.mark.parametrize("text", ['role = { "^probe/" = "eval-loss" }', 'role = ["^probe/=eval-loss"]'])
def test_names_of_a_project(cli: Cli, log: Path, text: str) -> None:
    (cli.cwd / "pyproject.toml").write_text(f"[tool.curveread]\n{text}\n")
    assert shown(cli, log)["probe/zork"]["role"] == "eval-loss"
    assert shown(cli, log, "--role", "zork=reward")["probe/zork"]["role"] == "reward"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--role", "zork"), "'zork' is not REGEX=VALUE"),
        (("--role", "zork=los"), "there is no such role; there are: train-loss"),
        (("--role", "(=reward"), "it is not a regular expression"),
        (("--better", "zork=bigger"), "say up, down or none"),
        (("--task", "knitting"), "there is no such kind of training; there are: preference"),
        (("--role", "absent=reward"), "no curve matches role 'absent'; there are: loss"),
    ],
)
def test_what_does_not_fit_is_one_line(cli: Cli, log: Path, arguments: tuple[str, str], said: str) -> None:
    done = cli("check", log, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_result_says_what_the_contract_says(cli: Cli, log: Path) -> None:
    run = json.loads(cli("check", log, "--json").stdout)["run"]
    loss = next(c for c in run["curves"] if c["tag"] == "loss")
    assert (loss["direction"], loss["judged"], loss["unit"], loss["role"]) == ("down", True, "", "train-loss")
    assert run["task"] == {"kind": "unknown", "why": ""}


def test_a_log_without_anything_to_judge_is_undetermined(cli: Cli) -> None:
    rows = "".join(f"{i},{i % 7},0.01\n" for i in range(60))
    (cli.cwd / "other.csv").write_text(f"step,qwertz,lr\n{rows}")
    done = cli("check", "other.csv", "--json")
    assert (done.returncode, json.loads(done.stdout)["verdict"]["health"]) == (0, "undetermined")
    text = cli("check", "other.csv").stdout
    assert text.startswith("UNDETERMINED  other: Not judged: the log holds no loss")
    assert cli("report", "other.csv", "--format", "html,md").returncode == 0
    assert "health undetermined" in (cli.cwd / "other-report.html").read_text(encoding="utf-8")
