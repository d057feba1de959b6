"""One process that damages logs until its time is up; tells what it did and found, a JSON object a line."""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType

from tests.fuzz.damages import DAMAGES
from tests.fuzz.every import cuts, flips
from tests.fuzz.faults import Fault
from tests.fuzz.judging import Judge, Seed
from tests.fuzz.shapes import shaped
from tests.fuzz.writers import WRITERS, Writer, rows_of

__all__ = ["CASES", "alarmed", "in_memory", "main", "seed_of"]

CASES = ("cuts", "flips", "structure", "mixed")
"""The kinds of cases, as the columns of the table."""
_ADDRESSES = 6 << 30
_PATIENCE = ((signal.ITIMER_PROF, signal.SIGPROF, 30.0), (signal.ITIMER_REAL, signal.SIGALRM, 600.0))
_SMALL, _LARGE = (4000, 8000, 500, 500), (150, 200, 0, 150)
"""At most so many cases of each kind for a log of a few points, and for a sample of a real training."""
_SAMPLES = Path(__file__).resolve().parents[2] / "sample_logs"
_REAL = {"event file": "*tfevents*", ".wandb": "*.wandb", "csv": "*.csv", "text log": "*.log",
         "trainer_state.json": "trainer_state.json"}  # fmt: skip
_LARGEST = 60_000


class _HangError(BaseException):
    pass


def _ring(number: int, frame: FrameType | None) -> None:
    raise _HangError


def in_memory() -> Path | None:
    """Return a folder without a disk behind it, None where there is none: a case writes a file or two."""
    shared = Path("/dev/shm")
    return shared if os.access(shared, os.W_OK) else None


def writer_of(unit: int) -> Writer:
    """Return the format of a unit of work."""
    return WRITERS[unit % len(WRITERS)]


def seed_of(unit: int, folder: Path) -> tuple[Seed, bool]:
    """Write the log of a unit of work, or copy a sample of a real training; and whether it is one."""
    writer, rng = writer_of(unit), random.Random(unit)
    real = sorted(p for p in _SAMPLES.rglob(_REAL.get(writer.name, "no sample")) if p.stat().st_size < _LARGEST)
    folder.mkdir(parents=True, exist_ok=True)
    if real and rng.random() < 0.2:
        sample = rng.choice(real)
        shutil.copyfile(sample, folder / sample.name)
        return Seed.of(writer, folder, folder / sample.name), True
    return Seed.of(writer, folder, writer.write(folder, rows_of(rng, rng.randint(4, 14)))), False


def _cases(unit: int, seed: Seed, *, real: bool) -> Iterator[tuple[str, str, bytes]]:
    """Yield kind, damage and bytes of the cases of a unit of work, each once."""
    rng, data = random.Random(-unit - 1), seed.data
    most = dict(zip(CASES, _LARGE if real else _SMALL, strict=True))
    seen = {hash(data)}
    for kind in CASES:
        for damage, damaged in _of_kind(kind, most[kind], seed, rng):
            if hash(damaged) not in seen:
                seen.add(hash(damaged))
                yield kind, damage, damaged


def _of_kind(kind: str, most: int, seed: Seed, rng: random.Random) -> Iterator[tuple[str, bytes]]:
    if kind == "cuts":
        yield from (("cut", d) for d in cuts(seed.data, rng, most))
    elif kind == "flips":
        yield from (("flip", d) for d in flips(seed.data, rng, most))
    elif kind == "structure":
        yield from (("structure", shaped(seed.writer.name, seed.data, rng)) for _ in range(most))
    else:
        names = [name for name in DAMAGES if name != "cut"]
        for damage in (rng.choice(names) for _ in range(most)):
            yield damage, DAMAGES[damage](seed.data, rng)


def alarmed(what: str, case: Callable[[], list[Fault]]) -> list[Fault]:
    """Judge a case that is interrupted where it does not end: it works on and on, or waits."""
    for timer, ring, seconds in _PATIENCE:
        signal.signal(ring, _ring)
        signal.setitimer(timer, seconds)
    try:
        return case()
    except _HangError:
        return [Fault("hang", what, "interrupted")]
    finally:
        for timer, _, _ in _PATIENCE:
            signal.setitimer(timer, 0)


def _work(unit: int, end: float, last: int) -> None:
    """Judge the cases of a unit; ``last`` is a file that tells, should the process die, at what."""
    tried: Counter[str] = Counter()
    begun = time.process_time()
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        seed, real = seed_of(unit, Path(folder) / "run")
        judge = Judge(seed)
        for kind, damage, data in _cases(unit, seed, real=real):
            os.pwrite(last, f"{unit} {seed.writer.name} {damage} {sum(tried.values())}".ljust(80).encode(), 0)
            tried[kind] += 1
            for fault in alarmed(f"{seed.writer.name} {damage}", partial(judge.judged, damage, data)):
                told = {"unit": unit, "format": seed.writer.name, "damage": damage, "file": seed.path.name,
                        "kind": fault.kind, "where": fault.where, "detail": fault.detail[-3000:],
                        "hex": data.hex()}  # fmt: skip
                print(json.dumps(told), flush=True)
            if time.monotonic() > end:
                break
    done = {"done": unit, "format": seed.writer.name, "tried": tried, "seconds": time.process_time() - begun}
    print(json.dumps(done), flush=True)


def main(first: int, every: int, seconds: float, only: str, state: Path) -> None:
    """Do units of work from the first on, every so many, until the time is up."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    end = time.monotonic() + seconds
    last = os.open(state, os.O_WRONLY | os.O_CREAT)
    gc.freeze()  # what was imported is no litter
    unit = first
    while time.monotonic() < end:
        if only in writer_of(unit).name:
            _work(unit, end, last)
        unit += every


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4], Path(sys.argv[5]))
