"""Hyper-parameters by their usual names, wherever a config keeps them: ``max_steps``, ``args.max_steps``, nested."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any


def last_part(key: object) -> str:
    """Return the last part of a name, in lower case: ``model/vocab_size`` -> ``vocab_size``."""
    return str(key).replace("/", ".").rsplit(".", 1)[-1].lower()


def settings(config: Mapping[str, Any], depth: int = 4) -> Iterator[tuple[str, Any]]:
    """Yield the settings of a config and of the mappings in it: the last part of each name in lower case, its value."""
    for key, value in config.items():
        yield last_part(key), value
        if depth and isinstance(value, Mapping):
            yield from settings(value, depth - 1)


def number_of(config: Mapping[str, Any], *names: str) -> float | None:
    """Return the first finite number under one of the names, an earlier name before a later one; None without one."""
    for wanted in names:
        for name, value in settings(config):
            if name == wanted and isinstance(value, int | float) and not isinstance(value, bool):
                number = float(value) if abs(value) < 1e300 else math.inf
                if math.isfinite(number):
                    return number
    return None


def text_in(config: Mapping[str, Any], *names: str) -> str:
    """Return the first text under one of the names, an earlier name before a later one; empty without one."""
    for wanted in names:
        for name, value in settings(config):
            if name == wanted and isinstance(value, str) and value.strip():
                return value.strip()
    return ""
