"""``curveread watch``: tell what the checks find in a log while it is written."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from curveread import api
from curveread.cli.codes import UNUSABLE, gravest, say
from curveread.cli.commands.check import add_rules, settings
from curveread.cli.fail_on import FailOn, code
from curveread.cli.parser import Parser, add_reading, member, seconds
from curveread.cli.reading import Reading
from curveread.cli.screen import Screen
from curveread.cli.terminal import STYLES
from curveread.discovery.remote.url import Place, place
from curveread.errors import UsageError
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Finding, Severity
from curveread.findings.wording import places
from curveread.logtext import clean
from curveread.report.text.message import message
from curveread.watch.ledger import Kind
from curveread.watch.watch import Ended, Found, Suspected, Waiting, Watch

_PATIENCE = 60.0
"""Seconds that a command of --exec may take."""


def arguments(parser: Parser) -> None:
    """Add what ``watch`` takes."""
    parser.add_argument("path", metavar="PATH", type=place, help="A run directory or a log file, there or not yet.")
    add = parser.add_argument
    add("--until-end", action="store_true", help="Stop, with the exit code of check, when the run is over.")
    add(
        "--idle",
        metavar="S",
        type=seconds,
        help="With --until-end: a run is over after S seconds of silence (default: 600), or when its log says so.",
    )
    add(
        "--exec",
        metavar="CMD",
        dest="command",
        help="Run CMD in a shell for each new or graver finding that is told, and at the end: five lines on its "
        "standard input, CURVEREAD_KIND, _RUN, _HEALTH, _RULE, _SEVERITY, _STEP and _MESSAGE in its environment.",
    )
    add("--tell", **member(Severity), help="Tell findings from this severity on (default: warning).")
    add_rules(parser)
    add_reading(parser)


def watch(
    path: Place,
    reading: Reading,
    *,
    until_end: bool = False,
    idle: float = 600.0,
    command: str | None = None,
    tell: Severity = Severity.WARNING,
    fail_on: FailOn = FailOn.ERROR,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    set_: Sequence[str] = (),
) -> int:
    """Tell what the checks find while a log is written; reads only what was appended."""
    if not isinstance(path, Path):
        raise UsageError(f"{path}: watch reads files on this machine only")
    options = settings(set_)
    api.check_rules([*select, *ignore], options)
    judging = {"select": select, "ignore": ignore, "options": options}
    told = _Told(Screen(), tell, command)
    for event in Watch(path, {**reading.options(), "run": reading.run}, judging, until_end, idle).events():
        match event:
            case Waiting():
                told.line(f"waiting: {clean(event.reason)}")
            case Suspected():
                told.line(f"? {clean(event.text)}: looking, no finding yet")
            case Found():
                told.found(event)
            case Ended():
                return told.end(event, fail_on)
    return UNUSABLE


@dataclass(frozen=True, slots=True)
class _Told:
    """Where events are told."""

    out: Screen
    least: Severity
    command: str | None

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Print a line with the time of day."""
        self.out.row((time.strftime("%H:%M:%S "), "dim"), *parts)
        sys.stdout.flush()

    def found(self, event: Found) -> None:
        """Tell what became of a finding."""
        entry, run = event.entry, event.diagnosis.run
        finding = entry.finding
        if finding.severity < self.least:
            return
        at = places(f"{run.last_step or 0:,}", run.x_axis) if run.x_axis == "step" else str(run.last_step)
        severity = finding.severity.value
        state = "final" if entry.final else "not final"
        if entry.kind is Kind.GONE:
            state = f"now a part of {clean(entry.into)}" if entry.into else "not found any more"
        self.line(
            f"{clean(run.name)}, {at}: {entry.kind.value} ",
            (severity, STYLES[severity]),
            f" {clean(finding.rule)}: {clean(finding.message)} ({state})",
        )
        if entry.kind in (Kind.NEW, Kind.CHANGED):
            self._run(entry.kind.value, event.diagnosis, finding)

    def end(self, event: Ended, fail_on: FailOn) -> int:
        """Tell how the runs ended; return the exit code."""
        self.line(f"ended: {clean(event.reason)}")
        for diagnosis in event.diagnoses:
            self.out.text(message(diagnosis))
            sys.stdout.flush()
            self._run("ended", diagnosis, None)
        return gravest([code(d, fail_on) for d in event.diagnoses])

    def _run(self, kind: str, diagnosis: Diagnosis, finding: Finding | None) -> None:
        """Run the command of --exec; when it fails that is told, and the watch goes on."""
        if self.command is None:
            return
        about = {
            "kind": kind,
            "run": diagnosis.run.name,
            "health": diagnosis.verdict.health,
            "rule": "",
            "severity": "",
            "step": str(diagnosis.run.last_step or 0),
            "message": str(diagnosis.verdict.headline),
        }
        if finding is not None:
            about |= {"rule": finding.rule, "severity": finding.severity.value, "message": str(finding.message)}
        told = {f"CURVEREAD_{key.upper()}": clean(value) for key, value in about.items()}
        try:
            done = subprocess.run(
                self.command,
                shell=True,
                input=message(diagnosis).encode(),
                env={**os.environ, **told},
                stdout=2,  # the standard output is of the watch
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.SubprocessError) as error:
            say(f"--exec: {error}")
        else:
            if done.returncode:
                say(f"--exec: {self.command} ended with {done.returncode}")
