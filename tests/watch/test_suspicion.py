"""What calls for a look at once; its cost does not depend on what was read before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from curveread.watch.suspicion import Suspicion

LOG = Path("log.csv")


def said(values: object, tag: str = "train/loss", doubt: Suspicion | None = None) -> list[str]:
    return list((doubt or Suspicion()).take(LOG, {tag: np.asarray(values, float)}))


@pytest.fixture
def falling() -> np.ndarray:
    noise = np.random.default_rng(0).standard_normal(120)
    return 3.0 - np.linspace(0.0, 1.0, 120) + 0.03 * noise


def test_a_falling_loss_with_noise_is_quiet(falling: np.ndarray) -> None:
    assert said(falling) == []
    heavy = np.random.default_rng(1).standard_t(4, size=100)
    assert said(2.0 + 0.05 * heavy) == []


def test_a_jump_is_told_once(falling: np.ndarray) -> None:
    doubt = Suspicion()
    doubt.prime(LOG, {"train/loss": falling})
    assert said([8.0, 8.1, 7.5], doubt=doubt) == ["train/loss jumped to 8 from about 2.12"]


def test_the_first_value_that_is_none_is_told(falling: np.ndarray) -> None:
    doubt = Suspicion()
    doubt.prime(LOG, {"train/loss": falling})
    assert said([np.nan], doubt=doubt) == ["train/loss is NaN"]
    assert said([np.nan, np.nan], doubt=doubt) == []


def test_what_is_no_loss_may_jump(falling: np.ndarray) -> None:
    assert said([*falling, 90.0], "reward") == []
    assert said([*falling, 90.0], "learning_rate") == []
    assert said([*falling, np.nan], "accuracy") == ["accuracy is NaN"]
    assert said([*falling, np.nan], "gpu_temp") == []
