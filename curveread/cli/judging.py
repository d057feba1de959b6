"""Runs judged one after the other, and told as text, as JSON, as JUnit XML, SARIF or annotations for GitHub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from curveread import api
from curveread.cli.codes import DONE, FAULT, FOUND, UNUSABLE, gravest
from curveread.cli.fail_on import FailOn
from curveread.cli.many import judged_paths, print_runs
from curveread.cli.reading import Reading, Unread
from curveread.discovery.remote.url import Place
from curveread.findings.diagnosis import Diagnosis


class OutputForm(StrEnum):
    """How the result is told."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    GITHUB = "github"
    SARIF = "sarif"


@dataclass(frozen=True, slots=True)
class Judging:
    """What ``check`` was asked to do.

    Parameters
    ----------
    paths
        What to read.
    form, fail_on
        How to tell the result; what makes the command end with 1.
    select, ignore, options
        As :func:`curveread.api.diagnose` takes them.
    baseline
        Result JSON of an earlier check, whose findings are accepted.
    reading
        The reading options.
    jobs
        Processes that read; None for as many as there are cores and work.
    verbose
        Whether all is printed about each of many runs.
    """

    paths: Sequence[Place]
    form: OutputForm = OutputForm.TEXT
    fail_on: FailOn = FailOn.ERROR
    select: Sequence[str] = ()
    ignore: Sequence[str] = ()
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    baseline: Path | None = None
    reading: Reading = field(default_factory=Reading)
    jobs: int | None = None
    verbose: bool = False

    def run(self) -> int:
        """Judge the runs, print what was found and return the exit code."""
        api.check_rules([*self.select, *self.ignore], self.options)
        known = None if self.baseline is None else api.read_baseline(self.baseline)
        judging = {"select": self.select, "ignore": self.ignore, "options": self.options}
        codes: list[int] = []

        def results() -> Iterator[Diagnosis | Unread]:
            for item in judged_paths(self.paths, self.reading, judging, self.jobs):
                found = item if isinstance(item, Unread) or known is None else api.accept(item, known)
                codes.append(UNUSABLE if isinstance(found, Unread) else code(found, self.fail_on))
                yield found

        if self.form is OutputForm.TEXT:
            print_runs([r for r in results() if not isinstance(r, Unread)], verbose=self.verbose)
        else:
            self._tell(results())
        return gravest(codes)

    def _tell(self, results: Iterator[Diagnosis | Unread]) -> None:
        """Print what is told as one document."""
        from curveread.cli.documents import print_entries, print_github, print_junit, print_sarif

        match self.form:
            case OutputForm.JSON:
                print_entries((r.to_json() if isinstance(r, Unread) else r.to_dict() for r in results), len(self.paths))
            case OutputForm.JUNIT:
                print_junit([*results], self.fail_on)
            case OutputForm.GITHUB:
                print_github([*results])
            case OutputForm.SARIF:
                print_sarif([*results])


def code(diagnosis: Diagnosis, fail_on: FailOn | None) -> int:
    """Return the exit code that one run asks for; with ``fail_on`` None its verdict does not count."""
    if fail_on is not None and fail_on.reached(diagnosis.verdict.health):
        return FOUND
    return FAULT if diagnosis.failed else DONE
