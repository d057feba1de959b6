"""gradient-vanishing: on its state, on its look-alikes, and on what it cannot know."""

from __future__ import annotations

import numpy as np

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
