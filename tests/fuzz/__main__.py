"""``python -m tests.fuzz``: damages logs for as long as it is told to, and says what must not have happened."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from tests.fuzz.faults import judged_whole
from tests.fuzz.figures import BEGIN, BY_HAND, END, KEPT, ROOT, Figures
from tests.fuzz.handmade import HANDMADE, made
from tests.fuzz.judging import Judge
from tests.fuzz.worker import alarmed, in_memory, seed_of
from tests.fuzz.writers import WRITERS

Take = Callable[[dict[str, Any]], None]
_SILENT = 900.0


def main() -> int:
    """Work, and tell each kind of fault once with the smallest file that has it."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, help="the first unit of work; else where the figures end")
    parser.add_argument("--only", default="", help="a part of the formats' names")
    parser.add_argument("--state", type=Path, help="a file of figures to go on with")
    parser.add_argument("--atheris", action="store_true", help="let coverage guide the damage (extra fuzz)")
    parser.add_argument("--by-hand", action="store_true", help="try the inputs made by hand, too")
    parser.add_argument("--write", action="store_true", help="write figures and table into the repository")
    parser.add_argument("--keep", type=Path, help="a folder that gets a file of each fault")
    given = parser.parse_args()
    figures = Figures.read(given.state or Path("none"))
    _judge_again(figures)
    if given.by_hand:
        _by_hand(figures)
    if given.minutes > 0:
        figures.begin()
        _work(figures, given)
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


def _by_hand(figures: Figures) -> None:
    """Read each input that was made by hand."""
    figures.by_hand = len(HANDMADE)
    for name, make in HANDMADE.items():
        with made(make) as folder:
            for fault in alarmed(name, partial(judged_whole, folder)):
                told = {"kind": fault.kind, "where": fault.where, "detail": fault.detail}
                figures.open.append({**told, "unit": -1, "format": BY_HAND, "damage": name, "file": name, "hex": ""})


def _work(figures: Figures, given: argparse.Namespace) -> None:
    """Let workers work, and keep the figures as they come."""
    lock, end = threading.Lock(), time.monotonic() + 60 * given.minutes
    first = figures.next if given.seed is None else given.seed

    def take(told: dict[str, Any]) -> None:
        with lock:
            figures.add(told)
            if given.state:
                figures.write(given.state)
            if "done" in told:
                print(f"{figures.total:,} cases, {len(figures.open):,} faults", file=sys.stderr, flush=True)

    def damage(job: int) -> None:
        unit = first + job
        while (left := end - time.monotonic()) > 1:
            unit = _damaged(unit, given.jobs, left, given.only, take)

    def guide(job: int) -> None:
        names = [w.name for w in WRITERS if given.only in w.name][job :: given.jobs]
        for name in names:
            _told_by(["tests.fuzz.guided", name, str(int(60 * given.minutes / len(names)))], name, take)

    with ThreadPoolExecutor(given.jobs) as pool:
        for future in [pool.submit(guide if given.atheris else damage, job) for job in range(given.jobs)]:
            future.result()


def _damaged(unit: int, every: int, seconds: float, only: str, take: Take) -> int:
    """Run one worker, and return the unit to go on with."""
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        state = Path(folder) / "state"
        state.write_text(f"{unit} ")
        _told_by(["tests.fuzz.worker", str(unit), str(every), str(seconds), only, str(state)], state, take)
        return int(state.read_text().split()[0]) + every


def _told_by(command: list[str], last: Path | str, take: Take) -> None:
    """Take what a process tells; one that dies is a fault of its last case, which ``last`` names or holds."""
    with tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen(
            [sys.executable, "-m", *command], stdout=subprocess.PIPE, stderr=errors, text=True
        ) as job:
            watch = threading.Timer(_SILENT, job.kill)
            watch.start()
            for line in job.stdout or ():
                watch.cancel()
                watch = threading.Timer(_SILENT, job.kill)
                watch.start()
                take(json.loads(line))
            watch.cancel()
        if job.returncode:
            errors.seek(0)
            case = last if isinstance(last, str) else last.read_text()
            where, detail = f"process ended with {job.returncode}", errors.read()[-3000:]
            fault = {"unit": -1, "format": "?", "damage": case, "file": "", "kind": "crash"}
            take({**fault, "where": where, "detail": detail, "hex": ""})


def _judge_again(figures: Figures) -> None:
    """Judge the faults that are known by the code as it is now."""
    still = []
    for fault in (f for f in figures.open if f["unit"] >= 0):
        with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
            seed, _ = seed_of(fault["unit"], Path(folder) / "run")
            if alarmed("again", partial(Judge(seed).judged, fault["damage"], bytes.fromhex(fault["hex"]))):
                still.append(fault)
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
