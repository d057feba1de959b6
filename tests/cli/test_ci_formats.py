"""``check`` in CI: JUnit XML, GitHub's annotations, findings accepted earlier."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import jsonschema
import pytest

from curveread.detectors.registry import rules
from curveread.findings import schema

if TYPE_CHECKING:
    from tests.cli.conftest import Cli, WriteRun

HOSTILE = "loss%\x1b[31m\x00\ufffe,:]]>\n::error::x ##[warning]<b>&"
SUITE = {"name", "package", "id", "timestamp", "hostname", "tests", "failures", "errors", "skipped", "time"}


def _suites(text: str) -> list[ElementTree.Element]:
    """Return the suites of a document, after a look at what the schema of Ant's JUnit task asks for."""
    root = ElementTree.fromstring(text)
    assert (root.tag, root.attrib) == ("testsuites", {})
    for n, suite in enumerate(root):
        assert (suite.tag, set(suite.attrib), suite.get("id")) == ("testsuite", SUITE, str(n))
        assert re.fullmatch(r"\d{4}(-\d\d){2}T\d\d(:\d\d){2}", suite.attrib["timestamp"])
        kinds = [child.tag for child in suite]
        assert kinds == ["properties", *["testcase"] * (len(kinds) - 3), "system-out", "system-err"]
        assert all(p.tag == "property" and set(p.attrib) == {"name", "value"} for p in suite[0])
        cases = suite.findall("testcase")
        for case in cases:
            assert set(case.attrib) == {"name", "classname", "time"}
            assert len(case) <= 1
            assert not case or case[0].tag in ("failure", "error", "skipped")
            assert not case or case[0].tag == "skipped" or {"type", "message"} <= set(case[0].attrib)
        assert suite.get("tests") == str(len(cases))
        for attribute, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(attribute) == str(len(suite.findall(f"testcase/{kind}")))
    return list(root)


def _results(suite: ElementTree.Element) -> dict[str, str]:
    return {c.attrib["name"]: c[0].tag if len(c) else "" for c in suite.findall("testcase")}


def test_junit_has_a_case_for_every_check(cli: Cli, broken: Path) -> None:
    done = cli.process("check", broken, "--format", "junit")
    assert (done.returncode, done.stderr) == (1, "")
    (suite,) = _suites(done.stdout)
    results = _results(suite)
    assert sorted(results) == sorted(rules())
    assert results["nonfinite-loss"] == "failure"
    assert results["loss-spike"] == ""
    assert results["kl-blowup"] == "skipped"
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "NaN from step 1,510" in failure.attrib["message"]
    assert "-> " in str(failure.text)


def test_junit_fails_where_the_exit_code_does(cli: Cli, write_run: WriteRun, falling: list[float]) -> None:
    run = write_run("spiked", [*falling[:150], 6.0, *falling[151:]])
    for bar, result in (("error", ""), ("warning", "failure")):
        done = cli("check", run, "--format", "junit", "--fail-on", bar)
        (suite,) = _suites(done.stdout)
        assert _results(suite)["loss-spike"] == result
        assert done.returncode == (1 if result else 0)
    assert "loss-spike" in str(_suites(cli("check", run, "--format", "junit").stdout)[0].findtext("system-out"))


def test_a_run_that_cannot_be_judged_is_not_green_in_ci(cli: Cli, write_run: WriteRun) -> None:
    run = write_run("short", [1.2, 1.1])
    for bar, result in (("error", "skipped"), ("undetermined", "failure")):
        done = cli("check", run, "--format", "junit", "--fail-on", bar)
        assert _results(_suites(done.stdout)[0])["judged"] == result
        assert done.returncode == (result == "failure")
    lines = cli("check", run, "--format", "github").stdout.splitlines()
    assert lines[0].startswith("UNDETERMINED")
    assert lines[1].startswith("::warning title=short could not be judged::Not judged")


def test_junit_tells_paths_that_cannot_be_read(cli: Cli, healthy: Path, tmp_path: Path) -> None:
    done = cli("check", tmp_path / "absent", healthy, "--format", "junit")
    assert done.returncode == 2
    absent, _ = _suites(done.stdout)
    assert _results(absent) == {"read": "error"}
    alone = cli("check", tmp_path / "absent", "--format", "junit")
    assert _results(_suites(alone.stdout)[0]) == {"read": "error"}


def test_log_text_cannot_leave_its_place(cli: Cli, write_run: WriteRun, falling: list[float]) -> None:
    run = write_run("hostile", [*falling[:150], *[float("nan")] * 50], tag=HOSTILE)
    (suite,) = _suites(cli("check", run, "--train-loss", HOSTILE, "--format", "junit").stdout)
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "]]>" in failure.attrib["message"]
    lines = cli("check", run, "--train-loss", HOSTILE, "--format", "github").stdout.splitlines()
    assert [line for line in lines[1:] if not re.match(r"::(error|warning|notice) title=[^:,]*::", line)] == []
    for line in lines:
        assert "##[" not in line
        assert not re.search(r"%(?!25|0A|0D|3A|2C)", line.partition(" ")[2]) or line == lines[0]
    assert not lines[0].startswith("::")


def test_github_annotations(cli: Cli, write_run: WriteRun, falling: list[float], tmp_path: Path) -> None:
    run = write_run("spiked", [*falling[:100], 6.0, *falling[101:150], *[float("nan")] * 50])
    done = cli("check", run, tmp_path / "absent", "--format", "github")
    lines = done.stdout.splitlines()
    assert done.returncode == 2
    assert lines[0].startswith("ERROR  spiked: ")
    levels = [line.split()[0] for line in lines[1:]]
    assert levels[0] == "::error"
    assert "::warning" in levels
    assert lines[1].startswith("::error title=nonfinite-loss in spiked%2C steps 1%2C510–2%2C000::loss is NaN from")
    assert "%0A→ " in lines[1]
    assert re.fullmatch(r"::error title=[^:,]* cannot be read::.*", lines[-1])


def test_json_has_two_names(cli: Cli, broken: Path) -> None:
    assert cli("check", broken, "--format", "json").stdout == cli("check", broken, "--json").stdout
    done = cli("check", broken, "--json", "--format", "junit")
    assert (done.returncode, done.stdout) == (2, "")
    assert "contradict" in done.stderr


class TestBaseline:
    def test_accepted_findings_do_not_count(self, cli: Cli, broken: Path, tmp_path: Path) -> None:
        known = tmp_path / "known.json"
        known.write_text(cli("check", broken, "--json").stdout, encoding="utf-8")
        done = cli("check", broken, "--json", "--baseline", known)
        result = json.loads(done.stdout)
        jsonschema.Draft202012Validator(schema.load()).validate(result)
        assert done.returncode == 0
        assert result["findings"] == []
        assert [f["rule"] for f in result["accepted"]] == ["nonfinite-loss"]
        assert result["verdict"]["health"] == "ok"
        assert "1 finding was accepted earlier" in result["verdict"]["headline"]
        text = cli("check", broken, "--baseline", known).stdout
        assert text.startswith("OK")
        assert "accepted earlier: error nonfinite-loss" in text

    def test_a_run_of_which_an_alarm_was_accepted_is_judged(self, cli: Cli, samples: Path, tmp_path: Path) -> None:
        """Though its evaluation ended above where it began."""
        known = tmp_path / "known.json"
        known.write_text(cli("check", samples / "overfitting", "--json").stdout, encoding="utf-8")
        result = json.loads(cli("check", samples / "overfitting", "--json", "--baseline", known).stdout)
        assert result["verdict"]["health"] == "ok"

    def test_a_result_with_accepted_findings_is_a_baseline_too(self, cli: Cli, broken: Path, tmp_path: Path) -> None:
        known = tmp_path / "known.json"
        known.write_text(cli("check", broken, "--json").stdout, encoding="utf-8")
        known.write_text(cli("check", broken, "--json", "--baseline", known).stdout, encoding="utf-8")
        assert cli("check", broken, "--baseline", known).returncode == 0

    def test_what_is_new_or_worse_counts(self, cli: Cli, write_run: WriteRun, falling: list[float], tmp_path: Path):
        known = tmp_path / "known.json"
        nan = [float("nan")] * 50
        known.write_text(cli("check", write_run("old", falling[:150] + nan), "--json").stdout, encoding="utf-8")
        one_later = write_run("near", [*falling[:151], *nan])
        elsewhere = write_run("far", [*falling[:140], *nan])
        assert cli("check", one_later, "--baseline", known).returncode == 0
        assert cli("check", elsewhere, "--baseline", known).returncode == 1
        document = json.loads(known.read_text())
        document["findings"][0]["severity"] = "warning"
        known.write_text(json.dumps(document), encoding="utf-8")
        assert cli("check", one_later, "--baseline", known).returncode == 1

    def test_of_several_runs_the_name_tells(self, cli: Cli, healthy: Path, broken: Path, tmp_path: Path) -> None:
        known = tmp_path / "known.json"
        known.write_text(cli("check", broken, healthy, "--json").stdout, encoding="utf-8")
        assert cli("check", healthy, broken, "--baseline", known).returncode == 0

    @pytest.mark.parametrize("text", [None, "{", "[1]", "{}", '{"findings": 3, "run": {"name": ""}}', "[" * 100_000])
    def test_a_file_that_is_no_result(self, cli: Cli, healthy: Path, tmp_path: Path, text: str | None) -> None:
        known = tmp_path / "known.json"
        if text is not None:
            known.write_text(text, encoding="utf-8")
        done = cli("check", healthy, "--baseline", known)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("curveread: --baseline ")
        assert done.stderr.count("\n") == 1
