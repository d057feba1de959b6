"""``curveread check``: diagnose and judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from curveread import api
from curveread.cli.codes import UNUSABLE, gravest
from curveread.cli.fail_on import FailOn, code
from curveread.cli.many import judged_paths, print_runs
from curveread.cli.parser import Parser, add_jobs, add_paths, add_reading, member, names
from curveread.cli.reading import Reading, Unread
from curveread.discovery.remote.url import Place
from curveread.errors import UsageError
from curveread.findings.diagnosis import Diagnosis


class OutputForm(StrEnum):
    """How the result is told."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    GITHUB = "github"
    SARIF = "sarif"


def arguments(parser: Parser) -> None:
    """Add what ``check`` takes."""
    add_paths(parser)
    add = parser.add_argument
    add_rules(parser)
    add(
        "--format",
        dest="form",
        **member(OutputForm),
        help="How to tell the result; junit, github and sarif are for CI (default: text).",
    )
    add("--json", action="store_true", help="The same as --format json: the result JSON and nothing else.")
    add(
        "--baseline",
        metavar="FILE",
        type=Path,
        help="What --json printed earlier: findings in it, at the same place and no graver now, are accepted.",
    )
    add_jobs(parser)
    add("--verbose", action="store_true", help="Print all about each of many runs, not only of those with an alarm.")
    add_reading(parser)


def add_rules(parser: Parser) -> None:
    """Add which checks run, how they are set, and what makes the command end with 1."""
    add = parser.add_argument
    add(
        "--fail-on",
        **member(FailOn),
        help="End with 1 from this severity on (default: error); undetermined: for a warning or a run that cannot "
        "be judged.",
    )
    add("--select", metavar="RULE", **names(), help="Run this check only; repeatable.")
    add("--ignore", metavar="RULE", **names(), help="Leave this check out; repeatable.")
    add(
        "--set", metavar="RULE.OPTION=VALUE", dest="set_", action="append", help="Set an option of a check; repeatable."
    )


def check(
    paths: Sequence[Place],
    reading: Reading,
    *,
    fail_on: FailOn = FailOn.ERROR,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    set_: Sequence[str] = (),
    form: OutputForm | None = None,
    json: bool = False,
    baseline: Path | None = None,
    jobs: int | None = None,
    verbose: bool = False,
) -> int:
    """Diagnose runs and print what was found; ends with 1 when a run reaches --fail-on."""
    if json and form not in (None, OutputForm.JSON):
        raise UsageError(f"--json and --format {form} contradict each other")
    options = settings(set_)
    judging = {"select": select, "ignore": ignore, "options": options}
    api.check_rules([*select, *ignore], options)
    known = None if baseline is None else api.read_baseline(baseline)
    codes: list[int] = []

    def results() -> Iterator[Diagnosis | Unread]:
        for item in judged_paths(paths, reading, judging, jobs):
            found = item if isinstance(item, Unread) or known is None else api.accept(item, known)
            codes.append(UNUSABLE if isinstance(found, Unread) else code(found, fail_on))
            yield found

    told = OutputForm.JSON if json else form or OutputForm.TEXT
    if told is OutputForm.TEXT:
        print_runs([r for r in results() if not isinstance(r, Unread)], verbose=verbose)
    else:
        _print(told, results(), len(paths), fail_on)
    return gravest(codes)


def _print(form: OutputForm, results: Iterator[Diagnosis | Unread], paths: int, fail_on: FailOn) -> None:
    """Print what is told as one document."""
    from curveread.cli.documents import print_entries, print_github, print_junit, print_sarif

    match form:
        case OutputForm.JSON:
            print_entries((r.to_json() if isinstance(r, Unread) else r.to_dict() for r in results), paths)
        case OutputForm.JUNIT:
            print_junit([*results], fail_on)
        case OutputForm.GITHUB:
            print_github([*results])
        case OutputForm.SARIF:
            print_sarif([*results])


def settings(texts: Sequence[str]) -> dict[str, dict[str, object]]:
    """Return ``rule.option=value`` texts as rule -> option -> value; a later one wins.

    Raises
    ------
    UsageError
        For a text of another form.
    """
    out: dict[str, dict[str, object]] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        rule, dot, option = name.strip().partition(".")
        if not (equals and dot and rule and option):
            raise UsageError(f"--set takes RULE.OPTION=VALUE, such as loss-spike.height=8, not {text!r}")
        out.setdefault(rule, {})[option.replace("-", "_")] = value.strip()
    return out
