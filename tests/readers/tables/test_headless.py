"""Tables without names: read where the user names the file or the file says rewards, and with what is assumed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import curveread as cr
from curveread.errors import NoLogsError
from curveread.run.notes import NoteKind
from curveread.run.roles import Role

ROWS = "".join(f"{i},{3 / (i + 1):.4f}\n" for i in range(0, 200, 10))


def test_a_table_without_names_that_is_named_itself(tmp_path: Path) -> None:
    path = tmp_path / "course.csv"
    path.write_text(ROWS)
    run = cr.read(path)
    assert run["course"].step.tolist() == list(range(0, 200, 10))
    assert run["course"].value[:2].tolist() == [3.0, 0.2727]
    assert "no line names the columns" in " ".join(n.message for n in run.notes if n.kind is NoteKind.X_AXIS)
    assert set(cr.read(path, columns=["step", "mse"]).curves) == {"mse"}
    with pytest.raises(NoLogsError):  # in a folder it may be any data
        cr.read(tmp_path)


@pytest.mark.parametrize("row", ["{i} {v}", "{i:4d}   {v}", "{n:3d} {i:8d} {v}", "{n},{i},{v}"])
def test_blanks_may_part_them_and_a_number_of_the_row_stand_before(tmp_path: Path, row: str) -> None:
    steps, values = list(range(0, 20_000, 1000)), [7.5 - i / 8 for i in range(20)]
    path = tmp_path / "log_train.txt"
    rows = [row.format(n=n, i=i, v=v) for n, (i, v) in enumerate(zip(steps, values, strict=True))]
    path.write_text("\n".join(rows) + "\n")
    run = cr.read(path)
    assert {t: (c.step.tolist(), c.value.tolist()) for t, c in run.curves.items()} == {"log_train": (steps, values)}
    with pytest.raises(NoLogsError):
        cr.read(tmp_path)


def test_a_last_line_between_blanks_may_be_cut(tmp_path: Path) -> None:
    path = tmp_path / "loss.txt"
    path.write_text("".join(f"{i} {3 - i / 7:.5f}\n" for i in range(9)) + "9 1.7")
    run = cr.read(path)
    assert len(run["loss"]) == 9
    assert any(n.kind is NoteKind.TRUNCATED for n in run.notes)


def test_runs_that_blank_lines_part_are_attempts(tmp_path: Path) -> None:
    path = tmp_path / "rewards.txt"
    path.write_text("\n\n".join("".join(f"{i:3d} {1000 * i:8d} {i / 2}\n" for i in range(9 + k)) for k in range(2)))
    assert [a.curves["rewards"].step.tolist() for a in cr.read(tmp_path).attempts] == [
        [1000 * i for i in range(9)],
        [1000 * i for i in range(10)],
    ]


def test_a_counter_that_starts_over_is_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "loss.csv"
    path.write_text(ROWS + "0,2.9000\n10,0.2500\n")
    assert [len(a.curves["loss"]) for a in cr.read(path).attempts] == [20, 2]


@pytest.mark.parametrize(("name", "tag"), [("2024.csv", "value"), ("gan_log.v2.tsv", "gan_log"), ("a,b.csv", "value")])
def test_the_second_column_is_called_after_the_file(tmp_path: Path, name: str, tag: str) -> None:
    path = tmp_path / name
    path.write_text(ROWS.replace(",", "\t") if name.endswith("tsv") else ROWS)
    assert set(cr.read(path).curves) == {tag}


@pytest.mark.parametrize(
    "text",
    [
        "0,1.5\n1,1.4\n",  # too few
        "0,1.5\n2,1.4\n1,1.3\n3,1.2\n",  # it does not rise
        "0,1.5\n1,1.4\n0,1.3\n1,1.2\n0,1.3\n",  # labels
        "0,1.5,2\n1,1.4,2\n2,1.3,2\n",
        "0,1\n1,4\n2,9\n3,16\n",  # nothing is measured
        "0.5,1.5\n1.5,1.4\n2.5,1.3\n",
        "0,a.b\n1,1.4\n2,1.3\n",
    ],
)
def test_other_numbers_are_no_log(tmp_path: Path, text: str) -> None:
    path = tmp_path / "data.csv"
    path.write_text(text)
    with pytest.raises(NoLogsError):
        cr.read(path)


REWARDS = -21.0 + np.arange(30) % 7


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("rewards.csv", lambda path: np.savetxt(path, REWARDS)),
        ("episode_rewards.txt", lambda path: np.savetxt(path, REWARDS, "%d")),
        ("returns.csv", lambda path: np.savetxt(path, REWARDS)),
        ("reward_history.json", lambda path: path.write_text(json.dumps(REWARDS.tolist()))),
        ("rewards.txt", lambda path: path.write_text(str(REWARDS.tolist()))),
    ],
)
def test_a_bare_list_is_read_where_the_file_says_that_it_holds_rewards(
    tmp_path: Path, name: str, write: Callable[[Path], object]
) -> None:
    write(tmp_path / name)
    run = cr.read(tmp_path)
    assert [(c.role, c.value.tolist()) for c in run.curves.values()] == [(Role.REWARD, REWARDS.tolist())]
    assert any(n.kind is NoteKind.X_AXIS for n in run.notes)
    (tmp_path / name).rename(tmp_path / f"stock{Path(name).suffix}")
    with pytest.raises(NoLogsError):
        cr.read(tmp_path)


def test_rewards_with_a_word_among_them_are_no_bare_list(tmp_path: Path) -> None:
    (tmp_path / "rewards.csv").write_text("1.5\nMon\n2.5\n3.5\n")
    with pytest.raises(NoLogsError):
        cr.read(tmp_path)


@pytest.mark.parametrize(("header", "read"), [("Reward", True), ("episode_reward", True), ("price", False)])
def test_one_column_is_a_log_where_its_name_says_rewards(tmp_path: Path, header: str, read: bool) -> None:
    np.savetxt(tmp_path / "log.csv", REWARDS, header=header, comments="")
    if read:
        assert cr.read(tmp_path)[header].value.tolist() == REWARDS.tolist()
    else:
        with pytest.raises(NoLogsError):
            cr.read(tmp_path)


@pytest.mark.parametrize(
    ("name", "body"),
    [("loss_log.txt", "{i}00,{v}"), ("train_loss.csv", "{v}"), ("rewards.txt", "{v}"), ("val_accuracy.txt", "{v}")],
)
def test_numbers_alone_are_a_log_where_the_file_says_what_they_are(tmp_path: Path, name: str, body: str) -> None:
    log = tmp_path / name
    log.write_text("".join(body.format(i=i, v=3.5 - i / 8) + "\n" for i in range(1, 9)))
    (curve,) = cr.read(log).curves.values()
    assert curve.value.tolist() == [3.5 - i / 8 for i in range(1, 9)]
    (tmp_path / "other").mkdir()
    log.rename(tmp_path / "other" / f"weights{log.suffix}")
    with pytest.raises(NoLogsError):
        cr.read(tmp_path / "other")


@pytest.mark.parametrize("delimiter", [",", " ", "\t"])
@pytest.mark.parametrize("front", ["", ","])
def test_a_lone_row_is_a_log_where_the_file_says_what_it_holds(tmp_path: Path, delimiter: str, front: str) -> None:
    values = [3.5 - i / 8 for i in range(12)]
    row = front.replace(",", delimiter) + delimiter.join(map(str, values))
    for name, read in [("losses.csv", True), ("weights.csv", False)]:
        (tmp_path / name).write_text(row)
        if read:
            assert cr.read(tmp_path)["losses"].value.tolist() == values
        else:
            with pytest.raises(NoLogsError):
                cr.read(tmp_path / name)


@pytest.mark.parametrize(
    "text", [",".join(map(str, range(12))), "0.91 0.93 0.92", "1.5 1.4 of 1.3 1.2 1.1 1.0 0.9 0.8"]
)
def test_other_rows_are_no_log(tmp_path: Path, text: str) -> None:
    (tmp_path / "accuracy.csv").write_text(text)
    with pytest.raises(NoLogsError):
        cr.read(tmp_path)


def test_episodes_count_the_rows_of_a_table_in_a_text_file(tmp_path: Path) -> None:
    log = tmp_path / "rewards.txt"
    log.write_text("episode,rewards_total\n" + "".join(f"{i},{20 + i}\n" for i in range(1, 9)))
    assert cr.read(log)["rewards_total"].step.tolist() == list(range(1, 9))


SCORES = [float(17 * i % 60 + i) for i in range(40)]


@pytest.mark.parametrize("apart", ["\n", ","])
@pytest.mark.parametrize(
    ("name", "values", "read"),
    [
        ("scores", SCORES, True),
        ("dqn_scores", SCORES, True),
        ("scores", SCORES[:12], False),  # of a dozen anybody may be the results
        ("scores", [s / 100 for s in SCORES], False),  # shares: of samples, of a test
        ("credit_scores", SCORES, False),
    ],
)
def test_scores_are_a_log_where_they_are_those_of_games(
    tmp_path: Path, name: str, values: list[float], read: bool, apart: str
) -> None:
    (tmp_path / f"{name}.csv").write_text(apart.join(map(str, values)) + "\n")
    if read:
        assert cr.read(tmp_path)[name].value.tolist() == values
    else:
        with pytest.raises(NoLogsError):
            cr.read(tmp_path)


@pytest.mark.parametrize(
    ("name", "values", "read"),
    [
        ("training_log.json", [3.5 - i / 8 for i in range(12)], True),
        ("training_log.json", [0.91, 0.93], False),
        ("training_log.json", list(range(12)), False),
        ("model_log.json", [3.5 - i / 8 for i in range(12)], False),
    ],
)
def test_a_list_of_numbers_is_a_log_where_the_file_says_that_it_is_that_of_a_training(
    tmp_path: Path, name: str, values: list[float], read: bool
) -> None:
    (tmp_path / name).write_text(json.dumps(values))
    if read:
        assert cr.read(tmp_path)["training_log"].value.tolist() == values
    else:
        with pytest.raises(NoLogsError):
            cr.read(tmp_path)
