"""Whether a sweep says why its runs broke: ``python -m tests.benchmarks.sweep_associations [FOLDER]``.

200 trainings with settings drawn at random really run, are logged, read and judged. By construction of the trainer

- they blow up where the learning rate is beyond the edge of stability: the main cut; ``min_lr`` is always a hundredth
  of it: a confounded pair;
- their scaled gradients overflow in half precision, and only there, where the loss scale is large: an interaction;
- ``num_workers`` and ``log_format`` do nothing.

Printed is what is said of them, and of 100 shuffles in each of which what became of a run is given to another one.
Takes about two minutes on two cores.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from curveread.findings.sweep.row import SweepRow
from curveread.fleet.analyse import analyse
from curveread.fleet.sweep import sweep
from tests.benchmarks.small_trainings import train

__all__ = ["claims_of_shuffles", "trained"]

RUNS, SHUFFLES = 200, 100
IRRELEVANT = ("num_workers", "log_format")


def trained(folder: Path, runs: int = RUNS, jobs: int | None = None) -> tuple[SweepRow, ...]:
    """Train runs into a folder, and return the rows of their sweep."""
    rng = np.random.default_rng(15)
    for at in range(runs):
        lr = float(rng.choice([0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0]))
        settings = {
            "lr": lr,
            "min_lr": lr / 100,
            "momentum": float(rng.choice([0.0, 0.5, 0.9])),
            "batch_size": int(rng.choice([16, 32, 64])),
            "init_scale": float(rng.choice([0.5, 1.0])),
            "precision": str(rng.choice(["float16", "float32"])),
            "loss_scale": float(2.0 ** rng.choice([8, 12, 16, 20, 24])),
            "num_workers": int(rng.choice([0, 2, 4, 8])),
            "log_format": str(rng.choice(["plain", "json"])),
            "seed": at,
        }
        train(folder / f"run-{at:03}", settings)
    return tuple(sweep(folder, jobs=jobs).rows)


def claims_of_shuffles(rows: Sequence[SweepRow], times: int = SHUFFLES) -> tuple[int, int]:
    """Return in how many of some shuffles an association is claimed, and in how many an importance."""
    shared = matters = 0
    for at in range(times):
        order = np.random.default_rng(at).permutation(len(rows))
        found = analyse([replace(rows[o], settings=row.settings) for row, o in zip(rows, order, strict=True)])
        shared += bool(found.associations)
        matters += bool(found.importances)
    return shared, matters


def main() -> None:
    """Train, read and print."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="an empty folder for the logs, kept afterwards")
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as temporary:
        rows = trained(folder or Path(temporary) / "runs")
    found = analyse(rows)
    for statement in found.statements:
        print(f"{statement.topic}: {statement.text}")
    shared, matters = claims_of_shuffles(rows)
    print(f"claimed of {SHUFFLES} shuffles: associations in {shared}, importances in {matters}")


if __name__ == "__main__":
    main()
