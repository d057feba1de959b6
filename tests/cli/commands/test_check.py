"""``curveread check``: exit codes, JSON, several paths."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from curveread.findings import schema

if TYPE_CHECKING:
    from tests.cli.conftest import Cli, WriteRun


def test_healthy_run_ends_with_0(cli: Cli, healthy: Path) -> None:
    done = cli.process("check", healthy)
    assert done.returncode == 0
    assert done.stdout.startswith(("OK", "INFO"))
    assert done.stderr == ""


def test_error_finding_ends_with_1(cli: Cli, broken: Path) -> None:
    done = cli.process("check", broken)
    assert done.returncode == 1
    assert done.stdout.startswith("ERROR")
    assert "nonfinite-loss" in done.stdout


def test_fail_on_sets_the_bar(cli: Cli, write_run: WriteRun, falling: list[float]) -> None:
    """A lone spike that comes back is a warning: no failure by default, one when asked for."""
    run = write_run("spiked", [*falling[:150], 6.0, *falling[151:]])
    result = json.loads(cli("check", run, "--json").stdout)
    assert result["verdict"]["health"] == "warning"
    assert [cli("check", run, "--fail-on", bar).returncode for bar in ("error", "warning", "info")] == [0, 1, 1]


def test_a_run_that_cannot_be_judged_fails_where_that_is_asked(cli: Cli, write_run: WriteRun) -> None:
    short = write_run("short", [1.2, 1.1])
    assert json.loads(cli("check", short, "--json").stdout)["verdict"]["health"] == "undetermined"
    assert [cli("check", short, "--fail-on", bar).returncode for bar in ("warning", "info", "undetermined")] == [
        0,
        0,
        1,
    ]


def test_asked_for_judged_runs_a_warning_fails_too(cli: Cli, write_run: WriteRun, falling: list[float]) -> None:
    spiked, calm = write_run("spiked", [*falling[:150], 6.0, *falling[151:]]), write_run("calm", falling)
    assert [cli("check", run, "--fail-on", "undetermined").returncode for run in (spiked, calm)] == [1, 0]


def test_ignored_check_does_not_count(cli: Cli, broken: Path) -> None:
    done = cli("check", broken, "--json", "--ignore", "nonfinite-loss")
    assert "nonfinite-loss" not in {f["rule"] for f in json.loads(done.stdout)["findings"]}


def test_selected_check_runs_alone(cli: Cli, broken: Path) -> None:
    result = json.loads(cli("check", broken, "--json", "--select", "plateau").stdout)
    named = {entry["rule"] for key in ("findings", "not_checked", "failed") for entry in result[key]}
    assert named <= {"plateau"}


def test_json_is_all_there_is_on_stdout(cli: Cli, broken: Path) -> None:
    done = cli.process("check", broken, "--json")
    result = json.loads(done.stdout)
    assert done.returncode == 1
    assert done.stderr == ""
    jsonschema.Draft202012Validator(schema.load()).validate(result)
    assert result["run"]["path"] == str(broken)


def test_several_paths_give_a_list_in_their_order(cli: Cli, healthy: Path, broken: Path, tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    done = cli.process("check", "--json", broken, absent, healthy)
    entries = json.loads(done.stdout)
    assert done.returncode == 2
    assert [e["run"]["name"] if "run" in e else e["path"] for e in entries] == ["broken", str(absent), "healthy"]
    assert set(entries[1]) == {"path", "error"}
    assert done.stderr.strip() == f"curveread: {entries[1]['error']}"


def test_folder_with_several_runs_gives_a_list(cli: Cli, healthy: Path, broken: Path) -> None:
    entries = json.loads(cli("check", "--json", healthy.parent).stdout)
    assert [e["run"]["name"] for e in entries] == ["broken", "healthy"]


def test_several_unreadable_paths_still_give_json(cli: Cli, tmp_path: Path) -> None:
    done = cli("check", "--json", tmp_path / "a", tmp_path / "b")
    assert done.returncode == 2
    assert [set(e) for e in json.loads(done.stdout)] == [{"path", "error"}] * 2


def test_one_unreadable_path_prints_nothing(cli: Cli, tmp_path: Path) -> None:
    done = cli("check", "--json", tmp_path / "a")
    assert (done.returncode, done.stdout) == (2, "")


def test_run_option_picks_one(cli: Cli, healthy: Path, broken: Path) -> None:
    result = json.loads(cli("check", "--json", healthy.parent, "--run", "healthy").stdout)
    assert result["run"]["name"] == "healthy"
    missed = cli("check", healthy.parent, "--run", "nobody")
    assert missed.returncode == 2
    assert "'nobody'" in missed.stderr
    assert "broken, healthy" in missed.stderr


def test_role_option_names_the_loss(cli: Cli, write_run: WriteRun, falling: list[float]) -> None:
    run = write_run("odd", falling, tag="objektiv")
    result = json.loads(cli("check", "--json", run, "--train-loss", "objektiv").stdout)
    assert {c["tag"]: c["role"] for c in result["run"]["curves"]}["objektiv"] == "train-loss"
    missed = cli("check", run, "--train-loss", "nothing")
    assert missed.returncode == 2
    assert "'nothing'" in missed.stderr
    assert "objektiv" in missed.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--select", "no-such-check"], "no-such-check"),
        (["--ignore", "no-such-check"], "no-such-check"),
        (["--set", "plateau"], "RULE.OPTION=VALUE"),
        (["--set", "no-such-check.a=1"], "no-such-check"),
        (["--set", "plateau.no_such_option=1"], "no_such_option"),
        (["--fail-on", "doom"], "doom"),
        (["--x", "tokens"], "tokens"),
        (["--smooth", "1.5"], "1.5"),
        (["--tags", "("], "("),
        (["--no-such-option"], "--no-such-option"),
    ],
)
def test_usage_errors_are_one_line_and_2(cli: Cli, healthy: Path, arguments: list[str], said: str) -> None:
    done = cli("check", healthy, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_failed_check_ends_with_3(cli: Cli, healthy: Path, tmp_path: Path) -> None:
    """A check that breaks is told, and the others are still done."""
    (tmp_path / "sitecustomize.py").write_text(
        "from curveread.detectors.plateau import Plateau\n"
        "def detect(self, subject):\n    raise ZeroDivisionError('broken on purpose')\n"
        "Plateau.detect = detect\n"
    )
    root = str(Path(__file__).resolve().parents[3])
    done = cli.process("check", healthy, "--json", PYTHONPATH=f"{tmp_path}:{root}")
    result = json.loads(done.stdout)
    assert done.returncode == 3
    assert [f["rule"] for f in result["failed"]] == ["plateau"]
    assert "broken on purpose" in result["failed"][0]["error"]
    assert "failed" in cli.process("check", healthy, PYTHONPATH=f"{tmp_path}:{root}").stdout


def test_what_the_user_knows_about_tokens(cli: Cli, healthy: Path) -> None:
    plain = json.loads(cli("check", healthy, "--json").stdout)
    assert not any("perplexity" in name for name in plain["summary"])
    done = cli("check", healthy, "--json", "--vocab-size", "50257", "--tokens-per-byte", "0.25")
    told = json.loads(done.stdout)
    assert {"last_train_perplexity", "last_train_bits_per_byte"} <= set(told["summary"])
    assert "unnormalized-loss" not in {n["rule"] for n in told["not_checked"]}
    for option, value in (("--vocab-size", "1"), ("--tokens-per-byte", "0"), ("--tokens-per-byte", "nan")):
        done = cli("check", healthy, option, value)
        assert done.returncode == 2
        assert done.stderr.startswith(f"curveread: {option} {value}: ")
        assert done.stdout == ""


def test_a_check_does_not_seal_the_files(cli: Cli, healthy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their digests are for reports: a check must not read a large log a second time."""
    from curveread.readings.extras.report_extras import ReportExtras

    sealed: list[object] = []
    monkeypatch.setattr(ReportExtras, "digests", lambda self, diagnosis: sealed.append(diagnosis) or {})
    assert cli("check", healthy).returncode == 0
    assert sealed == []
    assert cli("report", healthy).returncode == 0
    assert len(sealed) == 1
