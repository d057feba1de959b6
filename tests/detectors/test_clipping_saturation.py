"""clipping-saturation: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.findings.finding import Severity
from curveread.run.model import Run
from tests.support.curves import decay, normal, run_of
from tests.support.verdicts import found


def test_norms_logged_after_clipping() -> None:
    norm = np.minimum(1.4 * np.exp(normal(1000, 0.3)), 1.0)
    (f,) = found(run_of(grad_norm=norm), "clipping-saturation")
    assert f.severity is Severity.INFO
    assert f.get("ceiling") == pytest.approx(1.0)
    assert 0.8 < f.get("share-of-the-steps-that-were-clipped") < 0.95


def test_norms_far_above_the_ceiling_of_the_config() -> None:
    curves = run_of(grad_norm=12.0 * np.exp(normal(1000, 0.3)), train_loss=decay(1000)).curves
    (f,) = found(Run("r", "r", curves, config={"args/max_grad_norm": "1.0"}), "clipping-saturation")
    assert f.severity is Severity.WARNING


@pytest.mark.parametrize("config", [{"max_grad_norm": 1.0}, {"max_grad_norm": None}, {"clip_grad": "off"}, {}])
def test_clipping_that_acts_now_and_then_is_quiet(config: dict[str, object]) -> None:
    curves = run_of(grad_norm=0.7 * np.exp(normal(1000, 0.3))).curves
    assert found(Run("r", "r", curves, config=config), "clipping-saturation") == []
    assert found(run_of(grad_norm=np.full(500, 1.0)), "clipping-saturation") == []
    early = run_of(grad_norm=np.where(np.arange(1000) < 600, 1.5, 0.6) * np.exp(normal(1000, 0.1))).curves
    assert found(Run("r", "r", early, config=config), "clipping-saturation") == []


@pytest.mark.parametrize("name", ["max_grad_norm", "args/clip_grad", "trainer.gradient_clip_val", "a/b.c/grad_clip"])
def test_the_ceiling_is_found_wherever_the_config_holds_it(name: str) -> None:
    curves = run_of(grad_norm=12.0 * np.exp(normal(1000, 0.3))).curves
    (f,) = found(Run("r", "r", curves, config={name: 2.0}), "clipping-saturation")
    assert f.get("ceiling") == 2.0
