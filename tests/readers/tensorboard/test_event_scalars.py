"""Every scalar that TensorBoard reads from an event file is read, value by value, whatever form it has."""

from __future__ import annotations

import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DataType

from curveread.readers.tensorboard import scalars as module
from curveread.readers.tensorboard.reader import TensorBoardReader
from curveread.run.notes import NoteKind
from tests.support.event_files import (
    T0,
    accumulated,
    event,
    frame,
    metadata,
    points,
    scalar,
    simple,
    tensor,
    write,
)

READER = TensorBoardReader()


def read(path: Path) -> dict[str, list[tuple[int, str, str]]]:
    (part,) = READER.read(path)
    return points(part.curves)


tags = st.text("abcdé/_ λ", min_size=1, max_size=24)
float32 = st.floats(width=32)
steps = st.one_of(st.integers(0, 300), st.integers(-(2**63), 2**63 - 1), st.integers(2**14 - 2, 2**14 + 2))
walls = st.one_of(st.floats(1.6e9, 1.8e9), st.floats())


@st.composite
def values(draw: st.DrawFn) -> Summary.Value:
    tag = draw(tags)
    kind = draw(st.sampled_from(["simple", "simple", "float", "double", "content", "int", "histogram", "string"]))
    plugin = draw(st.sampled_from([None, "", "scalars"]))
    if kind == "simple":
        return simple("s/" + tag, draw(float32))
    if kind == "float":
        return tensor("t/" + tag, plugin, float_val=[draw(float32)])
    if kind == "double":
        return tensor("t/" + tag, plugin, DataType.DT_DOUBLE, double_val=[draw(st.floats())])
    if kind == "content":
        return tensor("t/" + tag, plugin, tensor_content=struct.pack("<f", draw(float32)))
    if kind == "int":
        return tensor("t/" + tag, plugin, DataType.DT_INT64, int64_val=[draw(st.integers(-(2**53), 2**53))])
    if kind == "histogram":
        return Summary.Value(tag="h/" + tag, histo=HistogramProto(bucket=draw(st.lists(st.floats(0, 1)))))
    return tensor("x/" + tag, "text", DataType.DT_STRING, string_val=[draw(st.binary())])


events = st.builds(
    lambda step, wall, several: event(step, *several, wall=wall), steps, walls, st.lists(values(), max_size=3)
)


@given(st.lists(events, max_size=25))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_equals_tensorboard(tmp_path: Path, logged: list[Event]) -> None:
    path = write(tmp_path, logged)
    want = accumulated(path)
    (part,) = READER.read(path)
    assert not {NoteKind.CORRUPT, NoteKind.TRUNCATED} & {n.kind for n in part.notes}
    got: dict[str, list[tuple[int, str, str]]] = {}
    for curves in part.segments or (part.curves,):  # all attempts: in the curves, the later one replaces the earlier
        for tag, rows in points(curves).items():
            got.setdefault(tag, []).extend(rows)
    assert set(got) == set(want) == set(part.curves)
    for tag, rows in want.items():
        if len(rows) > 1 and all(step == 0 for step, _, _ in rows):  # numbered on purpose, see the reader's tests
            rows = [(i, v, w) for i, (_, v, w) in enumerate(rows)]
        assert sorted(got[tag]) == sorted(rows)


def test_plugin_of_the_first_record_counts(tmp_path: Path) -> None:
    """As in TensorBoard; the records of one tag are not decoded in the order of the file."""
    first, later = tensor("x", "scalars", float_val=[1.0]), tensor("x", "s", float_val=[2.0])
    assert [v for _, v, _ in read(write(tmp_path, [event(1, first), event(2, later)]))["x"]] == ["1.0", "2.0"]


def test_curves_are_in_order_and_exact(tmp_path: Path) -> None:
    path = write(tmp_path, [scalar("loss", s, 0.1 * s, wall=T0 + s / 3) for s in range(300)])
    (part,) = READER.read(path)
    curve = part.curves["loss"]
    assert curve.step.tolist() == list(range(300))
    assert curve.value.tolist() == [float(np.float32(0.1 * s)) for s in range(300)]
    assert curve.wall_time is not None
    assert curve.wall_time.tolist() == [T0 + s / 3 for s in range(300)]
    assert curve.significand_bits == 24


DTYPES: list[tuple[int, str, Any, dict[str, Any], float, int]] = [
    (DataType.DT_FLOAT, "<f4", 1.5, {"float_val": [1.5]}, 1.5, 24),
    (DataType.DT_DOUBLE, "<f8", 0.1, {"double_val": [0.1]}, 0.1, 53),
    (DataType.DT_HALF, "<f2", -2.5, {"half_val": [0xC100]}, -2.5, 11),
    (DataType.DT_BFLOAT16, "<u2", 0x4049, {"half_val": [0x4049]}, 3.140625, 8),
    (DataType.DT_INT8, "<i1", -3, {"int_val": [-3]}, -3.0, 53),
    (DataType.DT_UINT8, "<u1", 200, {"int_val": [200]}, 200.0, 53),
    (DataType.DT_INT16, "<i2", -300, {"int_val": [-300]}, -300.0, 53),
    (DataType.DT_UINT16, "<u2", 60000, {"int_val": [60000]}, 60000.0, 53),
    (DataType.DT_INT32, "<i4", -70000, {"int_val": [-70000]}, -70000.0, 53),
    (DataType.DT_UINT32, "<u4", 2**32 - 1, {"uint32_val": [2**32 - 1]}, 2.0**32 - 1, 53),
    (DataType.DT_INT64, "<i8", -(2**40), {"int64_val": [-(2**40)]}, -(2.0**40), 53),
    (DataType.DT_UINT64, "<u8", 2**63 + 2**20, {"uint64_val": [2**63 + 2**20]}, 2.0**63 + 2**20, 53),
    (DataType.DT_BOOL, "?", True, {"bool_val": [True]}, 1.0, 53),
]


@pytest.mark.parametrize(("dtype", "form", "raw", "single", "want", "bits"), DTYPES)
@pytest.mark.parametrize("shape", [None, (), (1,), (1, 1)])
def test_tensor_scalars_of_every_type(  # edge case 13
    tmp_path: Path, dtype: int, form: str, raw: Any, single: dict[str, Any], want: float, bits: int, shape: Any
) -> None:
    more: dict[str, Any] = {}
    if shape is not None:
        more["tensor_shape"] = TensorShapeProto(dim=[TensorShapeProto.Dim(size=n) for n in shape])
    content = np.array([raw], form).tobytes()
    path = write(
        tmp_path,
        [
            event(1, tensor("x", "scalars", dtype, tensor_content=content, **more)),
            event(2, tensor("x", None, dtype, **single, **more)),
        ],
    )
    (part,) = READER.read(path)
    assert part.curves["x"].value.tolist() == [want, want]
    assert part.curves["x"].significand_bits == bits


def test_float_value_that_is_not_packed(tmp_path: Path) -> None:
    """Old writers store each repeated number as a field of its own."""
    raw = b"\x08\x01" + b"\x2d" + struct.pack("<f", 2.5)  # dtype, float_val
    value = b"\x0a\x01x" + b"\x42" + bytes([len(raw)]) + raw
    summary = b"\x0a" + bytes([len(value)]) + value
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(frame(b"\x09" + struct.pack("<d", T0) + b"\x10\x07" + b"\x2a" + bytes([len(summary)]) + summary))
    assert read(path) == {"x": [(7, "2.5", repr(T0))]} == accumulated(path)


def test_tensor_without_its_zero(tmp_path: Path) -> None:
    path = write(tmp_path, [event(3, tensor("x", "scalars"))])
    assert read(path)["x"] == [(3, "0.0", repr(T0 + 3))]


def test_tensors_that_are_no_scalars(tmp_path: Path) -> None:
    three = TensorShapeProto(dim=[TensorShapeProto.Dim(size=3)])
    path = write(
        tmp_path,
        [
            event(1, tensor("vector", None, tensor_shape=three, float_val=[1, 2, 3])),
            event(1, tensor("curve", "pr_curves", float_val=[1.0])),
            event(2, tensor("curve", None, float_val=[1.0])),
            event(1, tensor("words", "text", DataType.DT_STRING, string_val=[b"hello"])),
            event(1, tensor("complex", None, DataType.DT_COMPLEX64, tensor_content=bytes(8))),
            scalar("loss", 1, 2.0),
        ],
    )
    assert list(read(path)) == ["loss"]


def test_data_class_scalar_of_a_plugin_of_its_own(tmp_path: Path) -> None:
    value = tensor("x", float_val=[1.0])
    value.metadata.CopyFrom(metadata("my_plugin", data_class=1))
    assert read(write(tmp_path, [event(1, value)]))["x"] == [(1, "1.0", repr(T0 + 1))]


def test_both_forms_under_one_tag(tmp_path: Path) -> None:  # edge case 14
    path = write(
        tmp_path,
        [scalar("loss", 1, 4.0), event(2, tensor("loss", "scalars", float_val=[3.0])), scalar("loss", 3, 2.0)],
    )
    assert [(s, v) for s, v, _ in read(path)["loss"]] == [(1, "4.0"), (2, "3.0"), (3, "2.0")]


def test_double_beside_float_has_the_coarser_precision(tmp_path: Path) -> None:
    path = write(tmp_path, [scalar("x", 1, 4.0), event(2, tensor("x", None, DataType.DT_DOUBLE, double_val=[0.1]))])
    (part,) = READER.read(path)
    assert part.curves["x"].value.tolist() == [4.0, 0.1]
    assert part.curves["x"].significand_bits == 24


def test_node_name_where_the_tag_is_empty(tmp_path: Path) -> None:  # edge case 15
    value = tensor("", float_val=[1.5])
    value.node_name = "model/loss"
    assert read(write(tmp_path, [event(1, value)])) == {"model/loss": [(1, "1.5", repr(T0 + 1))]}


def test_several_values_in_one_event(tmp_path: Path) -> None:
    logged = [event(s, simple("a", s), simple("bb", 2 * s), simple("a/much/longer/tag", 3 * s)) for s in range(500)]
    path = write(tmp_path, logged)
    assert read(path) == accumulated(path)


def test_not_a_number_and_infinity_are_kept(tmp_path: Path) -> None:  # edge case 9
    odd = [math.nan, math.inf, -math.inf, 1.0]
    path = write(tmp_path, [scalar("x", s, v) for s, v in enumerate(odd)])
    assert [v for _, v, _ in read(path)["x"]] == ["nan", "inf", "-inf", "1.0"]


def test_signalling_nan_is_a_nan_without_a_warning(tmp_path: Path) -> None:
    path = write(tmp_path, [event(1, tensor("x", "scalars", tensor_content=b"\x01\x00\x80\x7f"))])
    assert [v for _, v, _ in read(path)["x"]] == ["nan"]


def test_odd_wall_times_are_kept(tmp_path: Path) -> None:  # edge case 10
    path = write(tmp_path, [scalar("x", 1, 1.0, wall=math.nan), scalar("x", 2, 2.0, wall=math.inf)])
    assert read(path)["x"] == [(1, "1.0", "nan"), (2, "2.0", "inf")]


def test_negative_step_is_kept(tmp_path: Path) -> None:  # edge case 11
    path = write(tmp_path, [scalar("x", -1, 1.0), scalar("x", 5, 2.0)])
    assert [s for s, _, _ in read(path)["x"]] == [-1, 5]


def test_nothing_is_sampled(tmp_path: Path) -> None:  # edge case 21
    path = write(tmp_path, [scalar("x", s, s) for s in range(12_000)])
    assert len(read(path)["x"]) == 12_000


@pytest.mark.parametrize("chunk", [1 << 20, 2000])
def test_many_tags_of_one_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    """Edge case 24: tags are told apart by buckets, in which two may meet."""
    monkeypatch.setattr(module, "_CHUNK", chunk)
    logged = [scalar(f"layer/{t:05d}/norm", s, t + s / 4) for s in range(1, 4) for t in range(3000)]
    got = read(write(tmp_path, logged))
    assert list(got) == [f"layer/{t:05d}/norm" for t in range(3000)]
    for t in (0, 1, 1234, 2999):
        assert [(s, v) for s, v, _ in got[f"layer/{t:05d}/norm"]] == [(s, repr(t + s / 4)) for s in (1, 2, 3)]
    assert all(len(rows) == 3 for rows in got.values())


def test_tags_of_all_lengths_in_turn(tmp_path: Path) -> None:
    logged = [scalar("t" * n, s, n * s) for s in range(1, 200) for n in range(1, 30)]
    path = write(tmp_path, logged)
    assert read(path) == accumulated(path)


def test_images_and_histograms_are_stepped_over(tmp_path: Path) -> None:  # edge case 18
    image = Summary.Image(height=1, width=1, colorspace=3, encoded_image_string=b"\x00" * 90_000)
    histogram = HistogramProto(min=0, max=1, num=3, bucket_limit=[0.5, 1.0], bucket=[1, 2])
    logged = []
    for s in range(20):
        logged += [
            event(s, Summary.Value(tag="image", image=image)),
            event(s, Summary.Value(tag="weights", histo=histogram)),
            event(s, Summary.Value(tag="sound", audio=Summary.Audio(sample_rate=1))),
            event(s, Summary.Value(tag="mixed", image=image), simple("loss", s)),
        ]
    (part,) = READER.read(write(tmp_path, logged))
    assert points(part.curves) == {"loss": [(s, repr(float(s)), repr(T0 + s)) for s in range(20)]}
    assert part.notes == ()


def test_record_that_is_no_event(tmp_path: Path) -> None:
    path = tmp_path / "events.out.tfevents.1"
    good = [scalar("x", s, s).SerializeToString() for s in (1, 2)]
    path.write_bytes(frame(good[0]) + frame(b"\x0f" * 12) + frame(good[1]))
    (part,) = READER.read(path)
    assert part.curves["x"].step.tolist() == [1, 2]
    assert [n.message for n in part.notes] == [
        "record 2 at byte 39: its checksum is right, but it is not an event: wire type 7 at byte 0; "
        "left out, 2 records were kept"
    ]


def test_a_session_that_does_not_end_makes_its_record_no_event(tmp_path: Path) -> None:
    path = tmp_path / "events.out.tfevents.1"
    good = [scalar("x", s, s).SerializeToString() for s in (1, 2)]
    path.write_bytes(frame(good[0]) + frame(b"\x3a\x02\x08\x80") + frame(good[1]))  # status: a varint without its end
    (part,) = READER.read(path)
    assert part.curves["x"].step.tolist() == [1, 2]
    assert [n.message for n in part.notes] == [
        "record 2 at byte 39: its checksum is right, but it is not an event: a varint does not end before byte 4; "
        "left out, 2 records were kept"
    ]


def test_whole_numbers_that_float64_does_not_hold_are_told(tmp_path: Path) -> None:
    tokens = [2**53, 2**53 + 1, -(2**53) - 1, 2**60, 7, 2**63 - 1]
    packed = [event(k, tensor("tokens", "scalars", DataType.DT_INT64, int64_val=[n])) for k, n in enumerate(tokens)]
    content = [
        event(k, tensor("raw", "scalars", DataType.DT_INT64, tensor_content=struct.pack("<q", n)))
        for k, n in enumerate(tokens)
    ]
    (part,) = TensorBoardReader().read(write(tmp_path, [*packed, *content]))
    assert part.curves["tokens"].value.tolist() == part.curves["raw"].value.tolist() == [float(n) for n in tokens]
    (note,) = part.notes
    assert note.kind is NoteKind.ROUNDED
    assert note.message.endswith("6 points are whole numbers beyond 2^53, rounded to the nearest float64")
