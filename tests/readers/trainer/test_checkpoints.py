"""States of checkpoints that repeat the beginning of the last one are proven to do so, not parsed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from curveread.discovery.discover import read_runs
from curveread.readers.trainer.checkpoints import beginnings
from curveread.readers.trainer.reader import TrainerStateReader


def _state(path: Path, steps: int, offset: float = 0.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    log = [{"loss": offset + 3 / i, "step": 10 * i} for i in range(1, steps + 1)]
    state = {"global_step": 10 * steps, "log_history": log, "max_steps": 200}
    path.write_text(json.dumps(state, indent=2, sort_keys=True) + "\n")
    return path


@pytest.fixture
def output(tmp_path: Path) -> Path:
    for n in (5, 10, 15):
        _state(tmp_path / "out" / f"checkpoint-{n * 10}" / "trainer_state.json", n)
    _state(tmp_path / "out" / "trainer_state.json", 20)
    return tmp_path / "out"


def test_only_the_last_state_is_parsed(output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []
    read = TrainerStateReader.read
    monkeypatch.setattr(TrainerStateReader, "read", lambda self, path: parsed.append(path) or read(self, path))
    (run,) = read_runs(output)
    assert parsed == [output / "trainer_state.json"]
    assert run["loss"].step.tolist() == list(range(10, 210, 10))
    assert [c.step for c in run.checkpoints] == [50, 100, 150]
    assert len(run.attempts) == 1


def test_without_a_state_in_the_folder_the_last_checkpoint_counts(output: Path) -> None:
    (output / "trainer_state.json").unlink()
    (run,) = read_runs(output)
    assert run["loss"].step[-1] == 150


def test_another_training_in_the_same_folder_is_an_attempt(output: Path) -> None:
    other = _state(output / "checkpoint-50" / "trainer_state.json", 5, offset=1.0)
    assert other not in beginnings(output.rglob("*.json"))
    (run,) = read_runs(output)
    assert len(run.attempts) == 2
    assert any("another training" in n.message for n in run.notes)


def test_a_value_that_only_begins_alike_is_no_beginning(tmp_path: Path) -> None:
    whole = tmp_path / "trainer_state.json"
    short = tmp_path / "checkpoint-1" / "trainer_state.json"
    short.parent.mkdir()
    text = '{\n  "log_history": [\n    {\n      "loss": %s\n    }%s\n  ]\n}\n'
    whole.write_text(text % ("2.25", ""))
    for value, found in (("2.25", True), ("2.2", False), ("2.5", False)):
        short.write_text(text % (value, ""))
        assert (short in beginnings([whole, short])) is found
    short.write_text((text % ("2.25", ""))[:-3])
    assert not beginnings([whole, short]), "a cut file is read, and its damage told"
