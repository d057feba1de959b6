"""How one kind of event record is laid out.

Records of a log repeat a few layouts: the same fields, tags and lengths, only the numbers differ. One
record of each kind is parsed field by field here; the layout that comes out says which bytes make the
structure (and must be equal in every record of that kind) and at which columns the numbers stand. Fields
that hold no scalar (images, histograms, graphs …) are stepped over by their length.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from curveread.arrays import ByteArray
from curveread.readers.protobuf import BYTES, EIGHT, FOUR, VARINT, fields, varint

Span = tuple[int, int]

# TensorProto.dtype -> (format of tensor_content, number of the field of single values, significand bits)
_TENSOR = {
    1: ("<f4", 5, 24),
    2: ("<f8", 6, 53),
    3: ("<i4", 7, 53),
    4: ("<u1", 7, 53),
    5: ("<i2", 7, 53),
    6: ("<i1", 7, 53),
    9: ("<i8", 10, 53),
    10: ("?", 11, 53),
    14: ("bfloat16", 13, 8),
    17: ("<u2", 7, 53),
    19: ("<f2", 13, 11),
    22: ("<u4", 16, 53),
    23: ("<u8", 17, 53),
}
_SCALAR_CLASS = 1  # SummaryMetadata.data_class


@dataclass(frozen=True, slots=True)
class Number:
    """Where one number stands in a record, and in what form.

    Parameters
    ----------
    span
        Its first byte and the one behind its last; empty for a number that is 0 because it is left out.
    form
        A NumPy format, or ``bfloat16``.
    varint
        True when the bytes are a varint that holds the bits of ``form``.
    bits
        Precision of the form: 24 for float32, 53 for float64 and integers.
    """

    span: Span
    form: str
    varint: bool
    bits: int


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a summary: where its tag stands, its scalar if it is one, and the plugin that its metadata gives."""

    tag: Span
    number: Number | None
    tensor: bool = False
    plugin: str | None = None


@dataclass(slots=True)
class Layout:
    """What the bytes of one kind of event record mean; all spans are bytes of the record's data.

    Parameters
    ----------
    length
        Bytes of the record's data.
    wall_time, step
        Where they stand, empty when left out.
    values
        The values of its summary.
    session
        Where its SessionLog stands, if it has one.
    equal, alike
        Bytes that must be equal, and bytes whose top bit must be (varints that keep their length).
    """

    length: int
    wall_time: Span = (0, 0)
    step: Span = (0, 0)
    values: list[Value] = field(default_factory=list)
    session: Span | None = None
    equal: list[Span] = field(default_factory=list)
    alike: list[Span] = field(default_factory=list)

    @property
    def needs_a_look(self) -> bool:
        """Whether such records say something beside numbers: a session's start, hyper-parameters, text."""
        return self.session is not None or any(v.plugin in ("hparams", "text") for v in self.values)

    def structure(self, width: int) -> ByteArray:
        """Return the mask of the bytes that make the structure, (width,) uint8; 0xFF where they must be equal."""
        bits = np.zeros(width, dtype=np.uint8)
        for a, b in self.alike:
            bits[a:b] = 0x80
        for a, b in self.equal:
            bits[a:b] = 0xFF
        return bits


def _noted(data: memoryview, start: int, end: int, layout: Layout) -> Iterator[tuple[int, int, int, int]]:
    """Yield number, wire type, first byte and end of each field of a message, and note its structure."""
    for number, wire, at, first, behind in fields(data, start, end):
        if wire == VARINT:
            layout.alike.append((first, behind))
        layout.equal.append((at, first))
        yield number, wire, first, behind


def parse(data: memoryview) -> Layout:
    """Return the layout of one event record.

    Raises
    ------
    NotAMessage
        When the bytes are not an event message.
    """
    layout = Layout(len(data))
    for number, wire, a, b in _noted(data, 0, len(data), layout):
        if number == 1 and wire == EIGHT:
            layout.wall_time = (a, b)
        elif number == 2 and wire == VARINT:
            layout.step = (a, b)
        elif number == 5 and wire == BYTES:
            for inner, inner_wire, c, d in _noted(data, a, b, layout):
                if inner == 1 and inner_wire == BYTES:
                    layout.values.append(_value(data, c, d, layout))
        elif number == 7 and wire == BYTES:
            layout.session = (a, b)
            for _ in _noted(data, a, b, layout):
                pass  # a session that does not end makes the record no event, as it does for TensorBoard
    return layout


def _value(data: memoryview, start: int, end: int, layout: Layout) -> Value:
    tag = node = (0, 0)
    number: Number | None = None
    tensor = False
    plugin: str | None = None
    scalar_class = False
    for field_number, wire, a, b in _noted(data, start, end, layout):
        if field_number == 1 and wire == BYTES:
            tag = (a, b)
        elif field_number == 2 and wire == FOUR:
            number, tensor = Number((a, b), "<f4", False, 24), False
        elif field_number in (3, 4, 5, 6) and wire == BYTES:  # histogram, image, audio: not what a curve is made of
            number, tensor = None, False
        elif field_number == 7 and wire == BYTES:
            node = (a, b)
        elif field_number == 8 and wire == BYTES:
            number, tensor = _tensor(data, a, b, layout), True
        elif field_number == 9 and wire == BYTES:
            plugin, scalar_class = _metadata(data, a, b, layout)
    if scalar_class:
        plugin = "scalars"
    return Value(tag if tag[1] > tag[0] else node, number, tensor, plugin)


def _metadata(data: memoryview, start: int, end: int, layout: Layout) -> tuple[str, bool]:
    plugin, scalar_class = "", False
    for number, wire, a, b in _noted(data, start, end, layout):
        if number == 1 and wire == BYTES:
            for inner, inner_wire, c, d in _noted(data, a, b, layout):
                if inner == 1 and inner_wire == BYTES:
                    plugin = data[c:d].tobytes().decode("utf-8", "replace")
                    layout.equal.append((c, d))
        elif number == 4 and wire == VARINT:
            scalar_class = varint(data, a, b)[0] == _SCALAR_CLASS
            layout.equal.append((a, b))
    return plugin, scalar_class


def _tensor(data: memoryview, start: int, end: int, layout: Layout) -> Number | None:
    """Return where the one number of a tensor stands, None when it holds several, or none that is a number."""
    dtype, elements, content = 0, 1, (0, 0)
    singles: dict[int, tuple[int, Span]] = {}
    for number, wire, a, b in _noted(data, start, end, layout):
        if number == 1 and wire == VARINT:
            dtype = varint(data, a, b)[0]
            layout.equal.append((a, b))
        elif number == 2 and wire == BYTES:
            elements = _elements(data, a, b, layout)
            layout.equal.append((a, b))
        elif number == 4 and wire == BYTES:
            content = (a, b)
        elif number not in singles and b > a:
            singles[number] = (wire, (a, b))
    if dtype not in _TENSOR or elements != 1:
        return None
    form, single, bits = _TENSOR[dtype]
    width = 2 if form == "bfloat16" else np.dtype(form).itemsize
    if content[1] > content[0]:
        return Number(content, form, False, bits) if content[1] - content[0] == width else None
    if single not in singles:
        return Number((0, 0), form, False, bits)  # trailing zeros may be left out
    wire, (a, b) = singles[single]
    if single in (5, 6):
        return Number((a, a + width), form, False, bits) if b - a >= width else None
    _, behind = varint(data, a, b)
    layout.alike.append((a, behind))
    return Number((a, behind), form, True, bits)


def _elements(data: memoryview, start: int, end: int, layout: Layout) -> int:
    """Return how many elements a tensor of this shape has, 0 when a dimension is unknown."""
    elements = 1
    for number, wire, a, b in _noted(data, start, end, layout):
        if number == 2 and wire == BYTES:
            size = 0
            for inner, inner_wire, c, d in _noted(data, a, b, layout):
                if inner == 1 and inner_wire == VARINT:
                    size = varint(data, c, d)[0]
            elements *= size
    return elements
