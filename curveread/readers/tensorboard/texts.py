"""Texts and hyper-parameters of an event record, field by field as the protocol buffers of TensorBoard lay them out."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from curveread.readers.protobuf import NotAMessage, fields, varint

_DEPTH = 20


def texts(data: memoryview) -> Iterator[tuple[str, str]]:
    """Yield tag and text of each text in a record.

    Raises
    ------
    NotAMessage, UnicodeDecodeError
        For a text that is not one UTF-8 string.
    """
    for value in _inside(data, 5, 1):
        if _plugin(value)[0] != "text":
            continue
        tag = "".join(_text(part) for part in _inside(value, 1))
        parts = [part.tobytes() for part in _inside(value, 8, 8)]
        if len(parts) != 1:
            raise NotAMessage(f"{tag}: a text of {len(parts)} parts")
        yield tag.removesuffix("/text_summary"), parts[0].decode()


def hyper_parameters(data: memoryview) -> dict[str, Any]:
    """Return the hyper-parameters that a record logs at the start of a session.

    Raises
    ------
    NotAMessage, UnicodeDecodeError
        When they cannot be read.
    """
    found: dict[str, Any] = {}
    for value in _inside(data, 5, 1):
        plugin, content = _plugin(value)
        if plugin == "hparams":
            for start in _inside(content, 3):
                for pair in _inside(start, 1):
                    name = "".join(_text(part) for part in _inside(pair, 1))
                    for held in _inside(pair, 2):
                        found[name] = _value(held, 0)
    return found


def _inside(message: memoryview, *path: int) -> Iterator[memoryview]:
    """Yield the sub-messages or strings of a message on a path of field numbers."""
    if not path:
        yield message
        return
    for number, wire, _, a, b in fields(message, 0, len(message)):
        if number == path[0] and wire == 2:
            yield from _inside(message[a:b], *path[1:])


def _text(part: memoryview) -> str:
    return part.tobytes().decode()


def _plugin(value: memoryview) -> tuple[str, memoryview]:
    """Return the name of a value's plugin and what the plugin keeps there."""
    name, content = "", value[:0]
    for described in _inside(value, 9, 1):
        name = "".join(_text(part) for part in _inside(described, 1))
        content = next(_inside(described, 2), content)
    return name, content


def _value(held: memoryview, depth: int) -> Any:
    """Return what a ``google.protobuf.Value`` holds."""
    if depth > _DEPTH:
        raise NotAMessage(f"a value {_DEPTH} levels deep")
    found: Any = None
    for number, wire, _, a, b in fields(held, 0, len(held)):
        inner = held[a:b]
        if number == 2 and wire == 1:
            (found,) = struct.unpack("<d", inner)
        elif number == 3 and wire == 2:
            found = _text(inner)
        elif number == 4 and wire == 0:
            found = bool(varint(held, a, b)[0])
        elif number == 5 and wire == 2:
            found = {
                "".join(_text(part) for part in _inside(pair, 1)): _value(value, depth + 1)
                for pair in _inside(inner, 1)
                for value in _inside(pair, 2)
            }
        elif number == 6 and wire == 2:
            found = [_value(value, depth + 1) for value in _inside(inner, 1)]
    return found
