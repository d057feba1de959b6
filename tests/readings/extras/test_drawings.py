from __future__ import annotations

import numpy as np

from curveread import api
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.extras.drawing import GAP, Drawing
from curveread.readings.extras.drawings import smoothed
from curveread.report.chart.chart import chart
from curveread.run.model import Curve, Run

N = 4000
AT = 2600


def drawn(value: np.ndarray, **others: Curve) -> tuple[Diagnosis, dict[str, Drawing]]:
    train = Curve("train/loss", np.arange(value.size), value)
    made = api.diagnose(Run("r", "r", {"train/loss": train} | {c.tag: c for c in others.values()}))
    return made, {d.role: d for d in made.drawings}


def falling(n: int = N) -> np.ndarray:
    rng = np.random.default_rng(0)
    return np.asarray(1.5 + 2 * np.exp(-np.arange(n) * 8 / n) + rng.normal(0, 0.05, n))


def test_trend_band_and_gap_know_nothing_of_the_jump_before_it() -> None:
    value = falling() + np.where(np.arange(N) >= AT, 0.8, 0.0)
    evals = np.arange(99, N, 20)
    smooth = 1.5 + 2 * np.exp(-evals * 8 / N) + np.where(evals >= AT, 0.8, 0.0)
    made, drawings = drawn(value, val=Curve("val/loss", evals, smooth + 0.1))
    train, gap = drawings["train-loss"], drawings[GAP]
    assert train.cuts.tolist() == [AT]
    assert {AT - 1, AT} <= set(train.knot_step.tolist())
    near = (train.knot_step >= AT - 150) & (train.knot_step < AT)
    assert np.ptp(train.trend[near]) < 0.06
    assert float(train.band_high[near].max()) < 1.8
    settled = gap.step > 1000
    assert float(np.abs(gap.value[settled] - 0.1).max()) < 0.07
    (panel, *_) = chart(made).panels
    trend = next(line for line in panel.lines if line.kind == "trend")
    assert np.isnan(trend.y).sum() == 1  # the line stops at the end of one level and begins anew at the next
    assert trend.x[np.isnan(trend.y)].tolist() == [AT - 1]
    assert np.isnan(panel.bands[0].low).sum() == np.isnan(panel.bands[0].high).sum() == 1


def test_the_band_leaves_room_in_a_chart_of_noise() -> None:
    noise = np.random.default_rng(0).normal(1.0, 0.05, 600)
    _, drawings = drawn(noise)
    band = drawings["train-loss"]
    assert band.band_scales == 1.0
    assert float(np.median(band.band_high - band.band_low)) < 0.5 * float(np.ptp(noise))
    assert drawn(falling())[1]["train-loss"].band_scales == 3.0


def test_within_a_finding_every_point_is_drawn_and_the_trend_has_knots() -> None:
    value = falling(400_000)
    value[250_000:250_900] += 3.0 * np.exp(-np.arange(900) / 300)
    made, drawings = drawn(value)
    spike = next(f for f in made.findings if f.rule == "loss-spike")
    assert spike.first_step is not None
    assert spike.last_step is not None
    drawing = drawings["train-loss"]
    around = spike.last_step - spike.first_step
    wanted = np.arange(spike.first_step - around, spike.last_step + around)
    assert np.isin(wanted, drawing.step).all()
    assert drawing.complete is not None
    assert any(a <= wanted[0] and wanted[-1] <= b for a, b in drawing.complete)
    assert ((drawing.knot_step >= spike.first_step) & (drawing.knot_step <= spike.last_step)).sum() >= 50
    assert drawing.step.size < 40_000


def test_a_finding_of_half_a_long_run_is_drawn_more_closely_than_the_rest() -> None:
    n = 400_000
    value = falling(n) + np.where(np.arange(n) >= n // 2, 1.5, 0.0)
    made, drawings = drawn(value)
    found = next(f for f in made.findings if f.first_step is not None and abs(f.first_step - n // 2) < 1000)
    drawing = drawings["train-loss"]
    assert found.first_step is not None
    assert np.isin(np.arange(found.first_step - 100, found.first_step + 100), drawing.step).all()
    assert (drawing.step >= n // 2).sum() > 3 * (drawing.step < n // 2).sum()
    assert drawing.complete is not None
    assert all((b - a) < n // 10 for a, b in drawing.complete)  # and it says that not all points are there
    assert drawing.step.size < 60_000


def test_noise_over_two_decades_asks_for_a_logarithmic_axis() -> None:
    heavy = np.exp(np.random.default_rng(0).normal(0, 1.5, 1000))
    assert drawn(heavy)[1]["train-loss"].log_scale
    assert not drawn(heavy - heavy.min())[1]["train-loss"].log_scale
    assert not drawn(np.geomspace(8, 0.01, 1000))[1]["train-loss"].log_scale  # a decay is drawn as people know it
    rate = Curve("lr", np.arange(1000), np.geomspace(1e-9, 1e-3, 1000))
    assert not drawn(falling(1000), lr=rate)[1]["learning-rate"].log_scale


def test_a_drawing_without_a_loggers_zero_is_not_reduced() -> None:
    value = falling(30)
    value[7] = 0.0  # a stand-in for a number, which no picture shows
    drawing = drawn(value)[1]["train-loss"]
    assert (drawing.step.size, drawing.points, drawing.complete) == (29, 30, None)


def test_a_further_smoothing_is_that_of_every_logged_point_up_to_each_knot() -> None:
    made, drawings = drawn(falling())
    drawing = drawings["train-loss"]
    again = smoothed(drawing, made.run, 0.9, in_place_of_trend=False)
    curve, average, debiased = made.run["train/loss"], 0.0, []
    for n, value in enumerate(curve.value.tolist(), 1):  # TensorBoard's own loop
        average = 0.9 * average + 0.1 * value
        debiased.append(average / (1.0 - 0.9**n))
    want = [debiased[int(np.flatnonzero(curve.step <= at)[-1])] for at in drawing.knot_step]
    assert np.allclose(again.smooth[0.9], want, rtol=1e-12)
    assert again.smooth.keys() == drawing.smooth.keys() | {0.9}
    assert np.array_equal(again.trend, drawing.trend)
    instead = smoothed(drawing, made.run, 0.9, in_place_of_trend=True)
    assert instead.trend_weight == 0.9
    assert np.array_equal(instead.trend, again.smooth[0.9])
