"""Runs made for the suites: healthy ones of any roles, and hostile ones of any floats."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from curveread.arrays import FloatArray
from curveread.run.model import Curve, Run
from curveread.run.roles import Role

__all__ = ["healthy", "hostile"]

_T0 = 1.7e9


def healthy(roles: Collection[Role], points: int = 2000, seed: int = 0) -> Run:
    """Return a run in which nothing is wrong, a step a second.

    Parameters
    ----------
    roles
        Its curves, one of each role.
    points
        Points of each curve; evaluations have a twentieth.
    seed
        Of the noise.
    """
    rng = np.random.default_rng(seed)
    curves = {}
    for role in roles:
        every = 20 if role.value.startswith("eval") else 1
        step = np.arange(every - 1, points, every)
        value = np.asarray(_course(role, step / points, rng), np.float64)
        curves[role.value] = Curve(role.value, step, value, _T0 + step.astype(np.float64), role=role)
    return Run("healthy", "healthy", curves)


def _course(role: Role, t: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return values over the share of the run that is over, 0 to 1."""
    noise = rng.standard_normal(t.size)
    fall = (100 * t + 1) ** -0.6
    if role in (Role.TRAIN_ACCURACY, Role.EVAL_ACCURACY, Role.QUALITY_METRIC):
        return np.clip(0.8 - 0.7 * fall + 0.005 * noise, 0, 1)
    if role in (Role.TRAIN_PERPLEXITY, Role.EVAL_PERPLEXITY):
        return np.exp((1.5 + 3 * fall) * np.exp(0.01 * noise))
    if role in (Role.GRAD_NORM, Role.LAYER_GRAD_NORM):
        return np.exp(0.2 * noise)
    if role is Role.LEARNING_RATE:
        return 1e-3 * np.minimum(t / 0.05, 0.55 + 0.45 * np.cos(np.pi * np.maximum(t - 0.05, 0)))
    if role in (Role.REWARD, Role.IMPLICIT_REWARD):
        return 10 * (1 - fall) + 0.3 * noise
    if role is Role.KL:
        return 0.02 * (1 - np.exp(-10 * t)) * np.exp(0.1 * noise) + 1e-3
    if role is Role.ENTROPY:
        return (1.4 - 0.4 * t) * np.exp(0.01 * noise)
    if role is Role.THROUGHPUT:
        return 1e5 * np.exp(0.02 * noise)
    if role in (Role.EPOCH, Role.TOKENS):
        return t * (3.0 if role is Role.EPOCH else 1e9)
    return (1.5 + 3 * fall) * np.exp(0.02 * noise)


def hostile(roles: Collection[Role], seed: int = 0) -> Iterator[Run]:
    """Yield runs of NaN, infinities, zeros, very large and very small floats, some of one point or none, or no clock.

    Parameters
    ----------
    roles
        Their curves, one of each role.
    seed
        Of the random ones.
    """
    rng = np.random.default_rng(seed)
    odd = np.array([0.0, -0.0, 1.0, np.nan, np.inf, -np.inf, 1e-38, 1e38, -1e38])
    for n in (0, 1, 2, 3, 50, 400):
        for value in (
            np.zeros(n),
            np.full(n, np.nan),
            np.full(n, 1e38),
            rng.standard_normal(n),
            np.exp(rng.standard_normal(n) * 20),
            rng.choice(odd, n),
        ):
            step = np.sort(rng.integers(0, max(n, 1), n))  # several points may share a step
            late = np.where(rng.random(n) < 0.1, np.nan, _T0 - 30.0 * np.arange(n))
            wall = None if rng.random() < 0.5 else late
            curves = {r.value: Curve(r.value, step, rng.permutation(value), wall, role=r) for r in roles}
            yield Run("hostile", "hostile", curves)
