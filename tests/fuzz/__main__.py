"""``python -m tests.fuzz``: damages logs for as long as it is told to, and says what must not have happened."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.fuzz.judging import KINDS
from tests.fuzz.worker import in_memory
from tests.fuzz.writers import WRITERS

_ROUND = 120.0


def _worked(number: int, seconds: float, only: str) -> tuple[Counter[str], list[dict[str, Any]]]:
    """Run one worker; one that dies is a fault of its last case."""
    tried: Counter[str] = Counter()
    faults: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        state = Path(folder) / "state"
        state.write_text("nothing")
        command = [sys.executable, "-m", "tests.fuzz.worker", str(number), str(seconds), only, str(state)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        for line in done.stdout.splitlines():
            told = json.loads(line)
            if "tried" in told:
                tried += Counter(told["tried"])
            else:
                faults.append(told)
        if done.returncode:
            last, where = state.read_text(), f"process ended with {done.returncode}"
            told = {"format": "?", "damage": last, "case": last, "file": "", "kind": "crash", "where": where}
            faults.append({**told, "detail": done.stderr[-3000:], "hex": ""})
    return tried, faults


def _table(tried: Counter[str], faults: list[dict[str, Any]]) -> str:
    """Return a table of formats and kinds of faults in Markdown."""
    rows = ["| format | tried | " + " | ".join(KINDS) + " |", "|---|" + "---|" * (len(KINDS) + 1)]
    for writer in WRITERS:
        of = sum(n for key, n in tried.items() if key.split("\t")[0] == writer.name)
        found = Counter(f["kind"] for f in faults if f["format"] == writer.name)
        rows.append(f"| {writer.name} | {of:,} | " + " | ".join(f"{found[kind]:,}" for kind in KINDS) + " |")
    found = Counter(f["kind"] for f in faults)
    rows.append(f"| all | {sum(tried.values()):,} | " + " | ".join(f"{found[kind]:,}" for kind in KINDS) + " |")
    return "\n".join(rows)


def main() -> int:
    """Work in rounds, and tell each kind of fault once with the smallest file that has it."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", default="", help="a part of the formats' names")
    parser.add_argument("--table", action="store_true", help="print the table of the README alone")
    parser.add_argument("--keep", type=Path, help="a folder that gets a file of each fault")
    given = parser.parse_args()
    end = time.monotonic() + 60 * given.minutes
    tried: Counter[str] = Counter()
    faults: list[dict[str, Any]] = []
    number = given.seed * 1000
    with ThreadPoolExecutor(given.jobs) as pool:
        while (left := end - time.monotonic()) > 1:
            work = [pool.submit(_worked, number + i, min(left, _ROUND), given.only) for i in range(given.jobs)]
            number += given.jobs
            for future in work:
                more, found = future.result()
                tried += more
                faults += found
            print(f"{sum(tried.values()):,} cases, {len(faults):,} faults", file=sys.stderr, flush=True)
    if not given.table:
        _tell(faults, given.keep)
    print(_table(tried, faults))
    return bool(faults)


def _tell(faults: list[dict[str, Any]], keep: Path | None) -> None:
    """Print each kind of fault once, with the smallest file that has it; ``keep`` gets that file."""
    kinds: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for fault in faults:
        kinds.setdefault((fault["kind"], fault["where"]), []).append(fault)
    for (kind, where), found in sorted(kinds.items(), key=lambda k: -len(k[1])):
        smallest = min(found, key=lambda f: len(f["hex"]))
        print(f"{len(found):,} x {kind}: {where} ({smallest['format']}, {smallest['damage']}, {smallest['case']})")
        print("    " + smallest["detail"].strip().replace("\n", "\n    ")[-1200:])
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            name = f"{kind}-{abs(hash(where)) % 10**6}-{smallest['file']}".replace(" ", "-")
            (keep / name).write_bytes(bytes.fromhex(smallest["hex"]))


if __name__ == "__main__":
    sys.exit(main())
