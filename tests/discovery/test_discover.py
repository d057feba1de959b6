"""A path -> runs: which files are one run, which are several, and what an error says."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from curveread.discovery import grouping
from curveread.discovery.agreement import agreement
from curveread.discovery.discover import read_runs
from curveread.errors import CorruptLogError, NoLogsError, ReadError
from curveread.readers.base import Part, Reader
from curveread.readers.format import Format
from curveread.readers.registry import formats
from curveread.run.model import Run
from curveread.run.notes import NoteKind
from tests.support import wandb_writer as w
from tests.support.event_writer import write_scalars
from tests.support.store_files import lines, mlflow_run


def csv_log(path: Path, steps: object, offset: float = 0.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "step,loss,lr\n" + "".join(f"{s},{float(np.sin(s)) + 2 + offset!r},{1e-3 / (s + 1)!r}\n" for s in steps)
    )  # type: ignore[attr-defined]
    return path


def events(
    folder: Path,
    steps: object,
    tags: tuple[str, ...] = ("train/loss",),
    offset: float = 0.0,
    started: float = 1.7e9,
    suffix: str = "",
) -> None:
    points = ((tag, s, float(np.sin(s)) + 2 + offset, started + s) for s in steps for tag in tags)  # type: ignore[attr-defined]
    new = write_scalars(folder, points, suffix)
    new.rename(folder / f"events.out.tfevents.{int(started)}.host.1.0{suffix}")


def state(path: Path, steps: object, offset: float = 0.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    log = [{"loss": float(np.sin(s)) + 2 + offset, "epoch": s / 100, "step": s} for s in steps]  # type: ignore[attr-defined]
    path.write_text(json.dumps({"global_step": log[-1]["step"], "log_history": log, "max_steps": 100}))
    return path


def wandb_run(
    folder: Path, run_id: str, steps: object, *, start: int = 1_700_000_000, offset: float = 0.0, name: str = ""
) -> None:
    rows = [
        w.history({"train/loss": float(np.sin(s)) + 2 + offset, "_step": s, "_timestamp": start + s}, s) for s in steps
    ]  # type: ignore[attr-defined]
    stamp = time.strftime("%Y%m%d_%H%M%S", time.gmtime(start))
    w.write(
        folder / "wandb" / f"offline-run-{stamp}-{run_id}" / f"run-{run_id}.wandb",
        [w.run_record(run_id, start, name=name), *rows, w.exit_record()],
    )


def one(path: Path) -> Run:
    (run,) = read_runs(path)
    return run


def names(path: Path) -> list[str]:
    return [r.name for r in read_runs(path)]


# ---------------------------------------------------------------- one run in several forms


def test_every_form_of_one_run_in_one_folder(tmp_path: Path) -> None:
    folder = tmp_path / "exp7"
    steps = range(1, 101)
    state(folder / "trainer_state.json", steps)
    state(folder / "checkpoint-50" / "trainer_state.json", range(1, 51))
    events(folder / "runs" / "Nov20_17-24-15_vm", steps)
    wandb_run(folder, "abcd1234", steps)
    (folder / "history.csv").write_text(
        "_step,_timestamp,train/loss\n" + "".join(f"{s},{1.7e9 + s},{float(np.sin(s)) + 2!r}\n" for s in steps)
    )
    (folder / "wandb_export.csv").write_text(
        "Step,exp7 - train/loss\n" + "".join(f"{s},{float(np.sin(s)) + 2!r}\n" for s in range(1, 101, 10))
    )
    run = one(folder)
    assert (run.name, run.path) == ("exp7", str(folder))
    assert list(run.curves) == ["loss", "epoch"]
    assert run.curves["loss"].aliases == ("train/loss",)
    assert run["train/loss"].step.tolist() == list(steps)
    assert run["loss"].wall_time is not None
    assert [c.step for c in run.checkpoints] == [50]
    assert run.crashed is False
    assert len(run.attempts) == 1
    assert {s.format for s in run.sources} == {"trainer-state", "tensorboard", "wandb", "wandb-history", "wandb-panel"}
    assert not [n for n in run.notes if n.kind is NoteKind.DISAGREEMENT]
    assert all(not Path(s.path).is_absolute() for s in run.sources)


def test_lightning_two_loggers(tmp_path: Path) -> None:
    folder = tmp_path / "cnn"
    events(folder / "lightning_logs" / "version_0", range(50), ("train_loss", "hp_metric"))
    csv_log(folder / "csv_logs" / "version_0" / "metrics.csv", range(50))
    (folder / "lightning_logs" / "version_0" / "hparams.yaml").write_text("lr: 0.1\nwidth: 3\n")
    run = one(folder)
    assert run.name == "cnn"
    assert run.config["width"] == 3


def test_lightning_versions_are_runs(tmp_path: Path) -> None:
    for k in (0, 1, 10, 2):
        csv_log(tmp_path / "csv_logs" / f"version_{k}" / "metrics.csv", range(50), k)
        events(tmp_path / "lightning_logs" / f"version_{k}", range(50), ("loss",), k)
    runs = read_runs(tmp_path)
    assert [r.name for r in runs] == ["version_0", "version_1", "version_2", "version_10"]
    assert all(len(r.sources) == 2 for r in runs)


def test_train_and_validation_folders(tmp_path: Path) -> None:
    for split in ("train", "validation"):
        events(tmp_path / "logs" / split, range(10), ("epoch_loss",))
    run = one(tmp_path)
    assert set(run.curves) == {"train/epoch_loss", "validation/epoch_loss"}
    assert run.curves["validation/epoch_loss"].role == "eval-loss"


def test_train_and_val_tables(tmp_path: Path) -> None:
    csv_log(tmp_path / "train.csv", range(50))
    csv_log(tmp_path / "val.csv", range(0, 50, 10), 0.5)
    assert {"train/loss", "val/loss"} <= set(one(tmp_path).curves)


def test_catboosts_folder_is_one_run(tmp_path: Path) -> None:
    """What CatBoost leaves in ``catboost_info`` holds the same curves under the same names."""
    loss = [0.69 - 0.01 * i for i in range(30)]
    for split, above in (("learn", 0.0), ("test", 0.1)):
        write_scalars(tmp_path / split, [("Logloss", i, v + above, 1.7e9 + i) for i, v in enumerate(loss)])
        rows = "".join(f"{i}\t{v + above:.10f}\n" for i, v in enumerate(loss))
        (tmp_path / f"{split}_error.tsv").write_text(f"iter\tLogloss\n{rows}")
    run = one(tmp_path)
    assert {t: c.role for t, c in run.curves.items()} == {"learn/Logloss": "train-loss", "test/Logloss": "eval-loss"}
    assert run.curves["test/Logloss"].value.tolist() == pytest.approx([v + 0.1 for v in loss])


def test_a_lone_table_that_says_what_of_its_split_it_holds(tmp_path: Path) -> None:
    csv_log(tmp_path / "test_error.csv", range(50))
    assert one(tmp_path)["test/loss"].role == "eval-loss"


def test_sub_writers_are_folded(tmp_path: Path) -> None:
    """``add_scalars`` writes a folder per line, ``add_hparams`` one that is called by the time."""
    folder = tmp_path / "exp"
    write_scalars(folder, [("lr", i, 0.1, 1.7e9 + i) for i in range(5)])
    for split, first in (("train", 2.0), ("val", 3.0)):
        write_scalars(folder / f"run_loss_{split}", [("run/loss", i, first - i, 1.7e9 + i) for i in range(5)])
    write_scalars(folder / "1700000005.1234567", [("hparam/acc", 4, 0.5, 1.7e9 + 5)])
    run = one(tmp_path)
    assert set(run.curves) == {"lr", "run/loss/train", "run/loss/val", "hparam/acc"}
    assert run.curves["run/loss/val"].value.tolist() == [3.0, 2.0, 1.0, 0.0, -1.0]


# ---------------------------------------------------------------- several runs


def test_logs_and_output_of_one_run_in_folders_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    events(tmp_path / "logs", range(1, 101))
    state(tmp_path / "out" / "trainer_state.json", range(1, 101))
    run = one(tmp_path)
    assert {s.format for s in run.sources} == {"tensorboard", "trainer-state"}
    assert run.path == str(tmp_path)


def test_logs_and_outputs_of_several_runs(tmp_path: Path) -> None:
    for i, name in enumerate(("a", "b")):
        (tmp_path / "logs" / name).mkdir(parents=True)
        events(tmp_path / "logs" / name, range(1, 101), offset=i)
        state(tmp_path / "output" / name / "trainer_state.json", range(1, 101), offset=i)
    assert names(tmp_path) == ["a", "b"]
    assert [len(r.sources) for r in read_runs(tmp_path)] == [2, 2]


def test_an_output_with_other_values_is_another_run(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    events(tmp_path / "logs", range(1, 101))
    state(tmp_path / "out" / "trainer_state.json", range(1, 101), offset=0.5)
    assert len(read_runs(tmp_path)) == 2


def test_event_files_among_the_artifacts_of_an_mlflow_run(tmp_path: Path) -> None:
    values = [repr(float(np.sin(s)) + 2) for s in range(1, 51)]
    folder = mlflow_run(tmp_path / "mlruns" / "1", {"train/loss": lines(values, first=1)}).parent
    (folder / "artifacts" / "tb").mkdir(parents=True)
    events(folder / "artifacts" / "tb", range(1, 51), tags=("train/loss", "extra"))
    run = one(tmp_path)
    assert {s.format for s in run.sources} == {"mlflow", "tensorboard"}
    assert "extra" in run
    assert len(run["train/loss"]) == 50


def test_the_last_checkpoint_of_the_hub_is_no_folder_of_its_own(tmp_path: Path) -> None:
    state(tmp_path / "last-checkpoint" / "trainer_state.json", range(1, 101))
    events(tmp_path, range(1, 101))
    run = one(tmp_path)
    assert {s.format for s in run.sources} == {"tensorboard", "trainer-state"}
    assert run.checkpoints == ()
    state(tmp_path / "trainer_state.json", range(1, 121))
    assert [s.format for s in one(tmp_path).sources].count("trainer-state") == 1, "a beginning says nothing new"


def test_sibling_folders_are_runs_in_natural_order(tmp_path: Path) -> None:
    for k in (2, 10, 1):
        csv_log(tmp_path / "runs" / f"run{k}" / "log.csv", range(50), k)
    runs = read_runs(tmp_path)
    assert [r.name for r in runs] == ["run1", "run2", "run10"]
    assert [r.path for r in runs] == [str(tmp_path / "runs" / f"run{k}") for k in (1, 2, 10)]


def test_equal_names_are_told_apart(tmp_path: Path) -> None:
    for parent in ("a", "b"):
        csv_log(tmp_path / parent / "seed0" / "log.csv", range(50))
    assert names(tmp_path) == ["a/seed0", "b/seed0"]


def test_tables_of_one_folder_that_differ_are_runs(tmp_path: Path) -> None:
    for k in range(3):
        csv_log(tmp_path / f"seed{k}.csv", range(50), k)
    csv_log(tmp_path / "seed1_copy.csv", range(50), 1)
    assert sorted(names(tmp_path)) == ["seed0", "seed1", "seed2"]


def test_an_equal_schedule_does_not_make_two_runs_one(tmp_path: Path) -> None:
    for k in range(3):
        csv_log(tmp_path / f"seed{k}.csv", range(50 + 10 * k), k)
    assert sorted(names(tmp_path)) == ["seed0", "seed1", "seed2"]


def test_wandb_folder_of_a_project(tmp_path: Path) -> None:
    wandb_run(tmp_path, "aaaa", range(50), name="first")
    wandb_run(tmp_path, "bbbb", range(50), start=1_700_100_000, offset=1, name="second")
    assert sorted(names(tmp_path)) == ["first", "second"]


def test_dated_folders_of_several_trainings(tmp_path: Path) -> None:
    for k, day in enumerate(("Nov20", "Nov21")):
        events(tmp_path / "runs" / f"{day}_17-24-15_vm", range(50), offset=k, started=1.7e9 + 1e5 * k)
    assert len(read_runs(tmp_path)) == 2


# ---------------------------------------------------------------- attempts of one run


def _resumed(run: Run, tag: str = "train/loss") -> None:
    assert [(a.first_step, a.last_step) for a in run.attempts] == [(0, 79), (60, 129)]
    assert run[tag].step.tolist() == list(range(130))
    assert run[tag].value[60] == pytest.approx(np.sin(60) + 2.5, rel=1e-6)
    assert any(n.kind is NoteKind.SUPERSEDED and "begins at step 60: 20 points" in n.message for n in run.notes)


def test_resume_into_one_event_folder(tmp_path: Path) -> None:
    events(tmp_path, range(80))
    events(tmp_path, range(60, 130), offset=0.5, started=1.7e9 + 1000, suffix=".b")
    _resumed(one(tmp_path))


def test_resume_into_sibling_folders(tmp_path: Path) -> None:
    events(tmp_path / "run0", range(80))
    events(tmp_path / "run1", range(60, 130), offset=0.5, started=1.7e9 + 1000)
    run = one(tmp_path)
    _resumed(run)
    assert run.name == tmp_path.name


def test_resume_into_dated_folders(tmp_path: Path) -> None:
    events(tmp_path / "runs" / "Nov20_17-24-15_vm", range(80))
    events(tmp_path / "runs" / "Nov21_17-24-15_vm", range(60, 130), offset=0.5, started=1.7e9 + 1000)
    _resumed(one(tmp_path))


def test_resume_of_a_wandb_run_with_the_same_id(tmp_path: Path) -> None:
    wandb_run(tmp_path, "aaaa", range(80))
    wandb_run(tmp_path, "aaaa", range(60, 130), start=1_700_100_000, offset=0.5)
    _resumed(one(tmp_path))


def test_resume_of_a_wandb_run_with_a_new_id(tmp_path: Path) -> None:
    wandb_run(tmp_path, "aaaa", range(80))
    wandb_run(tmp_path, "bbbb", range(60, 130), start=1_700_100_000, offset=0.5)
    _resumed(one(tmp_path))


def test_resume_in_parts_of_a_table(tmp_path: Path) -> None:
    csv_log(tmp_path / "history_part0.csv", range(80))
    csv_log(tmp_path / "history_part1.csv", range(60, 130), 0.5)
    _resumed(one(tmp_path), "loss")


def test_trainer_folder_whose_counter_starts_again(tmp_path: Path) -> None:
    """Weights of step 50 loaded into a new Trainer: a second event file from step 1, a state that knows only it."""
    events(tmp_path / "runs" / "Nov20_17-27-05_vm", range(1, 51))
    events(tmp_path / "runs" / "Nov20_17-27-12_vm", range(1, 61), offset=0.5, started=1.7e9 + 1000)
    state(tmp_path / "checkpoint-50" / "trainer_state.json", range(1, 51))
    state(tmp_path / "trainer_state.json", range(1, 61), 0.5)
    run = one(tmp_path)
    assert [(a.first_step, a.last_step) for a in run.attempts] == [(1, 50), (1, 60)]
    assert run["loss"].value[0] == np.sin(1) + 2.5
    assert len(run.attempts[0].superseded["loss"]) == 50
    assert any("does not go on from it" in n.message for n in run.notes)


def test_checkpoints_that_are_beginnings_say_nothing_new(tmp_path: Path) -> None:
    for step in (20, 40, 60):
        state(tmp_path / f"checkpoint-{step}" / "trainer_state.json", range(1, step + 1))
    run = one(tmp_path)
    assert len(run["loss"]) == 60
    assert len(run.attempts) == 1
    assert [c.step for c in run.checkpoints] == [20, 40, 60]
    assert not run.notes


# ---------------------------------------------------------------- the tree


def test_links_are_followed_once(tmp_path: Path) -> None:
    wandb_run(tmp_path, "aaaa", range(50))
    folder = next((tmp_path / "wandb").iterdir())
    (tmp_path / "wandb" / "latest-run").symlink_to(folder.name)
    (tmp_path / "wandb" / "debug.log").symlink_to("gone/debug.log")
    (tmp_path / "loop").symlink_to(tmp_path)
    (folder / "self").symlink_to(folder / "self")
    run = one(tmp_path)
    assert len(run.sources) == 1
    assert len(run.attempts) == 1


def test_a_link_out_of_the_tree_is_followed(tmp_path: Path) -> None:
    csv_log(tmp_path / "store" / "log.csv", range(50))
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "mine").symlink_to(tmp_path / "store")
    assert len(one(tmp_path / "runs")["loss"]) == 50


def test_a_link_upwards_is_not_followed(tmp_path: Path) -> None:
    csv_log(tmp_path / "runs" / "a" / "log.csv", range(50))
    csv_log(tmp_path / "other" / "log.csv", range(50), 1)
    (tmp_path / "runs" / "up").symlink_to(tmp_path)
    assert len(one(tmp_path / "runs").sources) == 1


_OPENED: list[str] | None = None


def _note_opening(event: str, args: tuple[object, ...]) -> None:
    if event == "open" and _OPENED is not None:
        _OPENED.append(str(args[0]))


sys.addaudithook(_note_opening)


def test_ten_thousand_files_are_not_opened(tmp_path: Path) -> None:
    """Counted below Python's own functions: a file that no reader claims by its name is never opened."""
    global _OPENED
    suffixes = ("png", "pt", "safetensors", "py", "md", "bin", "npz", "yaml", "tar", "pkl")
    for k in range(20):
        folder = tmp_path / f"images{k}"
        folder.mkdir()
        for i in range(500):
            (folder / f"{i}.{suffixes[i % len(suffixes)]}").touch()
    for skipped in (".git", "node_modules", "__pycache__"):
        csv_log(tmp_path / skipped / "log.csv", range(50), 9)
    log = csv_log(tmp_path / "log.csv", range(50))
    _OPENED = opened = []
    try:
        run = one(tmp_path)
    finally:
        _OPENED = None
    assert {p for p in opened if p.startswith(str(tmp_path))} == {str(log)}
    assert len(run.sources) == 1


def test_many_tables_of_one_folder_are_not_compared_point_by_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for k in range(60):
        csv_log(tmp_path / f"seed{k}.csv", range(0, 500 + 10 * (k % 7), 10), k)
    csv_log(tmp_path / "again.csv", range(0, 500, 10), 7)
    compared = []
    monkeypatch.setattr(grouping, "agreement", lambda a, b: compared.append(1) or agreement(a, b))
    runs = read_runs(tmp_path)
    assert len(runs) == 60
    assert [len(r.sources) for r in runs if len(r.sources) > 1] == [2], "the copy is found"
    assert len(compared) < 10


def test_progress_counts_files(tmp_path: Path) -> None:
    for k in range(3):
        csv_log(tmp_path / f"r{k}" / "log.csv", range(50), k)
    seen: list[tuple[int, int, str]] = []
    read_runs(tmp_path, progress=lambda done, total, name: seen.append((done, total, name)))
    assert seen == [(0, 3, "r0/log.csv"), (1, 3, "r1/log.csv"), (2, 3, "r2/log.csv"), (3, 3, "")]


def test_a_file_names_its_run(tmp_path: Path) -> None:
    folder = tmp_path / "exp3"
    assert one(csv_log(folder / "log.csv", range(50))).name == "log"
    assert one(state(folder / "trainer_state.json", range(1, 50))).name == "exp3"
    assert one(csv_log(folder / "log.csv", range(50))).path == str(folder / "log.csv")


# ---------------------------------------------------------------- what goes wrong


def _looked_for(message: str) -> None:
    for form in formats():
        assert not form.files or form.looks_like in message
    assert "\n" not in message


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(NoLogsError, match=r"gone: no such file or folder"):
        read_runs(tmp_path / "gone")
    (tmp_path / "link").symlink_to("gone")
    with pytest.raises(NoLogsError, match=r"a dangling link"):
        read_runs(tmp_path / "link")


def test_empty_folder_and_folder_without_logs(tmp_path: Path) -> None:
    with pytest.raises(NoLogsError, match=r"the folder is empty; looked for") as caught:
        read_runs(tmp_path)
    _looked_for(str(caught.value))
    (tmp_path / "model.bin").write_bytes(b"\x00" * 100)
    (tmp_path / "README.md").write_text("hello")
    with pytest.raises(NoLogsError, match=r"no training log in it or below it; looked for") as caught:
        read_runs(tmp_path)
    _looked_for(str(caught.value))


def test_text_file(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("The loss went down, then up.\n")
    with pytest.raises(NoLogsError, match=r"not a training log that any reader knows") as caught:
        read_runs(path)
    _looked_for(str(caught.value))


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (
            "slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2024-04-05T13:06:20 DUE TO TIME LIMIT ***",
            r"train\.out: no metric was logged in it; line 7: the job ran into its time limit$",
        ),
        (
            "Traceback (most recent call last):\n  File \"train.py\", line 3, in <module>\nKeyError: 'images'",
            r"train\.out: no metric was logged in it; line 9: it ended with KeyError: 'images'$",
        ),
    ],
)
def test_a_text_without_a_metric_is_refused_with_what_it_says_of_its_end(tmp_path: Path, end: str, said: str) -> None:
    path = tmp_path / "train.out"
    path.write_text(f"1.0%\n2.0%\n99.5%\nEpoch 1 done\nEpoch 2 done\nEpoch 3 done\n{end}\n")
    with pytest.raises(NoLogsError, match=said) as refused:
        read_runs(path)
    assert not refused.value.argument  # no option reads a progress bar
    below = said.replace(
        r"train\.out: no metric was logged in it; ", r"no training log in it or below it; train\.out, "
    )
    with pytest.raises(NoLogsError, match=below):
        read_runs(tmp_path)


def test_logs_without_a_curve(tmp_path: Path) -> None:
    csv_log(tmp_path / "log.csv", [])
    with pytest.raises(NoLogsError, match=r"1 log file read, no curve in it: no curve: 0 rows"):
        read_runs(tmp_path)


def test_all_unreadable_raises_the_readers_own_error(tmp_path: Path) -> None:
    (tmp_path / "trainer_state.json").write_text("not json")
    with pytest.raises(CorruptLogError, match=r"not valid JSON"):
        read_runs(tmp_path)


def test_one_unreadable_file_becomes_a_note(tmp_path: Path) -> None:
    (tmp_path / "trainer_state.json").write_text("not json")
    csv_log(tmp_path / "log.csv", range(50))
    run = one(tmp_path)
    assert len(run["loss"]) == 50
    assert any(n.kind is NoteKind.SKIPPED and "trainer_state.json: not valid JSON" in n.message for n in run.notes)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    path = csv_log(tmp_path / "log.csv", range(5))
    path.chmod(0)
    with pytest.raises(ReadError, match="no permission"):
        read_runs(path)


def test_text_logs_of_one_folder_that_share_a_schedule_are_runs_of_their_own(tmp_path: Path) -> None:
    """Episodes of two trainings: the rewards are coarse and often equal by chance, the exploration rate always is."""
    for name, shift in (("log_1.txt", 0), ("log_2.txt", 7)):
        lines = (
            f"Episode {i} reward {-14 - 2 * ((i * 5 + shift * (i % 3)) % 4):.3f} eps {0.99**i:.3f}\n" for i in range(60)
        )
        (tmp_path / name).write_text("".join(lines))
    runs = read_runs(tmp_path)
    assert [len(r.curves["reward"]) for r in runs] == [60, 60]


class Faulty(Reader):
    """A reader with a fault that nobody foresaw."""

    format: ClassVar[Format] = Format("odd", "*.odd", "An odd format", files=("*.odd",))

    def claims(self, path: Path) -> bool:
        return True

    def read(self, path: Path) -> list[Part]:
        raise RecursionError("too deep\nfor this")


def test_a_fault_at_one_file_does_not_take_its_neighbours_with_it(tmp_path: Path) -> None:
    (tmp_path / "b.odd").write_text("1")
    with pytest.raises(RecursionError):  # alone it is told as what it is
        read_runs(tmp_path, readers=(Faulty,))
    (tmp_path / "a.csv").write_text("step,loss\n1,2.5\n2,1.5\n3,1.0\n")
    (run,) = read_runs(tmp_path, readers=(Faulty,))
    assert run["loss"].value.tolist() == [2.5, 1.5, 1.0]
    assert any("b.odd: fault in curveread: RecursionError: too deep for this" in n.message for n in run.notes)
