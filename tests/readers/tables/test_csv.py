"""CSV logs of every kind, against pandas and the csv module, and what happens to files on the way."""

from __future__ import annotations

import csv
import gzip
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curveread.api import read
from curveread.errors import CorruptLogError, NoLogsError, ReadError
from curveread.readers.base import Part
from curveread.readers.tables import delimited
from curveread.readers.tables.columns import MISSING
from curveread.readers.tables.csv import CsvReader
from curveread.readers.wandb.panel_csv import split_names
from curveread.run.notes import NoteKind

READER = CsvReader()


def _read(path: Path, text: str | bytes) -> Part:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    assert READER.claims(path)
    (part,) = READER.read(path)
    return part


def _oracle(path: Path) -> dict[str, list[float]]:
    """Every logged number of each column: a loop over cells."""
    with path.open(newline="") as file:
        rows = list(csv.reader(line for line in file if not line.startswith("#")))
    out = {}
    for j, name in enumerate(rows[0]):
        cells = [r[j] for r in rows[1:] if r[j].strip().lower() not in MISSING]
        try:
            out[name] = [float(c) for c in cells]
        except ValueError:
            continue
    return out


@pytest.mark.corpus
def test_every_value_of_the_corpus_equals_the_csv_module(corpus_public: Path, corpus_trained: Path) -> None:
    paths = [
        p
        for p in (*corpus_public.rglob("*.csv"), *corpus_trained.rglob("*.csv"), *corpus_trained.rglob("*.log"))
        if READER.claims(p)
    ]
    assert len(paths) > 120
    points = 0
    for path in paths:
        parts = READER.read(path)
        if len(parts) > 1:
            continue  # a panel with several runs: below
        (part,) = parts
        segments = part.segments or (part.curves,)
        truth = _oracle(path)
        for tag in {t for s in segments for t in s}:
            curves = [s[tag] for s in segments if tag in s]
            column = {"episode_reward": "r", "episode_length": "l"}.get(tag, tag)
            if part.source.format == "tensorboard-csv":
                column = "Value"
            elif part.source.format == "wandb-panel":
                column = next(c for c in truth if c.endswith(f" - {tag}"))
            ours = np.concatenate([c.value for c in curves])
            if any("read as NaN" in n.message and n.message.startswith(f"{tag} ") for n in part.notes):
                ours = ours[~np.isnan(ours)]
            assert np.array_equal(ours, truth[column], equal_nan=True), (path, tag)
            points += ours.size
    assert points > 250_000


@pytest.mark.corpus
def test_panel_of_eight_runs_equals_pandas(corpus_public: Path) -> None:
    path = corpus_public / "druidowm+nanoGPT" / "wandb_export.csv"
    parts = READER.read(path)
    frame = pd.read_csv(path)
    assert len(parts) == 8
    for part in parts:
        column = frame[f"{part.name} - train/loss"]
        curve = part.curves["train/loss"]
        assert np.array_equal(curve.value, column.dropna())
        assert np.array_equal(curve.step, frame.Step[column.notna()])
        assert part.key == part.name
        assert part.fidelity == "sampled"


def test_blank_and_nan_are_kept_apart(tmp_path: Path) -> None:
    part = _read(tmp_path / "log.csv", "step,loss,val_loss\n0,1.5,\n1,NaN,2.5\n2,inf,NA\n3,-Infinity,nan\n")
    loss, val = part.curves["loss"], part.curves["val_loss"]
    assert loss.step.tolist() == [0, 1, 2, 3]
    assert np.array_equal(loss.value, [1.5, math.nan, math.inf, -math.inf], equal_nan=True)
    assert val.step.tolist() == [1, 3], "blank and NA are not logged, nan is"
    assert val.value[0] == 2.5
    assert math.isnan(val.value[1])


@pytest.mark.parametrize("literal", [True, False])
def test_pandas_path_equals_csv_path(literal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    lines = ["step,loss,val,lr,tag"]
    for i in range(3000):
        loss = (
            ("NaN" if literal else "") if i % 97 == 0 else repr(float(rng.random() * 10.0 ** rng.integers(-300, 300)))
        )
        lines.append(f"{i},{loss},{'' if i % 7 else repr(float(rng.random()))},{i * 1e-5!r},{'NA' if i % 2 else ''}")
    text = "\n".join(lines) + "\n"
    slow = delimited.parse_cells(text, "x.csv")
    monkeypatch.setattr(delimited, "_LARGE", 100)
    monkeypatch.setattr(delimited, "_with_csv", None)  # the fast path must not give up on this file
    fast = delimited.parse_cells(text, "x.csv")
    assert list(fast.numeric) == list(slow.numeric)
    assert fast.rows == slow.rows == 3000
    for name, column in slow.numeric.items():
        assert np.array_equal(fast.numeric[name].row, column.row)
        assert np.array_equal(fast.numeric[name].value, column.value, equal_nan=True)


_CELL = st.one_of(
    st.floats().map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from(["", "NaN", "inf", "-Infinity", "NA", "None", "x y", "0x1"]),
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(_CELL, _CELL, _CELL), min_size=1, max_size=15))
def test_both_paths_agree_on_any_cells(rows: list[tuple[str, str, str]]) -> None:
    text = "step,a,b,c\n" + "".join(f"{i},{','.join(r)}\n" for i, r in enumerate(rows))
    slow = delimited._with_csv(text, ",", "x.csv")
    fast = delimited._with_pandas(text, "step,a,b,c", ["step", "a", "b", "c"], ",", "x.csv")
    if fast is None:
        return
    assert set(fast.numeric) == set(slow.numeric)
    for name, column in slow.numeric.items():
        assert np.array_equal(fast.numeric[name].row, column.row), name
        assert np.array_equal(fast.numeric[name].value, column.value, equal_nan=True), name


def test_lightning_rows_of_train_and_validation(tmp_path: Path) -> None:
    header = "epoch,step,train_loss_epoch,train_loss_step,val_loss\n"
    text = header + "0,49,,2.5,\n0,99,,2.25,\n0,112,,,2.0\n0,112,2.4,,\n1,149,,2.0,\n1,199,,1.5,\n1,225,,,1.75\n"
    part = _read(tmp_path / "metrics.csv", text)
    assert part.source.format == "lightning-csv"
    assert part.x_axis == "step"
    assert part.curves["train_loss_step"].step.tolist() == [49, 99, 149, 199]
    assert part.curves["val_loss"].step.tolist() == [112, 225]
    assert part.curves["train_loss_epoch"].value.tolist() == [2.4]
    assert part.curves["epoch"].value.tolist() == [0, 0, 0, 0, 1, 1, 1]
    assert not part.segments


def test_keras_log(tmp_path: Path) -> None:
    part = _read(
        tmp_path / "training.log", "epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,2.5,NA,NA\n1,0.75,1.5,0.5,2.0\n"
    )
    assert part.x_axis == "epoch"
    assert part.curves["loss"].step.tolist() == [0, 1]
    assert part.curves["val_loss"].step.tolist() == [1]


def test_history_counts_by_the_true_step(tmp_path: Path) -> None:
    header = "Unnamed: 0,_step,_runtime,_timestamp,train/loss,train/global_step,eval/loss\n"
    text = header + "0,0,1,1700000001,2.5,10,\n1,1,2,1700000002,2.0,20,\n2,2,3,1700000003,,20,2.25\n"
    part = _read(tmp_path / "history.csv", text)
    assert part.x_axis == "train/global_step"
    assert set(part.curves) == {"train/loss", "eval/loss"}
    assert part.curves["eval/loss"].step.tolist() == [20]
    assert part.curves["train/loss"].wall_time.tolist() == [1700000001, 1700000002]
    (note,) = [n for n in part.notes if n.kind is NoteKind.X_AXIS]
    assert "_step only counts the calls of log()" in note.message


def test_a_counter_that_few_rows_hold_is_no_axis(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'' if i % 5 else i * 3},{i}.5\n" for i in range(20))
    part = _read(tmp_path / "log.csv", "iteration,global_step,loss\n" + rows)
    assert part.x_axis == "iteration"
    assert part.curves["loss"].step.tolist() == list(range(20))


def test_appended_after_a_resume(tmp_path: Path) -> None:
    rows = [*range(800), *range(650, 1300)]
    text = "step,loss,val_loss\n" + "".join(f"{s},{i}.5,{'1.0' if s % 100 == 0 else ''}\n" for i, s in enumerate(rows))
    part = _read(tmp_path / "log.csv", text)
    first, second = part.segments
    assert (first["loss"].step[0], first["loss"].step[-1]) == (0, 799)
    assert (second["loss"].step[0], second["loss"].step[-1]) == (650, 1299)
    assert first["val_loss"].step.tolist() == list(range(0, 800, 100))
    assert second["val_loss"].step.tolist() == list(range(700, 1300, 100))


def test_late_evaluation_rows_are_no_restart(tmp_path: Path) -> None:
    rows = [(s, 1.0, "") for s in range(0, 100, 10)]
    rows.insert(7, (40, "", 2.0))  # an evaluation of step 40 that came back late
    part = _read(tmp_path / "log.csv", "step,loss,val_loss\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows))
    assert not part.segments
    assert part.curves["val_loss"].step.tolist() == [40]


def test_header_in_the_middle_and_ragged_rows(tmp_path: Path) -> None:
    part = _read(tmp_path / "log.csv", "step,loss\n0,2.5\n1,2.0\nstep,loss\n1,1.9\n2,1.8,extra\n3,1.5\n4")
    assert [s["loss"].value.tolist() for s in part.segments] == [[2.5, 2.0], [1.9, 1.5]]
    said = " ".join(n.message for n in part.notes)
    assert "header is repeated 1 time:" in said
    assert "left out 1 of 5 rows: another number of cells" in said
    assert "last line is half written (1 of 2 cells)" in said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gzip"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    text = "step,loss µ\n0,2.5\n1,1.5\n"
    name = "log.csv.gz" if encoding == "gzip" else "log.csv"
    raw = gzip.compress(text.encode()) if encoding == "gzip" else text.encode(encoding)
    part = _read(tmp_path / name, raw)
    assert part.curves["loss µ"].value.tolist() == [2.5, 1.5]
    assert not part.notes


@pytest.mark.parametrize(
    "text",
    [
        "step;loss\n0;2,5\n1;1,5\n",
        "step\tloss\n0\t2.5\n1\t1.5\n",
        " step ,  loss \n 0 , 2.5\n 1,1.5\n",
        '"step","loss"\r\n"0","2.5"\r\n"1","1.5"\r\n',
    ],
)
def test_dialects(text: str, tmp_path: Path) -> None:
    part = _read(tmp_path / "results.csv", text)
    assert part.curves["loss"].step.tolist() == [0, 1]
    assert part.curves["loss"].value.tolist() == [2.5, 1.5]


def test_truncated_gzip_keeps_the_beginning(tmp_path: Path) -> None:
    text = "step,loss\n" + "".join(f"{i},{i * 0.37!r}\n" for i in range(5000))
    part = _read(tmp_path / "log.csv.gz", gzip.compress(text.encode())[:-4000])
    assert 0 < len(part.curves["loss"]) < 5000
    assert any(n.kind is NoteKind.TRUNCATED and "gzip" in n.message for n in part.notes)


def test_tensorboard_download(tmp_path: Path) -> None:
    part = _read(
        tmp_path / "run-exp1_train-tag-epoch_loss.csv", "Wall time,Step,Value\n1700000000.5,3,2.5\n1700000001.5,1,nan\n"
    )
    curve = part.curves["epoch_loss"]
    assert (part.key, part.source.format, part.fidelity) == ("exp1_train", "tensorboard-csv", "sampled")
    assert curve.step.tolist() == [1, 3]
    assert math.isnan(curve.value[0])
    assert curve.wall_time.tolist() == [1700000001.5, 1700000000.5]
    steps = np.unique(np.random.default_rng(0).integers(0, 14_000, 1100))[:1000]
    part = _read(tmp_path / "tb_export_loss.csv", "Wall time,Step,Value\n" + "".join(f"1,{s},1\n" for s in steps))
    assert [n.kind for n in part.notes] == [NoteKind.SAMPLED]


def test_panel_with_buckets_and_own_axis(tmp_path: Path) -> None:
    columns = [f"a - b - run - {m}{edge}" for m in ("_step", "eval - loss") for edge in ("", "__MIN", "__MAX")]
    header = ",".join(["tokens seen", *columns])
    part = _read(tmp_path / "wandb_export.csv", header + "\n100,1,1,1,2.5,2.0,9.0\n200,2,2,2,2.25,2.0,2.5\n")
    assert (part.name, part.x_axis) == ("a - b - run", "tokens seen")
    assert part.curves["eval - loss"].step.tolist() == [100, 200]
    assert part.curves["eval - loss__MAX"].value.tolist() == [9.0, 2.5]
    assert {n.kind for n in part.notes} == {NoteKind.SAMPLED, NoteKind.X_AXIS}


def test_a_missing_value_does_not_cost_a_panel_its_extremes(tmp_path: Path) -> None:
    rows = "".join(f"{i},{'null' if i == 3 else 2.5},{2.0 + i},{3.0 + i}\n" for i in range(8))
    part = _read(tmp_path / "wandb_export.csv", f"Step,a - loss,a - loss__MIN,a - loss__MAX\n{rows}")
    assert {t: len(c) for t, c in part.curves.items()} == {"loss": 7, "loss__MIN": 8, "loss__MAX": 8}


def test_splitting_run_and_metric() -> None:
    assert split_names(["x - eval - loss", "y - eval - loss"]) == {
        "x - eval - loss": ("x", "eval - loss"),
        "y - eval - loss": ("y", "eval - loss"),
    }
    assert split_names(["a - b - loss", "a - b - acc"]) == {
        "a - b - loss": ("a - b", "loss"),
        "a - b - acc": ("a - b", "acc"),
    }
    assert split_names(["r - loss", "s - acc"]) == {"r - loss": ("r", "loss"), "s - acc": ("s", "acc")}
    assert split_names(["loss"]) == {"loss": ("", "loss")}


def test_panel_of_one_run_whose_name_holds_the_separator(tmp_path: Path) -> None:
    part = _read(tmp_path / "wandb_export.csv", "Step,a - b - train/loss\n0,2.5\n1,1.5\n")
    assert (part.key, list(part.curves)) == ("a - b", ["train/loss"])


def test_runs_table_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "wandb_export.csv"
    path.write_text(
        '"Name","State","Notes","User","Tags","Created","Runtime","Sweep","loss"\n"a","finished","","u","","2024","10","","0.5"\n'
    )
    assert READER.claims(path)
    with pytest.raises(ReadError, match="table of runs"):
        READER.read(path)


def test_several_runs_in_one_table(tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    path.write_text("run,step,loss\n" + "".join(f"{r},{s},{s}.5\n" for r in ("a", "b") for s in range(5)))
    assert [(p.key, len(p.curves["loss"])) for p in READER.read(path)] == [("a", 5), ("b", 5)]


def test_nan_that_pandas_wrote_as_blank(tmp_path: Path) -> None:
    frame = pd.DataFrame({"step": range(60), "loss": 1.0, "lr": 0.1, "val_acc": 0.5})
    frame.loc[40:, "loss"] = np.nan
    frame.loc[frame.index % 10 != 0, "val_acc"] = np.nan
    part = _read(tmp_path / "log.csv", frame.to_csv(index=False))
    assert np.isnan(part.curves["loss"].value[40:]).all()
    assert len(part.curves["loss"]) == 60
    assert len(part.curves["val_acc"]) == 6, "an evaluation every ten steps is no NaN"
    (note,) = part.notes
    assert note.message.startswith("loss is blank in 20 rows")


def test_blanks_after_few_values_are_not_taken_for_nan(tmp_path: Path) -> None:
    """Twenty values must stand before: a loss that is logged a few times at first was not logged later."""
    for before, restored in ((19, 0), (20, 40)):
        text = "step,loss,lr\n" + "".join(f"{i},{'1.5' if i < before else ''},0.1\n" for i in range(before + 40))
        part = _read(tmp_path / "log.csv", text)
        assert int(np.isnan(part.curves["loss"].value).sum()) == restored
        assert len(part.notes) == (restored > 0)


def test_blanks_of_a_loss_that_stands_alone_are_not_taken_for_nan(tmp_path: Path) -> None:
    text = "step,loss\n" + "".join(f"{i},{'1.5' if i < 50 else ''}\n" for i in range(90))
    part = _read(tmp_path / "log.csv", text)
    assert (len(part.curves["loss"]), part.notes) == (50, ())


def test_columns_that_take_turns_are_not_taken_for_nan(tmp_path: Path) -> None:
    """Only what always stood beside a value tells that it should be there."""
    text = "step,loss,lr\n" + "".join(f"{i},{'1.5' if i < 50 and i % 2 else ''},0.1\n" for i in range(50))
    turns = "step,loss,lr\n" + "".join(f"{i},{'1.5,' if i % 2 else ',0.1'}\n" for i in range(90))
    lone = "step,loss,lr\n" + "".join(f"{i},{'1.5' if i < 50 else ''},{'' if i == 5 else 0.1}\n" for i in range(90))
    for rows, kept in ((text, 25), (turns, 45), (lone, 50)):
        part = _read(tmp_path / "log.csv", rows)
        assert (len(part.curves["loss"]), part.notes) == (kept, ())


def test_a_second_loss_takes_over(tmp_path: Path) -> None:
    text = "step,pretrain_loss,finetune_loss,lr\n" + "".join(
        f"{i},{'1.5' if i < 50 else ''},{'' if i < 50 else '2.5'},0.1\n" for i in range(90)
    )
    part = _read(tmp_path / "log.csv", text)
    assert not part.notes
    assert len(part.curves["pretrain_loss"]) == 50


def test_without_a_step_the_rows_are_counted(tmp_path: Path) -> None:
    part = _read(tmp_path / "log.csv", "val_loss,loss\n2.5,2.0\n2.25,1.5\n")
    assert part.curves["loss"].step.tolist() == [0, 1]
    assert part.x_axis == "row"
    assert part.notes[0].kind is NoteKind.X_AXIS


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.txt", "Dear all,\nthe loss, as you see, is high.\n"),
        ("requirements.txt", "numpy>=1.26\npandas\n"),
        ("data.csv", "label,probability,truth,input\n3,0.9,3,the price of\n"),
        ("digits.csv", "1,2,3\n4,5,6\n"),
        ("server.log", "2024-01-01 10:00:00,123 INFO step 1, loss 2\n"),
        ("empty.csv", ""),
        ("binary.csv", "step,loss\x00\x01\x02"),
    ],
)
def test_what_is_no_log_is_not_claimed(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert not READER.claims(path)


@pytest.mark.parametrize("blank", [",,", " , ,", ",,\n,,"])
def test_a_log_may_begin_with_a_row_of_blanks(tmp_path: Path, blank: str) -> None:
    part = _read(tmp_path / "log.csv", f"epoch,loss,accuracy\n{blank}\n0,0.7,0.5\n1,0.6,0.8\n2,0.5,0.9\n")
    assert part.x_axis == "epoch"
    assert part.curves["loss"].step.tolist() == [0, 1, 2]
    assert part.curves["accuracy"].value.tolist() == [0.5, 0.8, 0.9]


def test_header_alone_is_an_empty_log(tmp_path: Path) -> None:
    part = _read(tmp_path / "log.csv", "step,loss\n")
    assert not part.curves
    assert part.notes[-1].kind is NoteKind.EMPTY


def test_unreadable(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="No such file"):
        READER.read(tmp_path / "gone.csv")
    (tmp_path / "blank.csv").write_text("\n\n")
    with pytest.raises(CorruptLogError, match="the file is empty"):
        READER.read(tmp_path / "blank.csv")


@pytest.mark.parametrize(
    "name", ["training_iteration", "timesteps_total", "env_step", "frame", "TotalEnvInteracts", "num_samples", "kimg"]
)
def test_steps_under_other_words(tmp_path: Path, name: str) -> None:
    rows = "".join(f"{7 * i},{i % 5},{2.0 - i / 50},{i // 10}\n" for i in range(40))
    (tmp_path / "log.csv").write_text(f"{name},num_tries_steps,loss,epoch\n{rows}")
    run = read(tmp_path / "log.csv")
    assert run.x_axis == name
    assert run["loss"].step[:3].tolist() == [0, 7, 14]


def test_a_counter_that_goes_back_is_no_axis(tmp_path: Path) -> None:
    rows = "".join(f"{i % 5},{2.0 - i / 50}\n" for i in range(40))
    (tmp_path / "log.csv").write_text(f"env_step,loss\n{rows}")
    assert read(tmp_path / "log.csv").x_axis == "row"


def test_a_header_of_thousands_of_columns_is_read_to_its_end(tmp_path: Path) -> None:
    names = [*(f"parameter_{n:05d}_of_the_model" for n in range(6000)), "step", "train_loss"]
    rows = [[*["0"] * 6000, str(step), str(2.0 - step / 10)] for step in range(5)]
    part = _read(tmp_path / "log.csv", "\n".join(map(",".join, [names, *rows])))
    assert part.curves["train_loss"].step.tolist() == [0, 1, 2, 3, 4]
    assert part.curves["train_loss"].value.tolist() == [2.0 - step / 10 for step in range(5)]


def test_a_counter_under_another_name_makes_a_log_where_the_file_says_that_it_is_one(tmp_path: Path) -> None:
    rows = "episode_count,frames,pipes\n" + "".join(f"{51 + 50 * i},{247 + i},{i % 3}\n" for i in range(9))
    for name, log in (("eval_log.csv", True), ("table.csv", False)):
        path = tmp_path / name
        path.write_text(rows)
        assert CsvReader().claims(path) is log
    assert read(tmp_path / "eval_log.csv")["pipes"].step.tolist() == [51 + 50 * i for i in range(9)]


@pytest.mark.parametrize(
    "names", [["% mean class accuracy (train set)"], ["Learning Rate", "Train Loss", "Valid Acc."]]
)
def test_tabs_behind_each_cell_make_a_log_of_text(tmp_path: Path, names: list[str]) -> None:
    values = np.arange(1.0, 1.0 + 6 * len(names)).reshape(6, -1) / 8
    rows = ["".join(f"{v:11.4e}\t" for v in row) for row in values]
    log = tmp_path / "train.log"
    log.write_text("\n".join(["".join(f"{n}\t" for n in names), *rows]) + "\n")
    assert {t: c.value.tolist() for t, c in read(tmp_path).curves.items()} == {
        n: values[:, i].tolist() for i, n in enumerate(names)
    }


@pytest.mark.parametrize(
    "text",
    [
        "model\taccuracy\nsmall\t0.9\nlarge\t0.91\nhuge\t0.92\n",
        "x\ty\n1\t2\n2\t3\n3\t4\n",
        "loss\taccuracy\n0.4\t0.9\n0.3\t0.91\n",
        "accuracy\n0.9\n0.8\n0.7\n",
    ],
)
def test_other_text_with_tabs_is_no_log(tmp_path: Path, text: str) -> None:
    (tmp_path / "results.txt").write_text(text)
    with pytest.raises(NoLogsError):
        read(tmp_path)


@pytest.mark.parametrize("count", ["{i}", "{i}/10", "Epoch {i}", "epoch_{i}"])
def test_a_counter_may_say_its_name_and_its_total(tmp_path: Path, count: str) -> None:
    rows = "".join(f"{count.format(i=i)},{3 - i / 8}\n" for i in range(1, 11))
    part = _read(tmp_path / "log.csv", f"epoch,train_loss\n{rows}")
    assert part.curves["train_loss"].step.tolist() == list(range(1, 11))


def test_rows_that_sum_up_the_others_are_left_out(tmp_path: Path) -> None:
    rows = "".join(f"{i},{3 - i / 8}\n" for i in range(1, 11))
    part = _read(tmp_path / "log.csv", f"epoch,train_loss\n{rows}mean,2.25\nbest,1.75\n")
    assert part.curves["train_loss"].step.tolist() == list(range(1, 11))
    assert "left out 2 rows at the end that no epoch counts: mean, best" in [n.message for n in part.notes]


@pytest.mark.parametrize("name", ["train.log", "train.csv"])
def test_a_file_that_ends_within_its_first_line_is_no_table(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("step 0: loss 7.765582164722018, acc")
    assert not READER.claims(path)
