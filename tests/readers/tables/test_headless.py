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


def test_episodes_count_the_rows_of_a_table_in_a_text_file(tmp_path: Path) -> None:
    log = tmp_path / "rewards.txt"
    log.write_text("episode,rewards_total\n" + "".join(f"{i},{20 + i}\n" for i in range(1, 9)))
    assert cr.read(log)["rewards_total"].step.tolist() == list(range(1, 9))
