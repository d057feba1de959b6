"""Tables whose rows say in a column of which split they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import curveread as cr
from curveread.run.roles import Role

EPOCHS = range(1, 9)
TRAIN = [2 - 0.1 * e for e in EPOCHS]
EVAL = [2.5 - 0.1 * e for e in EPOCHS]
ROWS = [(e, "train", TRAIN[e - 1], 10 * e) for e in EPOCHS] + [(e, "val", EVAL[e - 1], 10 * e + 5) for e in EPOCHS]


@pytest.mark.parametrize("blocks", [True, False])
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_each_split_has_curves_of_its_own(tmp_path: Path, kind: str, blocks: bool) -> None:
    rows = ROWS if blocks else sorted(ROWS)
    names = ("epoch", "phase", "loss", "seconds")
    lines = [",".join(names), *(",".join(map(str, row)) for row in rows)]
    if kind == "jsonl":
        lines = [json.dumps(dict(zip(names, row, strict=True))) for row in rows]
    path = tmp_path / f"log.{kind}"
    path.write_text("\n".join(lines) + "\n")
    run = cr.read(path)
    assert {t: c.value.tolist() for t, c in run.curves.items() if "loss" in t} == {
        "train/loss": TRAIN,
        "val/loss": EVAL,
    }
    assert [run[t].step.tolist() for t in ("train/loss", "val/loss")] == [list(EPOCHS)] * 2
    assert [run[t].role for t in ("train/loss", "val/loss")] == [Role.TRAIN_LOSS, Role.EVAL_LOSS]
    assert len(run.attempts) <= 1


def test_rows_of_three_splits_stand_at_one_epoch(tmp_path: Path) -> None:
    splits = ("train", "valid", "test")
    path = tmp_path / "log.csv"
    rows = [f"{e},{s},{v + k},{e % 3}" for e, v in zip(EPOCHS, TRAIN, strict=True) for k, s in enumerate(splits)]
    path.write_text("\n".join(["epoch,set,loss,acc", *rows, "9,train,0.5,1"]) + "\n")
    run = cr.read(path)
    assert run["test/loss"].value.tolist() == [v + 2 for v in TRAIN]
    assert run["valid/loss"].step.tolist() == list(EPOCHS)
    assert run["train/loss"].step.tolist() == list(range(1, 10))


def test_a_metric_of_one_split_keeps_its_name_and_other_words_stay(tmp_path: Path) -> None:
    rows = [f"{e},{s},{v},{'' if s == 'train' else e / 10},{s[0]}{e}" for e, s, v, _ in sorted(ROWS)]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(["epoch,split,loss,bleu,host", *rows]) + "\n")
    run = cr.read(path)
    assert set(run.curves) == {"train/loss", "val/loss", "bleu"}
    assert run["bleu"].value.tolist() == [e / 10 for e in EPOCHS]
    assert any("host" in n.message for n in run.notes)


def test_a_resume_between_blocks_stays_in_the_order_of_the_file(tmp_path: Path) -> None:
    rows = [(e, s, v) for e, s, v, _ in sorted(ROWS)]
    path = tmp_path / "log.csv"
    again = "".join(f"{e},{s},{v}\n" for e, s, v in [*rows[:12], *rows[8:]])
    path.write_text("epoch,split,loss\n" + again)
    assert [len(a.curves["val/loss"]) for a in cr.read(path).attempts] == [6, 4]


def test_points_by_metric_and_split_as_r_writes_them(tmp_path: Path) -> None:
    text = '"epoch","value","metric","data"\n' + "".join(
        f'{e},{values[e - 1] + plus},"{metric}","{split}"\n'
        for metric, plus in (("loss", 0), ("accuracy", 1))
        for split, values in (("training", TRAIN), ("validation", EVAL))
        for e in EPOCHS
    )
    (tmp_path / "history.csv").write_text(text)
    run = cr.read(tmp_path / "history.csv")
    assert set(run.curves) == {"training/loss", "validation/loss", "training/accuracy", "validation/accuracy"}
    assert run["validation/loss"].value.tolist() == EVAL
    assert run["training/accuracy"].value.tolist() == [v + 1 for v in TRAIN]


def test_words_of_one_split_alone_part_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("epoch,phase,loss\n" + "".join(f"{e},train,{v}\n" for e, v in zip(EPOCHS, TRAIN, strict=True)))
    assert set(cr.read(path).curves) == {"loss"}
