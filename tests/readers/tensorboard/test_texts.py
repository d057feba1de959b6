"""Texts and hyper-parameters: what tbparse reads, through TensorBoard's own messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.types_pb2 import DataType
from tensorboard.plugins.hparams import summary_v2

from curveread.readers.protobuf import NotAMessage
from curveread.readers.tensorboard.reader import TensorBoardReader
from curveread.readers.tensorboard.texts import hyper_parameters, texts
from tests.conftest import needed
from tests.support.event_files import T0, event, scalar, tensor, write

GIVEN = {"lr": 0.1, "zero": 0.0, "optimizer": "adam", "empty": "", "nesterov": True, "fused": False, "große": "ß日本"}


def _hparams(values: dict[str, Any]) -> Event:
    return Event(wall_time=T0, summary=summary_v2.hparams_pb(values, start_time_secs=T0))


def _data(logged: Event) -> memoryview:
    return memoryview(logged.SerializeToString())


def _text(tag: str, *parts: bytes) -> Event:
    return event(1, tensor(tag, "text", DataType.DT_STRING, string_val=list(parts)))


def test_hyper_parameters_as_given() -> None:
    assert hyper_parameters(_data(_hparams(GIVEN))) == GIVEN
    assert hyper_parameters(_data(scalar("loss", 1, 2.0))) == {}


def test_lists_and_structures() -> None:
    logged = _hparams({"lr": 0.1})
    metadata = logged.summary.value[0].metadata.plugin_data
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    held = HParamsPluginData.FromString(metadata.content)
    held.session_start_info.hparams["betas"].list_value.extend([0.9, 0.95, None])
    held.session_start_info.hparams["optimizer"].struct_value.update({"name": "adam", "eps": 1e-8})
    metadata.content = held.SerializeToString()
    assert hyper_parameters(_data(logged)) == {
        "lr": 0.1,
        "betas": [0.9, 0.95, None],
        "optimizer": {"name": "adam", "eps": 1e-8},
    }


def test_texts_without_the_suffix_of_their_writer() -> None:
    assert list(texts(_data(_text("args/text_summary", "{ß}".encode())))) == [("args", "{ß}")]
    assert list(texts(_data(scalar("loss", 1, 2.0)))) == []


@pytest.mark.parametrize("parts", [(), (b"a", b"b")])
def test_a_text_that_is_not_one_string_is_told(parts: tuple[bytes, ...]) -> None:
    with pytest.raises(NotAMessage, match=f"a text of {len(parts)} parts"):
        list(texts(_data(_text("odd", *parts))))


def test_equals_tbparse(tmp_path: Path) -> None:
    needed("tbparse")
    from tbparse import SummaryReader

    said = {"hidden_size": 64, "name": "gpt"}
    logged = [_hparams(GIVEN), _text("model/text_summary", json.dumps(said).encode()), scalar("loss", 1, 2.0)]
    path = write(tmp_path, logged)
    theirs = SummaryReader(str(path), event_types={"hparams", "text"})
    hparams = dict(zip(theirs.hparams["tag"], theirs.hparams["value"], strict=True))
    stored = {tag: json.loads(value) for tag, value in zip(theirs.text["tag"], theirs.text["value"], strict=True)}
    (part,) = TensorBoardReader().read(path)
    assert dict(part.config) == stored | hparams
