"""What a plan, the data or the objective explain is no alarm: made curves under five noises, and real trainings."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
import pytest

from curveread.diagnose import diagnose
from curveread.findings.finding import Severity
from curveread.run.model import Curve, Run
from tests.support.curves import decay, normal, run_of
from tests.support.noise import NOISES, Floats
from tests.support.samples import diagnosed, labels_of
from tests.support.turns import one_of
from tests.support.verdicts import alarms

N, EVALS = 2400, 48
T = np.arange(N)
U = T / N
AT = np.arange(1, EVALS + 1) * (N // EVALS) - 1
CONSTANT = np.full(N, 1e-3)

Curves = dict[str, Floats]
Noise = Callable[[int], Floats]  # points -> noise on the logarithm


def smooth(height: float = 6.0) -> Floats:
    return decay(N, 0.0, height=height)


def pair(train: Floats, evaluation: Floats, noise: Noise, **more: Floats) -> Curves:
    """Return curves of a training and an evaluation loss under noise; an evaluation averages over many batches."""
    return {
        "train/loss": train * np.exp(noise(N)),
        "eval/loss": evaluation[AT] * np.exp(0.2 * noise(EVALS)),
        **more,
    }


def warmup_bump(noise: Noise) -> Curves:
    rate = 1e-3 * np.minimum(T / 240, 1.0) * 0.5 * (1.0 + np.cos(np.pi * np.maximum(T - 240, 0) / (N - 240)))
    shape = smooth() * (1.0 + 0.12 * np.exp(-(((T - 210) / 50) ** 2)))
    return pair(shape, shape * 1.02, noise, lr=rate)


def epoch_staircase(noise: Noise) -> Curves:
    epoch = T // 600
    return pair(smooth() * 0.85**epoch, smooth() * 0.97**epoch, noise, lr=CONSTANT, epoch=T / 600.0)


def epoch_staircase_without_epochs(noise: Noise) -> Curves:
    return pair(smooth() * 0.85 ** (T // 600), smooth(), noise, lr=CONSTANT)


def rate_drop(noise: Noise) -> Curves:
    since = np.maximum(T - 1200, 0)
    shape = smooth() * (1.0 - 0.15 * (1.0 - np.exp(-since / 40.0)))
    return pair(shape, shape * 1.03, noise, lr=np.where(T < 1200, 1e-3, 1e-4))


def rate_drop_that_is_not_logged(noise: Noise) -> Curves:
    since = np.maximum(T - 1200, 0)
    shape = smooth() * (1.0 - 0.15 * (1.0 - np.exp(-since / 40.0)))
    return pair(shape, shape * 1.03, noise)


def curriculum_shift(noise: Noise) -> Curves:
    # The training data get harder, nearer to those of the evaluation, which profits.
    since = np.maximum(T - 1200, 0)
    return pair(smooth() + np.where(T < 1200, 0.0, 0.5), smooth() + 0.9 - 0.3 * since / 1200.0, noise, lr=CONSTANT)


def objective_shift(noise: Noise) -> Curves:
    # Label smoothing of 0.1 over a hundred classes: the floor rises, what is learned goes on.
    return pair(smooth() + np.where(T < 1200, 0.0, 0.5), smooth(), noise, lr=CONSTANT)


def heavy_tailed_batches(noise: Noise) -> Curves:
    rare = np.random.default_rng(5).exponential(0.05, N)
    return pair(smooth() * np.exp(rare), smooth() * 1.05, noise, lr=CONSTANT)


def late_generalisation(noise: Noise) -> Curves:
    train = 4.0 * np.exp(-T / 60.0) + 1e-3
    evaluation = 4.0 + 3.0 * (1.0 - np.exp(-T / 150.0)) - 6.98 / (1.0 + np.exp(-(T - 1500) / 90.0))
    return pair(train, evaluation, noise, lr=CONSTANT)


def constant_gap(noise: Noise) -> Curves:
    return pair(smooth(), smooth() + 0.35, noise, lr=CONSTANT)


def constant_gap_below(noise: Noise) -> Curves:
    return pair(smooth() + 0.35, smooth(), noise, lr=CONSTANT)


def regulariser_in_the_train_loss(noise: Noise) -> Curves:
    growing = 0.25 * U  # the weights grow, and so does the penalty on them
    return pair(smooth() + 0.3 + growing, smooth(), noise, lr=CONSTANT)


def group_relative_policy(noise: Noise) -> Curves:
    rng = np.random.default_rng(7)
    return {
        "train/loss": 2e-3 * rng.standard_normal(N) + 0.1 * noise(N),
        "train/reward": (0.2 + 0.6 * (1.0 - np.exp(-3.0 * U))) * np.exp(noise(N)),
        "train/kl": 0.03 * (1.0 - np.exp(-4.0 * U)) * np.exp(10.0 * noise(N)),
        "train/entropy": (0.6 - 0.3 * U) * np.exp(noise(N)),
        "train/grad_norm": 0.3 * np.exp(5.0 * noise(N)),
        "train/learning_rate": 1e-6 * (1.0 - U),
    }


def explained_variance_without_variance(noise: Noise) -> Curves:
    variance = np.where(T < 300, np.nan, 0.9 - 0.5 * np.exp(-U * 5.0))
    return {
        "train/explained_variance": variance,
        "train/value_loss": np.exp(-2.0 * U) * np.exp(10.0 * noise(N)),
        "rollout/ep_rew_mean": (20.0 + 400.0 * (1.0 - np.exp(-4.0 * U))) * np.exp(noise(N)),
    }


STRUCTURES = (
    warmup_bump,
    epoch_staircase,
    epoch_staircase_without_epochs,
    rate_drop,
    rate_drop_that_is_not_logged,
    curriculum_shift,
    objective_shift,
    heavy_tailed_batches,
    late_generalisation,
    constant_gap,
    constant_gap_below,
    regulariser_in_the_train_loss,
    group_relative_policy,
    explained_variance_without_variance,
)


def made(structure: Callable[[Noise], Curves], law: str, seed: int) -> Run:
    rng = np.random.default_rng((seed, zlib.crc32(f"{structure.__name__}{law}".encode())))
    curves = structure(lambda points: NOISES[law](points, rng))
    found = {t: Curve(t, AT if v.size == EVALS else T, v) for t, v in curves.items()}
    return Run("made", "made", found)


def alarms_under_noise(structure: Callable[[Noise], Curves], seeds: range) -> list[tuple[str, int, str]]:
    """Return (law, seed, message) of all alarms under all laws."""
    found = []
    for law in NOISES:
        for seed in seeds:
            dx = diagnose(made(structure, law, seed))
            assert dx.failed == ()
            found += [(law, seed, str(f.message)) for f in dx.findings if f.severity is not Severity.INFO]
    return found


def names(structure: Callable[[Noise], Curves]) -> str:
    return structure.__name__.replace("_", "-")


@pytest.mark.parametrize("structure", one_of(2, STRUCTURES), ids=names)
def test_structure_that_is_explained_gives_no_alarm(structure: Callable[[Noise], Curves]) -> None:
    # Of one: the heavy noises have points in them that nobody could tell from a spike.
    found = alarms_under_noise(structure, range(1))
    assert len({law for law, _, _ in found}) <= 1, found


@pytest.mark.slow
@pytest.mark.parametrize("structure", STRUCTURES, ids=names)
def test_structure_that_is_explained_seldom_gives_an_alarm(
    structure: Callable[[Noise], Curves],
) -> None:
    found = alarms_under_noise(structure, range(20))
    assert len(found) <= 8, found


TRAINED = {
    "staircase at epoch ends": "healthy-epoch-staircase",
    "drop where the learning rate decays": "healthy-wsd",
    "objective shift": "objective-shift",
    "heavy-tailed batches": "odd-batches",
    "scatter of tiny batches": "healthy-noisy",
    "late generalisation": "healthy-grokking",
    "constant gap and regulariser in the train loss": "healthy-regularised",
    "policy loss near 0": "healthy-policy",
    "slow evaluations": "healthy-pace",
}


@pytest.mark.parametrize("structure", TRAINED)
def test_a_training_with_that_structure_gives_no_alarm(structure: str) -> None:
    case = TRAINED[structure]
    assert labels_of(case)["healthy"]
    assert [str(f.message) for f in diagnosed(case).findings if f.severity is not Severity.INFO] == []


def test_warmup_bump() -> None:
    t = np.arange(3000)
    rate = 1e-3 * np.minimum(t / 300, 1.0) * np.where(t > 2400, 1 - (t - 2400) / 650, 1.0)
    bump = 1.0 + 0.08 * np.exp(-(((t - 250) / 60) ** 2))
    assert alarms(run_of(train_loss=decay(3000) * bump, lr=rate)) == []


@pytest.mark.parametrize("seed", range(3))
def test_heavy_tailed_batches(seed: int) -> None:
    tail = np.random.default_rng(seed).exponential(0.06, 3000)
    assert alarms(run_of(train_loss=decay(3000, 0.02) * np.exp(tail), lr=np.full(3000, 1e-3))) == []


@pytest.mark.parametrize("seed", range(3))
def test_grpo_loss_near_zero(seed: int) -> None:
    rng = np.random.default_rng(seed)
    reward = 0.2 + 0.6 * (1 - np.exp(-np.arange(600) / 200)) + 0.05 * rng.standard_normal(600)
    loss = 2e-3 * rng.standard_normal(600)
    kl = 0.02 * (1 - np.exp(-np.arange(600) / 100)) * np.exp(0.2 * rng.standard_normal(600))
    assert alarms(run_of(train_loss=loss, reward=reward, kl=kl, lr=np.full(600, 1e-6))) == []


def test_benign_nan() -> None:
    variance = np.full(600, np.nan)
    variance[100:] = 0.8
    reward = np.minimum(np.arange(600), 400) + normal(600, 5.0)
    assert alarms(run_of(explained_variance=variance, reward=reward)) == []


def test_constant_gap_and_regulariser() -> None:
    shape = decay(4000, 0.0)
    run = run_of(train_loss=decay(4000) + 0.4, eval_loss=shape[99::100] + normal(40, 0.005))
    assert alarms(run) == []
