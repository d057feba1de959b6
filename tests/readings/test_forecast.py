"""Forecasts: what is given, what is refused and why."""

from __future__ import annotations

import numpy as np
import pytest

import curveread as cr
from curveread.findings.forecast import Forecast
from curveread.readings.forecast import forecast, forecast_statements
from curveread.run.model import Run
from tests.readings.made import decaying, made, views

X = np.arange(2000) / 2000
COSINE = 0.5 * (1 + np.cos(np.pi * X))


def _of(run: Run, **more: list[int]) -> Forecast:
    return forecast(run, views(run), **more)


def test_a_steady_run_is_forecast_at_a_tenth_a_half_and_all_of_its_steps_more() -> None:
    found = _of(made(rate=np.ones(2000)))
    assert (found.given, found.tag, found.reason) == (True, "train/loss", "")
    assert [p.step for p in found.points] == [2199, 2998, 3998]
    for point in found.points:
        truth = 1.5 + 2.0 * (point.step / 200 + 0.1) ** -0.5
        assert point.low < truth < point.high
        assert point.mid == pytest.approx(truth, rel=0.03)
        assert point.unit == ""
    widths = [p.high - p.low for p in found.points]
    assert widths == sorted(widths)


def test_evals_are_forecast_where_there_are_enough() -> None:
    evals = decaying()[49::50]
    assert _of(made(evals=evals)).tag == "eval/loss"
    assert _of(made(evals=evals[:11])).tag == "train/loss"


def test_a_low_rate_leaves_no_gain_of_a_decay_to_come() -> None:
    high, low = (_of(made(rate=r)).points[0] for r in (np.ones(2000), np.where(X < 0.3, 1.0, 0.1)))
    assert high.mid - high.low > 1.3 * (high.high - high.mid)
    assert low.mid - low.low == pytest.approx(low.high - low.mid)


@pytest.mark.parametrize(
    ("cut", "given", "reason"),
    [(600, False, "lies ahead"), (1300, True, "ends at about step"), (2000, False, "is over")],
)
def test_a_cosine_is_carried_on_to_its_end_once_most_of_it_is_seen(cut: int, given: bool, reason: str) -> None:
    found = _of(made(decaying()[:cut], rate=COSINE[:cut]))
    assert found.given is given
    assert reason in found.reason
    if given:
        assert found.points[-1].step <= 2100
        assert found.points[-1].step == pytest.approx(2000, abs=40)  # the end itself is among the points


def test_a_decay_that_only_the_config_tells_of_is_refused() -> None:
    config = {
        "lr_scheduler_type": "warmup_stable_decay",
        "max_steps": 2100,
        "lr_scheduler_kwargs": {"num_decay_steps": 300},
    }
    found = _of(made(decaying()[:1750], rate=np.ones(1750), config=config))
    assert not found.given
    assert "from step 1,800 on" in found.reason
    unlogged = _of(made(config={"lr_scheduler_type": "cosine"}))
    assert not unlogged.given
    assert "the log does not hold it" in unlogged.reason
    assert "a cooldown" in _of(made(config={"warmdown_iters": 100})).reason
    assert _of(made(config={"lr_scheduler_type": "constant", "warmdown_iters": 0})).given


def test_cycles_and_a_rate_of_nothing_are_refused() -> None:
    assert "no course" in _of(made(rate=0.5 * (1 + np.cos(14 * np.pi * X)))).reason
    assert "stays there" in _of(made(rate=np.where(X < 0.5, 1.0, 1e-4))).reason


def test_a_curve_that_its_own_past_does_not_foretell_is_refused() -> None:
    loss = decaying()
    loss[1650:] *= 0.7
    found = _of(made(loss))
    assert not found.given
    assert "the back-test failed" in found.reason
    assert "above what was logged" in found.reason


def test_a_run_gone_wrong_is_not_forecast(samples: cr.Run) -> None:
    for case in ("overfitting", "nan-loss"):
        dx = cr.diagnose(cr.read_all(f"{samples}/{case}")[0])
        assert dx.forecast is not None
        assert not dx.forecast.given
        assert not [s for s in dx.statements if s.topic == "forecast"]


def test_too_little_is_said_so() -> None:
    assert _of(made(decaying(29))).reason == "no loss with enough points"
    assert forecast_statements(_of(made(decaying(29)))) == []


def test_steps_can_be_asked_for() -> None:
    assert [p.step for p in _of(made(), steps=[2500, 1000]).points] == [2500]


def test_it_is_the_same_twice_and_scales_with_the_loss() -> None:
    once, again, large = _of(made()), _of(made()), _of(made(1000 * decaying()))
    assert once == again
    np.testing.assert_allclose([p.low for p in large.points], [1000 * p.low for p in once.points])


def test_the_sentence_holds_the_intervals() -> None:
    found = _of(made())
    assert _text(found).startswith("Had it gone on in the same way, train/loss would have come to ")
    assert f"by step {found.points[-1].step:,}" in _text(found)


def test_a_refused_forecast_is_no_sentence() -> None:
    refused = _of(made(rate=COSINE))
    assert refused.reason
    assert forecast_statements(refused) == []


def _text(found: Forecast) -> str:
    return forecast_statements(found)[0].text
