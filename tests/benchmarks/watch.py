"""What ``curveread watch`` costs and how soon it speaks: ``python -m tests.benchmarks.watch``.

A process appends a line every 100 ms for 60 s to a log that holds 0, 10,000 or 1,000,000 points, in each of four forms.
In the middle the loss jumps, and 10 s before the end it is NaN. Measured are the lines that were written between an
event and the first line told about it, and until a finding is; the processor time of the watch as a share of one core
while the log grew, and the seconds of it before: to start, to read and judge what is there; and the processor time of
one update: reading what was appended, and a look at its values. Linux only: processor time is that of the process,
which others on the machine hardly disturb, so a few are watched at a time (``--jobs``). ``--seconds N`` makes it
shorter, ``--forms csv,events`` and ``--points 1000000`` pick some.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from curveread.readers.registry import asked_about
from curveread.watch.suspicion import Suspicion
from curveread.watch.tail import Tail
from tests.support.event_files import frame

GAP = 0.1
POINTS = (0, 10_000, 1_000_000)
NAMES = {
    "csv": "metrics.csv",
    "jsonl": "log.jsonl",
    "text": "train.log",
    "events": "events.out.tfevents.1700000000.host",
}


def line_of(form: str) -> Callable[[int, float], bytes]:
    """Return what writes one record of a form."""
    if form == "events":
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        def record(step: int, loss: float) -> bytes:
            summary = Summary(value=[Summary.Value(tag="train/loss", simple_value=loss)])
            return frame(Event(wall_time=1.7e9 + step, step=step, summary=summary).SerializeToString())

        return record
    patterns = {"csv": "{},{:.5f}\n", "jsonl": '{{"step": {}, "loss": {:.5f}}}\n', "text": "step {} | loss {:.5f}\n"}
    pattern = patterns[form]

    def text(step: int, loss: float) -> bytes:
        said = pattern.format(step, loss)
        return (said.replace("nan", "NaN") if form == "jsonl" else said).encode()

    return text


def losses(first: int, steps: int, seed: int) -> list[float]:
    """Return the losses of a training that goes on well."""
    noise = np.random.default_rng(seed).standard_normal(steps)
    found: list[float] = (2.0 + 3.0 * np.exp(-(first + np.arange(steps)) / 2_000.0) + 0.03 * noise).tolist()
    return found


def begun(path: Path, form: str, points: int) -> None:
    """Write a log that holds some points already."""
    line = line_of(form)
    with path.open("wb") as file:
        file.write(b"step,train_loss\n" if form == "csv" else b"")
        file.writelines(line(step, loss) for step, loss in enumerate(losses(0, points, 1)))


def watched(path: Path, form: str, points: int, seconds: float) -> dict[str, object]:
    """Watch a log that a thread of this process appends to."""
    process = subprocess.Popen(
        [sys.executable, "-m", "curveread", "watch", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    told: list[tuple[float, str]] = []
    hearing = threading.Thread(target=_hear, args=(process, told))
    hearing.start()
    start = _at_rest(process.pid)
    events, written = _write(path, form, points, seconds)
    grown = _spent(process.pid)
    process.send_signal(signal.SIGINT)
    process.wait()
    hearing.join()
    said = {
        name: [
            None if (first := _first(told, at, what)) is None else sum(at < w <= first for w in written)
            for what in ("? ", " new ")
        ]
        for name, at in events.items()
    }
    return {
        "form": form,
        "points before": points,
        "lines until told, until found": said,
        "cpu while it grew, share of a core": round((grown - start) / seconds, 4),
        "cpu seconds before": round(start, 2),
        "told": [text for _, text in told],
    }


def _first(told: list[tuple[float, str]], at: float, what: str) -> float | None:
    """Return when the first line of a kind was told after an event."""
    return next((t for t, text in told if t >= at and what in text), None)


def _spent(pid: int) -> float:
    """Return the processor time of a process so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _at_rest(pid: int) -> float:
    """Wait until a watch has read and judged what is there; return the processor time that it took."""
    before, spent = -1.0, 0.0
    while spent - before > 0.03 or spent < 0.2:
        time.sleep(1.0)
        before, spent = spent, _spent(pid)
    return spent


def _hear(process: subprocess.Popen[bytes], told: list[tuple[float, str]]) -> None:
    assert process.stdout is not None
    told.extend((time.monotonic(), raw.decode().rstrip()) for raw in process.stdout)


def _write(path: Path, form: str, first: int, seconds: float) -> tuple[dict[str, float], list[float]]:
    """Append line after line; return when the events were written, and when each line was."""
    line, lines = line_of(form), int(seconds / GAP)
    jump, broken = lines // 2, lines - int(min(10.0, seconds / 4) / GAP)
    events, written = {}, []
    begin = time.monotonic()
    for i, loss in enumerate(losses(first, lines, 2)):
        if jump <= i < jump + 5:
            loss += 6.0
        if i >= broken:
            loss = float("nan")
        with path.open("ab") as file:
            file.write(line(first + i, loss))
        written.append(time.monotonic())
        if i in (jump, broken):
            events["jump" if i == jump else "nan"] = written[-1]
        time.sleep(max(begin + (i + 1) * GAP - time.monotonic(), 0.0))
    return events, written


def update(form: str, points: int, repeats: int = 200) -> float:
    """Return the median processor time in milliseconds of one update, with so many points read before."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAMES[form]
        begun(path, form, points)
        reader = next(r for r in asked_about(path) if r.claims(path))
        tail, doubt, line = Tail(path, reader), Suspicion(), line_of(form)
        doubt.prime(path, tail.grow() or {})
        times = []
        for step, loss in enumerate(losses(points, repeats, 3), points):
            with path.open("ab") as file:
                file.write(line(step, loss))
            begin = time.process_time_ns()
            values = tail.grow()
            assert values is not None
            list(doubt.take(path, values))
            times.append(time.process_time_ns() - begin)
    return float(np.median(times)) / 1e6


def main() -> None:
    """Print the figures, a JSON line for each measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--forms", default="csv,jsonl,text,events")
    parser.add_argument("--points", type=int, nargs="*", default=POINTS)
    parser.add_argument("--jobs", type=int, default=3, help="logs watched at a time")
    parser.add_argument("--updates-only", action="store_true")
    asked = parser.parse_args()
    for form in asked.forms.split(","):
        costs = {f"{n:,}": round(update(form, n), 3) for n in POINTS[1:]}
        print(json.dumps({"form": form, "milliseconds per update, by points read before": costs}), flush=True)
    if asked.updates_only:
        return
    cases = [(form, points) for form in asked.forms.split(",") for points in asked.points]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.jobs) as pool:
        logs = [Path(folder, f"{form}-{points}", NAMES[form]) for form, points in cases]
        for log, case in zip(logs, cases, strict=True):  # all before any is watched: it would delay their lines
            log.parent.mkdir()
            begun(log, *case)
        for found in pool.map(lambda log, case: watched(log, *case, asked.seconds), logs, cases):
            print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
