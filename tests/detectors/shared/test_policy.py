"""What is told beside a return that was lost or never rose."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.curves import normal, run_of
from tests.support.verdicts import found

T = np.arange(200)


def lost() -> dict[str, np.ndarray]:
    """Return a policy that is lost at step 120: it becomes random, leaves its clip range, and its critic is wrong."""
    late = T >= 120
    return {
        "episodic_return": np.where(late, 20.0, np.minimum(20.0 + 6.0 * T, 400.0)) + normal(200, 5.0),
        "entropy": np.where(late, 0.69, 0.69 - 0.2 * np.minimum(T / 100.0, 1.0)) + normal(200, 0.002, 1),
        "clipfrac": np.where(late, 0.8, 0.1) + normal(200, 0.02, 2),
        "explained_variance": np.where(late, -1.5, 0.8) + normal(200, 0.1, 3),
        "policy_loss": normal(200, 0.01, 4),
    }


def test_a_fall_of_the_return_shows_what_policy_and_critic_did() -> None:
    (f,) = found(run_of(**lost()), "metric-collapse")
    assert float(f.get("entropy-before")) < 0.52 < 0.67 < float(f.get("entropy-at-the-end"))
    assert f.get("clip-fraction") == pytest.approx(0.8, abs=0.02)
    assert f.get("explained-variance") == pytest.approx(-1.5, abs=0.1)


def test_what_is_usual_is_not_told() -> None:
    curves = lost() | {"clipfrac": np.full(200, 0.2), "explained_variance": np.full(200, 0.6)}
    (f,) = found(run_of(**curves), "metric-collapse")
    assert f.get("clip-fraction") is None
    assert f.get("explained-variance") is None


def test_a_return_that_never_rose_shows_them_too() -> None:
    curves = lost() | {"episodic_return": 22.0 + normal(200, 4.0), "explained_variance": np.full(200, -0.01)}
    (f,) = found(run_of(**curves), "no-learning")
    assert f.get("explained-variance") == pytest.approx(-0.01)
