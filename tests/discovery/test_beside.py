"""Settings that stand beside a log: what explains its curves is taken, and it is said from which file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from curveread.api import read
from curveread.run.notes import NoteKind
from curveread.run.tags.kinds import TaskKind
from curveread.run.task import task_of

ROWS = "step,loss\n" + "".join(f"{i},{4.0 - i / 20}\n" for i in range(40))


def _folder(tmp_path: Path, **files: object) -> Path:
    folder = tmp_path / "run"
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    (folder / "log.csv").write_text(ROWS)
    return folder


def test_the_config_of_a_model_names_task_and_vocabulary(tmp_path: Path) -> None:
    model = {"architectures": ["GPT2LMHeadModel"], "vocab_size": 50257, "max_length": 20, "task_specific_params": {}}
    run = read(_folder(tmp_path, **{"config.json": model}))
    assert task_of(run).vocabulary == 50257
    assert run.task is not None
    assert (run.task.kind, run.task.why) == (TaskKind.LANGUAGE_MODEL, "the config names a GPT2LMHeadModel")
    assert run["loss"].unit == "nats"
    assert "max_length" not in run.config, "it says how long generated answers may be"
    (note,) = [n for n in run.notes if n.kind is NoteKind.SETTINGS]
    assert (note.source, note.message) == ("config.json", "settings read beside the log: architectures, vocab_size")


def test_arguments_of_the_training_win_over_the_model_and_nested_ones_are_found(tmp_path: Path) -> None:
    run = read(
        _folder(
            tmp_path,
            **{
                "config.json": {"weight_decay": 0.5, "vocab_size": 100},
                "args.json": {"optim": {"weight_decay": 0.1, "max_grad_norm": 1.0}, "gradient_accumulation_steps": 8},
                ".hydra__config.yaml": "trainer:\n  lr_scheduler_type: cosine\n  max_length: 77\n",
                "generation_config.json": {"max_length": 20, "seed": 3},
            },
        )
    )
    assert run.config["weight_decay"] == 0.1
    assert (run.config["max_grad_norm"], run.config["gradient_accumulation_steps"]) == (1.0, 8)
    assert run.config["lr_scheduler_type"] == "cosine"
    assert "seed" not in run.config
    assert [n.source for n in run.notes if n.kind is NoteKind.SETTINGS] == [
        "args.json", "config.json", ".hydra/config.yaml",
    ]  # fmt: skip


def test_the_task_of_an_arguments_file(tmp_path: Path) -> None:
    run = read(_folder(tmp_path, **{"args.yaml": "task: detect\nlr0: 0.01\n"}))
    assert run.task is not None
    assert (run.task.kind, run.task.why) == (TaskKind.DETECTION, "the config's task is detect")


@pytest.mark.parametrize("content", ["", "{", "[1, 2]", "null", '"text"', "a: [", "\x00\x01"])
def test_what_is_no_config_is_no_config(tmp_path: Path, content: str) -> None:
    run = read(_folder(tmp_path, **{"config.json": content, "config.yaml": content}))
    assert run.config == {}
    assert not [n for n in run.notes if n.kind is NoteKind.SETTINGS]


def test_settings_that_cannot_be_read_are_told_of(tmp_path: Path) -> None:
    run = read(_folder(tmp_path, **{"config.json": "{", "config.yaml": "a: &a\n  b: *a\n"}))
    said = [(n.source, n.message.partition(": ")[2].partition(":")[0]) for n in run.notes if "beside" in n.message]
    assert said == [
        ("config.yaml", "an alias stands within what it stands for"),
        ("config.json", "Expecting property name enclosed in double quotes"),
    ]
