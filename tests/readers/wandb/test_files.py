"""Config, summary and state from the files beside a W&B log, and the logs of old clients."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from curveread.discovery.discover import read_runs
from curveread.errors import ReadError
from curveread.readers.wandb import files
from curveread.readers.wandb.old_history import WandbHistoryReader
from curveread.readers.wandb.reader import WandbReader
from curveread.run.notes import NoteKind
from tests.support import wandb_writer as w

CONFIG = """wandb_version: 1

_wandb:
  desc: null
  value:
    cli_version: 0.9.7
batch_size:
  desc: null
  value: 32
lr:
  desc: learning rate
  value: 0.1
"""


def _files(folder: Path, *, state: dict[str, object] | None = None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(CONFIG)
    (folder / "wandb-summary.json").write_text(
        json.dumps({"loss": 0.5, "best_loss": 0.25, "_step": 3, "img": {"a": 1}})
    )
    (folder / "wandb-metadata.json").write_text(json.dumps({"host": "vm", **(state or {})}))


def _rows(n: int = 3) -> list[bytes]:
    return [w.history({"loss": float(i), "_step": i}, i) for i in range(n)]


def test_files_fill_in_what_the_log_lacks(tmp_path: Path) -> None:
    _files(tmp_path / "files", state={"state": "finished"})
    path = w.write(tmp_path / "run-x.wandb", [w.run_record("x", 1, config={"lr": 0.5}), *_rows()])
    (part,) = WandbReader().read(path)
    assert part.config == {"lr": 0.5, "batch_size": 32, "summary.best_loss": 0.25}
    assert part.crashed is False, "the metadata says how it ended where the log has no exit record"


@pytest.mark.parametrize(
    ("state", "exit_code", "crashed"),
    [
        ({"state": "crashed"}, None, True),
        ({"state": "running"}, None, True),
        ({"exitcode": 0}, None, False),
        ({"exitcode": 1}, 0, False),
    ],
)
def test_the_exit_record_counts_first(
    tmp_path: Path, state: dict[str, object], exit_code: int | None, crashed: bool
) -> None:
    _files(tmp_path / "files", state=state)
    ending = [] if exit_code is None else [w.exit_record(exit_code)]
    path = w.write(tmp_path / "run-x.wandb", [w.run_record("x", 1), *_rows(), *ending])
    assert WandbReader().read(path)[0].crashed is crashed


@pytest.mark.parametrize("text", ["", "a: [", "- 1\n- 2\n", "\x00\xff"])
def test_damaged_files_beside_are_passed_over(tmp_path: Path, text: str) -> None:
    for name in ("config.yaml", "wandb-summary.json", "wandb-metadata.json"):
        (tmp_path / name).write_bytes(text.encode("latin-1"))
    (part,) = WandbReader().read(w.write(tmp_path / "run-x.wandb", _rows()))
    assert dict(part.config) == {}


def _old_run(folder: Path, rows: list[dict[str, object]]) -> Path:
    _files(folder, state={"state": "failed"})
    path = folder / "wandb-history.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    return path


def test_history_of_an_old_client(tmp_path: Path) -> None:
    rows = [{"loss": 2.0 / (i + 1), "_step": 2 * i + i % 2, "_runtime": i, "_timestamp": 1.5e9 + i} for i in range(500)]
    rows[7]["loss"] = math.nan
    path = _old_run(tmp_path / "wandb" / "run-20190304_050607-abc123", rows)
    (part,) = WandbHistoryReader().read(path)
    assert (part.key, part.crashed, part.fidelity) == ("abc123", True, "full")
    assert part.config["batch_size"] == 32
    loss = part.curves["loss"]
    assert len(loss) == 500
    assert math.isnan(loss.value[7])
    assert loss.step[-1] == 999
    assert not [n for n in part.notes if n.kind is NoteKind.SAMPLED], "500 rows of the log itself are no sample"


def test_old_runs_of_a_project_are_told_apart(tmp_path: Path) -> None:
    for k, name in enumerate(("aaaa1111", "bbbb2222")):
        rows = [{"loss": math.sin(i) + k, "_step": i, "_timestamp": 1.5e9 + 1e6 * k + i} for i in range(40)]
        _old_run(tmp_path / "wandb" / f"run-20190304_05060{k}-{name}", rows)
    assert len(read_runs(tmp_path)) == 2


def test_files_alone_are_no_log(tmp_path: Path) -> None:
    _files(tmp_path / "run")
    with pytest.raises(ReadError, match="no training log"):
        read_runs(tmp_path / "run")


def _old_client(folder: Path, *, history: bool = True) -> Path:
    folder.mkdir(parents=True)
    rows = [{"loss": 1.0 / (i + 1), "_step": i, "_timestamp": 1.58e9 + 10 * i, "_runtime": 10 * i} for i in range(20)]
    if history:
        (folder / "wandb-history.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    samples = [
        {"system.cpu": 5.0 + i, "system.gpu.0.memory": 3, "_wandb": True, "_timestamp": 1.58e9 + 30 * i + 1}
        for i in range(6)
    ]
    (folder / "wandb-events.jsonl").write_text("".join(json.dumps(s) + "\n" for s in samples) + '{"system.cp')
    return folder


def test_system_metrics_of_an_old_client_are_curves_of_its_run(tmp_path: Path) -> None:
    _old_client(tmp_path / "wandb" / "run-20200126_120000-abc")
    (run,) = read_runs(tmp_path)
    assert {t for t in run.curves if t.startswith("system/")} == {"system/cpu", "system/gpu.0.memory"}
    cpu = run["system/cpu"]
    assert cpu.step.tolist() == [0, 3, 6, 9, 12, 15], "the step that was last logged then"
    assert cpu.value.tolist() == [5.0, 6.0, 7.0, 8.0, 9.0, 10.0]
    assert cpu.wall_time is not None
    assert cpu.wall_time[1] == 1.58e9 + 31
    assert len(run["system/gpu.0.memory"]) == 6
    assert len(run["loss"]) == 20
    assert {n.kind for n in run.notes} >= {NoteKind.TRUNCATED, NoteKind.X_AXIS}


def test_system_metrics_that_are_all_that_is_left(tmp_path: Path) -> None:
    _old_client(tmp_path / "wandb" / "dryrun-20200126_120000-abc", history=False)
    (run,) = read_runs(tmp_path)
    assert run["system/cpu"].step.tolist() == [0, 30, 60, 90, 120, 150]
    assert any("seconds since the first sample" in n.message for n in run.notes)


def test_a_console_is_looked_through_piece_by_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    console = "".join(
        f"wandb: WARNING (User provided step: {i} is less than current step: {i + 7}\n" + "x" * (i % 50) + "\n"
        for i in range(300)
    )
    (tmp_path / "output.log").write_text(console.rstrip())
    (whole,) = files.dropped_calls(tmp_path / "run-a.wandb")
    assert "dropped 300 calls of log() that went back in step, first 0 behind 7 (output.log says so)" in whole.message
    for size in (1, 7, 64, 1000):
        monkeypatch.setattr(files, "_PIECE", size)
        monkeypatch.setattr(files, "_LINE", 100)
        assert files.dropped_calls(tmp_path / "run-a.wandb") == [whole]
