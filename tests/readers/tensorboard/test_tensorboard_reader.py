"""What the reader makes of one event file: names, notes, x axis, order, configuration."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.types_pb2 import DataType
from tensorboard.plugins.hparams import summary_v2

from curveread.errors import ReadError
from curveread.readers.tensorboard.reader import TensorBoardReader
from curveread.run.model import Checkpoint
from curveread.run.notes import NoteKind
from tests.support.event_files import NAME, T0, event, points, ramp, scalar, tensor, write

READER = TensorBoardReader()


@pytest.mark.parametrize(
    ("name", "claimed"),
    [
        ("events.out.tfevents.1700000000.host", True),
        ("events.out.tfevents.1700000000.host.1.0.v2", True),
        ("worker_0.tfevents", True),
        ("events.out.tfevents.1700000000.host.profile-empty", False),  # edge case 19
        ("trainer_state.json", False),
        ("events.out", False),
    ],
)
def test_claims_as_tensorboard_does(name: str, claimed: bool) -> None:
    assert READER.claims(Path("some.tfevents.folder") / name) is claimed


def test_part_of_a_plain_file(tmp_path: Path) -> None:
    path = write(tmp_path, ramp("train/loss", range(1, 4)))
    (part,) = READER.read(path)
    assert (part.source.path, part.source.format, part.source.bytes) == (
        str(path),
        "tensorboard",
        path.stat().st_size,
    )
    assert part.order == (1700000000.0, NAME)
    assert (part.key, part.name, part.notes, part.segments, dict(part.config)) == ("", "", (), (), {})


def test_order_without_a_time_in_the_name(tmp_path: Path) -> None:
    path = write(tmp_path, [scalar("x", 1, 1.0, wall=T0 + 5)], name="my.tfevents")
    assert READER.read(path)[0].order == (T0 + 5, "my.tfevents")


def test_empty_file(tmp_path: Path) -> None:  # edge case 8
    path = tmp_path / NAME
    path.touch()
    (part,) = READER.read(path)
    assert dict(part.curves) == {}
    assert [(n.kind, n.source, n.message) for n in part.notes] == [(NoteKind.EMPTY, NAME, "the file holds no record")]


def test_file_with_its_version_only(tmp_path: Path) -> None:  # edge case 8
    (part,) = READER.read(write(tmp_path, []))
    assert dict(part.curves) == {}
    assert [n.message for n in part.notes] == ["the file holds 1 record and no scalar among them"]


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="cannot be read"):
        READER.read(tmp_path / NAME)


def test_points_without_a_step_are_numbered(tmp_path: Path) -> None:  # edge case 4
    logged = [e for i in range(4) for e in (scalar("a", 0, i, wall=T0 + i), scalar("b", i, i))]
    (part,) = READER.read(write(tmp_path, [*logged, scalar("once", 0, 1.0)]))
    assert part.curves["a"].step.tolist() == [0, 1, 2, 3]
    assert part.curves["a"].value.tolist() == [0, 1, 2, 3]
    assert part.curves["b"].step.tolist() == [0, 1, 2, 3]
    assert part.curves["once"].step.tolist() == [0]
    assert [(n.kind, n.message) for n in part.notes] == [
        (NoteKind.X_AXIS, "a: all 4 points were logged at step 0; numbered here in the order of the file")
    ]


def test_many_curves_without_a_step_are_one_note(tmp_path: Path) -> None:
    logged = [scalar(f"c{k}", 0, i, wall=T0 + i) for i in range(3) for k in range(5)]
    (part,) = READER.read(write(tmp_path, logged))
    assert [n.message for n in part.notes] == [
        "c0, c1, c2 and 2 more: all 15 points were logged at step 0; numbered here in the order of the file"
    ]


def test_exact_duplicates_stay(tmp_path: Path) -> None:  # edge case 25
    (part,) = READER.read(write(tmp_path, [scalar("x", s, s) for s in (1, 2, 2, 3)]))
    assert part.curves["x"].step.tolist() == [1, 2, 2, 3]
    assert part.notes == ()


def test_points_of_one_step_stay_in_the_order_of_the_file(tmp_path: Path) -> None:
    (part,) = READER.read(write(tmp_path, [scalar("x", s, v) for v, s in enumerate([1, 3, 3, 2, 4, 4])]))
    assert part.curves["x"].step.tolist() == [1, 2, 3, 3, 4, 4]
    assert part.curves["x"].value.tolist() == [0, 3, 1, 2, 4, 5]


def test_file_without_a_version(tmp_path: Path) -> None:  # edge case 3, one file
    path = write(tmp_path, ramp("loss", range(1, 5)), version=False)
    assert READER.read(path)[0].curves["loss"].step.tolist() == [1, 2, 3, 4]


def test_checkpoints_of_the_session_log(tmp_path: Path) -> None:
    saved = SessionLog(status=SessionLog.CHECKPOINT, checkpoint_path="model.ckpt-20")
    logged = [*ramp("loss", range(30)), Event(wall_time=T0, step=20, session_log=saved)]
    (part,) = READER.read(write(tmp_path, logged))
    assert part.checkpoints == (Checkpoint(20, "model.ckpt-20"),)


def _text(tag: str, text: str, step: int = 0) -> Event:
    return event(step, tensor(tag, "text", DataType.DT_STRING, string_val=[text.encode()]))


def test_configuration_texts(tmp_path: Path) -> None:  # edge case 18
    args = {"learning_rate": 0.001, "warmup_steps": 100, "bf16": True, "output_dir": "out"}
    logged = [
        _text("args/text_summary", json.dumps(args)),
        _text("model_config/text_summary", json.dumps({"hidden_size": 64})),
        _text("adam_beta1/text_summary", "0.9"),
        _text("use_flash/text_summary", "False"),
        _text("sample/text_summary", "Once upon a time"),
        _text("broken/text_summary", '{"a": '),
        _text("args/text_summary", json.dumps({"learning_rate": 7}), step=5),
        scalar("train/loss", 1, 2.0),
    ]
    (part,) = READER.read(write(tmp_path, logged))
    assert dict(part.config) == {**args, "model_config": {"hidden_size": 64}, "adam_beta1": 0.9, "use_flash": False}
    assert list(part.curves) == ["train/loss"]


def test_text_that_cannot_be_read_does_not_cost_the_configuration(tmp_path: Path) -> None:
    odd = event(1, tensor("odd", "text", DataType.DT_STRING, string_val=[b"\xff{"]))
    logged = [odd, _text("args/text_summary", '{"lr": 0.5}'), scalar("loss", 1, 2.0)]
    (part,) = READER.read(write(tmp_path, logged))
    assert dict(part.config) == {"lr": 0.5}
    (note,) = part.notes
    assert (note.kind, note.source) == (NoteKind.SKIPPED, NAME)
    assert note.message.startswith(
        "record 2 at byte 40: a configuration or text that cannot be read (UnicodeDecodeError: "
    )
    assert note.message.endswith("; left out")


def test_long_prose_is_not_looked_at(tmp_path: Path) -> None:
    path = write(tmp_path, [_text("sample", "word " * 200), scalar("loss", 1, 2.0)])
    (part,) = READER.read(path)
    assert (dict(part.config), part.notes) == ({}, ())


def test_hyper_parameters(tmp_path: Path) -> None:
    summary = summary_v2.hparams_pb({"lr": 0.1, "optimizer": "adam", "nesterov": True}, start_time_secs=T0)
    (part,) = READER.read(write(tmp_path, [Event(wall_time=T0, summary=summary), scalar("loss", 1, 2.0)]))
    assert dict(part.config) == {"lr": 0.1, "optimizer": "adam", "nesterov": True}
    assert list(part.curves) == ["loss"]


def test_scalars_alone_import_nothing_heavy(tmp_path: Path) -> None:
    path = write(tmp_path, ramp("loss", range(10)))
    script = (
        "import sys; from pathlib import Path\n"
        "from curveread.readers.tensorboard.reader import TensorBoardReader\n"
        f"TensorBoardReader().read(Path({str(path)!r}))\n"
        "print([m for m in ('pandas', 'scipy', 'tbparse', 'tensorboard', 'google.protobuf') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_curves_cannot_be_changed(tmp_path: Path) -> None:
    (part,) = READER.read(write(tmp_path, ramp("loss", range(10))))
    with pytest.raises(ValueError, match="read-only"):
        part.curves["loss"].value[0] = 1.0
    assert list(points(part.curves)) == ["loss"]


def test_files_are_in_the_order_in_which_they_were_begun(tmp_path: Path) -> None:
    """By the time in the name; where there is none, by the earliest of the curves' first points."""
    (named,) = READER.read(write(tmp_path, ramp("loss", range(5, 8)), "events.out.tfevents.1600000000.host"))
    assert named.order == (1.6e9, "events.out.tfevents.1600000000.host")
    events = [*ramp("loss", range(5, 8)), *ramp("lr", range(3, 9))]
    (bare,) = READER.read(write(tmp_path, events, "worker.tfevents"))
    assert bare.order == (T0 + 3, "worker.tfevents")
