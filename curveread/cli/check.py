"""``curveread check``: diagnose and judge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curveread.cli.judging import Form, Judging
from curveread.cli.options import Paths, takes_reading
from curveread.cli.reading import Reading
from curveread.errors import UsageError
from curveread.findings.finding import Severity

__all__ = ["check", "settings"]


@takes_reading
def check(
    context: typer.Context,
    paths: Paths,
    reading: Reading,
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
    form: Annotated[
        Form | None,
        typer.Option("--format", help="How to tell the result; junit and github are for CI.", show_default="text"),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="The same as --format json: the result JSON and nothing else.")
    ] = False,
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline",
            metavar="FILE",
            help="What --json printed earlier: findings in it, at the same place and no graver now, are accepted.",
        ),
    ] = None,
) -> int:
    """Diagnose runs and print what was found; ends with 1 when a finding reaches --fail-on."""
    if json and form not in (None, Form.JSON):
        raise UsageError(f"--json and --format {form} contradict each other")
    defaults = (context.default_map or {}).get("set_") or []
    return Judging(
        paths=paths,
        form=Form.JSON if json else form or Form.TEXT,
        fail_on=fail_on,
        select=_names(select),
        ignore=_names(ignore),
        options=settings([*defaults, *(set_ or [])]),
        baseline=baseline,
        reading=reading,
    ).run()


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
