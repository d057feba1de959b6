"""What is known about a run: written beside its logs as labels.json."""

# ruff: noqa: D401  (a docstring here says what something is or what happened, not what to do)

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any


@dataclasses.dataclass
class Event:
    """Something that happened in a run, and where a reader of the logs may first see it.

    `rule` is the check that should report it; it is None for planned things (an epoch boundary, a decay of the
    learning rate), which carry a `kind` instead and are benign: reporting them as a fault is a false alarm.
    `onset` is the window of steps in which a finding may rightly begin. `ground_truth` says how the window is
    known: by "construction" (the fault was put there) or by "measurement" (it was read off the trained model).
    """

    rule: str | None
    severity: str
    tag: str
    onset: tuple[int, int]
    last_step: int | None
    cause: str
    ground_truth: str = "construction"
    benign: bool = False
    kind: str | None = None


@dataclasses.dataclass
class Labels:
    """One labels.json. `head` names the rules of which at least one must lead the report; empty if healthy."""

    model: str
    logger: str
    truth: str
    first_step: int
    last_step: int
    every: int
    curves: dict[str, str | None]
    events: list[Event] = dataclasses.field(default_factory=list)
    head: list[str] = dataclasses.field(default_factory=list)
    healthy: bool = False

    def write(self, folder: Path, script: str) -> None:
        """Write labels.json into the case's `folder`; `script` is the path of the script that trained it."""
        record: dict[str, Any] = {
            "case": folder.name,
            "healthy": self.healthy,
            "model": self.model,
            "logger": self.logger,
        }
        record |= {"script": script} | dataclasses.asdict(self)
        for event in record["events"]:
            if event["kind"] is None:
                del event["kind"]
        (folder / "labels.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def planned(kind: str, tag: str, first: int, last: int, cause: str) -> Event:
    """A harmless thing that the plan of the training brings: it shows in the curve and needs no alarm."""
    return Event(None, "info", tag, (first, last), last, cause, benign=True, kind=kind)
