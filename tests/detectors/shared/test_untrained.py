"""What shows that nothing is trained, at any noise: exact zeros, exact repeats, the level of guessing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from curveread.run.model import Curve, Run
from tests.support.curves import decay, normal, run_of
from tests.support.verdicts import alarms, found

LLAMA = {"architectures": ["LlamaForCausalLM"], "vocab_size": 32000}
RNG = np.random.default_rng(0)
NOISE = RNG.standard_normal(300)


def logged(config: dict[str, Any] | None = None, **curves: Any) -> Run:
    made = {t: Curve(t, np.arange(1, len(v) + 1), np.asarray(v, dtype=np.float64)) for t, v in curves.items()}
    return Run("made", "made", made, config=config or {})


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (logged(loss=np.zeros(118), grad_norm=np.zeros(118)), "loss is exactly 0 at 118 of 118 logged points"),
        (logged(loss=np.zeros(60)), "loss is exactly 0 at 60 of 60"),
        (logged(loss=1.62 + 0.12 * NOISE, grad_norm=np.zeros(300)), "grad_norm is exactly 0 at 300 of 300"),
        (logged(loss=[1.9112, *[1.9105] * 9]), "it is 1.9105, to the last digit, at 9 points in a row"),
        (logged(loss=[55.84, 55.81, *[54.69] * 6, 54.75]), "it is 54.69, to the last digit, at 6 points in a row"),
        (logged(loss=decay(60), eval_loss=[1.6134] * 6), "at each of 6 evaluations"),
        (logged(LLAMA, loss=10.5 + 0.8 * NOISE[:20]), "guessing evenly among 32,000 tokens costs 10.4 nats"),
        (logged(LLAMA, loss=12.5 + 0.3 * NOISE[:14]), "never left the level of guessing"),
    ],
)
def test_nothing_is_trained(run: Run, said: str) -> None:
    (f,) = found(run, "no-learning")
    assert said in str(f.message)


def test_the_step_is_where_it_begins_and_ends() -> None:
    (f,) = found(logged(loss=[55.84, 55.81, *[54.69] * 6, 54.75]), "no-learning")
    assert (f.first_step, f.last_step) == (1, 8)


GROUPS = np.where(RNG.random(40) < 0.5, 0.0, 0.3)


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(logged(LLAMA, loss=10.9 - 0.05 * np.arange(20) + 0.01 * NOISE[:20]), id="a warm-up falls"),
        pytest.param(logged(LLAMA, loss=1.6 + 0.2 * NOISE), id="a fine-tune that starts good"),
        pytest.param(logged(loss=10.5 + 0.8 * NOISE[:20]), id="no vocabulary is known"),
        pytest.param(logged(loss=decay(300), grad_norm=np.zeros(300)), id="the norm is logged as 0, the loss falls"),
        pytest.param(logged(loss=[0.69] * 20), id="rounded"),
        pytest.param(logged(loss=np.maximum(2.0 * 0.8 ** np.arange(60), 1e-4)), id="memorised"),
        pytest.param(logged(loss=decay(60), eval_loss=[0.25] * 6), id="rounded evaluations"),
        pytest.param(
            logged({}, loss=np.zeros(40), grad_norm=GROUPS + 0.1, reward=np.arange(40) / 40.0, kl=GROUPS / 10),
            id="the loss of GRPO is 0 in sum",
        ),
        pytest.param(
            logged(loss=np.zeros(40), grad_norm=np.full(40, 0.2)), id="a loss that is rounded, beside gradients"
        ),
        pytest.param(logged(nll=2.9356 + 1.2 * 0.05 ** np.arange(40)), id="EM converges in two steps"),
    ],
)
def test_quiet(run: Run) -> None:
    assert "no-learning" not in alarms(run)


def test_a_slow_smooth_fall_is_learning() -> None:
    assert "no-learning" not in alarms(run_of(nll=2.936 + 0.001 * 0.9 ** np.arange(60) + 1.1 * (np.arange(60) == 0)))


def test_a_rare_reward_may_come_late() -> None:
    few = logged({}, loss=np.zeros(14), grad_norm=np.zeros(14), reward=np.zeros(14), completion_length=normal(14) + 90)
    many = logged({}, loss=np.zeros(60), grad_norm=np.zeros(60), reward=np.zeros(60), completion_length=normal(60) + 90)
    assert "no-learning" not in alarms(few)
    assert "no-learning" in alarms(many)
