"""How long a small run takes from the command line: ``python -m tests.benchmarks.startup [RUNS]``.

Whole processes, in turn (A B C A B C …), with byte code compiled beforehand. The figures to quote are the ratios of the
medians: of processor seconds, which other work on the machine disturbs little, and of wall time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
LOG = ROOT / "sample_logs" / "overfitting" / "trainer_state.json"

__all__ = ["measured"]


def measured(commands: Sequence[Sequence[str]], runs: int) -> list[tuple[float, float]]:
    """Return (processor seconds, wall seconds) of each command, medians over ``runs`` after one that does not count."""
    times: list[list[tuple[float, float]]] = [[] for _ in commands]
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": f"{folder}/cache"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        for n in range(runs + 1):
            for command, seen in zip(commands, times, strict=True):
                start = time.perf_counter()
                process = subprocess.Popen(
                    command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
                _, _, used = os.wait4(process.pid, 0)
                wall = time.perf_counter() - start
                process.returncode = 0  # reaped above
                if n:
                    seen.append((used.ru_utime + used.ru_stime, wall))
    return [(median(cpu for cpu, _ in seen), median(wall for _, wall in seen)) for seen in times]


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    python, log = sys.executable, str(LOG)
    curveread = [python, "-m", "curveread"]
    rival = shutil.which("trainspotter", path=str(Path(python).parent)) or shutil.which("trainspotter")
    pairs = [("report", [*curveread, "report", log], [python, "-c", "import pandas, matplotlib.pyplot"], 2.5)]
    if rival is None:
        print("trainspotter is not installed: check has nothing to be compared with")
    else:
        other = [rival, "analyze", log]
        pairs += [("check", [*curveread, "check", log], other, 1.5)]
        pairs += [("check --json", [*curveread, "check", log, "--json"], other, 1.5)]
    for name, ours, other, bar in pairs:
        (cpu, wall), (other_cpu, other_wall) = measured([ours, other], runs)
        against = " ".join([Path(other[0]).name, *other[1:-1], other[-1] if other[1] == "-c" else Path(other[-1]).name])
        print(
            f"curveread {name}: processor {cpu:.2f} s, {cpu / other_cpu:.2f}x, "
            f"wall {wall:.2f} s, {wall / other_wall:.2f}x of `{against}` (bar {bar}x)"
        )


if __name__ == "__main__":
    main()
