"""What a sweep costs beside reading and judging its runs: ``python -m tests.benchmarks.sweep [RUNS] [MANY]``.

Writes RUNS runs (1,000 unless said otherwise) by real writers: event files by TensorBoard's, the CSV of Lightning, the
state of a Trainer. Then in processes of their own, one after the other:

- reading and judging run by run, a sweep in one process and one in two: wall and processor seconds, same rows;
- a second call on the unchanged tree;
- the peak memory of the parent of a sweep into a table, over MANY small runs (10,000) and over a tenth of them.

Linux alone tells that peak. Others may use the machine meanwhile: quote the ratios of what ran back to back.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from curveread.findings.sweep.sweep import Sweep

ROOT = Path(__file__).resolve().parents[2]


def write_runs(folder: Path, runs: int, points: int) -> None:
    """Write runs of every third format; they differ in learning rate and seed, and those above 1 break."""
    rates = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
    for i in range(runs):
        rate, seed = rates[i % len(rates)], i // len(rates)
        rng = np.random.default_rng(i)
        step = np.arange(1, points + 1)
        loss = 0.3 + 2.0 * np.exp(-rate * step / points * 20) + rng.normal(0, 0.02, points)
        if rate > 1:
            loss[points // 2 :] += np.linspace(0, rate, points - points // 2)
        evals = loss[9::10] + rng.normal(0, 0.01, loss[9::10].size) + 0.05
        run = folder / f"lr{rate}-seed{seed}"
        run.mkdir(parents=True)
        _WRITERS[i % len(_WRITERS)](run, loss, evals, rate, seed)


def _events(run: Path, loss: np.ndarray, evals: np.ndarray, rate: float, seed: int) -> None:
    from tests.support.event_writer import write_scalars  # a sweep's own process has no use for TensorBoard

    points = [("train/loss", i + 1, v, 1.7e9 + i) for i, v in enumerate(loss.tolist())]
    points += [("eval/loss", 10 * (i + 1), v, 1.7e9 + 10 * i) for i, v in enumerate(evals.tolist())]
    write_scalars(run, points)
    (run / "hparams.yaml").write_text(f"lr: {rate}\nseed: {seed}\n")


def _table(run: Path, loss: np.ndarray, evals: np.ndarray, rate: float, seed: int) -> None:
    with (run / "metrics.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["step", "epoch", "train_loss", "val_loss"])
        for i, value in enumerate(loss.tolist()):
            out.writerow([i + 1, i // 10, value, evals[i // 10] if i % 10 == 9 else ""])
    (run / "hparams.yaml").write_text(f"lr: {rate}\nseed: {seed}\n")


def _state(run: Path, loss: np.ndarray, evals: np.ndarray, rate: float, seed: int) -> None:
    log = [{"step": i + 1, "epoch": i / 10, "loss": v, "learning_rate": rate} for i, v in enumerate(loss.tolist())]
    log += [{"step": 10 * (i + 1), "epoch": i + 1.0, "eval_loss": v} for i, v in enumerate(evals.tolist())]
    log.sort(key=lambda row: row["step"])
    (run / "trainer_state.json").write_text(json.dumps({"global_step": len(loss), "log_history": log}))
    (run / "training_args.json").write_text(json.dumps({"learning_rate": rate, "seed": seed}))


_WRITERS: tuple[Callable[[Path, np.ndarray, np.ndarray, float, int], None], ...] = (_events, _table, _state)


def plain(folder: Path) -> int:
    """Read and judge run by run, as a loop of one's own does."""
    from curveread import api

    return sum(len([api.diagnose(run) for run in api.read_all(place)]) for place in sorted(folder.iterdir()))


def swept(folder: Path, jobs: int, table: str) -> Sweep:
    """Sweep, as a script does."""
    import curveread as cr

    return cr.sweep(folder, jobs=jobs, table=table or None)


def told(found: Sweep) -> str:
    """Return what tells whether the rows are those of another sweep."""
    digest = hashlib.sha256()
    for row in found.rows:
        digest.update(repr(row).encode())
    return f"{len(found.rows)} rows {digest.hexdigest()[:12]}"


def measured(*arguments: object) -> dict[str, Any]:
    """Return what a process of its own came to, from its start: wall and processor seconds, peak memory, its answer."""
    command = [sys.executable, "-m", "tests.benchmarks.sweep", "--child", str(time.monotonic()), *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _child(start: str, what: str, folder: str, *rest: str) -> None:
    found = plain(Path(folder)) if what == "plain" else swept(Path(folder), int(rest[0]), rest[1])
    wall = time.monotonic() - float(start)
    own, below = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + below.ru_utime + below.ru_stime
    answer = str(found) if isinstance(found, int) else told(found)
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": _peak(), "answer": answer}))


def _peak() -> float:
    """Return the most memory that this process had, in MiB; ``ru_maxrss`` counts what its parent had before it too."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024


def timed(place: Path, runs: int) -> None:
    """Print what a sweep takes beside reading and judging its runs one by one, and what a second call takes."""
    tree, table = place / "runs", str(place / "table.csv")
    write_runs(tree, runs, 500)
    print(f"{runs} runs of 500 steps, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    alone, one = measured("plain", tree), measured("sweep", tree, 1, "")
    two, again = measured("sweep", tree, 2, table), measured("sweep", tree, 2, table)
    for name, m in (("one by one", alone), ("sweep, 1", one), ("sweep, 2", two), ("second call", again)):
        print(f"{name:12s} wall {m['wall']:7.1f} s  cpu {m['cpu']:7.1f} s  peak {m['peak']:5.0f} MiB  {m['answer']}")
    print(f"2 processes: {one['wall'] / two['wall']:.2f} times one; same rows: {one['answer'] == two['answer']}")
    print(f"overhead over reading and judging: {100 * (one['cpu'] / alone['cpu'] - 1):.0f} % of processor time")
    shares = [100 * again["wall"] / first["wall"] for first in (one, two)]
    print(f"second call: {shares[0]:.1f} % of the first in one process, {shares[1]:.1f} % in two", flush=True)


def weighed(place: Path, many: int) -> None:
    """Print the parent's peak memory over many runs and over a tenth of them."""
    write_runs(place / "tenth", many // 10, 40)
    write_runs(place / "all", many, 40)
    peaks = []
    for count, part in ((many // 10, "tenth"), (many, "all")):
        m = measured("sweep", place / part, 2, str(place / f"{part}.csv"))
        peaks.append(m["peak"])
        print(f"{count:6d} runs: parent's peak {m['peak']:.0f} MiB, {count / m['wall']:.1f} runs/s", flush=True)
    print(f"peak of the parent: {100 * (peaks[1] / peaks[0] - 1):+.0f} %")


def main(runs: int, many: int) -> None:
    """Print the figures; a part of 0 runs is left out."""
    with tempfile.TemporaryDirectory() as place:
        if runs:
            timed(Path(place), runs)
        if many:
            weighed(Path(place), many)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _child(*sys.argv[2:])
    else:
        main(*(int(n) for n in [*sys.argv[1:], *("1000", "10000")[len(sys.argv) - 1 :]]))
