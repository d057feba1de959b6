"""The labelled runs: the project's sample logs and, where it lies beside the project, the corpus of trained runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curveread.run.model import Run
from tests.benchmarks.aside import CORPUS
from tests.benchmarks.events import KINDS, Event, Label

__all__ = ["ROOT", "SAMPLES", "TRAINED", "Case", "of_trained", "sample_logs", "trained"]

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_logs"
TRAINED = CORPUS / "trained"

_KIND_OF_RULE = {
    "nonfinite-loss": "nan",
    "masked-nan": "nan",
    "loss-spike": "spike",
    "divergence": "divergence",
    "plateau": "plateau",
    "no-learning": "plateau",
    "overfitting": "overfit",
    "eval-below-train": "leakage",
    "oscillation": "oscillation",
    "metric-collapse": "collapse",
    "gradient-explosion": "exploding_grad",
    "gradient-vanishing": "vanishing_grad",
    "restart": "resume",
    "concurrent-writers": "resume",
    "step-gap": "gap",
    "time-gap": "gap",
    "level-shift": "distribution_shift",
    "underfitting": "underfit",
    "unfinished-run": "underfit",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled run and where it comes from: a folder of logs, or a function that makes it."""

    label: Label
    folder: Path | None = None
    make: Callable[[], Run] | None = None

    def runs(self) -> list[Run]:
        """Read (or make) the run; more than one where the folder cannot be told to be one run."""
        if self.make is not None:
            return [self.make()]
        import curveread as cr

        assert self.folder is not None
        return cr.read_all(self.folder)


def sample_logs(root: Path = SAMPLES) -> list[Case]:
    """Return the sample logs with their labels."""
    return [
        Case(_of_sample(json.loads(path.read_text(encoding="utf-8"))), path.parent)
        for path in sorted(root.glob("*/labels.json"))
    ]


def trained(root: Path = TRAINED) -> list[Case]:
    """Return the corpus of trained runs, empty where it is not there."""
    labels = root / "labels.jsonl"
    if not labels.is_file():
        return []
    entries = [json.loads(line) for line in labels.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Case(of_trained(entry), root / "runs" / entry["run_id"]) for entry in entries]


def _of_sample(entry: Mapping[str, Any]) -> Label:
    """Return the label of a sample log; an event that begins where an earlier one may begin follows from it."""
    events: list[Event] = []
    for item in entry["events"]:
        kind = _KIND_OF_RULE.get(item["rule"] or "")
        if kind is None:  # planned
            continue
        low, high = item["onset"]
        follows = any(e.window and e.window[0] <= high and low <= e.window[1] for e in events)
        events.append(Event(kind, low, item["last_step"], (low, high), benign=item["benign"], secondary=follows))
    return Label(
        name=entry["case"],
        family=f"sample {Path(entry['script']).stem}",
        first=entry["first_step"],
        last=entry["last_step"],
        every=entry["every"],
        events=tuple(events),
        healthy=entry["healthy"],
    )


def of_trained(entry: Mapping[str, Any]) -> Label:
    """Return the label of a trained run; the letters before its number name the program that trained it."""
    events = tuple(_of_trained_event(item) for item in entry["events"] if item["type"] in KINDS)
    program = re.match(r"[a-z]+", entry["run_id"])
    assert program
    ambiguous = bool(entry.get("ambiguous"))
    return Label(
        name=entry["run_id"],
        family=f"trained {program[0]}",
        first=entry["first_step"],
        last=entry["last_step"],
        every=entry["every"],
        events=events,
        healthy=not ambiguous and all(e.benign for e in events),
        ambiguous=ambiguous,
    )


def _of_trained_event(item: Mapping[str, Any]) -> Event:
    measured = item.get("measured", {})
    given = item.get("eval_window")
    window: tuple[float, float] | None = (given[0], given[1]) if given else None
    end = item.get("end_step")
    lasts = KINDS[item["type"]].slow or item["type"] in ("nan", "distribution_shift")
    if end is None and not lasts:
        high = window[1] if window else item["start_step"]
        end = max(high, item.get("peak_step") or high)
        if item["type"] == "spike":  # it is over when the curve is back
            end = max(end, measured.get("recovered_step") or end)
    return Event(
        kind=item["type"],
        start=item["start_step"],
        end=end,
        window=window,
        benign=bool(item.get("benign")),
        secondary=bool(item.get("secondary")),
        visible=measured.get("visible") is not False,
        also=frozenset(item.get("also_accept", ())),
    )
