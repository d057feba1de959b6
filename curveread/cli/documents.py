"""Documents on stdout for programs: JSON, JUnit XML, SARIF and GitHub's annotations, in UTF-8 in every locale."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from curveread.cli.fail_on import FailOn
from curveread.cli.reading import Unread
from curveread.findings.diagnosis import Diagnosis
from curveread.logtext import quiet_json


def print_entries(entries: Iterable[dict[str, Any]], paths: int) -> None:
    """Print one run as an object and several as a list, in their order.

    Nothing is printed before the last is there, so that what is printed is whole; until then they wait on disk.

    Parameters
    ----------
    entries
        A result for every run, and ``{"path", "error"}`` for a path that could not be read.
    paths
        How many paths were asked for: of several also one entry is a list; one path alone that could not be read has
        been told on stderr and prints nothing.
    """
    rest = iter(entries)
    first, second = next(rest, None), next(rest, None)
    if paths == 1 and first is not None and second is None:
        if "error" not in first:
            _write(_json(first) + "\n")
        return
    if second is None:
        _write(_json([] if first is None else [first]) + "\n")
        return
    from curveread.fleet.spool import Spool

    told = Spool(_json(entry).replace("\n", "\n  ") for entry in chain((first, second), rest) if entry is not None)
    for at, entry in enumerate(told):
        _write(f"{',' if at else '['}\n  {entry}")
    _write("\n]\n")


def _json(document: Any) -> str:
    import json

    return quiet_json(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def print_junit(results: Sequence[Diagnosis | Unread], fail_on: FailOn) -> None:
    """Print the JUnit XML of all runs; a path that could not be read is a suite with an error."""
    from datetime import datetime

    from curveread.report.text.junit import junit

    told = [(r.shown, r.error) if isinstance(r, Unread) else r for r in results]
    _write(junit(told, fail_on.severity, datetime.now(), unjudged_fails=fail_on is FailOn.UNDETERMINED))


def print_github(results: Sequence[Diagnosis | Unread]) -> None:
    """Print the annotations of all runs."""
    from curveread.report.text.github import notices, unread

    lines: list[str] = []
    for r in results:
        lines += [unread(r.shown, r.error)] if isinstance(r, Unread) else notices(r)
    _write("".join(f"{line}\n" for line in lines))


def print_sarif(results: Sequence[Diagnosis | Unread]) -> None:
    """Print the SARIF document of all runs."""
    from curveread.report.text.sarif import sarif

    _write(quiet_json(sarif([(r.shown, r.error) if isinstance(r, Unread) else r for r in results])))


def _write(text: str) -> None:
    # Half surrogates, as odd file names bring them, become escapes.
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdout.write(text)
