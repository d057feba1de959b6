"""From signs to shares."""

from __future__ import annotations

import numpy as np
import pytest

import curveread as cr
from curveread.case import case_of
from curveread.causes.engine import BELIEF, Belief, ranked, with_causes
from curveread.causes.numbers import sound_rate
from curveread.causes.registry import candidates
from curveread.causes.scene import Scene, Stage
from curveread.causes.signs.rate import warming
from curveread.findings.finding import Finding, Severity
from curveread.run.model import Run
from tests.support.curves import decay, run_of

N = 1000


def spike(at: int = 600) -> Finding:
    return Finding("loss-spike", Severity.WARNING, 0.9, "m", "train_loss", at, at, at + 3)


def told(run: Run, finding: Finding, belief: Belief = BELIEF) -> dict[str, float]:
    return {c.cause: c.share for c in ranked(Scene(Stage(case_of(run), [finding]), finding), belief)}


def test_where_the_log_is_silent_the_shares_are_the_priors() -> None:
    finding = Finding("loss-spike", Severity.WARNING, 0.9, "m")
    silent = {c.id: c.usual for c in candidates()}
    shares = told(Run("r", "r", {}), finding, Belief({}, sharpness=0.0, unknown=0.1))
    first, share = next(iter(shares.items()))
    assert first == "bad-batch"
    usual = {name: kinds[k] for name, kinds in silent.items() for k in kinds if k.value == "spike"}
    assert share == pytest.approx(usual["bad-batch"] / (sum(usual.values()) + 0.1))


def test_shares_fall_and_leave_room_for_the_unknown() -> None:
    shares = list(told(run_of(train_loss=decay(N), lr=np.full(N, 1e-3)), spike()).values())
    assert shares == sorted(shares, reverse=True)
    assert 0.0 < sum(shares) < 1.0
    assert len(shares) <= 3


def test_what_was_counted_moves_the_prior() -> None:
    run = run_of(train_loss=decay(N))
    before = told(run, spike(), Belief({}))
    after = told(run, spike(), Belief({"spike": {"data-order": 200.0}}))
    assert after["data-order"] > 0.5 > before.get("data-order", 0.0)


def test_a_raised_learning_rate_is_named_where_it_was_raised() -> None:
    rate = np.where(np.arange(N) < 595, 1e-3, 5e-3)
    calm, raised = (told(run_of(train_loss=decay(N), lr=lr), spike()) for lr in (np.full(N, 1e-3), rate))
    assert next(iter(calm)) == "bad-batch"
    assert next(iter(raised)) == "learning-rate-raised"


def test_settings_have_no_cause() -> None:
    finding = Finding("sparse-eval", Severity.INFO, 0.9, "m")
    (same,) = with_causes([finding], case_of(run_of(train_loss=decay(N))))
    assert same.causes == ()


def test_causes_stand_in_the_result() -> None:
    loss = decay(N)
    loss[600:602] += 3.0
    found = cr.diagnose(run_of(train_loss=loss, lr=np.full(N, 1e-3)))
    (said,) = [f for f in found.to_dict()["findings"] if f["rule"] == "loss-spike"]
    first = said["causes"][0]
    assert set(first) == {"cause", "share", "for", "against", "check", "fix"}
    assert first["cause"] == "bad-batch"
    assert any("back at its level" in words for words in first["for"])
    assert found.causes == next(f.causes for f in found.findings if f.rule == "loss-spike")


def test_an_update_that_went_too_far_is_a_learning_rate_that_is_too_high() -> None:
    reward = np.r_[np.linspace(0.0, 300.0, 140), np.full(60, 20.0)]
    kl = 0.01 + 0.002 * np.random.default_rng(0).random(200)
    leapt = kl.copy()
    leapt[138:141] = 0.5
    run, calm = (run_of(**{"rollout/ep_rew_mean": reward, "train/approx_kl": k}) for k in (leapt, kl))
    fall = Finding("metric-collapse", Severity.ERROR, 0.9, "m", "rollout/ep_rew_mean", 140, 150, 199)
    assert told(run, fall)["learning-rate-too-high"] > 2.0 * told(calm, fall).get("learning-rate-too-high", 0.0)


def spoilt_evaluation() -> cr.Diagnosis:
    """Return a diagnosis of epochs whose fourth evaluation is infinite, after a warm-up of three."""
    rate = np.r_[0.6e-3, 1.2e-3, 1.8e-3, 1.8e-3 - 0.09e-3 * np.arange(1, 18)]
    evals = 2.0 + 3.0 / np.arange(1, 21)
    evals[3] = np.inf
    return cr.diagnose(run_of(train_loss=1.0 + 3.0 / np.arange(1, 21), eval_loss=evals, lr=rate))


def test_an_evaluation_that_overflows_has_no_steps_to_skip() -> None:
    causes = {c.cause: c for c in spoilt_evaluation().causes}
    own = causes["numerical-overflow"]
    assert own.fix.startswith("Evaluate in full precision")
    assert own.check.startswith("Evaluate the weights of")
    loss = decay(N)
    loss[600] = np.nan
    (found,) = (f for f in cr.diagnose(run_of(train_loss=loss)).findings if f.rule == "nonfinite-loss")
    assert "skip steps that are not finite" in next(c.fix for c in found.causes if c.cause == "numerical-overflow")


def test_the_rate_that_a_cause_names_is_that_of_the_step_it_names() -> None:
    loss, rate = decay(N), np.r_[np.linspace(0.0, 1e-3, 100), np.linspace(1e-3, 1e-5, N - 100)]
    scene = Scene(Stage(case_of(run_of(train_loss=loss, lr=rate)), []), spike(90))
    assert sound_rate(scene).endswith("of the 9.3e\u22124 at step 92.")
    falling = Scene(Stage(case_of(run_of(train_loss=loss, lr=rate)), []), spike(600))
    assert sound_rate(falling).endswith("of the 4.5e\u22124 at step 600.")


def test_a_peak_that_was_just_reached_is_all_of_the_peak() -> None:
    run = run_of(train_loss=1.0 + 3.0 / np.arange(1, 21), lr=np.r_[0.6, 1.2, 1.8, 1.8 - 0.09 * np.arange(1, 18)])
    seen = warming(Scene(Stage(case_of(run), []), spike(3)))
    assert seen is not None
    assert seen.words.endswith("had just reached its peak: 100 % of it")
