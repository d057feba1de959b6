"""Settings in a JSON or YAML file beside a log, read within bounds: such a file may be anybody's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from curveread.limits import limits, too_much
from curveread.readers.regular import read_regular

_NUMBER = 400
"""Characters of a number; one in base 60 takes time in the square of its length."""


def settings_in(path: Path, most: int | None = None) -> dict[str, Any]:
    """Return the mapping that a file holds, JSON by its name or else YAML; empty when it holds something else.

    One larger than ``most`` bytes, by default than settings may be, is refused.

    Raises
    ------
    OSError
        When there is no such regular file, or it is too large.
    ValueError
        When it cannot be parsed, or is nested or multiplied by aliases beyond what settings are.
    """
    if most is None:
        most, told = limits().settings_bytes, too_much("settings_bytes")
    else:
        told = ""
    text = read_regular(path, most, told).decode("utf-8")
    try:
        loaded = json.loads(text) if path.suffix == ".json" else _yaml(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return {str(k): v for k, v in loaded.items()} if isinstance(loaded, dict) else {}


def _yaml(text: str) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _bounded(node)
        return loader.construct_document(node)
    except (yaml.YAMLError, TypeError, AttributeError) as error:  # PyYAML lets some faults of a text through
        raise ValueError(str(error)) from error
    finally:
        loader.dispose()


def _bounded(root: Any) -> None:
    """Raise ValueError for a tree that is too large once its aliases are written out; O(nodes) as it is written."""
    allowed = limits()
    size: dict[int, int] = {}
    depth: dict[int, int] = {}
    waiting = [(root, False)]
    within: set[int] = set()
    while waiting:
        node, seen = waiting.pop()
        key = id(node)
        if key in size:
            continue
        inner = _inner(node)
        if not seen:
            if key in within:
                raise ValueError("an alias stands within what it stands for")
            within.add(key)
            waiting.append((node, True))
            waiting += [(child, False) for child in inner if id(child) not in size]
            continue
        within.remove(key)
        size[key] = 1 + sum(size[id(child)] for child in inner)
        depth[key] = 1 + max((depth[id(child)] for child in inner), default=0)
        if size[key] > allowed.settings_values:  # nine lines of aliases can stand for 10^9
            raise ValueError(f"too many values, aliases written out: {too_much('settings_values')}")
        if depth[key] > allowed.settings_depth:
            raise ValueError(f"nested too deeply: {too_much('settings_depth')}")


def _inner(node: Any) -> list[Any]:
    if isinstance(node.value, str):
        if len(node.value) > _NUMBER and node.tag.endswith((":int", ":float")):
            raise ValueError(f"a number of more than {_NUMBER} digits")
        return []
    if node.id == "mapping":
        return [part for pair in node.value for part in pair]
    return list(node.value)
