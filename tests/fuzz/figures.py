"""What was tried in all runs so far, and the table of the README."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tests.fuzz.faults import KINDS
from tests.fuzz.worker import CASES
from tests.fuzz.writers import WRITERS

__all__ = ["BEGIN", "BY_HAND", "END", "KEPT", "ROOT", "Figures"]

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).parent / "figures.json"
BEGIN, END = "<!-- damaged logs: begin (python -m tests.fuzz --write) -->\n", "<!-- damaged logs: end -->"
GUIDED, BY_HAND = "guided", "made by hand"


@dataclass
class Figures:
    """What was tried and found.

    Parameters
    ----------
    next
        The first unit of work that was not begun.
    seconds
        Processor time, of which the cases of each format took their part.
    days, commits
        When, and of which states of the code.
    tried
        Format -> kind of case -> how many.
    by_hand
        How many inputs made by hand.
    open
        Faults that the code still has.
    """

    next: int = 0
    seconds: float = 0.0
    days: list[str] = field(default_factory=list)
    commits: list[str] = field(default_factory=list)
    tried: dict[str, dict[str, int]] = field(default_factory=dict)
    by_hand: int = 0
    open: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Figures:
        """Return the figures that a file holds; none where there is no file."""
        return cls(**json.loads(path.read_text("utf-8"))) if path.exists() else cls()

    def write(self, path: Path) -> None:
        """Write them into a file, whole."""
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")
        beside.replace(path)

    def begin(self) -> None:
        """Note day and state of the code."""
        command = ["git", "rev-parse", "--short=10", "HEAD"]
        commit = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
        for known, now in ((self.days, date.today().isoformat()), (self.commits, commit)):
            if now and now not in known:
                known.append(now)

    def add(self, told: dict[str, Any]) -> None:
        """Take what a worker tells: a fault, or a unit of work that is done."""
        if "done" not in told:
            self.open.append(told)
            return
        self.next = max(self.next, told["done"] + 1)
        self.seconds += told["seconds"]
        of = self.tried.setdefault(told["format"], {})
        for kind, count in told["tried"].items():
            of[kind] = of.get(kind, 0) + count

    @property
    def total(self) -> int:
        """How many cases were tried."""
        return sum(sum(of.values()) for of in self.tried.values()) + self.by_hand

    def table(self) -> str:
        """Return formats, cases and faults in Markdown, and a sentence about how they came about."""
        columns = [*CASES, *((GUIDED,) if any(GUIDED in of for of in self.tried.values()) else ())]
        rows = [
            "| format | " + " | ".join((*columns, "all", *KINDS)) + " |",
            "|---|" + "---:|" * (len(columns) + 1 + len(KINDS)),
        ]
        rows += [self._row(w.name, columns, {w.name: self.tried.get(w.name, {})}, w.name) for w in WRITERS]
        none = " |" * len(columns)
        found = " | ".join(str(sum(f["kind"] == kind and f["format"] == BY_HAND for f in self.open)) for kind in KINDS)
        rows.append(f"| {BY_HAND} |{none} {self.by_hand} | {found} |")
        rows.append(self._row("all", columns, self.tried, None))
        when = " and ".join(dict.fromkeys((self.days[0], self.days[-1]))) if self.days else "never"
        states = " to ".join(dict.fromkeys((self.commits[0], self.commits[-1]))) if self.commits else "none"
        hours = f"{self.seconds / 3600:.1f} hours of one core"
        told = f"Commits {states}, {when}, {hours}; the faults are those of today.\n"
        return "\n".join(rows) + "\n\n" + told

    def _row(self, title: str, columns: list[str], tried: dict[str, dict[str, int]], only: str | None) -> str:
        counts = [sum(of.get(kind, 0) for of in tried.values()) for kind in columns]
        total = self.total if only is None else sum(counts)
        found = [sum(f["kind"] == kind and only in (None, f["format"]) for f in self.open) for kind in KINDS]
        return f"| {title} | " + " | ".join(f"{n:,}" for n in (*counts, total, *found)) + " |"
