"""``python -m tests.fuzz``: damages logs for as long as it is told to, and says what must not have happened."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.fuzz.figures import BEGIN, END, ROOT, Figures
from tests.fuzz.judging import Judge
from tests.fuzz.worker import alarmed, in_memory, seed_of, writer_of

KEPT = Path(__file__).parent / "figures.json"
_SILENT = 900.0


def main() -> int:
    """Work, and tell each kind of fault once with the smallest file that has it."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, help="the first unit of work; else where the figures end")
    parser.add_argument("--only", default="", help="a part of the formats' names")
    parser.add_argument("--state", type=Path, help="a file of figures to go on with")
    parser.add_argument("--write", action="store_true", help="write figures and table into the repository")
    parser.add_argument("--keep", type=Path, help="a folder that gets a file of each fault")
    given = parser.parse_args()
    figures = Figures.read(given.state or Path("none"))
    _judge_again(figures)
    if given.minutes > 0:
        figures.begin()
        first = figures.next if given.seed is None else given.seed
        _work(figures, first, given)
    _tell(figures.open, given.keep)
    print(figures.table())
    if given.state:
        figures.write(given.state)
    if given.write:
        figures.write(KEPT)
        readme = ROOT / "README.md"
        before, _, rest = readme.read_text("utf-8").partition(BEGIN)
        readme.write_text(before + BEGIN + "\n" + figures.table() + "\n" + END + rest.partition(END)[2], "utf-8")
    return bool(figures.open)


def _work(figures: Figures, first: int, given: argparse.Namespace) -> None:
    """Let workers work, and keep the figures as they come."""
    lock, end = threading.Lock(), time.monotonic() + 60 * given.minutes

    def take(told: dict[str, Any]) -> None:
        with lock:
            figures.add(told)
            if given.state:
                figures.write(given.state)
            if "done" in told and told["done"] % 20 == 0:
                print(f"{figures.total:,} cases, {len(figures.open):,} faults", file=sys.stderr, flush=True)

    def run(job: int) -> None:
        unit = first + job
        while (left := end - time.monotonic()) > 1:
            unit = _worked(unit, given.jobs, left, given.only, take)

    with ThreadPoolExecutor(given.jobs) as pool:
        for future in [pool.submit(run, job) for job in range(given.jobs)]:
            future.result()


def _worked(unit: int, every: int, seconds: float, only: str, take: Any) -> int:
    """Run one worker, and return the unit to go on with; one that dies is a fault of its last case."""
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        state, errors = Path(folder) / "state", Path(folder) / "errors"
        state.write_text(f"{unit} ? nothing")
        command = [sys.executable, "-m", "tests.fuzz.worker", str(unit), str(every), str(seconds), only, str(state)]
        with (
            errors.open("wb") as file,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=file, text=True) as job,
        ):
            watch = threading.Timer(_SILENT, job.kill)
            watch.start()
            for line in job.stdout or ():
                watch.cancel()
                watch = threading.Timer(_SILENT, job.kill)
                watch.start()
                take(json.loads(line))
            watch.cancel()
        last = state.read_text()
        if job.returncode:
            told = {"unit": int(last.split()[0]), "format": writer_of(int(last.split()[0])).name, "damage": last}
            where, detail = f"process ended with {job.returncode}", errors.read_text()[-3000:]
            take({**told, "file": "", "kind": "crash", "where": where, "detail": detail, "hex": ""})
        return int(last.split()[0]) + every


def _judge_again(figures: Figures) -> None:
    """Judge the faults that are known by the code as it is now."""
    still = []
    for fault in figures.open:
        with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
            seed, _ = seed_of(fault["unit"], Path(folder) / "run")
            if alarmed(Judge(seed), fault["damage"], bytes.fromhex(fault["hex"])):
                still.append(fault)
            elif (kind := f"{fault['kind']}: {fault['where']}") not in figures.mended:
                figures.mended.append(kind)
    figures.open = still


def _tell(faults: list[dict[str, Any]], keep: Path | None) -> None:
    """Print each kind of fault once, with the smallest file that has it; ``keep`` gets that file."""
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for fault in faults:
        kinds.setdefault((fault["kind"], fault["where"]), []).append(fault)
    for (kind, where), found in sorted(kinds.items(), key=lambda k: -len(k[1])):
        smallest = min(found, key=lambda f: len(f["hex"]))
        print(f"{len(found):,} x {kind}: {where} ({smallest['format']}, {smallest['damage']}, {smallest['unit']})")
        print("    " + smallest["detail"].strip().replace("\n", "\n    ")[-1200:])
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            name = f"{kind}-{abs(hash(where)) % 10**6}-{smallest['file']}".replace(" ", "-")
            (keep / name).write_bytes(bytes.fromhex(smallest["hex"]))


if __name__ == "__main__":
    sys.exit(main())
