"""``check`` without Typer, where its command line needs none.

Loading Typer and building its options takes as long as reading and judging a small run. A command line of paths,
``--json``, ``--format`` and ``--fail-on`` is understood here; whatever else is in it, and every mistake, is Typer's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from curveread.cli.defaults import project_table
from curveread.cli.judging import Form, Judging
from curveread.findings.finding import Severity

__all__ = ["plain_check"]


def plain_check(argv: Sequence[str]) -> Judging | None:
    """Return what a plain ``check`` asks for, None where Typer must look at the command line.

    Raises
    ------
    UsageError
        For defaults in a ``pyproject.toml`` that do not fit.
    """
    if argv[:1] != ["check"]:
        return None
    paths: list[Path] = []
    forms: set[Form] = set()
    fail_on = Severity.ERROR
    words = iter(argv[1:])
    for word in words:
        try:
            if word == "--json":
                forms.add(Form.JSON)
            elif word == "--format":
                forms.add(Form(next(words, "")))
            elif word == "--fail-on":
                fail_on = Severity(next(words, ""))
            elif word.startswith("-") or not word:
                return None
            else:
                paths.append(Path(word))
        except ValueError:
            return None
    if not paths or len(forms) > 1 or project_table():
        return None
    return Judging(paths, form=next(iter(forms), Form.TEXT), fail_on=fail_on)
