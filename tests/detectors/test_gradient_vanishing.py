"""gradient-vanishing: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.run.model import Curve, Run
from tests.support.curves import decay
from tests.support.verdicts import found


def test_a_starved_layer() -> None:
    sizes = {"grad_norm/layer0": 1e-9, "grad_norm/head": 1.0}
    curves = {t: Curve(t, np.arange(500), decay(500) * size) for t, size in sizes.items()}
    (f,) = found(Run("r", "r", curves), "gradient-vanishing")
    assert f.tag == "grad_norm/layer0"
    curves["grad_norm/layer0"] = Curve("grad_norm/layer0", np.arange(500), decay(500) * 1e-3)
    assert found(Run("r", "r", curves), "gradient-vanishing") == []


@pytest.mark.parametrize("layers", [1, 2, 3, 12])
def test_layers_are_compared_with_the_largest_of_them(layers: int) -> None:
    sizes = [1e-9, *[1.0] * (layers - 1)]
    curves = {f"grad_norm/layer{i}": decay(500) * size for i, size in enumerate(sizes)}
    told = found(Run("r", "r", {t: Curve(t, np.arange(500), v) for t, v in curves.items()}), "gradient-vanishing")
    assert [f.tag for f in told] == ["grad_norm/layer0"] * (layers > 1)


def test_the_norm_of_the_whole_model_counts_beside_a_loss_that_is_not_at_its_end() -> None:
    t = np.arange(500)
    norm = np.where(t < 100, 0.3, 3e-8) * decay(500, 0.1) / decay(500, 0.0)
    stuck = Curve("train/loss", t, decay(500, floor=2.0))
    run = Run("r", "r", {"train/loss": stuck, "grad_norm": Curve("grad_norm", t, norm)})
    (f,) = found(run, "gradient-vanishing")
    assert f.first_step == 100
    solved = Curve("train/loss", t, 2.0 * np.exp(-t / 20) + 1e-9)
    small = Curve("grad_norm", t, norm + 1e-4)
    for curves in ({"train/loss": solved, "grad_norm": run["grad_norm"]}, {"train/loss": stuck, "grad_norm": small}):
        assert found(Run("r", "r", curves), "gradient-vanishing") == []
