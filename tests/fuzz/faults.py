"""What must never happen while a log is read and diagnosed."""

from __future__ import annotations

import json
import resource
import time
import traceback
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from curveread.diagnose import diagnose
from curveread.discovery.discover import read_runs
from curveread.errors import ReadError
from curveread.run.model import Run

__all__ = ["KINDS", "Fault", "diagnose_all", "judged_whole", "unfit", "watched"]

KINDS = ("crash", "hang", "memory", "wrong number", "loss without a note", "warning")
_SECONDS, _BYTES = 10.0, 300 << 20


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


def judged_whole(root: Path) -> list[Fault]:
    """Read, diagnose and tell what lies below a folder, and return what must not have happened."""
    faults: list[Fault] = []
    with watched(faults, "whole"):
        try:
            diagnose_all(read_runs(root), faults)
        except ReadError as error:
            faults += unfit(error)
    return faults


def diagnose_all(runs: Iterable[Run], faults: list[Fault]) -> None:
    """Diagnose runs and read the JSON of each; checks that failed become faults."""
    for run in runs:
        dx = diagnose(run)
        json.loads(dx.to_json(), parse_constant=_not_json)
        faults += [Fault("crash", f"{f.rule}: {f.error[:80]}", f.error) for f in dx.failed]


@contextmanager
def watched(faults: list[Fault], what: str) -> Iterator[None]:
    """Make exceptions, warnings, and too much time or memory faults."""
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            yield
        except MemoryError:
            faults.append(Fault("memory", what, "more than there is"))
        except Exception as error:
            faults.append(Fault("crash", _place_of(error), "".join(traceback.format_exception(error))))
    faults += [
        Fault("warning", f"{w.category.__name__} {Path(w.filename).name}:{w.lineno}", str(w.message)) for w in warned
    ]
    if (took := time.process_time() - begun) > _SECONDS:
        faults.append(Fault("hang", what, f"{took:.1f} s"))
    if (more := 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)) > _BYTES:
        faults.append(Fault("memory", what, f"{more >> 20} MiB"))


def unfit(error: ReadError) -> list[Fault]:
    """Return the fault of an error that is no sentence for users."""
    text = str(error)
    return [Fault("crash", text[-120:], text)] if "fault in curveread" in text or "\n" in text else []


def _place_of(error: BaseException) -> str:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/curveread/" in f.filename]
    last = frames[-1] if frames else None
    at = f"{last.filename.rpartition('/curveread/')[2]}:{last.name}" if last else "?"
    return f"{type(error).__name__} {at}"


def _not_json(text: str) -> float:
    raise ValueError(f"{text} in the JSON")
