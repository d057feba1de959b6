"""The JSON Schema of the result: what every result JSON validates against."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any


def text() -> str:
    """Return the schema's file."""
    return files("curveread.findings").joinpath("result.schema.json").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def load() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one result, as ``check --json`` prints it for one run.

    A list of several results holds such objects and, for a path that could not be read, ``{"path", "error"}``: the
    schema's ``$defs/listed`` describes an entry of that list.
    """
    schema: dict[str, Any] = json.loads(text())
    return schema
