"""Readers side by side: each reads a log in a process of its own and adds up every number that it read."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Reading", "read_with"]

ROOT = Path(__file__).resolve().parents[2]

_SUM = (
    "n = sum(len(c) for c in curves)\n"
    "total = sum(float(c.value.sum()) + float(c.step.sum()) + float(0 if c.wall_time is None else c.wall_time.sum()) "
    "for c in curves)"
)
_SCRIPTS = {
    "curveread": ("import curveread", f"run = curveread.read(PATH)\ncurves = run.curves.values()\n{_SUM}"),
    "tbparse": (
        "from tbparse import SummaryReader",
        "d = SummaryReader(PATH, event_types={'scalars'}, extra_columns={'wall_time'}).scalars\nn = len(d)\n"
        "total = float(d.value.sum()) + float(d.step.sum()) + float(d.wall_time.sum())",
    ),
    "EventAccumulator": (
        "from tensorboard.backend.event_processing.event_accumulator import EventAccumulator",
        "e = EventAccumulator(PATH, size_guidance={'scalars': 0})\ne.Reload()\n"
        "a = [s for t in e.Tags()['scalars'] for s in e.Scalars(t)]\nn = len(a)\n"
        "total = float(sum(s.value + s.step + s.wall_time for s in a))",
    ),
    "json.loads": (
        "import json, pathlib",
        "a = json.loads(pathlib.Path(PATH).read_bytes())['log_history']\nn, total = len(a), 0.0",
    ),
    "protobuf loop": (
        "import pathlib\nfrom tests.benchmarks.protobuf_loop import columns",
        "c = columns(pathlib.Path(PATH).read_bytes())\nn, total = sum(map(len, c.values())), 0.0",
    ),
}
_NEEDS_FILE = {"json.loads", "protobuf loop"}


@dataclass(frozen=True)
class Reading:
    """One reading: seconds without imports, peak memory of the process in MiB, points, sum of all numbers (or NaN)."""

    seconds: float
    mib: float
    points: int
    total: float


def read_with(reader: str, path: Path) -> Reading:
    """Read the log at ``path``, alone in its folder; RuntimeError with the reason when the reader cannot."""
    if reader.startswith("data server"):
        return _server(path.parent, "--checksum" in reader)
    imports, body = _SCRIPTS[reader]
    place = repr(str(path if reader in _NEEDS_FILE else path.parent))
    script = (
        f"import time\n{imports}\nbegan = time.perf_counter()\n{body.replace('PATH', place)}\n"
        "seconds = time.perf_counter() - began\n"
        "peak = next((s.split()[1] for s in open('/proc/self/status') if s.startswith('VmHWM')), 'nan')\n"
        "print(seconds, float(peak) / 1024, n, total)"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=env, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    seconds, mib, points, total = done.stdout.split()[-4:]
    return Reading(float(seconds), float(mib), int(points), float(total) or math.nan)


def _server(folder: Path, checksum: bool) -> Reading:
    """Let TensorBoard's data server load the folder once; it reports its own time."""
    try:
        import tensorboard_data_server
    except ImportError as error:
        raise RuntimeError("tensorboard-data-server is not installed") from error
    command = [tensorboard_data_server.server_binary(), "--logdir", str(folder), "--reload", "once", "-v"]
    command += ["--samples-per-plugin", "scalars=all", "--port", "0", *(["--checksum"] if checksum else [])]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            for line in process.stderr or ():
                found = re.search(r"Finished load cycle \(([\d.]+)(ms|s|µs)\)", line)
                if found:
                    memory = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
                    seconds = float(found[1]) * {"s": 1.0, "ms": 1e-3, "µs": 1e-6}[found[2]]
                    return Reading(seconds, int(memory[1]) / 1024 if memory else math.nan, 0, math.nan)
        finally:
            process.kill()
    raise RuntimeError("the data server printed no load time")
