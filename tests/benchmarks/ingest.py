"""Times readers of large logs side by side and prints medians and ratios.

    python -m tests.benchmarks.ingest [--only NAME] [--rounds 3] [--scale 1.0] [--dir FOLDER]

The logs are made at the first call and kept in the folder. Readers take turns; each reading is a process of its own,
imports are not counted, every number is added up inside the timing and the sums must agree.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.logs import LOGS, Log
from tests.benchmarks.readers import Reading, read_with


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=LOGS, action="append", help="this log; may be given several times")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the logs, 1.0 is a million scalars")
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "curveread-benchmarks")
    args = parser.parse_args()
    for name in args.only or LOGS:
        log = LOGS[name]
        size = max(1, int(log.size * args.scale)) if name != "media" else log.size
        path = _made(log, args.dir / f"{name}-{size}", size)
        print(f"\n{name}: {size:,} {log.name}, {path.stat().st_size / 1e6:.0f} MB, median of {args.rounds}")
        _print(_readings(path, ("curveread", *log.readers), args.rounds), size)


def _made(log: Log, folder: Path, size: int) -> Path:
    """Return the log, written unless it is there."""
    path = folder / log.file
    if not path.exists():
        print(f"writing {path} …", file=sys.stderr)
        folder.mkdir(parents=True, exist_ok=True)
        part = folder.parent / f"{folder.name}.part"
        log.make(part, size)
        part.rename(path)
    return path


def _readings(path: Path, readers: tuple[str, ...], rounds: int) -> dict[str, list[Reading]]:
    """Read in turns; a reader that cannot is told once and left out."""
    out: dict[str, list[Reading]] = {r: [] for r in readers}
    for _ in range(rounds):
        for reader in list(out):
            try:
                out[reader].append(read_with(reader, path))
            except RuntimeError as error:
                print(f"  {reader}: {error}", file=sys.stderr)
                del out[reader]
    return out


def _print(readings: dict[str, list[Reading]], size: int) -> None:
    seconds = {reader: statistics.median(r.seconds for r in rows) for reader, rows in readings.items()}
    ours = seconds.get("curveread", math.nan)
    for reader, rows in readings.items():
        points = f"{rows[0].points:>10,} read" if rows[0].points else " " * 15
        memory = max(r.mib for r in rows)
        rate = f"{size / seconds[reader]:>12,.0f}/s"
        print(
            f"  {reader:<24}{seconds[reader]:>9.3f} s{rate}{memory:>7.0f} MiB {points}  x{seconds[reader] / ours:.2f}"
        )
    sums = [rows[0].total for rows in readings.values() if not math.isnan(rows[0].total)]
    if len(sums) > 1:
        agree = all(math.isclose(s, sums[0], rel_tol=1e-9) for s in sums)
        print("  sums agree" if agree else f"  SUMS DIFFER: {sums}")


if __name__ == "__main__":
    main()
