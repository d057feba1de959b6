"""Memory of ``check --json`` on many runs: what was found waits on disk, and the document is what it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_PEAK = """
import sys
from contextlib import suppress
from curveread.cli import main
sys.argv = ["curveread", "check", "--json", "--jobs", "2", sys.argv[1]]
with suppress(SystemExit):
    main()
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
"""


def _told(folder: Path, runs: int) -> tuple[list[str], int]:
    """Return the runs that a check tells of, and the peak of its process in KiB."""
    for at in range(runs):
        run = folder / f"run-{at}"
        run.mkdir(parents=True)
        rows = "".join(f"{step},{1 / (step + 1) + at / 1000:.4f}\n" for step in range(60))
        (run / "metrics.csv").write_text("step,train_loss\n" + rows)
    done = subprocess.run([sys.executable, "-c", _PEAK, str(folder)], capture_output=True, text=True, check=True)
    return [entry["run"]["name"] for entry in json.loads(done.stdout)], int(done.stderr.splitlines()[-1])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells the peak of a process")
def test_memory_does_not_grow_with_the_runs(tmp_path: Path) -> None:
    few, before = _told(tmp_path / "few", 20)
    many, after = _told(tmp_path / "many", 200)
    assert (few, many) == ([f"run-{at}" for at in range(20)], [f"run-{at}" for at in range(200)])
    assert after - before < 8 * 1024, f"{before} KiB for 20 runs, {after} for 200"
