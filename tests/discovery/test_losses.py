"""Summed losses, told by the run as a whole."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from curveread.discovery.discover import read_runs
from curveread.discovery.losses import summed_note
from curveread.run.model import Curve
from curveread.run.notes import NoteKind

STEPS = np.arange(10, 210, 10)
EVALS = np.arange(50, 210, 50)
LOSS = 3.0 * STEPS**-0.3


def _curves(times: float) -> dict[str, Curve]:
    at = np.searchsorted(STEPS, EVALS)
    return {"loss": Curve("loss", STEPS, LOSS * times), "eval_loss": Curve("eval_loss", EVALS, LOSS[at] * 1.05)}


def _noted(times: float, **config: object) -> bool:
    return summed_note(_curves(times), config) is not None


@pytest.mark.parametrize(
    ("times", "config", "noted"),
    [
        (8, {"gradient_accumulation_steps": 8, "transformers_version": "4.46.3"}, True),
        (8, {"args.gradient_accumulation_steps": 8}, True),
        (2, {"gradient_accumulation_steps": 2}, True),
        (4, {"transformers_version": "4.47.1"}, True),
        (1, {"gradient_accumulation_steps": 8, "transformers_version": "4.46.3"}, False),
        (1, {"transformers_version": "4.46.0"}, False),
        (8, {"gradient_accumulation_steps": 8, "transformers_version": "4.49.0"}, False),
        (8, {"gradient_accumulation_steps": 4}, False),
        (8, {"gradient_accumulation_steps": 1}, False),
        (8, {}, False),
    ],
)
def test_a_loss_that_is_a_sum(times: float, config: dict[str, object], noted: bool) -> None:
    assert _noted(times, **config) is noted


def test_the_note_says_what_to_divide_by() -> None:
    note = summed_note(_curves(8), {"gradient_accumulation_steps": 8})
    assert note is not None
    assert note.kind is NoteKind.SUMMED
    assert "8 batches are accumulated per step" in note.message
    assert "divide by 8" in note.message


def test_settings_are_found_beside_the_state(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "checkpoint-200"
    folder.mkdir(parents=True)
    at = np.searchsorted(STEPS, EVALS)
    log = [{"loss": 4 * v, "step": s} for s, v in zip(STEPS.tolist(), LOSS.tolist(), strict=True)]
    log += [{"eval_loss": v, "step": s} for s, v in zip(EVALS.tolist(), LOSS[at].tolist(), strict=True)]
    (folder / "trainer_state.json").write_text(json.dumps({"log_history": log, "global_step": 200}))
    (folder / "config.json").write_text(json.dumps({"transformers_version": "4.46.2", "model_type": "llama"}))
    (tmp_path / "out" / "training_args.yaml").write_text("gradient_accumulation_steps: 4\noutput_dir: x\n")
    (run,) = read_runs(tmp_path / "out")
    assert run["loss"].value[0] == 4 * LOSS[0], "values stay as logged"
    assert run.config["gradient_accumulation_steps"] == 4
    assert [n.kind for n in run.notes] == [NoteKind.SETTINGS, NoteKind.SUMMED]
