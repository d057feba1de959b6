"""Names and types of a Parquet file's columns, read from its footer without pyarrow.

Folders hold many Parquet files that are data sets: which of them is a log must be told from a few bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Leaf", "leaves"]

_MAGIC = b"PAR1"
_LARGEST = 1 << 24
"""Bytes of a footer from which a file is no log: it has a schema of thousands of columns and row groups."""
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_NUMERIC = frozenset({1, 2, 4, 5})  # INT32, INT64, FLOAT, DOUBLE
_REPEATED = 2


@dataclass(frozen=True, slots=True)
class Leaf:
    """A column that holds values: its name with dots between the levels, and whether these are numbers."""

    name: str
    numeric: bool


def leaves(path: Path) -> list[Leaf]:
    """Return the columns of a Parquet file that are not repeated (no lists), none when it has no sound footer."""
    try:
        with path.open("rb") as file:
            end = file.seek(0, 2)
            file.seek(max(0, end - 8))
            tail = file.read(8)
            length = int.from_bytes(tail[:4], "little")
            if tail[4:] != _MAGIC or not 0 < length <= min(end - 8, _LARGEST):
                return []
            file.seek(end - 8 - length)
            return _schema(file.read(length))
    except (OSError, ValueError, IndexError, RecursionError):
        return []


@dataclass(slots=True)
class _Thrift:
    """Walks Thrift's compact protocol. IndexError at the end, ValueError at what it cannot be."""

    data: bytes
    at: int = 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise ValueError("a number of more than 64 bits")

    def signed(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def binary(self) -> bytes:
        size = self.varint()
        if size > len(self.data) - self.at:
            raise ValueError("a text longer than the footer")
        self.at += size
        return self.data[self.at - size : self.at]

    def field(self, last: int) -> tuple[int, int]:
        """Return number and type of the next field of a struct; type 0 at its end."""
        head = self.byte()
        if head == 0:
            return 0, 0
        return (last + (head >> 4) if head >> 4 else self.signed()), head & 15

    def items(self) -> tuple[int, int]:
        """Return number and type of a list's items."""
        head = self.byte()
        return (self.varint() if head >> 4 == 15 else head >> 4), head & 15

    def skip(self, kind: int, depth: int = 0) -> None:
        if depth > 32:
            raise ValueError("nested too deep")
        if kind in (_TRUE, _FALSE):
            return
        if kind == _BYTE:
            self.at += 1
        elif kind in (4, 5, 6):
            self.varint()
        elif kind == _DOUBLE:
            self.at += 8
        elif kind == _BINARY:
            self.binary()
        elif kind in (_LIST, _SET):
            count, inner = self.items()
            for _ in range(count):
                self.byte() if inner in (_TRUE, _FALSE) else self.skip(inner, depth + 1)
        elif kind == _STRUCT:
            number = 0
            while True:
                number, inner = self.field(number)
                if not inner:
                    return
                self.skip(inner, depth + 1)
        else:
            raise ValueError(f"type {kind}")


@dataclass(slots=True)
class _Element:
    """A node of the schema, in the order of the tree."""

    name: str = ""
    kind: int = -1
    repetition: int = 0
    children: int = 0


def _element(thrift: _Thrift) -> _Element:
    out = _Element()
    number = 0
    while True:
        number, kind = thrift.field(number)
        if not kind:
            return out
        if number == 1:
            out.kind = thrift.signed()
        elif number == 3:
            out.repetition = thrift.signed()
        elif number == 4:
            out.name = thrift.binary().decode("utf-8", "replace")
        elif number == 5:
            out.children = thrift.signed()
        else:
            thrift.skip(kind)


def _schema(data: bytes) -> list[Leaf]:
    thrift = _Thrift(data)
    number = 0
    while True:
        number, kind = thrift.field(number)
        if not kind:
            return []
        if number == 2 and kind == _LIST:
            count, _ = thrift.items()
            elements = [_element(thrift) for _ in range(count)]
            out: list[Leaf] = []
            _walk(elements, 0, "", out)
            return out
        thrift.skip(kind)


def _walk(elements: list[_Element], at: int, prefix: str, out: list[Leaf]) -> int:
    """Add the leaves below element ``at``, the root being without a name; return the place behind them."""
    children = elements[at].children
    at += 1
    for _ in range(children):
        element = elements[at]
        name = prefix + element.name
        if element.children > 0:
            below: list[Leaf] = []
            at = _walk(elements, at, name + ".", below)
            out += below if element.repetition != _REPEATED else []
        else:
            if element.repetition != _REPEATED:
                out.append(Leaf(name, element.kind in _NUMERIC))
            at += 1
    return at
