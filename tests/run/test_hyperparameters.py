"""What of a config was set, and what are names, places and results."""

from __future__ import annotations

from curveread.run.hyperparameters import hyperparameters, worded


def test_names_places_and_results_were_not_set() -> None:
    config = {"args": {"lr": 0.1, "betas": [0.9, 0.95], "output_dir": "out"}, "train_runtime": 5.0, "model": {"lr": 9}}
    assert hyperparameters(config) == {"lr": 0.1, "betas": [0.9, 0.95], "model.lr": 9}


def test_a_setting_is_worded_as_it_was_written() -> None:
    assert [worded(v) for v in (1e-4, True, [1, 2], " x ")] == ["0.0001", "True", "[1, 2]", "x"]
