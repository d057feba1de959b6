from __future__ import annotations

import numpy as np

from curveread.fleet.analysis.settings import Column, columns, told_apart
from tests.fleet.analysis.handmade import Value, row


def found(**settings: list[Value | None]) -> dict[str, Column]:
    n = len(next(iter(settings.values())))
    each = [{name: v for name, values in settings.items() if (v := values[i]) is not None} for i in range(n)]
    return {c.setting.name: c for c in columns([row(f"run{i}", s) for i, s in enumerate(each)])}


def test_numbers_stand_in_their_order_whatever_yaml_made_of_them() -> None:
    lr = found(lr=["1e-3", 0.1, 0.01, "1e-3"])["lr"]
    assert (lr.setting.kind, lr.setting.values, lr.setting.decades) == ("number", (0.001, 0.01, 0.1), True)
    assert lr.code.tolist() == [0, 2, 1, 0]


def test_truth_values_and_words_are_categories() -> None:
    made = found(amp=[True, False, True], optimizer=["sgd", "adam", "sgd"])
    assert {c.setting.kind for c in made.values()} == {"category"}
    assert made["amp"].setting.values == (False, True)


def test_what_no_axis_can_hold_is_a_category() -> None:
    (huge,) = columns([row("a", {"x": 10**400}), row("b", {"x": 2})])
    assert huge.setting.kind == "category"


def test_a_missing_value_has_no_code() -> None:
    assert found(dropout=[0.1, None, 0.2])["dropout"].code.tolist() == [0, -1, 1]


def test_a_setting_finds_the_place_of_each_rows_value_again() -> None:
    given: dict[str, list[Value | None]] = {
        "lr": ["1e-3", 0.1, 0.01, None], "amp": [True, False, True, None], "mixed": [True, "True", 1, "x"]
    }  # fmt: skip
    for name, column in found(**given).items():
        assert column.setting.places(given[name]) == column.code.tolist()


def test_what_does_not_differ_or_only_names_the_run_is_left_out() -> None:
    names: list[Value | None] = [f"trial-{i}" for i in range(12)]
    assert set(found(lr=[0.1, 0.2] * 6, epochs=[3] * 12, label=names, run_name=names)) == {"lr"}


def test_seeds_are_known_by_name_and_by_what_goes_with_them() -> None:
    made = found(lr=[0.1, 0.1, 0.2, 0.2], manual_seed=[7, 8, 7, 8], replica=[0, 1, 0, 1], shard=[10, 20, 10, 20])
    assert {n for n, c in made.items() if c.setting.seed} == {"manual_seed", "replica", "shard"}
    assert [c.setting.name for c in told_apart(list(made.values()))] == ["lr"]


def test_a_rate_that_goes_with_the_seed_is_not_taken_for_one() -> None:
    assert not found(lr=[0.1, 0.1, 0.2, 0.2], seed=[7, 7, 8, 8])["lr"].setting.seed


def test_settings_that_change_together_are_named() -> None:
    made = found(lr=[0.1, 0.1, 0.2, 0.3] * 3, warmup=[10, 10, 20, 30] * 3, width=[8, 16, 8, 16] * 3)
    assert made["lr"].setting.confounded == ("warmup",)
    assert made["width"].setting.confounded == ()
    assert [c.setting.name for c in told_apart(list(made.values()))] == ["lr", "width"]


def test_a_random_search_confounds_only_what_rises_or_falls_together() -> None:
    rng = np.random.default_rng(0)
    lr, width = rng.uniform(size=(2, 30))
    made = found(lr=np.repeat(lr, 3).tolist(), width=np.repeat(width, 3).tolist(), decay=np.repeat(1 / lr, 3).tolist())
    assert made["lr"].setting.confounded == ("decay",)
    assert made["width"].setting.confounded == ()
