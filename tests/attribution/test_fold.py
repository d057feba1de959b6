"""What follows from what: each row of the table folds where it says, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curveread.attribution.fold import fold
from curveread.attribution.follows import _TABLE, Causes
from curveread.case import case_of
from curveread.detectors.registry import rules
from curveread.findings.finding import Evidence, Finding, Severity
from tests.support.curves import decay, run_of

CASE = case_of(run_of(loss=decay(1000)))  # 2 % of it, 20 steps, are near


def finding(rule: str, first: int, last: int, severity: Severity = Severity.WARNING, tag: str = "loss") -> Finding:
    return Finding(rule, severity, 0.9, f"{rule} at {first}", tag, first, first, last)


@pytest.mark.parametrize(
    ("cause", "effect", "at", "folded"),
    [
        ("divergence", "loss-spike", 690, True),  # from its onset on, which may be 2 % off
        ("divergence", "loss-spike", 600, False),
        ("divergence", "learning-rate-jump", 715, True),
        ("divergence", "learning-rate-jump", 800, False),
        ("divergence", "level-shift", 800, True),
        ("divergence", "plateau", 100, True),
        ("divergence", "overfitting", 620, True),
        ("divergence", "overfitting", 400, False),
        ("masked-nan", "divergence", 699, False),
        ("masked-nan", "divergence", 700, True),
        ("nonfinite-loss", "loss-spike", 695, True),
        ("nonfinite-loss", "divergence", 700, False),
        ("restart", "loss-spike", 705, True),
        ("gradient-explosion", "clipping-saturation", 10, True),
        ("gradient-explosion", "loss-spike", 700, False),
        ("concurrent-writers", "restart", 10, True),
        ("loss-spike", "gradient-explosion", 700, False),
    ],
)
def test_where_an_effect_must_stand(cause: str, effect: str, at: int, folded: bool) -> None:
    kept = fold([finding(effect, at, at + 5), finding(cause, 700, 999)], CASE)
    assert (len(kept) == 1) is folded
    if folded:
        assert kept[0].rule == cause
        assert [f.rule for f in kept[0].folded] == [effect]
        assert kept[0].evidence[-1].name == f"{effect} in loss at step"


def test_a_graver_finding_is_no_consequence_of_a_milder_one() -> None:
    jump = finding("learning-rate-jump", 700, 700, Severity.ERROR)
    assert len(fold([jump, finding("divergence", 700, 999, Severity.WARNING)], CASE)) == 2


def test_a_spike_at_a_harmless_restart_stays() -> None:
    spike = finding("loss-spike", 700, 710)
    assert len(fold([spike, finding("restart", 700, 700, Severity.INFO)], CASE)) == 2


def test_of_one_thing_in_several_losses_the_earlier_is_the_cause() -> None:
    train, late = finding("nonfinite-loss", 700, 999), finding("nonfinite-loss", 750, 999, tag="eval")
    (kept,) = fold([late, train], CASE)
    assert (kept.tag, kept.folded) == ("loss", (late,))
    apart = finding("nonfinite-loss", 100, 110, tag="eval")
    assert len(fold([apart, train], CASE)) == 2


def test_the_edge_of_a_step_down_is_no_spike_and_no_evidence() -> None:
    levels = (
        Evidence("level-before", "level before", 3.0, "nats"),
        Evidence("level-after", "level after", 2.0, "nats"),
    )
    shift = Finding("level-shift", Severity.INFO, 0.9, "m", "loss", 700, 700, 700, levels)
    edge = Finding(
        "loss-spike",
        Severity.WARNING,
        0.9,
        "m",
        "loss",
        690,
        695,
        700,
        (Evidence("height-above-the-trend", "height above the trend", 0.3, "nats"),),
    )
    (kept,) = fold([edge, shift], CASE)
    assert kept.rule == "level-shift"
    assert kept.evidence == levels
    assert kept.folded[0].severity is Severity.INFO
    high = Finding(
        "loss-spike",
        Severity.WARNING,
        0.9,
        "m",
        "loss",
        690,
        695,
        700,
        (Evidence("height-above-the-trend", "height above the trend", 2.0),),
    )
    assert [f.rule for f in fold([high, shift], CASE)] == ["loss-spike"]  # then the step is the spike's own end


def test_findings_without_a_place_are_never_folded() -> None:
    whole = Finding("plateau", Severity.INFO, 0.9, "m", None)
    assert len(fold([whole, finding("divergence", 700, 999)], CASE)) == 2


def test_every_name_in_the_table_is_a_check() -> None:
    named = {r for link in _TABLE for r in (link.cause, *link.effects)}
    assert named <= set(rules())


def test_what_was_folded_into_a_folded_finding_stays_visible() -> None:
    entropy, collapse = (
        finding("entropy-collapse", 600, 999, tag="h"),
        finding("metric-collapse", 650, 999, tag="reward"),
    )
    (kept,) = fold([entropy, collapse, finding("divergence", 640, 999, Severity.ERROR)], CASE)
    assert kept.rule == "divergence"
    assert {f.rule for f in kept.folded} == {"metric-collapse", "entropy-collapse"}
    assert {str(e.name) for e in kept.evidence} == {
        "metric-collapse in reward at step",
        "entropy-collapse in h at step",
    }


def test_one_event_in_several_curves_is_one_finding_that_names_them() -> None:
    first = finding("overfitting", 400, 999, tag="eval/a")
    second, third = (
        finding("overfitting", 300, 999, Severity.ERROR, "eval/b"),
        finding("overfitting", 500, 999, tag="c"),
    )
    (kept,) = fold([first, second, third], CASE)
    assert (kept.tag, kept.severity, kept.first_step) == ("eval/a", Severity.ERROR, 400)
    assert str(kept.message) == "overfitting at 400; the same in eval/b and c"
    assert len([e for e in kept.evidence if e.key == "consequence"]) == 2


def test_a_remark_does_not_speak_for_an_alarm_of_the_same_event() -> None:
    (kept,) = fold([finding("plateau", 100, 999, Severity.INFO, "a"), finding("plateau", 200, 999, tag="b")], CASE)
    assert (kept.tag, kept.severity) == ("b", Severity.WARNING)


def test_events_of_different_places_or_of_one_curve_stay_apart() -> None:
    assert len(fold([finding("loss-spike", 100, 110), finding("loss-spike", 100, 110, tag="b")], CASE)) == 1
    assert len(fold([finding("loss-spike", 100, 110), finding("loss-spike", 500, 510, tag="b")], CASE)) == 2
    assert len(fold([finding("loss-spike", 100, 110), finding("loss-spike", 105, 110)], CASE)) == 2
    assert len(fold([finding("plateau", 100, 300), finding("plateau", 500, 999, tag="b")], CASE)) == 2


RULES = sorted({r for link in _TABLE for r in (link.cause, *link.effects)})
SOME = st.builds(
    finding,
    st.sampled_from(RULES),
    st.integers(0, 200),
    st.integers(0, 999),
    st.sampled_from(Severity),
    st.sampled_from(["loss", "val", "reward"]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(SOME, max_size=12))
def test_only_pairs_that_cannot_fold_are_passed_over(findings: list[Finding]) -> None:
    quick = fold(findings, CASE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Causes, "of", lambda self, i: [j for j in range(len(findings)) if j != i])
        assert fold(findings, CASE) == quick
