from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from curveread.errors import UsageError
from curveread.findings.diagnosis import KeyFigure, Phase, TimelineEntry
from curveread.findings.forecast import Forecast, ForecastPoint
from curveread.report.chart.chart import chart
from curveread.report.chart.layout import scene
from curveread.report.chart.scene import Group
from curveread.report.chart.size import WIDE
from curveread.run.model import Checkpoint
from tests.report.handmade import diagnosis, finding, run_of, spiky

N = 400
STEP = np.arange(N)
LOSS = 2 + 2 * np.exp(-STEP / 60)


def test_panels_stand_in_order_over_one_axis() -> None:
    spec = chart(spiky())
    assert [p.title for p in spec.panels] == ["Loss", "Gradient norm", "Learning rate"]
    assert (spec.x.low, spec.x.high) == (0, 1199)
    loss = spec.panels[0]
    assert [(line.kind, line.tag) for line in loss.lines] == [
        ("raw", "train/loss"),
        ("trend", "train/loss"),
        ("eval", "val/loss"),
    ]
    assert [band.tag for band in loss.bands] == ["train/loss"]
    assert spec.panels[1].y.log
    assert loss.unit == "nats"


def test_marks_stand_at_the_findings_steps_under_their_numbers() -> None:
    d = spiky(at=(300, 600, 900))
    spec = chart(d)
    assert [(m.number, m.first, m.last, m.severity) for m in spec.marks] == [
        (1, 300, 303, "warning"),
        (2, 600, 603, "warning"),
        (3, 900, 903, "warning"),
    ]
    value = d.run["train/loss"].value
    assert [m.peak for m in spec.marks] == [(s, value[s]) for s in (300, 600, 900)]
    assert [spec.home(m) for m in spec.marks] == [0, 0, 0]


def test_a_finding_about_the_whole_run_has_no_mark_but_keeps_its_number() -> None:
    run = run_of({"loss": (STEP, LOSS)})
    spec = chart(
        diagnosis(run, [finding("dense-eval", "info", None), finding("plateau", "warning", 100, 399, tag="loss")])
    )
    assert [m.number for m in spec.marks] == [2]


@pytest.mark.parametrize("wild", [3.2e9, 1e28])
def test_a_wild_value_gets_an_arrow_instead_of_the_axis(wild: float) -> None:
    values = LOSS.copy()
    values[200:203] = (wild / 10, wild, wild / 100)
    spec = chart(diagnosis(run_of({"loss": (STEP, values)})))
    panel = spec.panels[0]
    assert panel.y.high < 10
    (arrow,) = [m for m in panel.markers if m.kind == "above"]
    assert (arrow.x, arrow.y) == (201, wild)
    assert arrow.text.startswith("↑ ")
    drawn = next(line for line in panel.lines if line.kind == "raw")
    assert wild in drawn.y  # the data of the picture stay as logged


def test_stretches_without_numbers_become_gaps_and_break_the_line() -> None:
    values = LOSS.copy()
    values[100:150] = np.nan
    values[300] = np.inf
    panel = chart(diagnosis(run_of({"loss": (STEP, values)}))).panels[0]
    assert [(g.first, g.last, g.points) for g in panel.gaps] == [(100, 149, 50), (300, 300, 1)]
    raw = next(line for line in panel.lines if line.kind == "raw")
    assert np.isnan(raw.y).sum() == 2
    assert np.isfinite(raw.x).all()
    assert raw.y[100] != raw.y[100]


def test_gaps_of_two_curves_that_overlap_are_one() -> None:
    train, evals = LOSS.copy(), LOSS[::10].copy()
    train[200:] = np.nan
    evals[21:] = np.nan
    panel = chart(diagnosis(run_of({"loss": (STEP, train), "val_loss": (STEP[::10], evals)}))).panels[0]
    (gap,) = panel.gaps
    assert (gap.first, gap.last, gap.points) == (200, 399, 219)
    assert gap.tags == ("loss", "val_loss")


def test_only_nan_is_a_gap_over_the_whole_axis() -> None:
    spec = chart(diagnosis(run_of({"loss": (STEP, np.full(N, np.nan))})))
    (panel,) = spec.panels
    assert [(g.first, g.last) for g in panel.gaps] == [(0, 399)]


def test_the_best_evaluation_is_the_summarys() -> None:
    run = run_of({"loss": (STEP, LOSS), "val_loss": (STEP[::10], LOSS[::10])})
    spec = chart(diagnosis(run, summary={"best_eval_loss": KeyFigure(2.5, "nats", 120)}))
    (best,) = [m for m in spec.panels[0].markers if m.kind == "best"]
    assert (best.x, best.y, best.text) == (120, 2.5, "best 2.5 nats at 120")


def test_restarts_checkpoints_and_phases() -> None:
    run = run_of({"loss": (STEP, LOSS)}, checkpoints=(Checkpoint(200, "c-200"),))
    spec = chart(
        diagnosis(
            run,
            timeline=(TimelineEntry(150, "restart", "again"), TimelineEntry(399, "end", "end")),
            phases=(Phase("warmup", 0, 40), Phase("learning", 40, 399)),
        )
    )
    assert [(r.x, r.kind) for r in spec.events] == [(150, "restart"), (200, "checkpoint")]
    assert [(p.name, p.first, p.last) for p in spec.phases] == [("warmup", 0, 40), ("learning", 40, 399)]


def test_the_strip_covers_the_axis_with_the_gravest_finding_everywhere() -> None:
    run = run_of({"loss": (STEP, LOSS)})
    found = [
        finding("divergence", "error", 300, 399, tag="loss"),
        finding("plateau", "warning", 200, 350, tag="loss"),
        finding("loss-spike", "info", 50, tag="loss"),
    ]
    strip = chart(diagnosis(run, found)).strip
    assert (strip[0].first, strip[-1].last) == (0, 399)
    assert all(a.last == b.first for a, b in itertools.pairwise(strip))
    assert [s.health for s in strip] == ["ok", "info", "ok", "warning", "error", "error"]
    assert [s.numbers for s in strip] == [(), (3,), (), (2,), (1, 2), (1,)]
    assert strip[1].last - strip[1].first >= 0.005 * 399  # one step, and still to be seen


def test_a_healthy_run_has_a_plain_strip() -> None:
    assert [s.health for s in chart(diagnosis(run_of({"loss": (STEP, LOSS)}))).strip] == ["ok"]


def test_the_eval_curve_and_named_curves_are_drawn_whatever_else_is_there() -> None:
    curves = {f"layer_{i}/loss": (STEP, LOSS + i) for i in range(12)} | {"val/loss": (STEP[::10], LOSS[::10])}
    panel = chart(diagnosis(run_of(curves), [finding("loss-spike", "error", 10, tag="layer_9/loss")])).panels[0]
    assert {"val/loss", "layer_9/loss", "layer_0/loss"} <= set(panel.tags)
    assert panel.left_out == 13 - len(panel.tags)
    assert len({line.ink for line in panel.lines}) == len(panel.tags)


def test_a_curve_that_a_finding_names_gets_a_panel() -> None:
    curves = {"loss": (STEP, LOSS), "mystery": (STEP, -LOSS), "samples_per_second": (STEP, LOSS)}
    assert [p.title for p in chart(diagnosis(run_of(curves))).panels] == ["Loss"]
    named = [
        finding("throughput-drop", "warning", 5, tag="samples_per_second"),
        finding("outlier-batch", "info", 9, tag="mystery"),
    ]
    assert [p.title for p in chart(diagnosis(run_of(curves), named)).panels] == ["Throughput", "Loss", "mystery"]


def test_the_panel_of_the_first_alarm_stands_first_and_is_high() -> None:
    d = spiky(at=())
    told = [finding("plateau", "info", 9, tag="train/lr"), finding("clipping", "warning", 5, tag="train/grad_norm")]
    usual, led = chart(diagnosis(d.run, told[:1])).panels, chart(diagnosis(d.run, told)).panels
    assert [p.title for p in usual] == ["Loss", "Gradient norm", "Learning rate"]
    assert [p.title for p in led] == ["Gradient norm", "Loss", "Learning rate"]
    assert led[0].height > usual[1].height
    assert [p.height for p in led[1:]] == [usual[0].height, usual[2].height]


def test_chosen_tags_only() -> None:
    d = spiky()
    assert [p.tags for p in chart(d, ["train/lr", "val/loss"]).panels] == [("val/loss",), ("train/lr",)]
    with pytest.raises(UsageError, match=r"no curve 'nope' to draw; there are: train/loss, val/loss"):
        chart(d, ["nope"])


@pytest.mark.parametrize("curves", [{}, {"loss": ([], [])}, {"loss": ([5], [2.3])}, {"loss": ([5, 5], [np.nan, 1.0])}])
def test_runs_with_next_to_nothing(curves: dict[str, tuple[list[int], list[float]]]) -> None:
    spec = chart(diagnosis(run_of(curves)))
    assert spec.x.low < spec.x.high
    assert len(spec.strip) == 1
    assert len(spec.panels) == (1 if any(len(s) for s, _ in curves.values()) else 0)


@pytest.mark.parametrize(
    ("axis", "label", "best", "sound"),
    [
        ("step", "loss spike 300", "at 900", "steps 0–298: ok"),
        ("epoch", "loss spike 300", "at 900", "epochs 0–297.9: ok"),
        ("seconds", "loss spike 5 min", "at 15 min", "0 s–4 min 58 s: ok"),
    ],
)
def test_a_place_is_named_by_the_axis(axis: str, label: str, best: str, sound: str) -> None:
    d = spiky(at=(300,))
    spec = chart(replace(d, run=replace(d.run, x_axis=axis)))
    assert spec.marks[0].texts[0] == label
    assert spec.panels[0].markers[-1].text.endswith(best)
    assert sound in [part.about for part in scene(spec, WIDE).under if isinstance(part, Group)]


AHEAD = Forecast("train/loss", (ForecastPoint(439, 1.8, 1.9, 2.0), ForecastPoint(798, 1.5, 1.7, 1.9)))


def test_a_forecast_is_a_fan_behind_the_end_of_the_run() -> None:
    spec = chart(diagnosis(run_of({"train/loss": (STEP, LOSS)}), forecast=AHEAD))
    assert (spec.end, spec.x.high) == (399, 439)  # its beginning: the run stays most of the picture
    assert (spec.strip[0].first, spec.strip[-1].last) == (0, 399)
    (panel,) = spec.panels
    (fan,) = [b for b in panel.bands if b.kind == "forecast"]
    (middle,) = [line for line in panel.lines if line.kind == "forecast"]
    assert fan.x.tolist() == middle.x.tolist() == [399, 439]
    assert fan.low[0] == fan.high[0] == middle.y[0]
    assert (fan.low[1], middle.y[1], fan.high[1]) == (1.8, 1.9, 2.0)
    assert panel.y.low < 1.8
    assert [key.label for key in panel.keys] == ["train/loss", "forecast, 80 %"]
    assert chart(diagnosis(run_of({"train/loss": (STEP, LOSS)}))).x.high == 399
    late = Forecast("train/loss", AHEAD.points[1:])
    assert chart(diagnosis(run_of({"train/loss": (STEP, LOSS)}), forecast=late)).x.high == 399


def test_of_many_like_curves_some_from_the_highest_to_the_lowest_are_drawn() -> None:
    layers = {f"layers/{i}/grad_norm": (STEP, np.full(N, 1.0 + i)) for i in range(60)}
    named = finding("gradient-explosion", "warning", 30, tag="layers/7/grad_norm")
    (panel,) = chart(diagnosis(run_of(layers), [named])).panels
    assert panel.tags == tuple(f"layers/{i}/grad_norm" for i in (0, 1, 7, 30, 59))
    assert panel.left_out == 55
    assert len({line.ink for line in panel.lines}) == 5


def test_percentages_do_not_flatten_shares() -> None:
    names = {"f1": 90.0, "bbox_mAP": 0.4, "bbox_mAP_50": 0.6}
    curves = {"loss": (STEP, LOSS)} | {name: (STEP, top * STEP / N) for name, top in names.items()}
    spec = chart(diagnosis(run_of(curves)))
    tags = {p.title: p.tags for p in spec.panels}
    assert tags["Metrics"] == ("bbox_mAP", "bbox_mAP_50")
    assert tags["f1"] == ("f1",)
    alike = chart(diagnosis(run_of({k: v for k, v in curves.items() if k != "f1"})))
    assert [p.title for p in alike.panels] == ["Loss", "Metrics"]
