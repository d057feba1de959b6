"""Curves counted in epochs beside the same numbers counted in steps."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import curveread as cr
from curveread.discovery.epoch_counts import at_steps
from curveread.run.model import Curve

KERAS = Path(__file__).parent / "keras_tensorboard"
"""What Keras's own TensorBoard callback wrote; make.py there trained it."""
LOSSES = np.array([1.0, 0.6, 0.5, 0.45])


def curves(*made: Curve) -> dict[str, Curve]:
    return {c.tag: c for c in made}


def test_a_log_of_keras_is_one_run_with_train_and_validation_curves_at_the_same_steps() -> None:
    run = cr.read(KERAS)
    found = {tag: (str(c.role), int(c.step[0]), int(c.step[-1]), len(c)) for tag, c in run.curves.items()}
    assert found == {
        "train/epoch_accuracy": ("train-accuracy", 10, 600, 60),
        "train/epoch_loss": ("train-loss", 10, 600, 60),
        "train/epoch_learning_rate": ("learning-rate", 10, 600, 60),
        "validation/epoch_accuracy": ("eval-accuracy", 10, 600, 60),
        "validation/epoch_loss": ("eval-loss", 10, 600, 60),
    }
    assert run["validation/evaluation_loss_vs_iterations"] is run["validation/epoch_loss"]
    (note,) = [n for n in run.notes if n.kind == "x-axis"]
    assert "epoch 0 at step 10, epoch 59 at step 600" in str(note.message)


def test_it_overfits_where_its_validation_loss_is_lowest() -> None:
    diagnosis = cr.diagnose(KERAS)
    (overfitting,) = diagnosis.findings
    lowest = diagnosis.run["validation/epoch_loss"]
    assert overfitting.rule == "overfitting"
    assert overfitting.first_step == lowest.step[np.argmin(lowest.value)]


def test_both_halves_of_a_log_of_keras_equal_what_tbparse_reads() -> None:
    from curveread.interop.verify import verify

    compared = verify(cr.read(KERAS))
    assert compared.scalars == 7 * 60
    assert compared.differences == ()


def test_a_curve_with_other_epochs_stays_where_it_is() -> None:
    epochs, later = Curve("epoch_loss", np.arange(4), LOSSES), Curve("epoch_time", np.arange(2, 6), LOSSES + 1)
    found, notes = at_steps(curves(epochs, later, Curve("loss_by_step", np.arange(1, 5) * 50, LOSSES)))
    assert found["epoch_loss"].step.tolist() == [50, 100, 150, 200]
    assert found["epoch_loss"].aliases == ("loss_by_step",)
    assert found["epoch_time"] is later
    assert set(found) == {"epoch_loss", "epoch_time"}
    assert len(notes) == 1


def test_other_values_or_constant_ones_say_nothing_of_steps() -> None:
    steps = np.arange(1, 5) * 50
    for value, twin in ((LOSSES, LOSSES + 1e-9), (np.full(4, 0.1), np.full(4, 0.1)), (np.zeros(0), np.zeros(0))):
        held = curves(
            Curve("epoch_loss", np.arange(value.size), value), Curve("loss_by_step", steps[: twin.size], twin)
        )
        assert at_steps(held) == (held, [])
