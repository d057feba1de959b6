"""Tools with a command of their own, run as a user would run them: trainspotter and runmedic, where installed."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from curveread.run.model import Run
from tests.benchmarks.events import Seen

__all__ = ["COMMANDS", "Command", "best_file", "write_csv"]

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
)


@dataclass(frozen=True, slots=True)
class Command:
    """A tool's command: its name, what follows it, how its JSON is understood, the checks that it has."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    understand: Callable[[Any], list[Seen]]
    names: frozenset[str]

    def where(self) -> str | None:
        """Return the command's path, None where it is not installed."""
        beside = Path(sys.executable).parent / self.name
        return str(beside) if beside.is_file() else shutil.which(self.name)

    def title(self) -> str:
        """Return its name with the version that is installed beside the interpreter."""
        try:
            return f"{self.name} {version(self.name)}"
        except PackageNotFoundError:
            return self.name

    def look(self, place: Path) -> list[Seen]:
        """Return what the tool finds in a file or folder; nothing where it fails."""
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
            return []


def best_file(folder: Path) -> Path:
    """Return the file or folder with which a tool that reads one file is served best."""
    for pattern in ("trainer_state.json", "**/metrics.csv", "history.csv", "*.csv", "*.jsonl"):
        found = sorted(folder.glob(pattern))
        if found:
            return found[0]
    found = sorted(folder.glob("**/*tfevents*"))
    return found[0].parent if found else folder


def write_csv(run: Run, path: Path) -> None:
    """Write a run as a table with a row per step and an empty cell where a curve has no point."""
    step = np.unique(np.concatenate([c.step for c in run.curves.values()]))
    cells = [dict(zip(c.step.tolist(), c.value.tolist(), strict=True)) for c in run.curves.values()]
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["step", *run.curves])
        table.writerows([at, *(repr(c[at]) if at in c else "" for c in cells)] for at in step.tolist())


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


def _of_runmedic(documents: list[Mapping[str, Any]]) -> list[Seen]:
    seen: list[Seen] = []
    for finding in documents[0].get("findings", []) if documents else []:
        text = f"{finding.get('check', '')} {finding.get('title', '')}".lower()
        rule = next((rule for word, rule in _RUNMEDIC if word in text), text)
        severity = {"critical": "error"}.get(finding["severity"], finding["severity"])
        spikes = re.search(r"spike steps: ([\d, ]+)", " ".join(map(str, finding.get("evidence", []))))
        if spikes:
            seen += [Seen(rule, severity, float(s), float(s)) for s in re.findall(r"\d+", spikes[1])]
        else:
            seen.append(Seen(rule, severity, finding.get("step")))
    return seen


COMMANDS: tuple[Command, ...] = (
    Command("trainspotter", ("analyze",), ("--output", "json"), _of_trainspotter, frozenset(_TRAINSPOTTER.values())),
    Command("runmedic", ("diagnose",), ("--json",), _of_runmedic, frozenset(rule for _, rule in _RUNMEDIC)),
)
