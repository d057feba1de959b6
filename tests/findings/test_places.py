"""Places in sentences: steps become epochs, tokens or times."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.finding import Evidence
from curveread.findings.places import Places, places
from curveread.run.model import Run
from curveread.run.placement import Placement

_RUN = Run("r", "r", {})


def _words(axis: str) -> Places:
    steps, ends = np.array([0, 10_000]), {"epoch": 4.0, "tokens": 2.5e9, "seconds": 7200.0}
    found = places(axis, Placement(_RUN, steps, np.array([0.0, ends[axis]]), whole=axis != "epoch"))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("axis", "text", "reads"),
    [
        ("epoch", "rose after step 6,025 and stayed up", "rose after epoch 2.41 and stayed up"),
        ("epoch", "at step 2,500.", "at epoch 1."),
        ("epoch", "Step 25 is odd", "Epoch 0.01 is odd"),
        ("epoch", "steps 250–1,250; between steps 0 and 5000", "epochs 0.1–0.5; between epochs 0 and 2"),
        ("epoch", "from step 2,500 to step 5,000", "from epoch 1 to epoch 2"),
        ("epoch", "was back within 28 steps", "was back within 28 steps"),
        ("epoch", "at step −100", "at epoch 0"),
        ("tokens", "jumped at step 5 to 3.2", "jumped at 1.25M tokens to 3.2"),
        ("tokens", "steps 4,000–10,000", "1G–2.5G tokens"),
        ("seconds", "until step 7,500 of it", "until 1 h 30 min of it"),
        ("seconds", "steps 100 and 200", "1 min 12 s and 2 min 24 s"),
        (
            "epoch",
            "at 3 % of the logged steps, step size 1, global_step 5",
            "at 3 % of the logged steps, step size 1, global_step 5",
        ),
        ("epoch", "the step from 3 to 4", "the step from 3 to 4"),
        ("epoch", "step 12.4k", "step 12.4k"),
    ],
)
def test_sentences(axis: str, text: str, reads: str) -> None:
    assert _words(axis).reworded(text) == reads


def test_a_log_that_counts_epochs_has_its_lengths_in_epochs() -> None:
    words = places("epoch", None)
    assert words is not None
    assert words.reworded("rose after step 12, 5 steps after step 7; 1 step") == (
        "rose after epoch 12, 5 epochs after epoch 7; 1 epoch"
    )
    assert words.moved(Evidence("length", "length", 5.0, "steps")) == Evidence("length", "length", 5.0, "epochs")
    assert places("step", None) is places("train/global_step", None) is None


def test_figures() -> None:
    words = _words("epoch")
    assert words.moved(Evidence("best-accuracy-at-step", "best accuracy at step", 2500.0, "step")) == Evidence(
        "best-accuracy-at-step", "best accuracy at", 1.0, "epoch"
    )
    assert words.moved(Evidence("onset-between-steps", "onset between steps", "2500–5000")) == Evidence(
        "onset-between-steps", "onset between", "epochs 1–2"
    )
    assert (
        words.moved(Evidence("change-since-step-2500", "change since step 2500", 0.5, "nats")).name
        == "change since epoch 1"
    )
    assert words.moved(Evidence("height", "height", 2500.0, "nats")) == Evidence("height", "height", 2500.0, "nats")
    assert words.moved(Evidence("length", "length", 28.0, "steps")) == Evidence("length", "length", 28.0, "steps"), (
        "how long it took by steps"
    )
    assert words.moved(Evidence("why", "why", "fell at step 2,500")) == Evidence("why", "why", "fell at epoch 1")
