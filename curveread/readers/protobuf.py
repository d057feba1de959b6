"""Protocol buffers, walked field by field: event files and W&B's own log are made of them."""

from __future__ import annotations

from collections.abc import Iterator

VARINT, EIGHT, BYTES, FOUR = 0, 1, 2, 5
"""Wire types."""


class NotAMessage(ValueError):  # noqa: N818 - says what the bytes are
    """Bytes that are not a message; the text says where they stop making sense."""


def varint(data: bytes | memoryview, at: int, stop: int) -> tuple[int, int]:
    """Return the varint at ``at``, as 64 bits without a sign, and the place behind it.

    Raises
    ------
    NotAMessage
        When it does not end before ``stop``, or has more than ten bytes.
    """
    value = shift = 0
    while at < stop and shift < 70:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
        shift += 7
    raise NotAMessage(f"a varint does not end before byte {at}")


def fields(data: bytes | memoryview, start: int, stop: int) -> Iterator[tuple[int, int, int, int, int]]:
    """Yield number, wire type, place of the key, and first byte and end of the content of each field of a message.

    The message lies between ``start`` and ``stop`` of the data.

    Raises
    ------
    NotAMessage
        When the bytes are not a message.
    """
    at = start
    while at < stop:
        key, first = varint(data, at, stop)
        wire = key & 7
        if wire == VARINT:
            _, behind = varint(data, first, stop)
        elif wire == EIGHT:
            behind = first + 8
        elif wire == FOUR:
            behind = first + 4
        elif wire == BYTES:
            size, first = varint(data, first, stop)
            behind = first + size
        else:
            raise NotAMessage(f"wire type {wire} at byte {at}")
        if behind > stop or key < 8:
            raise NotAMessage(f"field {key >> 3} at byte {at} does not fit")
        yield key >> 3, wire, at, first, behind
        at = behind
