"""divergence: a part of the loss that grows by decades within its total, and the growth that is healthy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.finding import Finding, Severity
from curveread.run.model import Run
from tests.support.curves import decay, run_of

N = 400
T = np.arange(N)
RNG = np.random.default_rng(7)
NOISE = np.exp(0.05 * RNG.standard_normal(N))
STEADY = 0.01 * NOISE
BLOWN = STEADY * np.where(T < 250, 1.0, 10.0 ** np.minimum((T - 250) / 60.0, 1.6))


def parts_of(part: np.ndarray, name: str = "commitment_loss", **more: np.ndarray) -> Run:
    rest = (20.0 - 15.0 * T / N) * NOISE  # falls faster than any of the parts grows
    return run_of(loss=rest + part, reconstruction_loss=rest, **{name: part}, **more)


def told(run: Run) -> list[Finding]:
    return [f for f in diagnose(run).findings if f.rule == "divergence"]


@pytest.mark.parametrize("name", ["commitment_loss", "aux_loss", "loss_dfl", "kl_loss"])
def test_a_part_that_grew_by_decades_is_told_at_its_place(name: str) -> None:
    part = BLOWN * (11.0 if name == "kl_loss" else 1.0)
    (f,) = told(parts_of(part, name))
    assert (f.tag, f.severity) == (name, Severity.WARNING)
    assert 250 <= (f.first_step or 0) <= 310
    before, after = f.get("level-before"), f.get("level-at-the-end")
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert 30 <= after / before <= 50


def test_the_total_that_hides_it_is_named() -> None:
    (f,) = told(parts_of(BLOWN))
    assert "; loss does not show it, it holds" in str(f.message)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("commitment_loss", STEADY),
        ("commitment_loss", 0.4 * (1 - np.exp(-(T + 1) / 40.0)) * NOISE),  # begins at nothing, finds its level
        ("kl_loss", np.where(T < 200, 1e-3, 0.2) * NOISE),  # the latent code comes into use
        ("aux_loss", np.where(T < 200, 0.0, 0.4)),  # switched on
        ("aux_loss", 1e-5 * BLOWN),  # nothing against the total
        ("aux_loss", STEADY * np.where((T > 250) & (T < 300), 50.0, 1.0)),  # comes back
        ("aux_loss", 0.05 * np.exp(0.8 * RNG.standard_normal(N))),  # a noisy one
        ("entropy_loss", -1.4 + 1.2 * T / N),
    ],
)
def test_healthy_parts_are_quiet(name: str, part: np.ndarray) -> None:
    assert told(parts_of(part, name)) == []


def test_a_weight_that_rises_explains_it() -> None:
    assert told(parts_of(BLOWN, aux_weight=np.linspace(0.1, 4.0, N))) == []


def test_terms_of_adversaries_and_policies_have_no_level() -> None:
    run = parts_of(BLOWN, "aux_loss")
    rl = {**run.curves, **run_of(**{"rollout/ep_rew_mean": decay(N), "train/approx_kl": decay(N)}).curves}
    assert told(replace(run, curves=rl)) == []
