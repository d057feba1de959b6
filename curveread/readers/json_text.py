"""JSON as it stands in logs: long texts by orjson, which is faster, with :mod:`json` for what only that reads."""

from __future__ import annotations

import json
import re
from typing import Any

_LONG = 1 << 18
"""Characters from which the time that orjson saves is more than the time that it takes to import."""
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{},"]')


def loads(text: str | bytes) -> Any:
    """Return the value of a JSON text, as :func:`json.loads` does.

    NaN and the infinities, which are not JSON but stand in logs, are read; floats are the nearest to what is written.

    Parameters
    ----------
    text
        The text. In one of more than 262,144 characters an integer that 64 bits cannot hold becomes a float.

    Raises
    ------
    ValueError
        When it is not JSON, or nested too deeply; the message says where.
    """
    if len(text) >= _LONG:
        import orjson

        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:  # maybe only for a NaN
            pass
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def closed(text: str) -> str:
    """Return a JSON text whose end is cut off, as far as it is whole, with its brackets closed.

    A program that dies within ``json.dump``, as at a number that is none of Python's, leaves such a text. What a comma
    or a bracket ends is whole. Of a text that is not cut but damaged the result is no JSON either.
    """
    ends: list[str] = []
    whole, rest = 0, ""
    for token in _STRUCTURE.finditer(text):
        sign = token[0]
        if sign == '"':  # a string without its end
            break
        if sign in ("[", "{"):
            ends.append("]" if sign == "[" else "}")
        elif sign in ("]", "}"):
            if not ends or ends.pop() != sign:
                return ""
            whole, rest = token.end(), "".join(reversed(ends))
        elif sign == ",":
            whole, rest = token.start(), "".join(reversed(ends))
    return text[:whole] + rest
