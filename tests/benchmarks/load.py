"""Logs from 10,000 points to 10 million: processor time, peak memory and how both grow, beside other readers.

    python -m tests.benchmarks.load [--only FORMAT] [--sizes 10000 100000 1000000] [--alone] [--whole] [--dir FOLDER]

Each step is a process of its own; what imports take is counted in the memory, and in the time with ``--whole`` alone.
``time^`` is the exponent between the two largest sizes: 1 is linear. Memory is the peak of the process, ``B/point``
what it grew by between the two largest sizes.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import logs

ROOT = Path(__file__).resolve().parents[2]
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
_KEYS = ("loss", "grad_norm", "lr", "accuracy")

_READ = ("import curveread as cr", "run = cr.read(PATH)")
_STEPS = {
    "read": _READ,
    "check": ("import curveread as cr", "cr.diagnose(cr.read(PATH)).to_dict()"),
    "report": ("import curveread as cr", "cr.report(cr.read(PATH), OUT)"),
}
_RIVALS = {
    "event file": {
        "EventAccumulator": (
            "from tensorboard.backend.event_processing.event_accumulator import EventAccumulator",
            "e = EventAccumulator(PATH, size_guidance={'scalars': 0})\ne.Reload()",
        ),
        "tbparse": (
            "from tbparse import SummaryReader",
            "SummaryReader(PATH, event_types={'scalars'}, extra_columns={'wall_time'}).scalars",
        ),
    },
    "CSV": {"pandas.read_csv": ("import pandas", "pandas.read_csv(PATH)")},
    "JSONL": {"pandas.read_json": ("import pandas", "pandas.read_json(PATH, lines=True)")},
}


@dataclass(frozen=True)
class Spent:
    """Processor seconds and peak MiB."""

    seconds: float
    mib: float


def _rows(points: int) -> Iterable[tuple[int, dict[str, float]]]:
    rng = random.Random(0)
    rows = points // len(_KEYS)
    for i in range(rows):
        loss = 1 + 2 * math.exp(-5 * i / rows) + rng.gauss(0, 0.05)
        yield i, dict(zip(_KEYS, (loss, abs(rng.gauss(1, 0.1)), 3e-4, 1 - 0.3 * loss), strict=True))


def csv(path: Path, points: int) -> None:
    """Write four columns beside the step."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f"step,{','.join(_KEYS)}\n")
        file.writelines(f"{i},{','.join(f'{v:.9g}' for v in row.values())}\n" for i, row in _rows(points))


def jsonl(path: Path, points: int) -> None:
    """Write the same as an object a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"step": i, **row}) + "\n" for i, row in _rows(points))


_FORMATS: dict[str, tuple[str, Callable[[Path, int], None]]] = {
    "event file": ("events.out.tfevents.1700000000.bench.1.0", logs.regular),
    "CSV": ("metrics.csv", csv),
    "JSONL": ("metrics.jsonl", jsonl),
    ".wandb": ("run-bench.wandb", lambda path, points: logs.wandb(path, points // 5)),
    "text": ("train.log", lambda path, points: logs.printed(path, points // 3)),
}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=_FORMATS, action="append", help="this format; may be given several times")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--alone", action="store_true", help="without the other readers")
    parser.add_argument("--whole", action="store_true", help="the time of whole processes, imports and all")
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "curveread-load")
    args = parser.parse_args()
    for name in args.only or _FORMATS:
        steps = _STEPS if args.alone else _STEPS | _RIVALS.get(name, {})
        made = [_made(name, args.dir, n) for n in args.sizes]
        spent = {step: [_spent(code, log, whole=args.whole) for log in made] for step, code in steps.items()}
        print(f"\n{name}\n" + "\n".join(_table(spent, args.sizes)), flush=True)


def _made(name: str, top: Path, points: int) -> Path:
    """Return the log, written unless it is there."""
    file, make = _FORMATS[name]
    path = top / f"{points}" / file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name("part")
        make(part, points)
        part.rename(path)
    return path


def _spent(code: tuple[str, str], path: Path, *, whole: bool) -> Spent:
    imports, body = code
    with tempfile.TemporaryDirectory() as folder:
        text = body.replace("PATH", repr(str(path))).replace("OUT", repr(f"{folder}/r.html"))
        script = (
            f"import time\n{imports}\nbegan = {'0' if whole else 'time.process_time()'}\n{text}\n"
            "seconds = time.process_time() - began\n"
            "peak = next(s.split()[1] for s in open('/proc/self/status') if s.startswith('VmHWM'))\n"
            "print(seconds, float(peak) / 1024)"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
        )
    if done.returncode:
        print(f"  {path}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return Spent(math.nan, math.nan)
    seconds, mib = map(float, done.stdout.split()[-2:])
    return Spent(seconds, mib)


def _table(spent: dict[str, list[Spent]], sizes: Sequence[int]) -> Iterable[str]:
    yield "| |" + "".join(f" {n:,} |" for n in sizes) + " time^ | B/point |"
    yield "| --- |" + " ---: |" * (len(sizes) + 2)
    for step, found in spent.items():
        cells = "".join(f" {s.seconds:.2f} s, {s.mib:,.0f} MiB |" for s in found)
        yield f"| {step} |{cells}" + (
            f" {_exponent(found, sizes):.2f} | {_grown(found, sizes):.0f} |" if len(sizes) > 1 else " | |"
        )


def _exponent(found: Sequence[Spent], sizes: Sequence[int]) -> float:
    if min(found[-1].seconds, found[-2].seconds) <= 0:
        return math.nan
    return math.log(found[-1].seconds / found[-2].seconds) / math.log(sizes[-1] / sizes[-2])


def _grown(found: Sequence[Spent], sizes: Sequence[int]) -> float:
    return (found[-1].mib - found[-2].mib) * 2**20 / (sizes[-1] - sizes[-2])


if __name__ == "__main__":
    main()
