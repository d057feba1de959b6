"""The gap between eval and train: its size, its trend, what it means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from curveread.detectors.base import CurveView
from curveread.diagnose import diagnose
from curveread.findings.diagnosis import Diagnosis
from curveread.readings.gap import LossGap, gap_of
from curveread.run.model import Curve, Run
from curveread.run.roles import Role
from tests.support.curves import decay, run_of


def told(dx: Diagnosis, topic: str = "gap") -> str:
    return " ".join(s.text for s in dx.statements if s.topic == topic)


def gap(run: Run) -> LossGap | None:
    return gap_of({role: tuple(CurveView(c) for c in run.of(role)) for role in Role})


def with_gap(size: np.ndarray | float, sigma: float = 0.01, n: int = 4000, evals: int = 40, seed: int = 0) -> Run:
    rng = np.random.default_rng(seed)
    at = np.linspace(n // evals - 1, n - 1, evals).astype(int)
    base = decay(n, 0.0)
    train = base * np.exp(sigma * rng.standard_normal(n))
    evaluation = base[at] + size + 0.003 * rng.standard_normal(evals)
    return Run(
        "r",
        "r",
        {
            "train/loss": Curve("train/loss", np.arange(n), train),
            "eval/loss": Curve("eval/loss", at, evaluation),
        },
    )


@pytest.mark.parametrize("seed", range(10))
def test_the_interval_holds_the_gap_that_was_put_in(seed: int) -> None:
    found = gap(with_gap(0.2, seed=seed))
    assert found is not None
    assert found.level == pytest.approx(0.2, abs=0.01)
    assert found.low - 0.004 <= 0.2 <= found.high + 0.004
    assert abs(found.since(2000).mid) < 0.01


def test_growth_is_measured_with_an_interval() -> None:
    run = with_gap(np.linspace(0.0, 0.4, 40))
    found = gap(run)
    assert found is not None
    change = found.since(0)
    assert change.low < 0.4 < change.high
    assert "lay 0.359 above the training loss; the gap grew from 0.173 at step 1,799." in told(diagnose(run))


def test_a_gap_that_closed_is_not_said_to_have_grown() -> None:
    """Told by its size then and now: of a jump the slope times the length is neither."""
    closed = with_gap(np.where(np.arange(40) < 26, 0.3, -0.001), sigma=0.001)
    said = told(diagnose(closed))
    assert "grew" not in said
    assert "widened" not in said
    assert "halfway through the evals eval/loss lay 0.297 above" in said


def test_the_gap_since_the_best_eval_is_that_of_the_best_eval() -> None:
    rise = np.concatenate([np.zeros(5), 0.8 * (1.0 - np.exp(-np.arange(35) / 6.0))])
    found = gap(with_gap(rise, sigma=0.001))
    assert found is not None
    assert found.at(int(found.step[4])) == pytest.approx(0.0, abs=0.01)
    assert found.level - found.at(int(found.step[4])) == pytest.approx(0.79, abs=0.02)
    assert found.since(int(found.step[4])).mid < 0.6  # a slope times a length is no difference


def test_the_mean_since_the_last_log_is_no_gap() -> None:
    n, every = 4000, 100
    base = decay(n, 0.0)
    logged = base.reshape(-1, every).mean(axis=1)
    step = np.arange(every - 1, n, every)
    curves = {"loss": Curve("loss", step, logged), "eval_loss": Curve("eval_loss", step[3:], base[step[3:]])}
    found = gap(Run("r", "r", curves))
    assert found is not None
    raw = float(np.median((base[step] - logged)[-8:]))
    assert abs(found.level) < 0.5 * abs(raw)


def test_eight_pairs_are_needed() -> None:
    assert gap(with_gap(0.2, evals=7)) is None
    assert gap(run_of(train_loss=decay(1000))) is None
    assert told(diagnose(with_gap(0.2, evals=7))) == ""


def test_both_parted_are_read_and_that_both_fell_is_no_news() -> None:
    n = 2000
    train = 4.0 - 2.5 * np.arange(n) / n + 0.01 * np.random.default_rng(0).standard_normal(n)
    falling = diagnose(run_of(train_loss=train, eval_loss=np.linspace(4.0, 1.6, 30)))
    assert "falling" not in told(falling)
    evaluation = np.r_[np.linspace(4.0, 2.0, 8), np.linspace(2.0, 2.7, 22)]
    parted = told(diagnose(run_of(train_loss=train, eval_loss=evaluation)))
    assert "falling together" not in parted
    assert "at step 527 eval_loss lay 1.3" in parted


def test_a_gap_of_losses_logged_once_an_epoch_starts_where_both_stand() -> None:
    """A trend of thirty points would smooth the first of them away."""
    epoch = np.arange(1, 31)
    train, evaluation = 0.05 + 1.06 * 0.5 ** np.arange(30.0), 1.11 + 1.6 * (1.0 - 0.85 ** np.arange(30.0))
    run = Run("r", "r", {"loss": Curve("loss", epoch, train), "eval_loss": Curve("eval_loss", epoch, evaluation)})
    found = gap(run)
    assert found is not None
    assert found.at(1) == pytest.approx(0.0, abs=1e-9)
    assert "the gap grew from 0" in told(diagnose(run))


def test_after_a_divergence_nothing_is_said() -> None:
    value = decay()
    value[1200:] *= np.linspace(1.2, 1.8, 800)
    held_out = decay(40, 0.002)
    held_out[24:] *= np.linspace(1.2, 1.8, 16)
    assert told(diagnose(run_of(train_loss=value, eval_loss=held_out))) == ""


def test_eval_below_train_lists_what_else_explains_it() -> None:
    run = replace(with_gap(-0.3), config={"resid_pdrop": 0.2, "label_smoothing_factor": 0.1})
    dx = diagnose(run)
    text = told(dx)
    assert "need not be a leak" in text
    assert "did not widen" in text
    assert "dropout of 0.2" in text
    assert "label smoothing of 0.1" in text
    assert "easier evaluation set" in text


@pytest.mark.parametrize("named", [{"metrics/mAP50(B)": 0.4}, {}])
def test_a_part_of_a_detectors_loss_below_that_of_the_training_is_no_leak(named: dict[str, float]) -> None:
    made = with_gap(-np.linspace(0.1, 0.5, 40), evals=40)
    train, evaluation = (
        replace(made.curves[old], tag=new)
        for old, new in (("train/loss", "train/box_loss"), ("eval/loss", "val/box_loss"))
    )
    qualities = {t: Curve(t, evaluation.step, np.linspace(v, 2.0 * v, 40)) for t, v in named.items()}
    run = replace(made, curves={c.tag: c for c in (train, evaluation)} | qualities)
    text = told(diagnose(run))
    assert "lay 0.4" in text
    assert "leak" not in text


def test_a_suspected_leak_has_evidence_for_it() -> None:
    dx = diagnose(with_gap(-np.linspace(0.0, 1.0, 40)))
    assert [f.rule for f in dx.findings] == ["eval-below-train"]
    assert "For it: the gap widened as training went on" in told(dx)
    assert "learning" not in told(dx)


def test_a_small_gap_is_no_topic() -> None:
    assert told(diagnose(with_gap(-0.01))) == ""
    assert "Over its last 8 evals eval/loss lay 0.197 above" in told(diagnose(with_gap(0.2)))


def test_a_loss_too_low_too_early_is_a_hint_on_the_data() -> None:
    n = 2000
    value = (0.05 + 6.2 * np.exp(-np.arange(n) / 60)) * np.exp(0.02 * np.random.default_rng(0).standard_normal(n))
    early = replace(run_of(train_loss=value), config={"vocab_size": 512})
    assert "repeated documents" in told(diagnose(early), "data")
    assert told(diagnose(run_of(train_loss=value)), "data") == ""  # no language model
    usual = replace(run_of(train_loss=decay(n, height=4.7)), config={"vocab_size": 512})
    assert told(diagnose(usual), "data") == ""
    tuned = replace(run_of(train_loss=0.1 * decay(n)), config={"vocab_size": 512})  # began where it was left
    assert told(diagnose(tuned), "data") == ""


def test_what_averaging_adds_to_the_training_loss_is_half_of_what_it_falls_between_two_logs() -> None:
    n, every, slope = 4000, 100, 5e-4
    base = 4.0 - slope * np.arange(n)
    step = np.arange(every - 1, n, every)
    curves = {
        "train/loss": Curve("train/loss", step, base.reshape(-1, every).mean(axis=1)),
        "eval/loss": Curve("eval/loss", step, base[step] - 0.2),
    }
    text = told(diagnose(Run("r", "r", curves)))
    assert f"averaging over 100 steps puts the training loss {slope * every / 2} too high" in text


def test_evaluations_at_the_first_and_within_an_interval_after_the_last_step_are_paired() -> None:
    run = with_gap(0.2, evals=8)
    train, evals = run["train/loss"], run["eval/loss"]
    at = evals.step.copy()
    at[0], at[-1] = train.step[0], train.step[-1] + 1  # a training logged at every step
    found = gap(replace(run, curves={"train/loss": train, "eval/loss": replace(evals, step=at)}))
    assert found is not None
    assert found.step.tolist() == at.tolist()
    at[-1] += 1
    assert gap(replace(run, curves={"train/loss": train, "eval/loss": replace(evals, step=at)})) is None
