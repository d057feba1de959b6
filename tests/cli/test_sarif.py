"""``check --format sarif``: what code scanning services take, whatever a log holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema

from curveread.detectors.registry import rules

if TYPE_CHECKING:
    from tests.cli.conftest import Cli, WriteRun

HOSTILE = "loss\x1b[31m\x00\ufffe [click](http://evil.example) {0} <b>&"


def _object(required: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required.split(), "properties": properties}


TEXT = {"type": "string"}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
MESSAGE = _object("text", {"text": {"type": "string", "minLength": 1}})
LOCATION = _object(
    "physicalLocation",
    {
        "physicalLocation": _object(
            "artifactLocation region",
            {
                "artifactLocation": _object("uri", {"uri": {"type": "string", "pattern": "^[!-;=?-~]+$"}}),
                "region": _object("startLine", {"startLine": {"type": "integer", "minimum": 1}}),
            },
        ),
        "logicalLocations": {
            "type": "array",
            "minItems": 1,
            "items": _object("name", {"name": TEXT, "fullyQualifiedName": TEXT, "kind": TEXT}),
        },
    },
)
RESULT = _object(
    "ruleId ruleIndex level message locations",
    {
        "ruleId": TEXT,
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": MESSAGE,
        "locations": {"type": "array", "minItems": 1, "items": LOCATION},
        "partialFingerprints": {"type": "object", "additionalProperties": TEXT},
        "properties": {"type": "object"},
        "suppressions": {
            "type": "array",
            "items": _object(
                "kind",
                {
                    "kind": {"enum": ["inSource", "external"]},
                    "status": {"enum": ["accepted", "underReview", "rejected"]},
                },
            ),
        },
    },
)
RULE = _object("id", {"id": TEXT, "shortDescription": MESSAGE, "help": MESSAGE})
RUN = _object(
    "tool results",
    {
        "tool": _object(
            "driver",
            {
                "driver": _object(
                    "name",
                    {
                        "name": TEXT,
                        "semanticVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
                        "rules": {"type": "array", "uniqueItems": True, "items": RULE},
                    },
                )
            },
        ),
        "invocations": {
            "type": "array",
            "items": _object(
                "executionSuccessful",
                {
                    "executionSuccessful": {"type": "boolean"},
                    "toolExecutionNotifications": {
                        "type": "array",
                        "items": _object("message", {"level": LEVEL, "message": MESSAGE}),
                    },
                },
            ),
        },
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"type": "array", "items": RESULT},
    },
)
ESSENTIALS = _object(
    "version runs",
    {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": RUN},
    },
)
"""What the official schema says of the parts that are used, closed: what it does not know it refuses, too."""


def _run(text: str) -> dict[str, Any]:
    document = json.loads(text)
    jsonschema.Draft7Validator(ESSENTIALS).validate(document)
    (run,) = document["runs"]
    known = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [known[result["ruleIndex"]] for result in run["results"]] == [result["ruleId"] for result in run["results"]]
    return dict(run)


def test_a_finding_is_a_result_with_its_place(cli: Cli, write_run: WriteRun, falling: list[float]) -> None:
    folder = write_run("my run", [*falling[:100], 6.0, *falling[101:150], *[float("nan")] * 50])
    done = cli("check", folder, "--format", "sarif", cwd=folder.parent)
    assert (done.returncode, done.stderr) == (1, "")
    run = _run(done.stdout)
    nan, *rest = run["results"]
    assert (nan["ruleId"], nan["level"]) == ("nonfinite-loss", "error")
    assert "my run, steps 1,510" in nan["message"]["text"]
    assert "NaN" in nan["message"]["text"]
    assert "\n→ " in nan["message"]["text"]
    place = nan["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == "my%20run/trainer_state.json"
    assert nan["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "my run/loss"
    assert {"first_step": 1510, "last_step": 2000}.items() <= nan["properties"].items()
    assert nan["properties"]["causes"][0]["check"]
    assert ("loss-spike", "warning") in [(r["ruleId"], r["level"]) for r in rest]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {r["ruleId"] for r in run["results"]}
    assert "When it is wrong" in run["tool"]["driver"]["rules"][0]["help"]["text"]
    assert run["invocations"][0]["executionSuccessful"]


def test_fingerprints_stay_and_differ(cli: Cli, write_run: WriteRun, falling: list[float]) -> None:
    folder = write_run("spiked", [*falling[:60], 6.0, *falling[61:140], 7.0, *falling[141:]])
    first, again = (_run(cli("check", folder, "--format", "sarif").stdout)["results"] for _ in range(2))
    assert first == again
    prints = [r["partialFingerprints"]["curvereadFinding/v1"] for r in first]
    assert len(set(prints)) == len(prints) > 1


def test_silence_is_told(cli: Cli, write_run: WriteRun, healthy: Path, tmp_path: Path) -> None:
    short = write_run("short", [1.2, 1.1])
    done = cli("check", short, healthy, tmp_path / "absent", "--format", "sarif")
    assert done.returncode == 2
    run = _run(done.stdout)
    assert run["results"] == []
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    said = [(n["level"], n["message"]["text"]) for n in invocation["toolExecutionNotifications"]]
    assert any(level == "warning" and text.startswith("short: undetermined: ") for level, text in said)
    assert any(level == "note" and text.startswith("healthy: ok: ") for level, text in said)
    assert any(level == "error" and "absent cannot be read" in text for level, text in said)
    skipped = {text.split()[1] for level, text in said if " was not checked: " in text and level == "note"}
    assert "kl-blowup" in skipped
    assert skipped <= set(rules())


def test_accepted_findings_are_suppressed(cli: Cli, broken: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    known.write_text(cli("check", broken, "--json").stdout, encoding="utf-8")
    done = cli("check", broken, "--format", "sarif", "--baseline", known)
    assert done.returncode == 0
    (result,) = _run(done.stdout)["results"]
    assert result["suppressions"] == [{"kind": "external", "status": "accepted"}]


def test_log_text_does_nothing(cli: Cli, write_run: WriteRun, falling: list[float]) -> None:
    folder = write_run("hostile", [*falling[:150], *[float("nan")] * 50], tag=HOSTILE)
    done = cli("check", folder, "--train-loss", HOSTILE, "--format", "sarif")
    run = _run(done.stdout)
    result = next(r for r in run["results"] if r["ruleId"] == "nonfinite-loss")
    text = result["message"]["text"]
    assert "](" not in text
    assert "{0}" not in text
    assert "click" in text
    assert not [c for c in done.stdout if ord(c) < 32 and c != "\n"]
    assert "\\u001b" not in json.dumps(run).replace("\\\\u001b", "")
