"""Which names of the labelled sets are left aside: rules are never made or tuned on them, they only measure.

A third of the repositories, programs, frameworks and cases, drawn by a hash of their names, so that nobody chooses;
`python -m tests.benchmarks.aside` lists them, and names that come later are drawn the same way.
"""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"

__all__ = ["CORPUS", "is_aside", "names"]


def is_aside(name: str) -> bool:
    """Return whether a repository, program, framework or case is one of the third that is left aside."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 3 == 0


def names() -> dict[str, list[str]]:
    """Return the names of each labelled set of the corpus: set -> sorted names."""

    def labels(folder: str, key: str) -> set[str]:
        lines = (CORPUS / folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()
        return {str(json.loads(line)[key]) for line in lines if line.strip()}

    with (CORPUS / "roles" / "open.tsv").open(encoding="utf-8", newline="") as file:
        frameworks = {row["framework"] for row in csv.DictReader(file, delimiter="\t")}
    found = {
        "roles": frameworks,
        "wild": labels("wild", "repository"),
        "trained2": labels("trained2", "program"),
        "cases": {p.name for p in (CORPUS / "cases").iterdir() if p.is_dir()},
    }
    return {name: sorted(members) for name, members in found.items()}


def main() -> None:
    """Print what is left aside of each set."""
    for name, members in names().items():
        aside = [m for m in members if is_aside(m)]
        print(f"{name}: {len(aside)} of {len(members)} left aside")
        for member in aside:
            print(f"  {member}")


if __name__ == "__main__":
    main()
