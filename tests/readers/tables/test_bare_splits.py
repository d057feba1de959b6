"""Tables whose columns are called after splits alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from curveread.readers.tables.csv import CsvReader
from curveread.run.roles import Role, role_of

BODY = "".join(f"{0.9 - 0.01 * i:.4f},{0.95 - 0.01 * i:.4f}\n" for i in range(12))


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("losses.csv", [Role.TRAIN_LOSS, Role.EVAL_LOSS]),
        ("loss_history.csv", [Role.TRAIN_LOSS, Role.EVAL_LOSS]),
        ("accuracy.csv", [Role.TRAIN_ACCURACY, Role.EVAL_ACCURACY]),
    ],
)
@pytest.mark.parametrize("header", ["train, test", "train,val"])
def test_the_name_of_the_file_says_what_they_hold(tmp_path: Path, name: str, header: str, roles: list[Role]) -> None:
    path = tmp_path / name
    path.write_text(f"{header}\n{BODY}")
    assert CsvReader().claims(path)
    (part,) = CsvReader().read(path)
    assert [role_of(tag) for tag in part.curves] == roles
    assert all(len(c) == 12 for c in part.curves.values())


def test_a_counter_may_stand_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "losses.csv"
    path.write_text("epoch,train,val\n" + "".join(f"{i + 1},{r}\n" for i, r in enumerate(BODY.splitlines())))
    (part,) = CsvReader().read(path)
    assert list(part.curves) == ["train/losses", "val/losses"]
    assert part.curves["train/losses"].step.tolist() == list(range(1, 13))


@pytest.mark.parametrize("name", ["split.csv", "metrics.csv", "val_loss.csv", "data.csv"])
def test_a_name_that_tells_no_metric_makes_no_log(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(f"train,test\n{BODY}")
    assert not CsvReader().claims(path)


@pytest.mark.parametrize(
    ("name", "text", "tag"),
    [
        ("losses.csv", ",0\n0,0.9\n1,0.7\n2,0.6\n", "losses"),
        ("episode_rewards.csv", ",0\n0,0.9\n1,0.7\n2,0.6\n", "episode_rewards"),
        ("rewards.csv", "0\n0.9\n0.7\n0.6\n", "rewards"),
    ],
)
def test_values_to_which_pandas_gave_no_name_are_called_after_the_file(
    tmp_path: Path, name: str, text: str, tag: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert CsvReader().claims(path)
    (part,) = CsvReader().read(path)
    assert {t: (c.step.tolist(), c.value.tolist()) for t, c in part.curves.items()} == {
        tag: ([0, 1, 2], [0.9, 0.7, 0.6])
    }


def test_values_without_a_name_in_a_file_that_tells_none_make_no_log(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(",0\n0,0.9\n1,0.7\n2,0.6\n")
    assert not CsvReader().claims(path)


def test_their_sum_and_a_short_name_of_the_epoch_may_stand_beside_them(tmp_path: Path) -> None:
    log = tmp_path / "losses.csv"
    log.write_text(",ep,train,valid,total\n" + "".join(f"{i},{i + 1},{3 - i / 9},{3.1 - i / 9},6\n" for i in range(9)))
    assert CsvReader().claims(log)
    (part,) = CsvReader().read(log)
    curves = part.curves
    assert curves["train/losses"].role is Role.TRAIN_LOSS
    assert curves["valid/losses"].role is Role.EVAL_LOSS
    assert curves["train/losses"].step.tolist() == list(range(1, 10))


@pytest.mark.parametrize(("name", "tag"), [("scores", "scores/mean"), ("rewards", "rewards/mean"), ("notes", "mean")])
def test_statistics_are_of_what_the_file_is_called(tmp_path: Path, name: str, tag: str) -> None:
    log = tmp_path / f"{name}.txt"
    log.write_text(
        "steps\tepisodes\tmean\tmedian\tstdev\tmax\tmin\n"
        + "".join(f"{i}00\t{i}\t{i / 2}\t3\t1\t5\t0\n" for i in range(9))
    )
    (part,) = CsvReader().read(log)
    assert part.curves[tag].value.tolist() == [i / 2 for i in range(9)]
    assert part.curves[tag].step.tolist() == list(range(0, 900, 100))


def test_statistics_alone_make_no_log(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("subject,mean,min,max\n" + "".join(f"s{i},{i / 2},0,9\n" for i in range(9)))
    assert not CsvReader().claims(path)
