"""The sample logs keep what their README promises: labels that fit, small files, nothing of the machine."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from curveread.detectors.registry import rules

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "sample_logs"
CASES = sorted(path.parent for path in SAMPLES.glob("*/labels.json"))
KEYS = {
    "case",
    "healthy",
    "model",
    "logger",
    "script",
    "truth",
    "first_step",
    "last_step",
    "every",
    "curves",
    "events",
    "head",
}
CURVES = {"train_loss", "eval_loss", "grad_norm", "learning_rate"}
EVENT_KEYS = {"rule", "severity", "tag", "onset", "last_step", "cause", "ground_truth", "benign"}
MACHINE = (b"/root/", b"/home/", b"/work/", b"/tmp/", b"/Users/")
LIMIT = 8 * 2**20  # bytes, all cases together


def labels_of(case: Path) -> dict[str, Any]:
    return json.loads((case / "labels.json").read_text(encoding="utf-8"))


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 14
    folders = {path for path in SAMPLES.iterdir() if path.is_dir() and path.name != "make"}
    assert folders == set(CASES), "a folder without labels.json"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_labels_are_complete(case: Path) -> None:
    labels = labels_of(case)
    assert set(labels) == KEYS
    assert labels["case"] == case.name
    assert (ROOT / labels["script"]).is_file()
    assert set(labels["curves"]) == CURVES
    assert labels["curves"]["train_loss"]
    assert labels["truth"].endswith(".")
    for event in labels["events"]:
        assert set(event) - {"kind"} == EVENT_KEYS
        assert event["ground_truth"] in {"construction", "measurement"}
        assert event["severity"] in {"info", "warning", "error"}
        if event["benign"]:
            assert event["rule"] is None
            assert event["kind"]
        else:
            assert event["rule"] in rules()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_steps_are_consistent(case: Path) -> None:
    labels = labels_of(case)
    first, last, every = labels["first_step"], labels["last_step"], labels["every"]
    assert 0 <= first < last
    assert (last - first) % every == 0
    for event in labels["events"]:
        begin, end = event["onset"]
        assert 0 <= begin <= end <= last
        assert event["last_step"] is None or begin <= event["last_step"] <= last


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_healthy_runs_have_no_alarm_and_the_others_have_one(case: Path) -> None:
    labels = labels_of(case)
    alarms = {event["rule"] for event in labels["events"] if event["severity"] != "info"}
    assert labels["healthy"] is (not alarms)
    assert bool(labels["head"]) is bool(alarms)
    assert alarms & set(labels["head"]) or labels["healthy"]


def test_every_logger_has_two_cases() -> None:
    loggers = [labels_of(case)["logger"].split()[0] for case in CASES]
    assert min(loggers.count(logger) for logger in loggers) >= 2
    assert len(set(loggers)) == 5


def test_trainer_state_ends_where_the_labels_say() -> None:
    states = sorted(SAMPLES.glob("*/trainer_state.json"))
    assert states
    for state in states:
        rows = json.loads(state.read_text(encoding="utf-8"))["log_history"]
        steps = [row["step"] for row in rows if "loss" in row]
        labels = labels_of(state.parent)
        assert (steps[0], steps[-1]) == (labels["first_step"], labels["last_step"])
        assert steps[1] - steps[0] == labels["every"]


def test_the_masked_nan_is_a_zero_beside_a_nan() -> None:
    case = SAMPLES / "nan-logged-as-zero"
    begin, end = labels_of(case)["events"][0]["onset"]
    rows = json.loads((case / "trainer_state.json").read_text(encoding="utf-8"))["log_history"]
    zeros = [row for row in rows if row.get("loss") == 0.0]
    assert begin <= zeros[0]["step"] <= end
    assert all(math.isnan(row["grad_norm"]) for row in zeros)


def test_the_folder_is_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < LIMIT


def test_there_are_logs_only() -> None:
    allowed = {".json", ".jsonl", ".csv", ".log", ".yaml", ".wandb"}
    for case in CASES:
        for path in (entry for entry in case.rglob("*") if entry.is_file()):
            assert path.suffix in allowed or path.name.startswith("events.out.tfevents."), path


def test_no_file_names_the_machine() -> None:
    for path in (entry for entry in SAMPLES.rglob("*") if entry.is_file() and "__pycache__" not in entry.parts):
        content = path.read_bytes()
        assert not [name for name in MACHINE if name in content], path
