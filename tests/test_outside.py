"""Runs of others and the tools beside them: what is read out of their answers, and how it is summed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.benchmarks import outside
from tests.benchmarks.commands import COMMANDS, best_file
from tests.benchmarks.events import Seen

UNDERSTOOD = {c.name: c.understand for c in COMMANDS}


def test_findings_of_losslint_get_the_names_of_the_checks() -> None:
    """As losslint 0.4.1 prints them."""
    found = [
        {"check": "nan_inf", "severity": "error", "details": {"steps": [30, 31], "count": 2}},
        {"check": "loss_spike", "severity": "warning", "details": {"steps": [5, 90], "count": 2}},
        {"check": "overfit_onset", "severity": "info", "details": {"consecutive_worsening": 4, "since_step": 60}},
        {"check": "stagnation", "severity": "info", "details": {"recent_improvement": 0.0}},
        {"check": "parse", "severity": "warning", "details": {}},
    ]
    assert UNDERSTOOD["losslint"]({"findings": found}) == [
        Seen("nonfinite-loss", "error", 30),
        Seen("loss-spike", "warning", 5, 5),
        Seen("loss-spike", "warning", 90, 90),
        Seen("overfitting", "info", 60),
        Seen("plateau", "info"),
    ]


def test_findings_of_trainproof_get_the_names_of_the_checks() -> None:
    """As trainproof 0.22.0 prints them; a log in which it finds no loss was not read."""
    overfit = "eval_loss min 1.02 @step120 rose to 1.31 (1.3x > 1.2) over the last 3 evals"
    found = [
        {"id": "TP-NAN", "level": "FAIL", "evidence": "Steps: [40, 41]..."},
        {"id": "TP-OVERFIT", "level": "WARN", "evidence": overfit},
        {"id": "TP-DIVERGE", "level": "FAIL", "evidence": "End loss 2.278 vs Min loss 1.331"},
        {"id": "TP-THROUGHPUT", "level": "INFO", "evidence": "100.08 steps/sec over 18s observed."},
    ]
    understand = UNDERSTOOD["trainproof"]
    assert understand({"reports": [{"findings": found}]}) == [
        Seen("nonfinite-loss", "error", 40.0),
        Seen("overfitting", "warning", 120.0),
        Seen("divergence", "error"),
    ]
    assert understand({"reports": [{"findings": [{"id": "TP-PASS", "level": "PASS", "evidence": ""}]}]}) == []
    assert understand({"reports": [{"findings": [{"id": "TP-NO-LOSS", "level": "FAIL", "evidence": ""}]}]}) is None
    assert understand({"reports": []}) is None


def test_a_tool_is_given_the_file_that_it_reads_best(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("a long story about a run")
    assert best_file(tmp_path) == tmp_path / "notes.txt"
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "events.out.tfevents.1").write_bytes(b"x")
    assert best_file(tmp_path) == tmp_path / "events"
    (tmp_path / "old.csv").write_text("a")
    (tmp_path / "log.csv").write_text("")
    assert best_file(tmp_path) == tmp_path / "log.csv"
    assert best_file(tmp_path / "old.csv") == tmp_path / "old.csv"


@pytest.mark.slow  # asks for tools that the project does not need
@pytest.mark.parametrize("tool", [c.name for c in COMMANDS])
def test_the_tools_answer_as_they_are_understood(tool: str, tmp_path: Path) -> None:
    command = next(c for c in COMMANDS if c.name == tool)
    if command.where() is None:
        pytest.skip(f"{tool} is not installed")
    log = tmp_path / "log.csv"
    log.write_text("step,loss\n" + "".join(f"{i},{2.0 - i / 100 if i < 60 else 40.0 + i}\n" for i in range(100)))
    found = command.look(log)
    assert found is not None
    assert "divergence" in {s.rule for s in found}


@pytest.mark.corpus
def test_sums_over_public_runs_agree_with_the_corpus_own_scorer(corpus_wild: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    wild = outside.entries("wild")
    told = [_strewn_at(e.label, rng) for e in wild]
    for rival in (False, True):
        kept = [
            {
                "run_id": e.label["run_id"],
                "state": "ok",
                "seconds": 0,
                "found": [_as_scored(s) | {"rival": rival} for s in seen],
            }
            for e, seen in zip(wild, told, strict=True)
        ]
        (tmp_path / "found.json").write_text(json.dumps({"runs": kept}))
        tool = "runmedic" if rival else "curveread"
        script = [sys.executable, corpus_wild.parents[1] / "tools" / "score_wild.py", corpus_wild, "--tool", tool]
        files = ["--reuse", tmp_path / "found.json", "--json", tmp_path / "sums.json"]
        subprocess.run([*script, *files], check=True, capture_output=True)
        theirs = json.loads((tmp_path / "sums.json").read_text())["total"]
        ours = outside.totals(outside.judged(e, seen, rival=rival) for e, seen in zip(wild, told, strict=True))
        assert (ours.right, ours.wrong) == (theirs["pairs_right"], theirs["pairs_wrong"])
        assert (ours.told, ours.expected) == (theirs["told"], theirs["expect"])
        assert (ours.alarmed, ours.healthy) == (theirs["healthy_alarmed"], theirs["healthy"])


def _strewn_at(label: Mapping[str, Any], rng: np.random.Generator) -> list[Seen]:
    """Return findings of any rule and severity in a public run, more of those that its label speaks of."""
    named = [r for e in label["expect"] for r in e["rules"]] + [x["rule"] for x in (*label["never"], *label["either"])]
    rules = [*named, *named, "loss-spike", "divergence", "gradient-explosion", "plateau"]
    first, last = label.get("steps") or [0, 1000]
    out = []
    for _ in range(int(rng.integers(0, 6))):
        at, to = sorted(rng.uniform(first or 0, last or 1000, 2))
        where = (None, None) if rng.random() < 0.1 else (at, to)
        out.append(Seen(str(rng.choice(rules)), str(rng.choice(["info", "warning", "error"])), *where))
    return out


def _as_scored(seen: Seen) -> dict[str, Any]:
    return {"rule": seen.rule, "severity": seen.severity, "first": seen.first, "peak": seen.first, "last": seen.last}
