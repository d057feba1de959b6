"""JSON and JSON-lines logs against ``json``, and what happens to files on the way."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest

from curveread.errors import CorruptLogError
from curveread.readers.base import Part
from curveread.readers.tables.json_log import JsonLogReader
from curveread.run.notes import NoteKind

READER = JsonLogReader()


def _read(path: Path, text: str) -> Part:
    path.write_text(text)
    assert READER.claims(path)
    (part,) = READER.read(path)
    return part


@pytest.mark.corpus
def test_every_value_of_the_corpus_equals_json(corpus_public: Path, corpus_trained: Path) -> None:
    paths = [p for p in (*corpus_public.rglob("*.jsonl"), *corpus_trained.rglob("runs/*/*.jsonl")) if READER.claims(p)]
    assert len(paths) > 20
    points = 0
    for path in paths:
        (part,) = READER.read(path)
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        segments = part.segments or (part.curves,)
        for tag in {t for s in segments for t in s}:
            truth = [float(r[tag]) for r in rows if r.get(tag) is not None]
            ours = np.concatenate([s[tag].value for s in segments if tag in s])
            assert np.array_equal(ours, truth, equal_nan=True), (path, tag)
            points += ours.size
    assert points > 70_000


def test_nan_null_and_absent(tmp_path: Path) -> None:
    lines = [
        '{"step": 0, "loss": 1.5, "acc": null}',
        '{"step": 1, "loss": NaN}',
        '{"step": 2, "loss": "Infinity", "note": "x"}',
        '{"step": 3, "loss": null}',
    ]
    part = _read(tmp_path / "metrics.jsonl", "\n".join(lines))
    assert np.array_equal(part.curves["loss"].value, [1.5, math.nan, math.inf], equal_nan=True)
    assert set(part.curves) == {"loss"}
    assert any("note" in n.message for n in part.notes)


def test_half_written_last_line_and_damage_in_the_middle(tmp_path: Path) -> None:
    lines = [json.dumps({"step": i, "loss": i + 0.5}) for i in range(10)]
    lines[4] = "\x00\x00garbage"
    part = _read(tmp_path / "metrics.jsonl", "\n".join(lines) + '\n{"step": 10, "lo')
    assert part.curves["loss"].step.tolist() == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    said = {n.kind: n.message for n in part.notes}
    assert "the last line is not a complete JSON object" in said[NoteKind.TRUNCATED]
    assert "line 5" in said[NoteKind.CORRUPT]


def test_llama_factory_log(tmp_path: Path) -> None:
    rows = [
        {
            "current_steps": 5 * i,
            "total_steps": 20,
            "loss": 1.0 / i,
            "eval_loss": None,
            "lr": 0.1,
            "epoch": i / 4,
            "percentage": 25.0 * i,
            "elapsed_time": "0:00:01",
        }
        for i in range(1, 5)
    ]
    part = _read(tmp_path / "trainer_log.jsonl", "\n".join(map(json.dumps, rows)))
    assert part.x_axis == "current_steps"
    assert set(part.curves) == {"loss", "lr", "epoch"}
    assert part.curves["loss"].step.tolist() == [5, 10, 15, 20]


def test_ms_swift_log(tmp_path: Path) -> None:
    rows = [
        {"loss": "2.5", "global_step/max_steps": "1/100", "memory(GiB)": 3.5},
        {"loss": 1.5, "global_step/max_steps": "10/100", "memory(GiB)": 3.5},
    ]
    part = _read(tmp_path / "logging.jsonl", "\n".join(map(json.dumps, rows)))
    assert part.curves["loss"].step.tolist() == [1, 10] or part.curves["loss"].step.tolist() == [10]
    assert part.x_axis == "global_step/max_steps"


def test_keras_history_object(tmp_path: Path) -> None:
    part = _read(tmp_path / "history.json", json.dumps({"loss": [2.0, 1.5], "val_loss": [2.5, math.nan]}))
    assert part.curves["loss"].value.tolist() == [2.0, 1.5]
    assert math.isnan(part.curves["val_loss"].value[1])


@pytest.mark.parametrize("indent", [None, 4])
def test_a_history_whose_writer_died_within_it(indent: int | None, tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    loss = [1.0 / (i + 1) for i in range(10)]
    text = json.dumps({"loss": loss, "val_loss": [v + 0.1 for v in loss], "lr": [0.001]}, indent=indent)
    path.write_text(text[: text.index("0.001")])
    assert READER.claims(path)
    (part,) = READER.read(path)
    assert part.curves["loss"].value.tolist() == loss
    assert len(part.curves["val_loss"]) == 10
    assert [n.kind for n in part.notes].count(NoteKind.TRUNCATED) == 1


def test_list_of_rows_with_nested_keys(tmp_path: Path) -> None:
    rows = [{"_step": i, "train": {"loss": i + 0.5}, "hist": {"_type": "histogram"}} for i in range(3)]
    part = _read(tmp_path / "scan_history.json", json.dumps([{**r, "loss": 1} for r in rows]))
    assert part.curves["train.loss"].value.tolist() == [0.5, 1.5, 2.5]


def test_tensorboard_download(tmp_path: Path) -> None:
    part = _read(tmp_path / "run-a-tag-train_loss.json", json.dumps([[1700000000.5, 0, 2.5], [1700000001.5, 5, "NaN"]]))
    curve = part.curves["train_loss"]
    assert curve.step.tolist() == [0, 5]
    assert math.isnan(curve.value[1])
    assert curve.wall_time[0] == 1700000000.5


def test_a_compressed_download_is_called_as_a_plain_one(tmp_path: Path) -> None:
    path = tmp_path / "run-a-tag-train_loss.json.gz"
    path.write_bytes(gzip.compress(json.dumps([[1700000000.5, 0, 2.5], [1700000001.5, 5, 1.5]]).encode()))
    (part,) = JsonLogReader().read(path)
    assert list(part.curves) == ["train_loss"]


def test_old_wandb_history(tmp_path: Path) -> None:
    rows = [{"_step": i, "_runtime": i, "_timestamp": 1.5e9 + i, "loss": 1.0 - i / 10} for i in range(5)]
    part = _read(tmp_path / "wandb-history.jsonl", "\n".join(map(json.dumps, rows)))
    assert part.source.format == "wandb-history"
    assert part.curves["loss"].wall_time[0] == 1.5e9


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.json", '{"loss": 1.0, "step": 1}'),
        ("tokenizer.json", '{"a": [1, 2]}'),
        ("wandb-summary.json", '{"loss": 0.5, "_step": 3}'),
        ("data.jsonl", '{"text": "hello", "label": 1}\n'),
        ("x.jsonl", "not json\n"),
        ("all_results.json", '{"train_loss": 1.0}'),
        ("nested.json", '{"model": {"loss": "ce"}}'),
    ],
)
def test_what_is_no_log_is_not_claimed(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert not READER.claims(path)


def test_no_row_at_all(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 0, "loss"')
    with pytest.raises(CorruptLogError, match="no line of it is a JSON object"):
        READER.read(path)


def test_an_object_in_the_last_row_alone_is_opened_too(tmp_path: Path) -> None:
    """A closing summary stands behind many plain rows."""
    rows = [{"step": i, "loss": 1.0 / (1 + i)} for i in range(200)]
    rows.append({"step": 200, "eval": {"loss": 0.25, "acc": 0.75}})
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (part,) = READER.read(path)
    assert part.curves["eval.acc"].step.tolist() == [200]
    assert part.curves["eval.loss"].value.tolist() == [0.25]


@pytest.mark.parametrize(
    ("row", "claimed"),
    [
        ('{"loss": 1.5, "zork": 2}', True),  # a loss
        ('{"step": 1, "zork": 2}', True),  # a counter
        ('{"zork": 2, "qwertz": 3}', False),
    ],
)
def test_the_first_row_must_hold_a_metric_or_a_counter(row: str, claimed: bool, tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text(f"{row}\n{row}\n", encoding="utf-8")
    assert READER.claims(path) is claimed


def test_zeros_that_a_crash_left_behind_the_last_line_are_told(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    rows = "".join(f'{{"step": {i}, "loss": {3 / (i + 1)}}}\n' for i in range(9))
    path.write_bytes(rows.encode() + bytes(300))
    (part,) = JsonLogReader().read(path)
    assert len(part.curves["loss"]) == 9
    assert [n.kind for n in part.notes] == [NoteKind.TRUNCATED]


def test_rows_of_a_step_and_values_are_no_download_of_tensorboard(tmp_path: Path) -> None:
    """As where a loop keeps ``[step, train, val]``: a download has the clock in front."""
    rows = [[200 * i, 6.0 - 0.1 * i, 6.1 - 0.05 * i] for i in range(1, 9)]
    part = _read(tmp_path / "loss_history.json", json.dumps(rows))
    assert {tag: c.value.tolist() for tag, c in part.curves.items()} == {
        f"column {i}": [r[i - 1] for r in rows] for i in (2, 3)
    }
    assert part.curves["column 2"].step.tolist() == [200 * i for i in range(1, 9)]
    pairs = _read(tmp_path / "val_loss.json", json.dumps([r[:2] for r in rows]))
    assert list(pairs.curves) == ["val_loss"]
