"""Curves made for the benchmark: a power law with one of five noises and a schedule, and faults of known place.

Every run is made from its name alone, so that it is the same wherever it is made. Half of the runs and more are
healthy. What the curve cannot show (a spike that the noise itself tops elsewhere, a plateau that could not be told from
slow progress) is labelled as not visible and need not be found.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from curveread.run.model import Curve, Run
from tests.benchmarks.corpora import Case
from tests.benchmarks.events import Event, Label

__all__ = ["EVEN", "FAULTS", "LAWS", "LENGTHS", "OTHERS", "SCHEDULES", "faulty", "healthy"]

Floats = NDArray[np.float64]
Rng = np.random.Generator

LENGTHS = (300, 1_000, 3_000, 10_000, 50_000)
SCHEDULES = ("constant", "cosine", "wsd", "step")
FAULTS = ("spike", "divergence", "plateau", "overfit", "nan")
WIDTHS = (1, 5, 20, 60)  # points until a spike has fallen to 1/e


@dataclass(frozen=True, slots=True)
class Law:
    """A noise on the logarithm of the loss: its standard deviation, and how many points count as one."""

    name: str
    sd: float
    memory: float = 1.0


LAWS = (
    Law("gaussian", 0.015),
    Law("student-t3", 0.015 * 3**0.5),
    Law("ar1-0.7", 0.015 / (1 - 0.7**2) ** 0.5, memory=1.7 / 0.3),
    Law("gamma-skewed", 0.02 * 2**0.5),
    Law("gaussian-large", 0.08),
)

OTHERS = (
    Law("laplace", 0.015 * 2**0.5),
    Law("student-t2.5", 0.015 * 5**0.5),
    Law("lognormal-batches", 0.03),
    Law("mixture", 0.0167),
    Law("shrinking", 0.03),
    Law("staircase", 0.015),
    Law("rounded", 0.015),
    Law("towards-zero", 0.05),
)
"""Noises that no threshold or confidence was set on: a healthy family held out, for the false-alarm budget alone."""

EVEN = OTHERS[:5]
"""Those of them that leave the curve's own course alone, so that faults can be put into it."""


def healthy(seeds: int = 6, lengths: tuple[int, ...] = LENGTHS, laws: tuple[Law, ...] = LAWS) -> Iterator[Case]:
    """Return healthy runs: so many of every noise, schedule and length."""
    for seed in range(seeds):
        for n in lengths:
            for law in laws:
                for schedule in SCHEDULES:
                    yield _case("healthy", law, schedule, n, seed)


def faulty(seeds: int = 2, lengths: tuple[int, ...] = LENGTHS, laws: tuple[Law, ...] = LAWS) -> Iterator[Case]:
    """Return runs with a fault; the faults take turns over the noises, schedules and lengths."""
    turn = 0
    for seed in range(seeds):
        for n in lengths:
            for law in laws:
                for schedule in SCHEDULES:
                    yield _case(FAULTS[turn % len(FAULTS)], law, schedule, n, seed)
                    turn += 1
            turn += 1  # else a noise meets the same faults at every length


def _case(fault: str, law: Law, schedule: str, n: int, seed: int) -> Case:
    name = f"{fault}-{law.name}-{schedule}-{n}-{seed}"
    label = Label(
        name=name,
        family=f"synthetic {law.name}",
        first=0,
        last=n - 1,
        every=1,
        events=_make(name, fault, law, schedule, n)[1],
        healthy=fault == "healthy",
    )
    return Case(label, make=partial(_run, name, fault, law, schedule, n))


def _run(name: str, fault: str, law: Law, schedule: str, n: int) -> Run:
    return _make(name, fault, law, schedule, n)[0]


@dataclass(slots=True)
class Draft:
    """A run in the making: the noiseless train and eval loss, the noise on log(loss), what is added to log(loss)."""

    base: Floats
    at: NDArray[np.int64]
    eval_base: Floats
    eval_sd: float
    noise: Floats
    sd: float
    memory: float
    rate: Floats
    extra: Floats
    events: list[Event]

    @property
    def n(self) -> int:
        return int(self.base.size)


def _make(name: str, fault: str, law: Law, schedule: str, n: int) -> tuple[Run, tuple[Event, ...]]:
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    draft = _draft(rng, law, schedule, n)
    if fault != "healthy":
        _PUT[fault](draft, rng)
    loss = draft.base * np.exp(draft.noise + draft.extra)
    if law.name == "rounded":
        loss = np.round(loss, 4)
    eval_loss = draft.eval_base + draft.eval_sd * rng.standard_normal(draft.at.size)
    grad = rng.uniform(0.3, 3) * (1 + 5 * np.exp(-np.arange(n) / (0.05 * n))) * np.exp(2 * draft.extra)
    grad *= np.exp(4 * _noise(law if law.name not in ("staircase", "towards-zero") else LAWS[0], n, rng))
    if fault == "nan":
        lost = np.isnan(draft.extra)
        eval_loss[lost[draft.at]] = np.nan
    curves = [
        Curve("train/loss", np.arange(n), loss),
        Curve("eval/loss", draft.at, eval_loss),
        Curve("grad_norm", np.arange(n), grad),
        Curve("lr", np.arange(n), draft.rate),
    ]
    return Run(name, name, {c.tag: c for c in curves}), tuple(draft.events)


def _draft(rng: Rng, law: Law, schedule: str, n: int) -> Draft:
    t = np.arange(n)
    height = rng.uniform(1, 8)
    power = rng.uniform(0.3, 3) + height * (t / (n / rng.uniform(50, 800)) + 1) ** -rng.uniform(0.15, 0.8)
    gain = 0.015 * height  # what a falling learning rate brings
    scale = rng.uniform(0.5, 2)
    rate = _rate(schedule, t / n)
    base = power - gain * _lagged(1 - rate, 0.003 * n)
    at = np.unique(np.linspace(n / 20, n - 1, int(rng.integers(15, 60))).astype(np.int64))
    return Draft(
        base=base,
        at=at,
        eval_base=base[at] + rng.uniform(-0.02, 0.2),
        eval_sd=float(base[-1] * rng.uniform(0.001, 0.005)),
        noise=scale * _noise(law, n, rng),
        sd=scale * law.sd,
        memory=law.memory,
        rate=3e-4 * rate,
        extra=np.zeros(n),
        events=[],
    )


def _lagged(x: Floats, points: float) -> Floats:
    """Return what follows ``x`` within so many points: the loss does not fall in the very step of a decay."""
    from scipy.signal import lfilter

    keep = float(np.exp(-1 / max(points, 1.0)))
    return np.asarray(lfilter([1 - keep], [1.0, -keep], x, zi=[keep * x[0]])[0], dtype=np.float64)


def _rate(schedule: str, x: Floats) -> Floats:
    """Return the learning rate over the run as a share of its peak, after a warmup of 2 %."""
    warmup = np.minimum(x / 0.02, 1.0)
    if schedule == "cosine":
        return warmup * (0.05 + 0.95 * 0.5 * (1 + np.cos(np.pi * x)))
    if schedule == "wsd":
        return warmup * np.where(x < 0.8, 1.0, 1 - 0.95 * (x - 0.8) / 0.2)
    if schedule == "step":
        return warmup * np.where(x < 0.5, 1.0, np.where(x < 0.75, 0.3, 0.1))
    return warmup


def _noise(law: Law, n: int, rng: Rng) -> Floats:
    if law.name == "student-t3":
        return 0.015 * rng.standard_t(3, n)
    if law.name == "ar1-0.7":
        from scipy.signal import lfilter

        return np.asarray(lfilter([1.0], [1.0, -0.7], 0.015 * rng.standard_normal(n)), dtype=np.float64)
    if law.name == "gamma-skewed":
        return 0.02 * (rng.gamma(2.0, 1.0, n) - 2.0)
    if law.name in _STRANGE:
        return _STRANGE[law.name](n, rng)
    return law.sd * rng.standard_normal(n)


def _mixture(n: int, rng: Rng) -> Floats:
    return 0.015 * rng.standard_normal(n) * np.where(rng.random(n) < 0.01, 5.0, 1.0)


def _staircase(n: int, rng: Rng) -> Floats:
    """Return noise with a fall at the end of every epoch and a slow rise within it."""
    epoch = np.arange(n) * int(rng.integers(4, 12)) / n
    height = rng.uniform(0.02, 0.12)
    return 0.015 * rng.standard_normal(n) - height * np.floor(epoch) + 0.4 * height * (epoch % 1.0)


def _towards_zero(n: int, rng: Rng) -> Floats:
    """Return the log of a loss that falls to nearly nothing, where few hard examples make all of a batch's loss."""
    fall = np.exp(-np.arange(n) / n * rng.uniform(4, 8))
    shape = 0.4 + 400.0 * fall**2
    return np.asarray(np.log(np.maximum(rng.gamma(shape) / shape, 1e-6) * fall), dtype=np.float64)


_STRANGE: dict[str, Callable[[int, Rng], Floats]] = {
    "laplace": lambda n, rng: 0.015 * rng.laplace(size=n),
    "student-t2.5": lambda n, rng: 0.015 * rng.standard_t(2.5, n),
    "lognormal-batches": lambda n, rng: 0.05 * (np.exp(0.5 * rng.standard_normal(n)) - 1.0),
    "mixture": _mixture,
    "shrinking": lambda n, rng: 0.03 * np.geomspace(1.0, 0.1, n) * rng.standard_normal(n),
    "staircase": _staircase,
    "towards-zero": _towards_zero,
}


def _put_spikes(d: Draft, rng: Rng) -> None:
    """Put up to four spikes of 8 to 20 standard deviations, each with another width."""
    for i, width in enumerate(WIDTHS):
        if 8 * width > 0.1 * d.n:
            continue
        at = int(d.n * (0.2 * (i + 1) + rng.uniform(-0.04, 0.04)))
        after = np.arange(d.n - at)
        shape = np.exp(-after / width) if width > 1 else (after == 0).astype(np.float64)
        height = rng.uniform(8, 20) * d.sd
        d.extra[at:] += height * shape
        box = np.convolve(d.noise, np.full(width, 1 / width), "valid")
        shown = height * shape[:width].mean() > 1.25 * np.abs(box).max()
        d.events.append(Event("spike", at, at + 3 * width + 5, (at, at + 2), visible=bool(shown)))


def _put_divergence(d: Draft, rng: Rng) -> None:
    """Let the loss rise for good: slowly, by a jump to a higher level, or by blowing up at the end."""
    n = d.n
    way = rng.choice(["slow", "jump", "blow-up"])
    at = int(n * (rng.uniform(0.85, 0.93) if way == "blow-up" else rng.uniform(0.3, 0.6)))
    lost = max(rng.uniform(0.3, 1.1) * (d.base[0] - d.base[at]), 4 * d.sd * d.base[at])
    along = np.clip((np.arange(n) - at) / (n - at), 0, None)
    if way == "slow":
        rise = lost * along
    elif way == "jump":
        rise = lost * np.clip((np.arange(n) - at) / 3, 0, 1)
    else:
        rise = d.base[at] * np.expm1(np.log(rng.uniform(4, 20)) * along)
    risen = np.maximum(d.base[at], d.base) if way == "slow" else d.base
    d.extra += np.log1p(rise / d.base)
    d.eval_base = d.eval_base + rise[d.at]
    over = np.flatnonzero((d.base + rise > d.base[at] + 3 * d.sd * risen) & (along > 0))
    d.events.append(Event("divergence", at, None, (at, int(over[0]) if over.size else n - 1)))


def _put_plateau(d: Draft, rng: Rng) -> None:
    """End the schedule early: the learning rate is 0 from there on and the loss stays where it is."""
    n = d.n
    at = int(n * rng.uniform(0.2, 0.5))
    going_on = d.base[at] - d.base[-1]
    d.rate = np.where(np.arange(n) < at, d.rate, 0.0)
    d.eval_base = d.eval_base + (d.base[np.minimum(d.at, at)] - d.base[d.at])
    d.base = d.base[np.minimum(np.arange(n), at)]
    error = d.sd * d.base[at] * (2 * d.memory / ((n - at) / 3)) ** 0.5  # of the difference of first and last third
    window = (int(at - 0.05 * n), int(at + 0.1 * n))
    d.events.append(Event("plateau", at, n - 1, window, visible=bool(going_on > 8 * error)))


def _put_overfit(d: Draft, rng: Rng) -> None:
    """Let the eval loss rise by 1.5 to 40 % after its minimum while the train loss goes on falling."""
    n = d.n
    at = n * rng.uniform(0.2, 0.6)
    along = np.clip((d.at - at) / (n - at), 0, None)
    floor = float(np.interp(at, d.at, d.eval_base))
    d.eval_base = np.where(d.at < at, d.eval_base, floor) + np.exp(rng.uniform(*np.log((0.015, 0.4)))) * floor * along
    tied = d.at[d.eval_base <= d.eval_base.min() + 2 * d.eval_sd]
    best = int(d.at[int(d.eval_base.argmin())])
    shown = d.eval_base[-1] - d.eval_base.min() > 5 * d.eval_sd
    d.events.append(Event("overfit", best, n - 1, (int(tied[0]), int(tied[-1])), visible=bool(shown)))


def _put_nan(d: Draft, rng: Rng) -> None:
    """Lose the loss to NaN: for good, or for up to five points."""
    at = int(d.n * rng.uniform(0.1, 0.9))
    end = d.n if rng.random() < 0.6 else at + int(rng.integers(1, 6))
    d.extra[at:end] = np.nan
    d.events.append(Event("nan", at, min(end, d.n) - 1, (at, at)))


_PUT = {
    "spike": _put_spikes,
    "divergence": _put_divergence,
    "plateau": _put_plateau,
    "overfit": _put_overfit,
    "nan": _put_nan,
}
