"""Defaults from the ``[tool.curveread]`` table of the nearest ``pyproject.toml``.

The keys are the long options without their dashes. ``set`` is a table of tables::

    [tool.curveread]
    fail-on = "warning"
    ignore = ["plateau"]

    [tool.curveread.set.loss-spike]
    height = 8

A project has runs of several kinds: where no curve of a run fits a pattern of ``role``, ``better`` or ``unit``, nothing
is named. On the command line that is an error.
"""

from __future__ import annotations

from argparse import Action, ArgumentTypeError
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from curveread.cli.parser import Parser
from curveread.errors import UsageError

KEYS = (
    *("better", "eval-loss", "fail-on", "format", "ignore", "role", "run", "select", "set", "smooth", "static", "tags"),
    *("columns", "pattern", "task", "tokens-per-byte", "train-loss", "unit", "vocab-size", "x"),
)
"""Options that may stand in the table: those that say how to judge and draw, not what to read or where to write.

``format`` is that of reports: how ``check`` tells its result is for whoever starts it to say, and a postmortem has
formats of its own.
"""


_PAIRS = frozenset({"role", "better", "unit"})
"""Options that hold pairs: a table of patterns, or a list of ``REGEX=VALUE``."""


def with_defaults(parser: Parser, command: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a command line, completed by the project's defaults.

    Parameters
    ----------
    parser
        Of the command; a default counts where the command has the option.
    command
        Its name.
    given
        What the command line holds. Options of checks add to the project's, all others take their place.

    Raises
    ------
    UsageError
        For a file that is no TOML, a key that no command has, or a value that its option does not take.
    """
    file, table = _nearest()
    options = {option: action for action in parser.actions for option in action.option_strings}
    if command != "report" or given.get("postmortem"):
        options.pop("--format", None)
    values: dict[str, Any] = {}
    for key, value in table.items():
        if action := options.get(f"--{key}"):
            try:
                values[action.dest] = _converted(action, value)
            except ArgumentTypeError as error:
                raise UsageError(f"{file}: [tool.curveread] {key}: {error}") from None
    options_of_checks = [*values.get("set_", ()), *given.get("set_", ())]
    return {**values, **given, **({"set_": options_of_checks} if options_of_checks else {})}


def _converted(action: Action, value: Any) -> Any:
    """Return a value of the table as the option gives it."""
    if action.nargs == 0 or isinstance(value, bool):
        if action.nargs != 0 or not isinstance(value, bool):
            raise ArgumentTypeError(f"{value!r} does not fit; the option takes {_kind(action)}")
        return value
    if isinstance(value, dict) and action.dest in _PAIRS:
        value = [f"{pattern}={said}" for pattern, said in value.items()]
    if isinstance(value, list) and action.dest in _PAIRS and callable(action.type):
        from curveread.run.selection import MayMatch

        return [(MayMatch(pattern), said) for pattern, said in map(action.type, map(str, value))]
    if isinstance(value, list):
        return value
    return action.type(str(value)) if callable(action.type) else str(value)


def _kind(action: Action) -> str:
    return "true or false" if action.nargs == 0 else f"{action.metavar}"


def _nearest() -> tuple[Path, dict[str, Any]]:
    """Return the nearest ``pyproject.toml`` with a ``[tool.curveread]`` table, and that table; empty without one."""
    here = Path.cwd().resolve()
    for place in (here, *here.parents):
        file = place / "pyproject.toml"
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue  # absent, or not ours to read
        if "tool.curveread" in text:
            table = _table(file, text)
            if table is not None:
                return file, table
    return here, {}


def _table(file: Path, text: str) -> dict[str, Any] | None:
    import tomllib

    try:
        table = tomllib.loads(text).get("tool", {}).get("curveread")
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: no valid TOML: {error}") from error
    if table is None:
        return None
    unknown = sorted(set(table) - set(KEYS))
    if unknown:
        raise UsageError(f"{file}: [tool.curveread] has no key {unknown[0]!r}; there are: {', '.join(KEYS)}")
    out: dict[str, Any] = {}
    for key, value in table.items():
        if key == "set":
            out[key] = _settings(file, value)
        elif isinstance(value, list) and key not in _PAIRS:
            out[key] = ",".join(map(str, value))  # as the command line takes several names
        else:
            out[key] = value
    return out


def _settings(file: Path, value: Any) -> list[str]:
    """Return ``{rule: {option: value}}`` as the texts that ``--set`` takes."""
    if not isinstance(value, dict) or not all(isinstance(v, dict) for v in value.values()):
        raise UsageError(f"{file}: [tool.curveread.set] takes tables, such as [tool.curveread.set.loss-spike]")
    return [f"{rule}.{option}={v}" for rule, options in value.items() for option, v in options.items()]
