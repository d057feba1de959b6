"""XGBoost, LightGBM, CatBoost and what resembles them: a round in brackets, then the metrics of each data set."""

from __future__ import annotations

from pathlib import Path

import pytest

from curveread.run.notes import NoteKind
from tests.readers.text_log.support import points, read, said


def test_xgboost(tmp_path: Path) -> None:
    text = "".join(f"[{i}]\ttrain-logloss:0.6{i}123\teval-logloss:0.7{i}123\n" for i in range(5))
    part = read(tmp_path, text)
    assert points(part, "train-logloss") == [(i, float(f"0.6{i}123")) for i in range(5)]
    text = "".join(f"[12:00:0{i}] [{i}]\ttrain-rmse:0.6{i}123\n" for i in range(5))
    assert points(read(tmp_path, text), "train-rmse") == [(i, float(f"0.6{i}123")) for i in range(5)]


def test_lightgbm_says_its_best_round_again(tmp_path: Path) -> None:
    text = "Training until validation scores don't improve for 50 rounds\n"
    row = "[{i}]\ttraining's binary_logloss: 0.{i}\tvalid_1's binary_logloss: 0.9{i}\n"
    text += "".join(row.format(i=i) for i in range(10, 110, 10))
    text += "Early stopping, best iteration is:\n" + row.format(i=50)
    part = read(tmp_path, text)
    assert points(part, "training's binary_logloss") == [(i, float(f"0.{i}")) for i in range(10, 110, 10)]
    assert not part.segments


def test_lightgbm_cross_validation_prints_a_deviation(tmp_path: Path) -> None:
    text = "".join(f"[{i}]\tcv_agg's auc: 0.8{i} + 0.0{i}1\n" for i in range(10, 60, 10))
    assert points(read(tmp_path, text), "cv_agg's auc") == [(i, float(f"0.8{i}")) for i in range(10, 60, 10)]


@pytest.mark.parametrize(
    "row",
    [
        "[{i}]\ttrain-rmse:{v}+0.0{i}3\ttest-rmse:{w}+0.1{i}",  # XGBoost's cv
        "[{i}]#011train-rmse:{v}#011test-rmse:{w}",  # on SageMaker
        "[{i}]:  train-rmse:{v}  test-rmse:{w}",  # LightGBM in R
        "[{i}] train-rmse: {v}±0.0{i} test-rmse: {w}+/-0.1",
        "[{i}] train-rmse: {v}+-0.0{i} test-rmse: {w}+-0.1",
    ],
)
def test_what_parts_the_sets_of_a_round(tmp_path: Path, row: str) -> None:
    rounds = [(i, 3 - i / 8, 4 - i / 8) for i in range(12)]
    part = read(tmp_path, "".join(f"{row.format(i=i, v=v, w=w)}\n" for i, v, w in rounds))
    assert points(part, "train-rmse") == [(i, v) for i, v, _ in rounds]
    assert points(part, "test-rmse") == [(i, w) for i, _, w in rounds]
    assert len(part.curves) == 2


def test_catboost(tmp_path: Path) -> None:
    text = "Learning rate set to 0.05\n" + "".join(
        f"{i}:\tlearn: 0.6{i}13\ttest: 0.7{i}13\tbest: 0.7{i}13 ({i})\ttotal: {i + 1}.1ms\tremaining: 1m {i}s\n"
        for i in range(5)
    )
    part = read(tmp_path, text)
    assert points(part, "learn") == [(i, float(f"0.6{i}13")) for i in range(5)]
    assert points(part, "test") == [(i, float(f"0.7{i}13")) for i in range(5)]


@pytest.mark.parametrize("words", ["Did not meet early stopping. Best iteration is:", "Stopping. Best iteration:"])
def test_the_best_round_of_a_short_fit_is_no_restart(tmp_path: Path, words: str) -> None:
    row = "[{i}]\ttrain's auc: 0.8{i}\tvalid's auc: 0.9{i}\n"
    fit = "".join(row.format(i=i) for i in range(100, 500, 100)) + f"{words}\n" + row.format(i=385)
    part = read(tmp_path, fit)
    assert points(part, "valid's auc") == [(i, float(f"0.9{i}")) for i in range(100, 500, 100)]
    assert not part.segments
    assert "printed once more" in said(part, NoteKind.SKIPPED)
