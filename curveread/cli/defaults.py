"""Defaults from the ``[tool.curveread]`` table of the nearest ``pyproject.toml``.

The keys are the long options without their dashes. ``set`` is a table of tables::

    [tool.curveread]
    fail-on = "warning"
    ignore = ["plateau"]

    [tool.curveread.set.loss-spike]
    height = 8
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from curveread.errors import UsageError

__all__ = ["KEYS", "load_defaults", "project_table"]

KEYS = (
    *("eval-loss", "fail-on", "format", "ignore", "run", "select", "set", "smooth", "static", "tags"),
    *("tokens-per-byte", "train-loss", "vocab-size", "x"),
)
"""Options that may stand in the table: those that say how to judge and draw, not what to read or where to write.

``format`` is that of reports: how ``check`` tells its result is for whoever starts it to say.
"""


def load_defaults(group: Any, start: Path | None = None) -> dict[str, dict[str, Any]]:
    """Return command -> parameter -> default, for the command line's ``default_map``.

    Parameters
    ----------
    group
        The command line; a default goes to each command that has the option.
    start
        The folder to look in first, then its parents; the current one when not given.

    Raises
    ------
    UsageError
        For a file that is no TOML, or a key that no command has.
    """
    table = project_table(start)
    if not table:
        return {}
    found: dict[str, dict[str, Any]] = {}
    for name, command in group.commands.items():
        names = {option: p.name for p in command.params for option in getattr(p, "opts", ())}
        if name != "report":
            names.pop("--format", None)
        found[name] = {names[f"--{key}"]: value for key, value in table.items() if f"--{key}" in names}
    return found


def project_table(start: Path | None = None) -> dict[str, Any]:
    """Return the ``[tool.curveread]`` table of the nearest ``pyproject.toml``, empty where there is none.

    Raises
    ------
    UsageError
        For a file that is no TOML, or a key that no command has.
    """
    folder = (start or Path.cwd()).resolve()
    for place in (folder, *folder.parents):
        file = place / "pyproject.toml"
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue  # absent, or not ours to read
        if "tool.curveread" in text:
            table = _table(file, text)
            if table is not None:
                return table
    return {}


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
        elif key in ("select", "ignore"):
            out[key] = [value] if isinstance(value, str) else value
        elif key == "format":
            out[key] = ",".join(value) if isinstance(value, list) else value
        else:
            out[key] = value
    return out


def _settings(file: Path, value: Any) -> list[str]:
    """Return ``{rule: {option: value}}`` as the texts that ``--set`` takes."""
    if not isinstance(value, dict) or not all(isinstance(v, dict) for v in value.values()):
        raise UsageError(f"{file}: [tool.curveread.set] takes tables, such as [tool.curveread.set.loss-spike]")
    return [f"{rule}.{option}={v}" for rule, options in value.items() for option, v in options.items()]
