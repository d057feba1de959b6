"""The report of a training that has just ended, and the context manager that writes it."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

from curveread import api
from curveread.discovery.crash_lines import crash_lines
from curveread.integrations.ending import Death, Ending, warn
from curveread.integrations.trackers import Trackers
from curveread.logtext import clean
from curveread.report.text.message import message
from curveread.run.incidents import Incident
from curveread.run.model import Run

__all__ = ["EndReport", "report_at_end"]


@dataclass(slots=True)
class EndReport:
    """What is written when a training ends.

    Parameters
    ----------
    run
        Gives the run, once it has ended.
    output
        Gives the file of the report; its suffix says the format.
    trackers
        What the training logs to; None to log the report nowhere.
    """

    run: Callable[[], Run]
    output: Callable[[Run], Path]
    trackers: Trackers | None

    def write(self, death: Death | None) -> None:
        """Write the report and say where it is; a fault of curveread is one line and nothing more."""
        try:
            run = _ended(self.run(), death)
            diagnosis = api.diagnose(run)
            path = self.output(run)
            path.parent.mkdir(parents=True, exist_ok=True)
            api.report(diagnosis, path)
            said = message(diagnosis)
            print(f"curveread: {said.splitlines()[0]} Report: {clean(path)}", file=sys.stderr, flush=True)
            if self.trackers is not None:
                self.trackers.see()
                self.trackers.log(path, said)
        except Exception as error:
            warn("no report of this training", error)
        except KeyboardInterrupt as error:
            if death is None:
                raise
            warn("no report of this training", error)  # what ended it is told, not this


def _ended(run: Run, death: Death | None) -> Run:
    """Return a run with how it ended."""
    if death is None:
        return replace(run, crashed=False)
    incidents = () if run.incidents else _incidents(death, run.last_step)
    return replace(run, crashed=True, incidents=(*run.incidents, *incidents))


def _incidents(death: Death, last: int | None) -> tuple[Incident, ...]:
    """Return what ended a run, told apart as what a log prints is."""
    if isinstance(death.cause, BaseException):
        source, text = "its traceback", "".join(traceback.format_exception(death.cause))
    elif isinstance(death.cause, signal.Signals):
        source, text = "its signal", death.cause.name
    else:
        return ()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "end.txt"
        file.write_text(text, encoding="utf-8", errors="replace")
        found, _ = crash_lines([file], 0, 0)
    return tuple(replace(i, source=source, line=0, step=last, final=True) for i in found)


@contextmanager
def report_at_end(
    what: str | PathLike[str] | object,
    output: str | PathLike[str] | None = None,
    *,
    log: bool = True,
    **options: Any,
) -> Iterator[None]:
    """Write the report of a training when the block ends or dies: by an exception, by SIGTERM, with its process.

    Parameters
    ----------
    what
        Where the training logs to: a run directory or a log file, of which the run that was written to last within the
        block is taken; or an object that :func:`curveread.read` takes and the block fills, such as a list of dicts.
    output
        The report's file; its suffix says the format. ``<run>-report.html`` in the current folder by default.
    log
        Whether the report is logged to W&B, MLflow and TensorBoard too, where a run of theirs is active.
    options
        As :func:`curveread.read_all` takes them.

    Examples
    --------
    >>> rows = []
    >>> with report_at_end(rows, "report.html", log=False):
    ...     for step in range(100):
    ...         rows.append({"step": step, "loss": 2.0 / (1 + step)})
    """
    begun = time.time()
    name = Path(output) if output is not None else None
    report = EndReport(
        run=lambda: _latest(api.read_all(what, **options), begun),
        output=lambda run: name or Path(f"{_file_name(run.name)}-report.html"),
        trackers=Trackers() if log else None,
    )
    ending = Ending(report.write)
    ending.begin()
    try:
        yield
    except BaseException as error:
        ending.end(Death(error))
        raise
    ending.end()


def _latest(runs: list[Run], begun: float) -> Run:
    """Return the run whose files were written to last, since the training began where there are such."""

    def written(run: Run) -> float:
        times = [p.stat().st_mtime for p in map(Path, (s.path for s in run.sources)) if p.is_file()]
        return max(times, default=begun)

    return max(runs, key=written)


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() or c in "+=@._-" else "-" for c in name).strip(".-")[:100] or "run"


def plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that are plain values."""
    return {k: v for k, v in settings.items() if isinstance(v, int | float | str | bool)}
