"""The ``.wandb`` reader against W&B's own protobufs, on real, generated and damaged files."""

from __future__ import annotations

import json
import math
import random
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curveread.errors import CorruptLogError
from curveread.readers.wandb.datastore import Records
from curveread.readers.wandb.history import History, read_history, split_records
from curveread.readers.wandb.reader import WandbReader
from curveread.run.notes import NoteKind
from tests.support import wandb_writer as w


def _decoded(data: bytes):
    history = History()
    for group in Records(w.in_pieces(data)).groups():
        start, stop, _ = split_records(group.buffer, group.start, group.stop)
        read_history(group.buffer, start, stop, history, group.read)
    return history


def _assert_equals_oracle(data: bytes) -> int:
    ours, truth = _decoded(data).columns(), w.oracle_history(data)
    assert set(ours) == set(truth)
    for key, pairs in truth.items():
        row, value = zip(*pairs, strict=True)
        assert ours[key].row.tolist() == list(row), key
        assert w.same(ours[key].value.tolist(), value), key
    return sum(map(len, truth.values()))


@pytest.fixture(scope="module")
def offline_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that wandb itself wrote: nested keys, NaN, infinities, a table of text, a histogram."""
    import wandb

    folder = tmp_path_factory.mktemp("real")
    settings_ = wandb.Settings(x_disable_stats=True, x_disable_meta=True, console="off", silent=True, disable_git=True)
    with wandb.init(
        project="p",
        name="shown",
        dir=str(folder),
        mode="offline",
        config={"lr": 0.1, "deep": {"a": 1}},
        settings=settings_,
    ) as run:
        run.define_metric("train/global_step")
        run.define_metric("*", step_metric="train/global_step", step_sync=True)
        for i in range(50):
            row = {"train/loss": 1 / (i + 1), "train/global_step": (i + 1) * 10, "nested": {"x": i, "y": {"z": -i}}}
            if i % 10 == 9:
                row["eval/loss"] = float("nan") if i == 19 else 0.5
            if i == 5:
                row |= {"train/loss": float("inf"), "text": "hello", "hist": wandb.Histogram([1, 2, 3])}
            run.log(row)
    path = next(folder.rglob("*.wandb"))
    for _ in range(200):  # the background process may still be writing when finish() returns
        if any(r.WhichOneof("record_type") == "exit" for r in w.oracle_records(path.read_bytes())):
            break
        time.sleep(0.1)
    return path


def test_real_offline_run_equals_protobufs(offline_run: Path) -> None:
    assert _assert_equals_oracle(offline_run.read_bytes()) > 300


def test_real_offline_run_as_a_part(offline_run: Path) -> None:
    (part,) = WandbReader().read(offline_run)
    loss = part.curves["train/loss"]
    assert loss.step.tolist() == [(i + 1) * 10 for i in range(50)], "define_metric names the x-axis"
    assert loss.value[5] == math.inf
    assert loss.wall_time is not None
    assert 0 <= loss.wall_time[-1] - part.order[0] < 300
    assert part.curves["eval/loss"].step.tolist() == [100, 200, 300, 400, 500]
    assert math.isnan(part.curves["eval/loss"].value[1]), "a logged NaN is a point"
    assert part.curves["nested.y.z"].value[-1] == -49
    assert not {"_step", "_runtime", "_timestamp", "train/global_step", "text"} & set(part.curves)
    assert part.x_axis == "train/global_step"
    assert part.crashed is False
    assert (part.key, part.name) == (offline_run.stem.removeprefix("run-"), "shown")
    assert part.config["lr"] == 0.1
    kinds = {n.kind for n in part.notes}
    assert NoteKind.X_AXIS in kinds
    assert NoteKind.SKIPPED in kinds, "text and histogram are named, not dropped in silence"


def test_what_is_no_number_is_counted_and_null_is_nothing() -> None:
    rows = [{"flag": True, "off": False, "said": "x", "part": [1], "more": {"a": 1}, "none": None, "loss": 1.0}] * 3
    history = _decoded(w.frame([w.history(row, i, nested=False) for i, row in enumerate(rows)]))
    assert history.not_numbers == {"flag": 3, "off": 3, "said": 3, "part": 3, "more": 3}
    assert set(history.columns()) == {"loss"}


def test_many_keys_of_which_a_row_names_one_or_two_equal_protobufs() -> None:
    payloads = [w.history({f"metric{i % 40}": i / 7, f"metric{i // 9 % 40}": -i}, i) for i in range(600)]
    data = w.frame(payloads)
    assert len(_decoded(data).columns()) == 40
    assert _assert_equals_oracle(data) > 1000


@pytest.mark.corpus
def test_public_files_equal_protobufs(corpus_public: Path) -> None:
    points = 0
    for path in sorted(corpus_public.rglob("*.wandb")):
        points += _assert_equals_oracle(path.read_bytes())
        (part,) = WandbReader().read(path)
        assert part.curves or part.notes, path
    assert points > 700


@pytest.mark.corpus
def test_trained_files_equal_protobufs(corpus_trained: Path) -> None:
    assert sum(_assert_equals_oracle(p.read_bytes()) for p in sorted(corpus_trained.rglob("*.wandb"))) > 30_000


_KEYS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="."), min_size=1, max_size=40), min_size=1, max_size=3
).map(".".join)
_VALUES = st.one_of(
    st.floats(),
    st.integers(-(10**30), 10**30),
    st.none(),
    st.booleans(),
    st.text(max_size=5),
    st.just("NaN"),
    st.lists(st.integers(), max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.dictionaries(_KEYS, _VALUES, max_size=9), max_size=12),
    nested=st.booleans(),
    seed=st.integers(0, 2**16),
)
def test_generated_histories_equal_protobufs(rows: list[dict[str, object]], nested: bool, seed: int) -> None:
    rng = random.Random(seed)
    payloads = []
    for i, row in enumerate(rows):
        items = list(row.items())
        rng.shuffle(items)
        payloads.append(w.history(dict(items), i if rng.random() < 0.8 else None, nested=nested))
    _assert_equals_oracle(w.frame(payloads))


def test_long_records_cross_blocks() -> None:
    payloads = [w.history({f"layer{j}/{'n' * (j % 90)}": j * 0.1 + i for j in range(900)}, i) for i in range(30)]
    assert _assert_equals_oracle(w.frame(payloads)) == 27_000


def test_long_keys_that_begin_alike() -> None:
    keys = [f"a/{'very/' * k}long/name/that/begins/like/all/others/{c}" for k in (0, 3, 30) for c in "xyz"]
    assert (
        _assert_equals_oracle(w.frame([w.history({k: i + j for j, k in enumerate(keys)}, i) for i in range(9)])) == 81
    )


def test_fields_that_are_not_known_are_passed_over() -> None:
    def row(i: int, where: str) -> bytes:
        item = b"\x12\x04loss\x82\x01\x03" + f"{i}.5".encode()
        unknown = b"\xf0\x01\x05"  # field 30
        item = unknown + item if where == "front" else item + unknown
        history = b"\x0a" + bytes([len(item)]) + item + b"\x12\x02\x08" + bytes([i])
        return b"\x12" + bytes([len(history)]) + history

    data = w.frame([row(i, "front" if i % 2 else "behind") for i in range(8)])
    assert _assert_equals_oracle(data) == 8


def test_extended_json_numbers() -> None:
    text = {
        "a": "NaN",
        "b": "-Infinity",
        "c": '"Infinity"',
        "d": "1.7951946033700883e+09",
        "e": "12345678901234567890",
        "f": "null",
    }
    history = _decoded(w.frame([w.history(dict.fromkeys(text, 0), 0, text=text)]))
    value = {k: c.value[0] for k, c in history.columns().items()}
    assert math.isnan(value["a"])
    assert (value["b"], value["c"], value["d"], value["e"]) == (
        -math.inf,
        math.inf,
        1795194603.3700883,
        12345678901234567890.0,
    )
    assert "f" not in value


def test_typed_values_of_newer_files(tmp_path: Path) -> None:
    from wandb.proto import wandb_internal_pb2 as pb

    record = pb.Record()
    typed = {"n": b"\x31" + struct.pack("<d", 2.5), "i": b"\x28\x05", "t": b"\x3a\x01x"}  # 2.5, -3 as zigzag, "x"
    for key, field in typed.items():
        item = record.history.item.add()
        item.nested_key.append(key)
        item.MergeFromString(field)  # a wandb before 0.31 does not know the field, but keeps it
    history = _decoded(w.frame([record.SerializeToString(), w.history({"n": 4.5}, 1)]))
    assert history.columns()["n"].value.tolist() == [2.5, 4.5]
    assert history.columns()["i"].value.tolist() == [-3.0]
    assert history.not_numbers == {"t": 1}


def _rows(n: int) -> list[bytes]:
    return [w.history({"loss": float(i), "pad": "x" * 200}, i) for i in range(n)]


@pytest.mark.parametrize(
    "inside", [0, 4, 5, 6, 7, 100], ids=["checksum", "length", "length-high", "type", "tag", "data"]
)
def test_one_changed_byte_costs_one_record(tmp_path: Path, inside: int) -> None:
    rows = _rows(1000)
    data = bytearray(w.frame(rows))
    at = data.index(rows[300]) - 7 + inside
    data[at] ^= 0x41
    path = tmp_path / "run-x.wandb"
    path.write_bytes(data)
    (part,) = WandbReader().read(path)
    assert part.curves["loss"].value.tolist() == [float(i) for i in range(1000) if i != 300]
    (note,) = [n for n in part.notes if n.kind is NoteKind.CORRUPT]
    assert f"damaged at byte {at - inside} (" in note.message
    assert f"{7 + len(rows[300])} bytes passed over, 999 records kept" in note.message


@pytest.mark.parametrize("size", [10, 3000, 100_000])
def test_a_hole_of_zeros_costs_what_lay_in_it(tmp_path: Path, size: int) -> None:
    rows = _rows(2000)
    data = bytearray(w.frame(rows))
    at = 200_000
    data[at : at + size] = bytes(size)
    path = tmp_path / "run-x.wandb"
    path.write_bytes(data)
    (part,) = WandbReader().read(path)
    loss = part.curves["loss"]
    assert 0 < 2000 - len(loss) <= size // len(rows[0]) + 2
    assert loss.value.tolist() == loss.step.tolist()
    assert any(n.kind is NoteKind.CORRUPT for n in part.notes)


def test_zeros_to_the_end_are_an_unfinished_record(tmp_path: Path) -> None:
    data = w.frame(_rows(20))
    path = tmp_path / "run-x.wandb"
    path.write_bytes(data + bytes(5000))
    (part,) = WandbReader().read(path)
    assert len(part.curves["loss"]) == 20
    assert NoteKind.TRUNCATED in [n.kind for n in part.notes]


def test_a_file_of_nothing_but_near_chunks_takes_linear_time(tmp_path: Path) -> None:
    """Every place of it looks like the header of a chunk of 257 * 4 bytes whose checksum is wrong."""
    path = tmp_path / "run-x.wandb"
    path.write_bytes(w.HEADER + b"\x04" * (8 << 20))
    begun = time.process_time()
    (part,) = WandbReader().read(path)
    assert time.process_time() - begun < 8
    assert not part.curves


def test_unfinished_tail_is_noted(tmp_path: Path) -> None:
    data = w.frame([w.run_record("x", 1_700_000_000), *_rows(5)])
    path = tmp_path / "run-x.wandb"
    path.write_bytes(data[:-3])
    (part,) = WandbReader().read(path)
    assert len(part.curves["loss"]) == 4
    assert part.crashed is True, "no exit record"
    (note,) = [n for n in part.notes if n.kind is NoteKind.TRUNCATED]
    assert note.message == "an unfinished record at the end, 239 bytes from byte 995 on; 5 records kept"


def test_a_failed_run_has_crashed(tmp_path: Path) -> None:
    for code, crashed in ((0, False), (1, True), (-9, True)):
        path = w.write(tmp_path / "run-x.wandb", [w.run_record("x", 1), *_rows(2), w.exit_record(code)])
        assert WandbReader().read(path)[0].crashed is crashed


def test_system_metrics_are_curves(tmp_path: Path) -> None:
    from wandb.proto import wandb_internal_pb2 as pb

    stats = pb.Record()
    stats.stats.timestamp.seconds = 1_700_000_012
    item = stats.stats.item.add()
    item.key, item.value_json = "gpu.0.gpu", "87.5"
    rows = [w.history({"loss": 1.0, "_timestamp": 1_700_000_000 + 10 * i, "_step": i}, i) for i in range(3)]
    (part,) = WandbReader().read(w.write(tmp_path / "run-x.wandb", [*rows, stats.SerializeToString()]))
    gpu = part.curves["system/gpu.0.gpu"]
    assert (gpu.step.tolist(), gpu.value.tolist(), gpu.wall_time.tolist()) == ([1], [87.5], [1_700_000_012.0])


def test_not_a_wandb_file(tmp_path: Path) -> None:
    path = tmp_path / "run-x.wandb"
    path.write_bytes(b"PK\x03\x04 something else")
    with pytest.raises(CorruptLogError, match="not a W&B log: starts with"):
        WandbReader().read(path)
    path.write_bytes(b"")
    with pytest.raises(CorruptLogError, match="the file is empty"):
        WandbReader().read(path)


def test_fields_of_the_record_are_not_confused_with_history(tmp_path: Path) -> None:
    from wandb.proto import wandb_internal_pb2 as pb

    summary = pb.Record()
    item = summary.summary.update.add()
    item.key, item.value_json = "loss", json.dumps(0.25)
    (part,) = WandbReader().read(w.write(tmp_path / "run-x.wandb", [*_rows(3), summary.SerializeToString()]))
    assert len(part.curves["loss"]) == 3
    assert np.array_equal(part.curves["loss"].value, [0.0, 1.0, 2.0])
