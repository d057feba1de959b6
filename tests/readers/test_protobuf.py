"""The walker of protocol buffers, against messages that protobuf itself wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curveread.readers.protobuf import BYTES, EIGHT, FOUR, VARINT, NotAMessage, fields, varint
from tests.conftest import needed

event_pb2 = needed("tensorboard.compat.proto.event_pb2")
summary_pb2 = needed("tensorboard.compat.proto.summary_pb2")


@given(step=st.integers(-(2**63), 2**63 - 1), wall=st.floats(), tag=st.text(min_size=1), value=st.floats(width=32))
def test_equals_protobuf(step: int, wall: float, tag: str, value: float) -> None:
    summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, simple_value=value)])
    data = event_pb2.Event(step=step, wall_time=wall, summary=summary).SerializeToString()
    found = {number: (wire, a, b) for number, wire, _, a, b in fields(data, 0, len(data))}
    if step:
        wire, a, b = found[2]
        assert (wire, varint(data, a, b)) == (VARINT, (step % 2**64, b))
    if 1 in found:
        assert (found[1][0], found[1][2] - found[1][1]) == (EIGHT, 8)
    wire, a, b = found[5]
    assert wire == BYTES
    assert summary_pb2.Summary.FromString(data[a:b]).value[0].tag == tag
    ((_, _, _, a, b),) = fields(data, a, b)
    assert {wire for number, wire, *_ in fields(data, a, b) if number == 2} <= {FOUR}


def test_keys_and_contents_lie_side_by_side() -> None:
    data = b"\x08\x96\x01\x12\x03abc\x1d\x00\x00\x80\x3f"
    assert list(fields(data, 0, len(data))) == [(1, 0, 0, 1, 3), (2, 2, 3, 5, 8), (3, 5, 8, 9, 13)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x08", "a varint does not end before byte 1"),
        (b"\x08\x80", "a varint does not end before byte 2"),
        (b"\x08" + b"\x80" * 12, "a varint does not end before byte 11"),
        (b"\x12\x05abc", "field 2 at byte 0 does not fit"),
        (b"\x0d\x00", "field 1 at byte 0 does not fit"),
        (b"\x09\x00", "field 1 at byte 0 does not fit"),
        (b"\x00\x00", "field 0 at byte 0 does not fit"),
        (b"\x0b", "wire type 3 at byte 0"),
    ],
)
def test_what_is_not_a_message_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(NotAMessage) as caught:
        list(fields(data, 0, len(data)))
    assert str(caught.value) == said
