"""Long JSON is read by orjson and gives what json gives."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curveread.readers import json_text
from curveread.readers.json_text import closed, loads
from curveread.run.equality import equal

SCALARS = st.none() | st.booleans() | st.floats() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=8)
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=5), v, max_size=4))


@pytest.fixture(autouse=True)
def all_texts_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "_LONG", 0)


@given(VALUES)
def test_equals_json(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert equal(loads(text), json.loads(text))


@given(st.floats(allow_nan=False), st.sampled_from(["{!r}", "{:.17e}", "{:.25e}", "{:.60f}"]))
def test_floats_are_the_nearest_to_what_is_written(number: float, layout: str) -> None:
    text = layout.format(number)
    if text not in ("inf", "-inf"):
        assert loads(text) == float(text)


def test_what_only_json_reads() -> None:
    assert math.isnan(loads("[NaN]")[0])
    assert loads(b'{"a": -Infinity, "b": "\\ud800"}') == {"a": -math.inf, "b": "\ud800"}
    assert loads("1e400") == math.inf
    assert loads("\ufeff1".encode("utf-8")) == 1
    assert loads("[1]".encode("utf-16")) == [1]


def test_an_integer_beyond_64_bits_is_the_nearest_float() -> None:
    assert loads("[123456789012345678901, 9007199254740993]") == [float(123456789012345678901), 9007199254740993]


@pytest.mark.parametrize("text", ["", "[1,]", "{'a': 1}", '{"a": 1', "01", b"\xff"])
def test_errors_are_those_of_json(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r".+") as caught:
        loads(text)
    with pytest.raises(ValueError, match=r".+") as wanted:
        json.loads(text)
    assert (type(caught.value), str(caught.value)) == (type(wanted.value), str(wanted.value))


def test_what_is_nested_too_deeply_is_no_json() -> None:
    for text in ("[" * 100_000, '{"a":' * 100_000, "[" * 300_000):
        with pytest.raises(ValueError, match=r".+"):
            loads(text)


@given(st.lists(VALUES, min_size=1, max_size=5), st.data())
def test_a_cut_list_keeps_what_was_whole(values: list[Any], data: st.DataObject) -> None:
    text = json.dumps(values)
    cut = text[: data.draw(st.integers(1, len(text)))]
    kept = json.loads(closed(cut) or "[]")
    whole = max(len(kept) - 1, 0)
    assert equal(kept[:whole], json.loads(text)[:whole])
    if cut.endswith("]") and cut == text:
        assert equal(kept, json.loads(text))


def test_a_cut_key_goes_with_what_it_names() -> None:
    assert json.loads(closed('{"loss": [0.5, 0.4], "val_loss": [0.6, 0.')) == {"loss": [0.5, 0.4], "val_loss": [0.6]}
    assert json.loads(closed('{"loss": [0.5, 0.4], "lr": [')) == {"loss": [0.5, 0.4]}
    assert json.loads(closed('{"loss": [0.5, 0.4], "a, b')) == {"loss": [0.5, 0.4]}
    assert closed('{"loss": [0.5}') == ""
