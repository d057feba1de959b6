"""The rules in use in trainers and platforms, each as a small function of a run's curves.

They are applied after the fact to whole curves, with the defaults that their sources state; one log stands for one step
or one epoch of theirs. Firings that follow each other within five logged points are one finding. Where a rule has no
name of its own for a thing, the check that it comes closest to is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from curveread.run.model import Run
from curveread.run.roles import Role
from curveread.signals.events.spike_scores import recent
from tests.benchmarks.events import Seen

__all__ = ["RULES", "Curves", "Rule", "curves_of"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
APART = 5  # logged points between two findings


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """A run as the rules see it: step and value of train loss, eval loss and gradient norm, empty where absent."""

    step: Floats
    loss: Floats
    eval_step: Floats
    eval_loss: Floats
    grad_step: Floats
    grad: Floats


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in use.

    Parameters
    ----------
    name
        Whose it is, and its numbers.
    names
        The checks that its firings correspond to.
    fire
        Curves -> findings.
    """

    name: str
    names: frozenset[str]
    fire: Callable[[Curves], list[Seen]]


def curves_of(run: Run) -> Curves:
    """Return the longest train loss, eval loss and gradient norm of a run."""

    def longest(role: Role) -> tuple[Floats, Floats]:
        found = run.of(role)
        if not found:
            return np.empty(0), np.empty(0)
        return found[0].step.astype(np.float64), found[0].value

    return Curves(*longest(Role.TRAIN_LOSS), *longest(Role.EVAL_LOSS), *longest(Role.GRAD_NORM))


# --- spikes ---


def olmo_core(c: Curves) -> list[Seen]:
    """Loss or gradient norm above the mean of the last 128 by 6 standard deviations."""
    return _events("loss-spike", c.step, _above(c.loss, 128, 6.0)) + _events(
        "gradient-explosion", c.grad_step, _above(c.grad, 128, 6.0)
    )


def olmo_2(c: Curves) -> list[Seen]:
    """Values at least 7 standard deviations from the mean of the last 1,000 (the paper's spike score)."""
    return _events("loss-spike", c.step, _above(c.loss, 1000, 7.0, both_sides=True))


def _above(value: Floats, window: int, times: float, *, both_sides: bool = False) -> Flags:
    """Return where a value leaves the mean of those before it by ``times`` of their standard deviations."""
    mean, sd = recent(value, window, window // 2)
    with np.errstate(invalid="ignore"):
        off = value - mean
    return ((np.abs(off) if both_sides else off) > times * sd) & (sd > 0) & np.isfinite(value)


def llm_foundry(c: Curves) -> list[Seen]:
    """Loss at least twice the mean of a window (100 steps, or 5 % of the run) more than four times in a row.

    Its second rule: half of a window above the first window's maximum, or above 10 where that is larger.
    """
    window = max(100, int(0.05 * c.loss.size))
    mean, _ = recent(c.loss, window, window)
    high = _finite(c.loss) >= 2 * mean
    run_length = _consecutive(high)
    seen = _events("loss-spike", c.step, run_length > 4)
    if c.loss.size > 2 * window:
        cap = min(float(np.nanmax(_finite(c.loss[:window]), initial=-np.inf)), 10.0)
        above = np.convolve(c.loss > cap, np.ones(window), "full")[: c.loss.size] >= window / 2
        above[: 2 * window] = False
        if above.any():
            seen.append(Seen("divergence", first=float(c.step[int(above.argmax())]), last=float(c.step[-1])))
    return seen


def megatron(c: Curves) -> list[Seen]:
    """At least ten times the largest of the first 100 values; a NaN is a fault of its own."""
    if not c.loss.size:
        return []
    first = np.abs(_finite(c.loss[:100]))
    limit = 10 * float(np.nanmax(first, initial=0.0))
    spikes = np.abs(_finite(c.loss)) >= limit
    spikes[:100] = False
    return _events("loss-spike", c.step, spikes) + _nonfinite(c.step, c.loss)


def lightning_spike(c: Curves) -> list[Seen]:
    """Loss three times the mean of the last ten, or not finite."""
    mean, _ = recent(c.loss, 10, 1)
    return _events("loss-spike", c.step, _finite(c.loss) - mean >= 2.0 * mean) + _nonfinite(c.step, c.loss)


def internevo(c: Curves) -> list[Seen]:
    """Loss more than 1.5 times that of the step before."""
    flags = np.zeros(c.loss.size, dtype=bool)
    flags[1:] = _finite(c.loss)[1:] > 1.5 * _finite(c.loss)[:-1]
    return _events("loss-spike", c.step, flags)


# --- stopped improving, overfitting ---


def loss_not_decreasing(c: Curves) -> list[Seen]:
    """SageMaker Debugger: every tenth log, the loss must be 0.1 % below that of ten logs before."""
    at = np.arange(10, c.loss.size, 10)
    stuck = _finite(c.loss)[at] > (1 - 0.001) * _finite(c.loss)[at - 10]
    return [
        Seen("plateau", first=float(c.step[at[a] - 10]), last=float(c.step[at[b]])) for a, b in _groups(stuck, apart=1)
    ]


def overfit_ratio(c: Curves) -> list[Seen]:
    """SageMaker Debugger: eval loss more than 10 % above the mean train loss since the last evaluation."""
    if not c.loss.size or not c.eval_loss.size:
        return []
    train = np.array(
        [
            np.nanmean(_finite(c.loss[a:b])) if np.isfinite(c.loss[a:b]).any() else np.nan
            for a, b in _between(c.step, c.eval_step)
        ]
    )
    wide = (c.eval_loss - train) / np.abs(train) > 0.1
    return _events("overfitting", c.eval_step, wide, apart=1)


def keras_patience(c: Curves) -> list[Seen]:
    """Keras: the eval loss has not improved at five evaluations; training would have stopped there."""
    return _patience(c, patience=5)


def lightning_patience(c: Curves) -> list[Seen]:
    """Lightning: the eval loss has not improved at three evaluations, or is not finite."""
    return _patience(c, patience=3) + _nonfinite(c.eval_step, c.eval_loss)


def reduce_on_plateau(c: Curves) -> list[Seen]:
    """PyTorch's ReduceLROnPlateau on the train loss: more than ten logs without a gain of 0.01 %."""
    best, bad, begin = np.inf, 0, 0.0
    seen: list[Seen] = []
    for step, value in zip(c.step.tolist(), c.loss.tolist(), strict=True):
        if value < best * (1 - 1e-4 if best > 0 else 1 + 1e-4):
            best, bad, begin = value, 0, step
            continue
        bad += 1
        if bad > 10:
            if seen and seen[-1].first == begin:  # reduced again, nothing gained in between
                seen.pop()
            seen.append(Seen("plateau", first=begin, last=step))
            bad = 0
    return seen


def terminate_on_nan(c: Curves) -> list[Seen]:
    """Keras: the loss is NaN or infinite."""
    return _nonfinite(c.step, c.loss)


RULES: tuple[Rule, ...] = (
    Rule("OLMo-core, 6 sd of 128", frozenset({"loss-spike", "gradient-explosion"}), olmo_core),
    Rule("OLMo 2, 7 sd of 1,000", frozenset({"loss-spike"}), olmo_2),
    Rule("llm-foundry, 2x", frozenset({"loss-spike", "divergence"}), llm_foundry),
    Rule("Megatron-LM, 10x", frozenset({"loss-spike", "nonfinite-loss"}), megatron),
    Rule("Lightning SpikeDetection", frozenset({"loss-spike", "nonfinite-loss"}), lightning_spike),
    Rule("InternEvo, 1.5x", frozenset({"loss-spike"}), internevo),
    Rule("SageMaker LossNotDecreasing", frozenset({"plateau"}), loss_not_decreasing),
    Rule("PyTorch ReduceLROnPlateau", frozenset({"plateau"}), reduce_on_plateau),
    Rule("SageMaker Overfit", frozenset({"overfitting"}), overfit_ratio),
    Rule("Keras EarlyStopping, patience 5", frozenset({"overfitting"}), keras_patience),
    Rule("Lightning EarlyStopping", frozenset({"overfitting", "nonfinite-loss"}), lightning_patience),
    Rule("Keras TerminateOnNaN", frozenset({"nonfinite-loss"}), terminate_on_nan),
    Rule("nothing", frozenset(), lambda _: []),
)
"""``nothing`` reports nothing: what a rule that is worth its place must beat."""


def _patience(c: Curves, patience: int) -> list[Seen]:
    best, at, waited = np.inf, 0.0, 0
    for step, value in zip(c.eval_step.tolist(), c.eval_loss.tolist(), strict=True):
        if value < best:
            best, at, waited = value, step, 0
            continue
        waited += 1
        if waited >= patience:
            return [Seen("overfitting", first=at, last=step)]
    return []


def _finite(value: Floats) -> Floats:
    finite: Floats = np.where(np.isfinite(value), value, np.nan)
    return finite


def _nonfinite(step: Floats, value: Floats) -> list[Seen]:
    return [Seen("nonfinite-loss", "error", float(step[a]), float(step[b])) for a, b in _groups(~np.isfinite(value))]


def _consecutive(flags: Flags) -> NDArray[np.int64]:
    """Return how many flags in a row end at each place."""
    at = np.arange(flags.size)
    last_off = np.maximum.accumulate(np.where(flags, -1, at))
    length: NDArray[np.int64] = np.where(flags, at - last_off, 0)
    return length


def _groups(flags: Flags, apart: int = APART) -> list[tuple[int, int]]:
    """Return first and last place of each group of flags."""
    at = np.flatnonzero(flags)
    if not at.size:
        return []
    cut = np.flatnonzero(np.diff(at) > apart)
    return list(zip(at[np.r_[0, cut + 1]].tolist(), at[np.r_[cut, at.size - 1]].tolist(), strict=True))


def _events(rule: str, step: Floats, flags: Flags, apart: int = APART) -> list[Seen]:
    return [Seen(rule, first=float(step[a]), last=float(step[b])) for a, b in _groups(flags, apart)]


def _between(step: Floats, marks: Floats) -> list[tuple[int, int]]:
    """Return the range of points between each mark and the one before, at least the last point up to it."""
    end = np.searchsorted(step, marks, side="right")
    begin = np.concatenate([[0], end[:-1]])
    return [(min(a, max(b - 1, 0)), max(b, 1)) for a, b in zip(begin.tolist(), end.tolist(), strict=True)]
