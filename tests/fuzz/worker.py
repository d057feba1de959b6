"""One process that damages logs until its time is up; tells what it found, a JSON object a line."""

from __future__ import annotations

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
from pathlib import Path
from types import FrameType

from tests.fuzz.damages import DAMAGES
from tests.fuzz.judging import Fault, Seed, existing, judged, rows_of, seed_of
from tests.fuzz.writers import WRITERS, Writer

__all__ = ["in_memory", "main"]

_ADDRESSES = 6 << 30
_PATIENCE = 60
_PER_SEED = 100
_SAMPLES = Path(__file__).resolve().parents[2] / "sample_logs"
_REAL = {"event file": "*tfevents*", ".wandb": "*.wandb", "csv": "*.csv", "text log": "*.log",
         "trainer_state.json": "trainer_state.json"}  # fmt: skip
_LARGEST = 120_000


class _HangError(Exception):
    pass


def _ring(number: int, frame: FrameType | None) -> None:
    raise _HangError


def in_memory() -> Path | None:
    """Return a folder without a disk behind it, None where there is none: a case writes a file or two."""
    shared = Path("/dev/shm")
    return shared if os.access(shared, os.W_OK) else None


def _seeds(writer: Writer, folder: Path, rng: random.Random) -> Seed:
    """Write a new log, or copy a sample of a real training."""
    real = sorted(p for p in _SAMPLES.rglob(_REAL.get(writer.name, "no sample")) if p.stat().st_size < _LARGEST)
    if real and rng.random() < 0.2:
        path = folder / rng.choice(real).name
        folder.mkdir(parents=True)
        shutil.copyfile(rng.choice([p for p in real if p.name == path.name]), path)
        return existing(writer, folder, path)
    return seed_of(writer, folder, rows_of(rng))


def main(number: int, seconds: float, only: str, state: Path) -> None:
    """Work; ``state`` tells, should the process die, at what."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    signal.signal(signal.SIGALRM, _ring)
    rng = random.Random(number)
    end = time.monotonic() + seconds
    writers = [w for w in WRITERS if only in w.name]
    tried: Counter[str] = Counter()
    case = 0
    while time.monotonic() < end:
        writer = writers[case // _PER_SEED % len(writers)]
        with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
            seed = _seeds(writer, Path(folder) / "run", rng)
            for _ in range(_PER_SEED):
                case += 1
                name = rng.choice(list(DAMAGES))
                mine = f"{number}-{case}"
                state.write_text(f"{writer.name} {name} {mine}")
                signal.alarm(_PATIENCE)
                try:
                    faults, data = judged(seed, name, random.Random(mine), whole=case % 25 == 0)
                except _HangError:
                    faults, data = [Fault("hang", f"{writer.name} {name}", mine)], seed.path.read_bytes()
                finally:
                    signal.alarm(0)
                tried[f"{writer.name}\t{name}"] += 1
                for fault in faults:
                    told = {"format": writer.name, "damage": name, "case": mine, "file": seed.path.name,
                            "kind": fault.kind, "where": fault.where, "detail": fault.detail[-3000:],
                            "hex": data.hex()}  # fmt: skip
                    print(json.dumps(told), flush=True)
    print(json.dumps({"tried": tried}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
