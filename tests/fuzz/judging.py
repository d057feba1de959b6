"""One damaged log, read and judged: what must never happen."""

from __future__ import annotations

import json
import random
import resource
import struct
import time
import traceback
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from curveread.diagnose import diagnose
from curveread.discovery.discover import read_runs
from curveread.discovery.tree import claimed_by
from curveread.errors import ReadError
from curveread.run.model import Curve, Run
from tests.fuzz.damages import DAMAGES, KEEPS
from tests.fuzz.writers import Rows, Writer

__all__ = ["KINDS", "Fault", "Seed", "judged", "rows_of", "seed_of"]

KINDS = ("crash", "hang", "memory", "wrong number", "loss without a note", "warning")
_SECONDS, _BYTES = 10.0, 300 << 20
_UNVERIFIED = "cut before its checksum"
Points = set[tuple[int, bytes]]


@dataclass(frozen=True)
class Fault:
    """Something that must not happen.

    Parameters
    ----------
    kind
        One of :data:`KINDS`.
    where
        The last line of curveread that was running, or what else tells one fault from another.
    detail
        For whoever looks for the cause.
    """

    kind: str
    where: str
    detail: str


@dataclass(frozen=True)
class Seed:
    """A log as it was written, and what it holds.

    Parameters
    ----------
    writer
        Its format.
    root
        The folder to read.
    path, data
        The file that is damaged, and its bytes.
    points, held
        Steps and values of all its points, and of all that the file holds.
    notes
        What is said of it.
    """

    writer: Writer
    root: Path
    path: Path
    data: bytes
    points: Points
    held: Points
    notes: frozenset[str]


def rows_of(rng: random.Random) -> Rows:
    """Return what a training could log: values of all digits, and some that repeat."""
    level, fixed = rng.uniform(0.5, 9.0), rng.random() < 0.3
    rows = []
    for i in range(rng.randint(8, 40)):
        loss = level / (i + 1) + rng.random() * 10 ** rng.randint(-6, 0)
        loss = round(loss, 4) if fixed else loss
        rows.append({"step": 10.0 * i, "loss": loss, "accuracy": round(rng.random(), 3)})
    return rows


def seed_of(writer: Writer, root: Path, rows: Rows) -> Seed:
    """Write a log and read it."""
    root.mkdir(parents=True, exist_ok=True)
    return existing(writer, root, writer.write(root, rows))


def existing(writer: Writer, root: Path, path: Path) -> Seed:
    """Return a log that lies there as a seed."""
    runs = read_runs(root)
    notes = frozenset(n.message for r in runs for n in r.notes)
    reader = claimed_by(path)
    parts = reader.read(path) if reader else []
    held = _values(curves for part in parts for curves in (part.curves, *part.segments))
    return Seed(writer, root, path, path.read_bytes(), _points(runs), held, notes)


def judged(seed: Seed, damage: str, rng: random.Random, *, whole: bool) -> tuple[list[Fault], bytes]:
    """Damage a log, read it, and return what must not have happened, with the damaged bytes.

    Parameters
    ----------
    seed, damage
        The log, and what happens to it.
    rng
        Where.
    whole
        Whether it is also diagnosed and told.
    """
    data = DAMAGES[damage](seed.data, rng)
    seed.path.write_bytes(data)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    faults = []
    runs: list[Run] | None = []
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            runs = read_runs(seed.root)
            if whole:
                for run in runs:
                    dx = diagnose(run)
                    json.loads(dx.to_json(), parse_constant=_not_json)
                    faults += [Fault("crash", f"{f.rule}: {f.error[:80]}", f.error) for f in dx.failed]
        except ReadError as error:
            runs = None
            if "fault in curveread" in str(error) or "\n" in str(error):
                faults.append(Fault("crash", str(error)[-120:], str(error)))
        except MemoryError:
            faults.append(Fault("memory", damage, f"{len(data)} bytes"))
        except Exception as error:
            faults.append(Fault("crash", _place_of(error), "".join(traceback.format_exception(error))))
    faults += [
        Fault("warning", f"{w.category.__name__} {Path(w.filename).name}:{w.lineno}", str(w.message)) for w in warned
    ]
    if (took := time.process_time() - begun) > _SECONDS:
        faults.append(Fault("hang", damage, f"{took:.1f} s"))
    if (more := 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)) > _BYTES:
        faults.append(Fault("memory", damage, f"{more >> 20} MiB"))
    if not faults and runs is not None:
        faults += _numbers(seed, damage, data, runs)
    return faults, data


def _numbers(seed: Seed, damage: str, data: bytes, runs: list[Run]) -> list[Fault]:
    """Compare what is told with what was logged."""
    notes = {n.message for r in runs for n in r.notes} - seed.notes
    found = _points(runs)
    out = []
    if seed.writer.protected or damage == "cut" or (damage in KEEPS and seed.writer.text):
        values = {value for _, value in seed.points | seed.held}
        wrong = {p for p in found if p[1] not in values}
        moved = found - seed.points - seed.held - wrong
        if wrong and not any(_UNVERIFIED in n for n in notes):
            out.append(Fault("wrong number", f"{seed.writer.name} {damage}", f"{_shown(wrong)} {sorted(notes)}"))
        elif moved and not notes:
            out.append(Fault("wrong number", f"{seed.writer.name} {damage} moved", _shown(moved)))
    lost = seed.points - found
    if lost and not notes and data != seed.data and _told(seed, damage, data):
        detail = f"{len(lost)} of {len(seed.points)} points"
        out.append(Fault("loss without a note", f"{seed.writer.name} {damage}", detail))
    return out


def _told(seed: Seed, damage: str, data: bytes) -> bool:
    """Return whether somebody could know that something is missing."""
    behind = seed.data[len(data) : len(data) + 1]
    if seed.data.startswith(data) and (seed.writer.whole(data) or (seed.writer.lines and behind in (b"\r", b"\n"))):
        return False
    if seed.writer.protected:
        return damage not in ("drop", "again", "swap")
    return damage == "cut" or (damage in KEEPS and seed.writer.text)


def _points(runs: list[Run]) -> Points:
    """Return step and bits of the value of all points, of superseded ones too."""
    return _values(
        curves
        for run in runs
        for curves in (run.curves, *(a.curves for a in run.attempts), *(a.superseded for a in run.attempts))
    )


def _values(several: Iterable[Mapping[str, Curve]]) -> Points:
    return {
        (step, struct.pack("<d", value))
        for curves in several
        for curve in curves.values()
        for step, value in zip(curve.step.tolist(), curve.value.tolist(), strict=True)
    }


def _shown(points: Points) -> str:
    return str([(step, struct.unpack("<d", value)[0]) for step, value in sorted(points)[:4]])


def _place_of(error: BaseException) -> str:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/curveread/" in f.filename]
    last = frames[-1] if frames else None
    at = f"{last.filename.rpartition('/curveread/')[2]}:{last.name}" if last else "?"
    return f"{type(error).__name__} {at}"


def _not_json(text: str) -> float:
    raise ValueError(f"{text} in the JSON")
