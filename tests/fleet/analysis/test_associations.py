from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from curveread.findings.sweep.analysis import Association, Side
from curveread.findings.sweep.row import SweepRow
from curveread.fleet.analysis.associations import ERROR, associations
from curveread.fleet.analysis.groups import grouping
from curveread.fleet.analysis.settings import columns
from tests.fleet.analysis.handmade import random_search, row

RULE = ["divergence"]


def found(rows: Sequence[SweepRow]) -> tuple[Association, ...]:
    settings = columns(rows)
    return associations(rows, settings, grouping(settings, len(rows)))


def grid(lrs: int, others: int, seeds: int, broken: int = 1) -> list[SweepRow]:
    """Return a full grid in which the runs of the greatest rates break."""
    return [
        row(f"{lr}-{o}-{s}", {"lr": float(lr), "width": o, "seed": s}, 1.0, RULE if lr >= lrs - broken else ())
        for lr in range(lrs)
        for o in range(others)
        for s in range(seeds)
    ]


def shuffled(rows: Sequence[SweepRow], seed: int) -> list[SweepRow]:
    """Return the rows with what became of each given to another one."""
    order = np.random.default_rng(seed).permutation(len(rows))
    return [replace(rows[i], settings=r.settings) for r, i in zip(rows, order, strict=True)]


def test_the_cut_is_found_with_its_counts_and_effect() -> None:
    rows = grid(5, 4, 3)
    rows[-1] = replace(rows[-1], health="ok", findings=())
    first = found(rows)[0]
    assert (first.what, first.setting, first.relation, first.value) == ("divergence", "lr", ">=", 4.0)
    assert (first.inside, first.inside_of, first.outside, first.outside_of) == (11, 12, 0, 48)
    assert 0.6 < first.effect_low < first.effect < first.effect_high < 1
    assert first.p < 1e-8
    assert first.p_corrected < 0.01


def test_a_small_grid_is_enough_where_the_pattern_is_perfect() -> None:
    """Three rates, three seeds: 3 of 3 against 0 of 6; four rates, two widths, four seeds: 8 of 8 against 0 of 24."""
    assert {a.what for a in found(grid(3, 1, 3))} == {"divergence", ERROR}
    assert {a.setting for a in found(grid(4, 2, 4))} == {"lr"}


def test_two_wrecks_are_no_pattern() -> None:
    rows = [row(f"r{i}", {"lr": float(i)}, 1.0, RULE if i in (3, 11) else ()) for i in range(16)]
    assert found(rows) == ()


def test_categories_have_their_relation() -> None:
    rows = [
        row(f"r{i}", {"opt": "sgd" if i % 3 else "adam", "amp": i % 2 == 0}, 1.0, RULE if i % 3 == 0 else ())
        for i in range(36)
    ]
    assert {(a.setting, a.relation, a.value) for a in found(rows)} == {("opt", "==", "adam")}


def test_both_ends_are_found_by_what_happens_there() -> None:
    rows = [
        row(f"r{i}", {"lr": 10.0 ** (i % 6)}, 1.0, {0: ["no-learning"], 5: ["divergence"]}.get(i % 6, []))
        for i in range(48)
    ]
    sides = {(a.what, a.relation, a.value) for a in found(rows)}
    assert {("divergence", ">=", 1e5), ("no-learning", "<=", 1.0)} <= sides


def test_a_setting_that_went_along_is_named_and_makes_no_claim_of_its_own() -> None:
    rows = [
        row(f"r{i}", {"lr": float(i % 8), "warmup": 100 * (i % 8), "size": i % 3}, 1.0, RULE if i % 8 > 5 else ())
        for i in range(64)
    ]
    made = [a for a in found(rows) if a.what == "divergence"]
    assert [(a.setting, a.confounded) for a in made] == [("lr", ("warmup",))]


def test_one_that_nearly_goes_along_is_named_too() -> None:
    rng = np.random.default_rng(1)
    rows = []
    for i in range(200):
        lr = float(rng.uniform())
        clip = round(lr + 0.005 * rng.normal(), 4)
        rows.append(row(f"r{i}", {"lr": lr, "clip": clip, "size": float(rng.uniform())}, 1.0, RULE if lr > 0.7 else ()))
    made = [a for a in found(rows) if a.what == "divergence"]
    assert [{a.setting, *a.confounded} for a in made] == [{"lr", "clip"}]


def test_an_interaction_is_said_where_it_says_more() -> None:
    rng = np.random.default_rng(2)
    rows = []
    for i in range(200):
        lr, momentum = rng.uniform(size=2).tolist()
        rows.append(row(f"r{i}", {"lr": lr, "momentum": momentum}, 1.0, RULE if lr > 0.5 and momentum > 0.5 else ()))
    first = found(rows)[0]
    sides = {Side(first.setting, first.relation, first.value), *first.given}
    assert {(s.setting, s.relation) for s in sides} == {("lr", ">="), ("momentum", ">=")}
    assert first.inside / first.inside_of > 0.9
    assert first.outside <= 4


def test_seeds_are_no_evidence_of_their_own() -> None:
    """Ten configurations of 20 seeds each; two break, by chance: 40 runs, but only two configurations."""
    rng = np.random.default_rng(3)
    claimed = 0
    for _ in range(40):
        a, b = rng.uniform(size=(2, 10))
        broken = rng.permutation(10) < 2
        rows = [
            row(f"{c}-{s}", {"a": float(a[c]), "b": float(b[c]), "seed": s}, 1.0, RULE if broken[c] else ())
            for c in range(10)
            for s in range(20)
        ]
        claimed += bool(found(rows))
    assert claimed <= 4


@pytest.mark.slow
def test_irrelevant_settings_are_seldom_claimed_beside_one_that_matters() -> None:
    claimed = [{a.setting for a in found(random_search(160, seeds, seed=s))} for s in range(20) for seeds in (1, 4)]
    assert sum("lr" in c for c in claimed) == 40
    assert sum(bool(c - {"lr"}) for c in claimed) <= 3


@pytest.mark.slow
def test_nothing_is_claimed_of_shuffled_runs() -> None:
    for rows in (random_search(120, others=4), grid(5, 4, 4), grid(10, 1, 4, broken=2)):
        assert sum(bool(found(shuffled(rows, s))) for s in range(40)) <= 4


def test_the_answer_does_not_hang_on_the_order_or_the_scale() -> None:
    rows = random_search(90)
    turned = [replace(r, settings={**r.settings, "lr": float(r.settings["lr"]) * 1000}) for r in rows]
    assert [(a.what, a.setting, a.inside, a.outside) for a in found(rows[::-1])] == [
        (a.what, a.setting, a.inside, a.outside) for a in found(turned)
    ]
