"""Runs made of what is in memory: curves with steps of their own, roles given, several at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import curveread as cr
from curveread.errors import ArgumentError, SeveralRunsError, UsageError
from tests.conftest import needed

LOSS, EVAL = [2.4, 2.0, 1.8, 1.7], [2.5, 2.1]


def points(run: cr.Run) -> dict[str, list[tuple[int, float]]]:
    return {tag: list(zip(c.step.tolist(), c.value.tolist(), strict=True)) for tag, c in run.curves.items()}


@pytest.mark.parametrize(
    "evals",
    [
        ([10, 30], EVAL),
        (np.array([10, 30]), np.array(EVAL)),
        pd.Series(EVAL, index=[10, 30]),
        cr.Curve("other name", np.array([10, 30]), np.array(EVAL)),
    ],
)
def test_each_curve_brings_its_own_steps(evals: object) -> None:
    run = cr.Run.from_dict({"loss": ([0, 10, 20, 30], LOSS), "val_loss": evals}, name="mine")
    assert points(run)["val_loss"] == [(10, 2.5), (30, 2.1)]
    assert points(run)["loss"] == [(0, 2.4), (10, 2.0), (20, 1.8), (30, 1.7)]
    assert (run.name, run["val_loss"].role) == ("mine", cr.Role.EVAL_LOSS)


def test_a_series_or_a_curve_alone_is_a_run() -> None:
    series = pd.Series(LOSS, index=[0, 10, 20, 30], name="loss")
    curve = cr.Curve("val_loss", np.array([10, 30]), np.array(EVAL))
    assert points(cr.read(series)) == {"loss": [(0, 2.4), (10, 2.0), (20, 1.8), (30, 1.7)]}
    assert list(cr.read([series, curve])) == ["loss", "val_loss"]
    assert points(cr.read(pd.Series(LOSS)))["value"][3] == (3, 1.7)
    with pytest.raises(ArgumentError, match="val_loss"):
        cr.read({"val_loss": ([1, 2, 3], EVAL)})


def test_steps_in_no_order_are_sorted_and_it_is_said() -> None:
    run = cr.Run.from_dict({"loss": ([30, 10, 20, 0], LOSS)})
    assert points(run)["loss"] == [(0, 1.7), (10, 2.0), (20, 1.8), (30, 2.4)]
    assert [n.message for n in run.notes] == ["loss: its steps were in no order (2 steps back): sorted by step"]
    by_hand = cr.Run("hand", "", {"loss": cr.Curve("loss", np.array([30, 10]), np.array([1.0, 2.0]))})
    assert "in no order" in cr.diagnose(by_hand).run.notes[0].message


def test_a_run_whose_curve_has_two_names_is_refused() -> None:
    with pytest.raises(ArgumentError, match="'m' is called 'loss'"):
        cr.diagnose(cr.Run("hand", "", {"m": cr.Curve("loss", np.array([1]), np.array([1.0]))}))


def test_what_the_names_do_not_say_is_given() -> None:
    frame = pd.DataFrame({"it": [100, 200, 300], "nll": [2.5, 2.2, 2.1], "m": [0.1, 0.2, 0.3]})
    run = cr.Run.from_frame(
        frame,
        step="it",
        roles={"nll": cr.Role.EVAL_LOSS, "m": "quality_metric"},
        better={"m": "up"},
        units={"nll": "nats"},
        task="segmentation",
        config={"lr": 0.1},
    )
    assert (run.x_axis, run.last_step, run.config["lr"]) == ("it", 300, 0.1)
    assert (run["nll"].role, run["nll"].unit) == (cr.Role.EVAL_LOSS, "nats")
    assert (run["m"].role, run["m"].direction) == (cr.Role.QUALITY_METRIC, "higher")
    assert run.task is not None
    assert run.task.kind == "segmentation"


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"roles": {"x": "eval-loss"}}, "roles='x': no curve has that name; there are: loss"),
        ({"roles": {"loss": "evil"}}, "roles='loss=evil': there is no such role; there are: train-loss"),
        ({"better": {"loss": "sideways"}}, "say up, down or none"),
        ({"step": "x"}, "step='x': there is no such column; there are: loss"),
        ({"task": "x"}, "task='x'"),
    ],
)
def test_an_argument_that_does_not_fit_is_named(known: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        cr.Run.from_dict({"loss": LOSS}, **known)


def test_what_is_known_of_a_run_goes_with_the_question() -> None:
    found = cr.diagnose({"q": LOSS}, role={"^q$": "eval_loss"}, ignore="plateau")
    assert found.run["q"].role is cr.Role.EVAL_LOSS
    again = cr.read(found.run, role={"q": "train-loss"})
    assert again["q"].role is cr.Role.TRAIN_LOSS
    assert cr.read(found) == found.run


def test_several_runs_in_a_list_or_under_names(samples: Path, tmp_path: Path) -> None:
    one, two = samples / "overfitting", {"loss": LOSS, "val_loss": LOSS}
    assert [r.name for r in cr.read_all([one, two])] == ["overfitting", "data"]
    assert [r.name for r in cr.read_all({"base": one, "new": str(one)})] == ["base", "new"]
    with pytest.raises(SeveralRunsError, match="2 runs are there"):
        cr.read([one, two])
    for compared in (cr.compare(one, two), cr.compare([one, two]), cr.compare(cr.read(one), cr.diagnose(two))):
        assert [r.name for r in compared.runs] == ["overfitting", "data"]
    assert [r.name for r in cr.compare({"a": cr.read(one), "b": cr.read(one)}).runs] == ["a", "b"]
    assert cr.export({"a": cr.read(two), "b": cr.read(two)}, tmp_path / "t.csv") == 16
    assert sorted(set(pd.read_csv(tmp_path / "t.csv").run)) == ["a", "b"]


def test_one_name_is_a_list_of_one(samples: Path) -> None:
    found = cr.diagnose(samples / "overfitting", select="overfitting")
    assert [f.rule for f in found.findings] == ["overfitting"]
    assert len(cr.sweep([samples / "overfitting", samples / "leakage"], select="overfitting", jobs=1).rows) == 2


def test_a_wide_table_has_a_column_for_every_curve() -> None:
    run = cr.Run.from_dict({"loss": ([0, 10, 10], [3.0, 2.0, 1.0]), "val_loss": ([10, 20], EVAL)})
    wide = run.to_frame("wide")
    assert wide.loss.tolist() == pytest.approx([3.0, 1.0, np.nan], nan_ok=True)
    assert points(cr.read(wide))["val_loss"] == [(10, 2.5), (20, 2.1)]


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_an_index_of_times_is_the_clock(zone: str | None) -> None:
    times = pd.date_range("2026-01-01", periods=4, freq="min", tz=zone)
    began = times[0].timestamp() if zone else pd.Timestamp("2026-01-01", tz="UTC").timestamp()
    frame = pd.DataFrame({"loss": LOSS}, index=times)
    for run in (cr.read(frame), cr.read(frame["loss"]), cr.read(frame.reset_index(names="wall_time"))):
        assert list(run) == ["loss"]
        assert run["loss"].step.tolist() == [0, 1, 2, 3]
        assert run["loss"].wall_time is not None
        assert run["loss"].wall_time.tolist() == [began + 60.0 * i for i in range(4)]


def test_a_time_that_is_missing_is_none() -> None:
    times = pd.DatetimeIndex(["2026-01-01", None, "2026-01-03", "2026-01-04"])
    frame = pd.DataFrame({"loss": LOSS}, index=times)
    for run in (cr.read(frame), cr.read(frame["loss"])):
        assert run["loss"].wall_time is not None
        assert np.isnan(run["loss"].wall_time).tolist() == [False, True, False, False]


def test_numbers_written_as_text_are_numbers_and_words_are_not() -> None:
    frame = pd.DataFrame({"step": ["0", "10"], "loss": ["2.5", "2.0"], "note": ["warm", "1"]})
    assert points(cr.read(frame)) == {"loss": [(0, 2.5), (10, 2.0)]}


def test_tables_of_arrow_are_read() -> None:
    table = needed("pyarrow").table({"step": [0, 10], "loss": [2.5, 2.0]})
    assert points(cr.read(table)) == {"loss": [(0, 2.5), (10, 2.0)]}


def test_the_step_that_is_named_wins() -> None:
    frame = pd.DataFrame({"loss": [2.5, 2.0], "it": [100, 200]}, index=pd.Index([1, 2], name="global_step"))
    assert cr.Run.from_frame(frame, step="it")["loss"].step.tolist() == [100, 200]
    assert cr.Run.from_frame(frame, step="global_step")["loss"].step.tolist() == [1, 2]


def test_a_folder_of_several_runs_is_drawn_and_compared_whole(samples: Path) -> None:
    logs = Path(__file__).parents[1] / "notebooks" / "logs"
    assert len(cr.plot(logs, by="lr", tags="train/loss").legends[0].get_texts()) == 6
    assert len(cr.compare(logs).runs) == 24


def test_arguments_are_named_also_where_they_come_from_below(samples: Path, tmp_path: Path) -> None:
    run = cr.read({"loss": LOSS})
    with pytest.raises(ArgumentError, match="smooth=2: the weight must be"):
        cr.report(run, tmp_path / "r.html", smooth=2)
    with pytest.raises(ArgumentError, match="smooth=1: the weight must be"):
        cr.export(run, tmp_path / "r.csv", smooth=1)
    with pytest.raises(UsageError, match="name a folder"):
        cr.sweep()
    with pytest.raises(ArgumentError, match="frame='str': expected a DataFrame"):
        cr.Run.from_frame("runs/a")  # type: ignore[arg-type]
    assert cr.diagnose(run).plot(tags="loss").axes
