"""Several forms of one run: the fullest wins per curve, the rest confirms, fills in or is told to differ."""

from __future__ import annotations

import numpy as np
import pytest

from curveread.discovery.agreement import agreement
from curveread.discovery.merge import Form, drop_summaries, merge_forms, plain_name
from curveread.readers.registry import formats
from curveread.readers.trainer.names import rewritten
from curveread.run.model import Curve
from curveread.run.notes import NoteKind


def curve(tag: str, steps: object, value: object = None, *, wall: float | None = None, bits: int = 53) -> Curve:
    step = np.array(list(steps), dtype=np.int64)  # type: ignore[call-overload]
    values = np.sin(step) + 2 if value is None else np.asarray(value, float)
    return Curve(tag, step, values, None if wall is None else wall + step.astype(float), significand_bits=bits)


def form(name: str, *curves: Curve, fidelity: str = "full", x_axis: str = "step") -> Form:
    format_ = next(f for f in formats() if f.name == name)
    return Form(format_, f"{name}.file", {c.tag: c for c in curves}, x_axis=x_axis, fidelity=fidelity)


def test_most_points_win_and_names_become_aliases() -> None:
    thin = form("trainer-state", curve("loss", range(10, 110, 10)))
    full = form("wandb", curve("train/loss", range(10, 110, 5)))
    out = merge_forms([thin, full])
    assert list(out.curves) == ["train/loss"]
    assert out.curves["train/loss"].aliases == ("loss",)
    assert len(out.curves["train/loss"]) == 20
    assert not out.notes


def test_then_precision_wins_and_the_clock_is_filled_in() -> None:
    exact = np.sin(np.arange(50)) + 2
    single = exact.astype(np.float32).astype(float)
    state = form("trainer-state", curve("loss", range(50), exact), curve("eval_loss", [10, 20]))
    events = form(
        "tensorboard",
        curve("train/loss", range(50), single, wall=1e9, bits=24),
        curve("eval/loss", [10, 20], wall=1e9, bits=24),
    )
    out = merge_forms([events, state])
    assert set(out.curves) == {"loss", "eval_loss"}
    assert np.array_equal(out.curves["loss"].value, exact)
    assert out.curves["loss"].wall_time is not None
    assert out.curves["loss"].wall_time[7] == 1e9 + 7
    assert out.curves["eval_loss"].aliases == ("eval/loss",)
    assert not out.notes, "float32 is no disagreement"


def test_values_tell_a_curve_under_another_name() -> None:
    out = merge_forms([form("trainer-state", curve("learning_rate", range(30))), form("jsonl", curve("lr", range(30)))])
    assert out.curves["learning_rate"].aliases == ("lr",)


def test_equal_constants_are_no_evidence() -> None:
    out = merge_forms(
        [form("csv", curve("clip", range(30), np.ones(30))), form("jsonl", curve("beta", range(30), np.ones(30)))]
    )
    assert set(out.curves) == {"clip", "beta"}


def test_rounded_export_confirms() -> None:
    value = np.sin(np.arange(100)) + 2
    out = merge_forms(
        [
            form("tensorboard", curve("loss", range(100), value)),
            form("jsonl", curve("loss", range(100), np.round(value, 4))),
        ]
    )
    assert not out.notes


def test_disagreement_is_told_with_the_worst_place() -> None:
    value = np.sin(np.arange(100)) + 2
    other = value.copy()
    other[40] += 3
    out = merge_forms(
        [form("tensorboard", curve("loss", range(100), value)), form("csv", curve("loss", range(100), other))]
    )
    (note,) = out.notes
    assert note.kind is NoteKind.DISAGREEMENT
    assert "1 of 100 common steps (step 40:" in note.message
    assert out.curves["loss"].value[40] == value[40]


def test_a_small_but_real_difference_is_told() -> None:
    value = np.sin(np.arange(100)) + 2
    forms = [
        form("tensorboard", curve("loss", range(100), value)),
        form("csv", curve("loss", range(100), value * 1.0001)),
    ]
    assert "100 of 100" in merge_forms(forms).notes[0].message


def test_thinned_export_is_an_alias() -> None:
    out = merge_forms(
        [
            form("tensorboard-csv", curve("val_loss", range(0, 100, 10)), fidelity="sampled"),
            form("tensorboard", curve("val/loss", range(0, 100, 5))),
        ]
    )
    assert out.curves["val/loss"].aliases == ("val_loss",)


def test_buckets_of_a_panel_are_no_disagreement_and_their_edges_add_nothing() -> None:
    panel = form(
        "wandb-panel",
        curve("loss", [0, 10, 20], [1, 2, 3]),
        curve("loss__MIN", [0, 10, 20], [0, 1, 2]),
        curve("loss__MAX", [0, 10, 20], [3, 4, 5]),
        fidelity="sampled",
    )
    assert len(merge_forms([panel]).curves) == 3
    out = merge_forms([panel, form("wandb", curve("loss", range(30)))])
    assert set(out.curves) == {"loss"}
    assert not out.notes


def test_curves_of_one_form_are_never_merged() -> None:
    out = merge_forms(
        [form("csv", curve("a_loss", range(20)), curve("b_loss", range(20))), form("jsonl", curve("c_loss", range(20)))]
    )
    assert len(out.curves) == 2


def test_nan_agrees_with_nan() -> None:
    a = curve("loss", range(4), [1, np.nan, np.inf, 2])
    assert agreement(a, curve("loss", range(4), [1, np.nan, np.inf, 2])) == (4, 4)
    assert agreement(a, curve("loss", range(4), [1, 0.0, -np.inf, 2])) == (4, 2)


def test_closing_summary_of_the_trainer_goes_to_the_config() -> None:
    curves = {t: curve(t, [100], [3.0]) for t in ("train/train_runtime", "train/train_loss", "train/total_flos")}
    kept, config = drop_summaries({"train/loss": curve("train/loss", range(100)), **curves})
    assert set(kept) == {"train/loss"}
    assert config == {"train_runtime": 3.0, "train_loss": 3.0, "total_flos": 3.0}


@pytest.mark.parametrize(
    ("key", "tag"),
    [
        ("loss", "train/loss"),
        ("eval_loss", "eval/loss"),
        ("eval_squad_f1", "eval/squad_f1"),
        ("test_acc", "test/acc"),
        ("rewards/chosen", "train/rewards/chosen"),
    ],
)
def test_the_trainers_renaming(key: str, tag: str) -> None:
    assert rewritten(key) == tag


def test_plain_names() -> None:
    assert plain_name("Train/Loss") == plain_name("train_loss") == plain_name("train.loss")
    assert plain_name("train/loss") != plain_name("train/loss2")


def test_what_was_printed_fills_in_and_contradicts_nothing() -> None:
    state = form("trainer-state", curve("loss", range(10, 60, 10), [1.5625, 1.4375, 1.3125, 1.1875, 1.0625]))
    printed = form(
        "text-log",
        curve("loss", range(10, 110, 10), np.linspace(1.56, 0.9, 10)),
        curve("val loss", [50, 100], [1.2, 1.1]),
        x_axis="record",
    )
    out = merge_forms([printed, state])
    assert len(out.curves["loss"]) == 5
    assert out.curves["loss"].value[0] == 1.5625
    assert len(out.curves["val loss"]) == 2
    assert out.x_axis == "step"
    assert not out.notes


def test_the_form_that_calls_the_same_count_epochs_names_the_axis() -> None:
    events = form("tensorboard", curve("train/box_loss", range(1, 21)))
    table = form("csv", curve("train/box_loss", range(1, 21)), x_axis="epoch")
    assert merge_forms([events, table]).x_axis == "epoch"
    other = form("csv", curve("train/box_loss", range(0, 2000, 100), np.sin(np.arange(1, 21)) + 2), x_axis="epoch")
    assert merge_forms([events, other]).x_axis == "step"
