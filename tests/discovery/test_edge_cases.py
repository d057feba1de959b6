"""Cases that need several files or formats at once, and are at home in no other test file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from curveread.api import diagnose
from curveread.discovery.discover import read_runs
from curveread.errors import NoLogsError
from curveread.fleet.sweep import sweep
from curveread.run.model import Run
from curveread.run.notes import NoteKind
from curveread.run.roles import Role
from tests.support import wandb_writer as w
from tests.support.event_writer import write_scalars


def _one(path: Path) -> Run:
    (run,) = read_runs(path)
    return run


def _said(run: Run, kind: NoteKind) -> list[str]:
    return [n.message for n in run.notes if n.kind is kind]


def test_links_that_lead_nowhere_cost_nothing_and_are_told(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("step,loss\n" + "".join(f"{i},{2 - i / 50}\n" for i in range(50)))
    (tmp_path / "debug.log").symlink_to(tmp_path / "gone.log")
    (tmp_path / "self").symlink_to(tmp_path / "self")
    run = _one(tmp_path)
    assert len(run["loss"]) == 50
    assert _said(run, NoteKind.SKIPPED) == [
        "passed over, as they lead nowhere, may not be read or lie too deep: debug.log, self"
    ]


def test_writers_of_two_hosts_at_the_same_time_are_no_resume(tmp_path: Path) -> None:
    for host, offset in (("a", 0.0), ("b", 0.25)):
        points = [("loss", s, 2.0 - s / 100 + offset, 1.7e9 + s + offset) for s in range(100)]
        write_scalars(tmp_path, points).rename(tmp_path / f"events.out.tfevents.1700000000.{host}.7.0")
    run = _one(tmp_path)
    assert len(run["loss"]) == 100
    assert run.attempts[0].superseded["loss"].step.tolist() == list(range(100)), "both stay in reach"
    assert any("at the same time" in m for m in _said(run, NoteKind.MERGED))


@pytest.mark.parametrize(("rows", "stride", "sampled"), [(500, 7, True), (500, 1, False), (400, 7, False)])
def test_a_sample_of_500_rows_is_recognised(tmp_path: Path, rows: int, stride: int, sampled: bool) -> None:
    rng = np.random.default_rng(3)
    step = np.sort(rng.choice(rows * stride, rows, replace=False))
    lines = "".join(f"{i},{s},{1.7e9 + s},{1 / (s + 1)}\n" for i, s in enumerate(step.tolist()))
    (tmp_path / "history.csv").write_text(",_step,_timestamp,loss\n" + lines)
    assert bool(_said(_one(tmp_path), NoteKind.SAMPLED)) is sampled


@pytest.mark.parametrize("place", ["files/output.log", "logs/debug-internal.log"])
def test_calls_that_wandb_dropped_are_told(tmp_path: Path, place: str) -> None:
    rows = [w.history({"loss": 1 / (i + 1), "_step": i}, i) for i in range(30)]
    w.write(tmp_path / "run-x.wandb", [w.run_record("x", 1), *rows, w.exit_record()])
    console = tmp_path / place
    console.parent.mkdir()
    console.write_text(
        "step 4 of 30\n"
        "wandb: WARNING Tried to log to step 203 that is less than the current step 249. Steps must be monotonically "
        "increasing, so this data will be ignored.\n"
        "wandb: WARNING User provided step: 204 is less than current step: 249. Dropping entry: {'loss': 1}\n"
    )
    (said,) = _said(_one(tmp_path), NoteKind.SKIPPED)
    assert said == f"W&B dropped 2 calls of log() that went back in step, first 203 behind 249 ({place} says so)"


def test_a_resume_that_logs_less_often(tmp_path: Path) -> None:
    """Another batch size or interval: everything behind the new start is superseded, at whatever steps it stood."""
    first = [("loss", s, 2 - s / 1000, 1.7e9 + s) for s in range(10, 510, 10)]
    second = [("loss", s, 1 - s / 1000, 1.7e9 + 1000 + s) for s in range(325, 1000, 25)]
    write_scalars(tmp_path, first).rename(tmp_path / "events.out.tfevents.1700000000.h.1.0")
    write_scalars(tmp_path, second).rename(tmp_path / "events.out.tfevents.1700001000.h.2.0")
    run = _one(tmp_path)
    assert run["loss"].step.tolist() == [*range(10, 325, 10), *range(325, 1000, 25)]
    assert run.attempts[0].superseded["loss"].step.tolist() == list(range(330, 510, 10))


def _state(path: Path, log: list[dict[str, float]], **more: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"global_step": log[-1]["step"], "log_history": log, **more}))
    return path


def test_a_point_an_epoch_is_read_and_judged_by_nothing_that_needs_more(tmp_path: Path) -> None:
    log = [{"loss": 2.0 / (e + 1), "epoch": e + 1.0, "step": 100 * (e + 1)} for e in range(3)]
    run = _one(_state(tmp_path / "trainer_state.json", log))
    assert run["loss"].step.tolist() == [100, 200, 300]
    found = diagnose(run)
    assert not found.findings
    assert not found.failed


def test_paths_of_another_machine_are_only_text(tmp_path: Path) -> None:
    log = [{"loss": 2.0 / s, "step": s} for s in range(1, 30)]
    best = "/mnt/other/machine/checkpoint-20"
    run = _one(_state(tmp_path / "trainer_state.json", log, best_model_checkpoint=best, best_metric=0.5))
    assert run.checkpoints == (), "a checkpoint that is not here is none of this folder"
    assert run.config["best_model_checkpoint"] == best


def test_a_loss_per_step_and_an_evaluation_per_epoch_in_one_table(tmp_path: Path) -> None:
    rows = ["step,epoch,loss,val_loss"]
    for s in range(60):
        rows.append(f"{s},{s / 20},{2 - s / 60},")
        if s % 20 == 19:
            rows.append(f"{s},{(s + 1) / 20},,{2.1 - s / 60}")
    (tmp_path / "log.csv").write_text("\n".join(rows) + "\n")
    run = _one(tmp_path)
    assert run["loss"].step.tolist() == list(range(60))
    assert run["val_loss"].step.tolist() == [19, 39, 59]
    assert run["epoch"].role is Role.EPOCH


def test_a_text_that_is_named_itself_may_have_any_name(tmp_path: Path) -> None:
    path = tmp_path / "lr0.1_epochs_6.md"
    path.write_text("".join(f"| epoch   1 | {i:5d}/ 2983 batches | loss {9 / i:5.2f}\n" for i in range(200, 2000, 200)))
    assert _one(path)["loss"].step.tolist() == list(range(200, 2000, 200))
    assert len(sweep(path).rows) == 1, "a worker takes it too"
    with pytest.raises(NoLogsError):
        read_runs(tmp_path)


def test_a_table_that_is_none_is_not_read_as_printed_text(tmp_path: Path) -> None:
    path = tmp_path / "news.csv"
    path.write_text("".join(f"step {i}: loss 0.{i}5, acc 0.{i}\n" for i in range(9)))
    with pytest.raises(NoLogsError):
        read_runs(path)
    assert len(_one(path.rename(path.with_suffix(".html")))["loss"]) == 9
