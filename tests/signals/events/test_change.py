"""Steps between two lines, against noise that drifts."""

from __future__ import annotations

import numpy as np

from curveread.signals.events.change import offset_at
from tests.support.curves import normal


def test_noise_that_drifts_is_not_a_step() -> None:
    """Its own scatter counts where neighbours share more than was said."""
    clear = []
    for seed in range(40):
        noise = np.random.default_rng(seed).standard_normal(4399)
        y = np.convolve(noise, np.ones(400), "valid") / 20.0 + 0.2 * normal(4000, seed=seed)
        found = offset_at(y, 0.3, 20.0, 2000, 2000)
        clear.append(abs(found.size) / found.error)
    assert np.mean(np.array(clear) > 6.0) <= 0.05
    stepped = 0.2 * normal(4000) + np.repeat([0.0, 0.2], 2000)
    found = offset_at(stepped, 0.2, 1.0, 2000, 2000)
    assert found.size > 6.0 * found.error
