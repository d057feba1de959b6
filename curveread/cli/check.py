"""``curveread check``: diagnose and judge."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from curveread import api
from curveread.cli.exits import DONE, FAULT, FOUND, UNUSABLE, gravest
from curveread.cli.jsonout import print_entries
from curveread.cli.options import (
    Axis,
    EvalLoss,
    Paths,
    RunName,
    Smooth,
    Tags,
    TokensPerByte,
    TrainLoss,
    VocabSize,
    XAxis,
    reading,
)
from curveread.cli.reading import Unread, read_paths
from curveread.errors import UsageError
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Severity

__all__ = ["check", "code", "settings"]


def check(
    context: typer.Context,
    paths: Paths,
    fail_on: Annotated[Severity, typer.Option("--fail-on", help="End with 1 from this severity on.")] = Severity.ERROR,
    select: Annotated[
        list[str] | None, typer.Option("--select", metavar="RULE", help="Run this check only; repeatable.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option("--ignore", metavar="RULE", help="Leave this check out; repeatable.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="RULE.OPTION=VALUE", help="Set an option of a check.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result JSON and nothing else.")] = False,
    run: RunName = None,
    tags: Tags = None,
    train_loss: TrainLoss = None,
    eval_loss: EvalLoss = None,
    x: XAxis = Axis.STEP,
    vocab_size: VocabSize = None,
    tokens_per_byte: TokensPerByte = None,
    smooth: Smooth = None,
) -> int:
    """Diagnose runs and print what was found; ends with 1 when a finding reaches --fail-on."""
    defaults = (context.default_map or {}).get("set_") or []
    options = settings([*defaults, *(set_ or [])])
    chosen, left_out = _names(select), _names(ignore)
    api.check_rules([*chosen, *left_out], options)
    codes: list[int] = []
    entries: list[dict[str, Any]] = []
    for item in read_paths(paths, reading(run, tags, train_loss, eval_loss, x, vocab_size, tokens_per_byte)):
        if isinstance(item, Unread):
            codes.append(UNUSABLE)
            entries.append(item.to_json())
            continue
        diagnosis = api.diagnose(item, select=chosen, ignore=left_out, options=options)
        codes.append(code(diagnosis, fail_on))
        if json:
            entries.append(diagnosis.to_dict())
        else:
            _print(diagnosis, first=len(codes) == 1)
    if json:
        print_entries(entries, paths=len(paths))
    return gravest(codes)


def code(diagnosis: Diagnosis, fail_on: Severity | None) -> int:
    """Return the exit code that one run asks for; with ``fail_on`` None its findings do not count."""
    worst = diagnosis.worst
    if fail_on is not None and worst is not None and worst.rank >= fail_on.rank:
        return FOUND
    return FAULT if diagnosis.failed else DONE


def settings(texts: list[str]) -> dict[str, dict[str, object]]:
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


def _names(given: list[str] | None) -> tuple[str, ...]:
    """Return the names of a repeatable option, which may also be separated by commas."""
    return tuple(name.strip() for text in given or () for name in text.split(",") if name.strip())


def _print(diagnosis: Diagnosis, *, first: bool) -> None:
    from curveread.cli.terminal import console, print_diagnosis

    out = console()
    if not first:
        out.print()
    print_diagnosis(out, diagnosis)
