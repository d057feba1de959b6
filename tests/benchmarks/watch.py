"""What ``curveread watch`` costs and how soon it speaks: ``python -m tests.benchmarks.watch``.

A process appends a line every 100 ms for 60 s to a log that holds 0, 10,000 or 1,000,000 points, in each of four forms.
In the middle the loss jumps, and 10 s before the end it is NaN. Measured are the lines that were written between an
event and the first line told about it, the processor time of the watch as a share of one core, with and without what it
takes to start and to read what is there, and the processor time of one update: reading what was appended, and a look at
its values. ``--seconds N`` makes it shorter, ``--forms csv,events`` picks some.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
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


def loss_at(step: int, noise: np.random.Generator) -> float:
    """Return the loss of a training that goes on well."""
    return 2.0 + 3.0 * float(np.exp(-step / 2_000.0)) + 0.03 * float(noise.standard_normal())


def begun(path: Path, form: str, points: int) -> None:
    """Write a log that holds some points already."""
    noise, line = np.random.default_rng(1), line_of(form)
    with path.open("wb") as file:
        file.write(b"step,train_loss\n" if form == "csv" else b"")
        file.writelines(line(step, loss_at(step, noise)) for step in range(points))


def watched(form: str, points: int, seconds: float) -> dict[str, object]:
    """Watch a log that a thread of this process appends to."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAMES[form]
        begun(path, form, points)
        before = _spent_below()
        process = subprocess.Popen(
            [sys.executable, "-m", "curveread", "watch", str(path), "--until-end", "--idle", "5"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        told: list[tuple[float, str]] = []
        hearing = threading.Thread(target=_hear, args=(process, told))
        hearing.start()
        ready = 6.0 if points > 100_000 else 2.0  # the first reading is not what is measured
        time.sleep(ready)
        events, written = _write(path, form, points, seconds)
        process.wait(timeout=120)
        hearing.join()
        cpu = _spent_below() - before
    start = _cpu_of_start(form, points)
    delays = {}
    for name, at in events.items():
        first = next((t for t, _ in told if t >= at), None)
        delays[name] = None if first is None else int(sum(at < w <= first for w in written))
    return {
        "form": form,
        "points before": points,
        "lines until told": delays,
        "cpu, share of a core": round(cpu / (seconds + ready + 5.0), 4),
        "of it while it grew": round((cpu - start) / seconds, 4),
        "told": [text for _, text in told],
    }


def _spent_below() -> float:
    """Return the processor time of the processes that this one started and that ended, in seconds."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _hear(process: subprocess.Popen[bytes], told: list[tuple[float, str]]) -> None:
    assert process.stdout is not None
    told.extend((time.monotonic(), raw.decode().rstrip()) for raw in process.stdout)


def _write(path: Path, form: str, first: int, seconds: float) -> tuple[dict[str, float], list[float]]:
    """Append line after line; return when the events were written, and when each line was."""
    noise, line = np.random.default_rng(2), line_of(form)
    lines = int(seconds / GAP)
    jump, broken = lines // 2, lines - int(min(10.0, seconds / 4) / GAP)
    events, written = {}, []
    begin = time.monotonic()
    for i in range(lines):
        loss = loss_at(first + i, noise)
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


def _cpu_of_start(form: str, points: int) -> float:
    """Return the processor time of a watch that ends at once: start, first reading, first look, and the last ones."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAMES[form]
        begun(path, form, max(points, 600))
        before = _spent_below()
        command = [sys.executable, "-m", "curveread", "watch", str(path), "--until-end", "--idle", "0.01"]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        return _spent_below() - before


def update(form: str, points: int, repeats: int = 200) -> float:
    """Return the median processor time in milliseconds of one update, with so many points read before."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / NAMES[form]
        begun(path, form, points)
        reader = next(r for r in asked_about(path) if r.claims(path))
        tail, doubt, noise, line = Tail(path, reader), Suspicion(), np.random.default_rng(3), line_of(form)
        doubt.prime(path, tail.grow() or {})
        times = []
        for i in range(repeats):
            with path.open("ab") as file:
                file.write(line(points + i, loss_at(points + i, noise)))
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
    parser.add_argument("--updates-only", action="store_true")
    asked = parser.parse_args()
    for form in asked.forms.split(","):
        costs = {f"{n:,}": round(update(form, n), 3) for n in POINTS[1:]}
        print(json.dumps({"form": form, "milliseconds per update, by points read before": costs}), flush=True)
    for form in () if asked.updates_only else asked.forms.split(","):
        for points in asked.points:
            print(json.dumps(watched(form, points, asked.seconds)), flush=True)


if __name__ == "__main__":
    main()
