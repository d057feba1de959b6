from __future__ import annotations

import pickle
import re
from dataclasses import replace
from pathlib import Path

import pytest

from curveread import api
from curveread.errors import UsageError
from curveread.findings.sweep.analysis import Analysis
from curveread.fleet.analyse import analyse
from curveread.fleet.row import row_of
from tests.fleet.analysis.handmade import measure, random_search, row, unread
from tests.support.turns import one_of


def said(found: Analysis, topic: str) -> list[str]:
    return [str(s.text) for s in found.statements if s.topic == topic]


def test_no_rows_and_unread_rows_are_no_trouble() -> None:
    assert analyse([]) == Analysis() == analyse([], group_by=["lr"], outcome="bleu")
    found = analyse([unread("a"), unread("b")])
    assert found.order == (0, 1)
    assert said(found, "undetermined") == ["2 runs could not be read."]


def test_places_are_those_of_all_rows() -> None:
    rows = [
        unread("lost"),
        *(row(f"r{i}", {"lr": i // 3, "seed": i % 3}, float(3 - i // 3) + 0.01 * i) for i in range(9)),
    ]
    found = analyse(rows)
    assert found.groups[0].rows == (7, 8, 9)
    assert found.order[0] == 0


def test_the_order_is_unread_then_the_worst_verdict_then_the_worst_outcome() -> None:
    rows = [
        row("good", {"lr": 1}, 1.0),
        row("worse", {"lr": 2}, 2.0),
        row("wreck", {"lr": 3}, 0.5, ["divergence"]),
        row("warned", {"lr": 4}, 0.1, health="warning"),
        unread("lost"),
    ]
    assert [rows[i].run for i in analyse(rows).order] == ["lost", "wreck", "warned", "worse", "good"]


def test_where_forms_disagree_both_are_said() -> None:
    """One setting reaches the lowest level on its way and ends badly."""
    rows = []
    for s in range(3):
        for lr, tail, best in ((0.1, 0.30, 0.29), (1.0, 0.50, 0.10)):
            m = replace(measure(tail + 0.001 * s), best=best + 0.001 * s)
            rows.append(replace(row(f"{lr}-{s}", {"lr": lr, "seed": s}), measures=(m,)))
    found = analyse(rows)
    assert found.groups[0].settings == {"lr": 0.1}
    assert said(found, "ranking") == [
        "Ranked by the mean of the last tenth of eval/loss; by the best level reached of it lr 1 would be first, at "
        "0.101 nats."
    ]


def test_what_is_not_ranked_is_counted() -> None:
    rows = [*(row(f"r{i}", {"lr": i}, float(i)) for i in range(4)), row("bare", {"lr": 9})]
    assert "1 run without eval/loss cannot be ranked." in said(analyse(rows), "undetermined")
    assert said(analyse([row("a", {}), row("b", {})]), "undetermined") == [
        "The runs share no curve by which they could be ranked."
    ]


def test_few_seeds_are_said() -> None:
    single = [row(f"r{i}", {"lr": i}, float(i)) for i in range(4)]
    assert any("may be luck" in s for s in said(analyse(single), "undetermined"))
    mixed = [*(row(f"{i}-{s}", {"lr": i, "seed": s}, i + 0.01 * s) for i in range(2) for s in range(3)), single[3]]
    assert "1 configuration ran with fewer than three seeds: nothing is claimed of them." in said(
        analyse(mixed), "undetermined"
    )


def test_wishes_are_heeded_and_unknown_ones_are_errors() -> None:
    rows = [row(f"{i}-{s}", {"lr": i, "width": s}, i + 0.1 * s) for i in range(3) for s in range(4)]
    found = analyse(rows, group_by=["lr"])
    assert [dict(g.settings) for g in found.groups] == [{"lr": 0}, {"lr": 1}, {"lr": 2}]
    with pytest.raises(UsageError, match="no setting 'depth'"):
        analyse(rows, group_by=["depth"])
    with pytest.raises(UsageError, match="no run has a curve 'bleu'"):
        analyse(rows, outcome="bleu")


def test_the_answer_repeats_and_travels() -> None:
    found = analyse(random_search(60))
    again = analyse(random_search(60))
    assert found == again
    assert pickle.loads(pickle.dumps(found)) == found


def test_the_sentences_of_a_random_search() -> None:
    found = analyse(random_search(200))
    (shared,) = [str(s.text) for s in found.statements if str(s.text).startswith("divergence")]
    assert re.fullmatch(
        r"divergence in (\d+) of \1 runs with lr ≥ 1\.\d+, in \d of \d+ others: a difference of 9\d percentage points "
        r"\(95 % interval \d+ to 100; p < 0\.001 after correction over \d+ comparisons\)\.",
        shared,
    )
    (best,) = said(found, "best")
    assert best.startswith("Best lr: between 0.0")
    assert "the edge of stability lies at about" in best
    (matters,) = said(found, "setting")
    assert ": lr " in matters


@pytest.mark.parametrize(("configurations", "seeds"), one_of(2, [(500, 1), (1_500, 4)]))
def test_thousands_of_runs_and_many_idle_settings(configurations: int, seeds: int) -> None:
    found = analyse(random_search(configurations, seeds, others=18))
    assert found.associations[0].setting == "lr"
    assert {i.setting for i in found.importances} == {"lr"}


def test_two_different_runs_are_no_trouble() -> None:
    samples = Path(__file__).resolve().parents[2] / "sample_logs"
    rows = [row_of(api.diagnose(api.read(samples / name))) for name in ("overfitting", "nan-loss")]
    assert analyse(rows).associations == ()
