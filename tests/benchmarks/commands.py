"""Tools with a command of their own, run as a user would run them, without options, where they are installed.

Each lives in an environment of its own, whose ``bin`` is on the PATH (``python -m venv T && T/bin/pip install NAME``),
with the extra that reads more formats: ``trainspotter[tensorboard]``, ``runmedic[wandb]``, ``losslint[tb]``. Their
findings are given the names of the checks here that say the same; a finding that no check corresponds to keeps its own
name. Remarks about lines of the file that could not be parsed are left out.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.events import Seen

__all__ = ["COMMANDS", "Command", "best_file"]

SECONDS = 300
_TRAINSPOTTER = {
    "spikes": "loss-spike",
    "divergence": "divergence",
    "plateau": "plateau",
    "overfitting": "overfitting",
    "loss_floor": "eval-below-train",
    "grad_norm": "gradient-explosion",
    "lr_schedule": "learning-rate-jump",
    "throughput": "throughput-drop",
    "eval_noise": "oscillation",
}
_RUNMEDIC = (
    ("nan", "nonfinite-loss"),
    ("non_finite", "nonfinite-loss"),
    ("diverg", "divergence"),
    ("spike", "loss-spike"),
    ("overfit", "overfitting"),
    ("below", "eval-below-train"),
    ("plateau", "plateau"),
    ("stall", "plateau"),
    ("uniform", "no-learning"),
    ("not learning", "no-learning"),
    ("chance", "no-learning"),
    ("grad", "gradient-explosion"),
    ("noisy", "oscillation"),
    ("oom", "out-of-memory"),
    ("killed", "crash"),
)
_LOSSLINT = {
    "nan_inf": "nonfinite-loss",
    "divergence": "divergence",
    "loss_spike": "loss-spike",
    "step_backtrack": "restart",
    "overfit_onset": "overfitting",
    "stagnation": "plateau",
}
_TRAINPROOF = {
    "TP-NAN": "nonfinite-loss",
    "TP-NAN-GRAD": "nonfinite-loss",
    "TP-ZERO-LOSS-ONSET": "masked-nan",
    "TP-ZERO-LOSS": "no-learning",
    "TP-FLAT": "no-learning",
    "TP-DEAD-RUN": "no-learning",
    "TP-ZERO-LR": "no-learning",
    "TP-ZERO-LR-PARTIAL": "learning-rate-jump",
    "TP-DIVERGE": "divergence",
    "TP-OVERFIT": "overfitting",
    "TP-ZERO-GRAD": "gradient-vanishing",
    "TP-GRAD-SPIKE": "gradient-explosion",
    "TP-STEP-CLIFF": "throughput-drop",
}
_UNREAD = {"TP-NO-RECORDS", "TP-NO-LOSS"}


@dataclass(frozen=True, slots=True)
class Command:
    """A tool's command: its name, what follows it, how its JSON is understood, the checks that it has."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    understand: Callable[[Any], list[Seen] | None]
    names: frozenset[str]

    def where(self) -> str | None:
        """Return the command's path, None where it is not installed."""
        return shutil.which(self.name)

    def title(self) -> str:
        """Return its name with the version that is installed in its environment."""
        ask = f"from importlib.metadata import version; print(version({self.name!r}))"
        python = Path(self.where() or "").with_name("python")
        done = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True)
        return f"{self.name} {done.stdout.strip()}"

    def look(self, place: Path) -> list[Seen] | None:
        """Return what the tool finds in a file or folder; None where it cannot read it, or fails."""
        command = self.where()
        assert command is not None
        try:
            done = subprocess.run(
                [command, *self.before, str(place), *self.after],
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
            return self.understand(json.loads(done.stdout))
        except (subprocess.TimeoutExpired, json.JSONDecodeError):
            return None


_BEST = (
    "trainer_state.json trainer_state*.json metrics.csv history.csv results.csv progress.csv log.csv *.csv *.jsonl "
    "*tfevents* *.wandb *.json *.log *.txt"
).split()


def best_file(place: Path) -> Path:
    """Return the file, or folder of event files, with which a tool that reads one log is served best."""
    for pattern in _BEST:
        found = sorted(place.rglob(pattern), key=lambda p: p.stat().st_size) if place.is_dir() else []
        if found:
            return found[-1].parent if "tfevents" in pattern else found[-1]
    return place


def _of_trainspotter(document: Mapping[str, Any]) -> list[Seen]:
    return [
        Seen(
            _TRAINSPOTTER.get(f.get("detector", ""), f.get("detector", "")),
            f.get("severity", "warning"),
            f.get("step_start"),
            f.get("step_end"),
        )
        for f in document.get("findings", [])
    ]


def _of_runmedic(documents: list[Mapping[str, Any]]) -> list[Seen] | None:
    if not documents:
        return None
    seen: list[Seen] = []
    for finding in documents[0].get("findings", []):
        text = f"{finding.get('check', '')} {finding.get('title', '')}".lower()
        rule = next((rule for word, rule in _RUNMEDIC if word in text), text)
        severity = {"critical": "error"}.get(finding["severity"], finding["severity"])
        spikes = re.search(r"spike steps: ([\d, ]+)", " ".join(map(str, finding.get("evidence", []))))
        if spikes:
            seen += [Seen(rule, severity, float(s), float(s)) for s in re.findall(r"\d+", spikes[1])]
        else:
            seen.append(Seen(rule, severity, finding.get("step")))
    return seen


def _of_losslint(document: Mapping[str, Any]) -> list[Seen]:
    seen: list[Seen] = []
    for finding in document["findings"]:
        if (rule := _LOSSLINT.get(finding["check"])) is None:
            continue
        details = finding["details"]
        steps = details.get("steps") or [details.get("since_step")]
        steps = steps if rule == "loss-spike" else steps[:1]
        seen += [Seen(rule, finding["severity"], s, s if rule == "loss-spike" else None) for s in steps]
    return seen


def _of_trainproof(document: Mapping[str, Any]) -> list[Seen] | None:
    findings = [f for report in document["reports"] for f in report["findings"] if f["level"] in ("WARN", "FAIL")]
    if _UNREAD & {f["id"] for f in findings} or not document["reports"]:
        return None
    seen = []
    for finding in findings:
        named = re.search(r"(?:@step ?|first at step |Steps: \[)(\d+)", finding["evidence"])
        severity = "error" if finding["level"] == "FAIL" else "warning"
        rule = _TRAINPROOF.get(finding["id"], finding["id"])
        seen.append(Seen(rule, severity, float(named[1]) if named else None))
    return seen


COMMANDS: tuple[Command, ...] = (
    Command("trainspotter", ("analyze",), ("--output", "json"), _of_trainspotter, frozenset(_TRAINSPOTTER.values())),
    Command("runmedic", ("diagnose",), ("--json",), _of_runmedic, frozenset(rule for _, rule in _RUNMEDIC)),
    Command("losslint", ("check",), ("--format", "json"), _of_losslint, frozenset(_LOSSLINT.values())),
    Command("trainproof", ("doctor",), ("--json",), _of_trainproof, frozenset(_TRAINPROOF.values())),
)
