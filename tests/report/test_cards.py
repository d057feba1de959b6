"""Findings as cards: repeated events together, nothing said twice."""

from __future__ import annotations

from dataclasses import replace

from curveread.findings.finding import Evidence, Finding, Severity
from curveread.report.cards import cards, repeated


def spike(step: int, severity: Severity = Severity.WARNING, tag: str = "loss") -> Finding:
    return Finding("loss-spike", severity, 0.9, f"{tag} jumped at {step}", tag, step, step, step + 5)


def test_repeated_events_share_a_card_and_keep_their_numbers() -> None:
    findings = [spike(10), spike(50, tag="other"), spike(90), spike(200), spike(300, Severity.INFO)]
    made = cards(findings, "step")
    assert [c.number for c in made] == [1, 2, 5]
    assert (made[0].title, made[0].where) == ("Loss spike, 3 times", "steps 10–205")
    assert [(e.number, e.where, e.message) for e in made[0].events] == [
        (n, f"steps {at}–{at + 5}", f"loss jumped at {at}") for n, at in ((1, 10), (3, 90), (4, 200))
    ]
    assert made[1].events == ()


def test_events_are_told_apart_by_the_figures_in_which_they_differ() -> None:
    def event(step: int, height: float, width: float) -> Finding:
        more = (
            Evidence("height", "height", height, "robust standard deviations"),
            Evidence("threshold", "threshold", 6.0 + height, "robust standard deviations"),
            Evidence("level", "level", 1.5, "nats"),
            Evidence("width", "width", width, "steps"),
            Evidence("moved-first", "moved first", f"curve {step}"),
        )
        return replace(spike(step), evidence=more)

    (card,) = cards([event(10, 19.3, 1.0), event(90, 7.0, 3.0)], "step")
    assert card.columns == ("height", "width")
    assert [e.values for e in card.events] == [
        ("19 times the usual noise", "1 step"),
        ("7 times the usual noise", "3 steps"),
    ]
    assert [e.name for e in card.evidence] == ["threshold", "level", "moved first"]


def test_what_stands_above_is_not_said_again() -> None:
    finding = replace(spike(10), advice=("Look at it.", "Clip."))
    (card,) = cards([finding], "step", ("Loss jumped at 10; 1 more finding.", "Clip."))
    assert card.told
    assert card.advice == ("Look at it.",)
    (card,) = cards([finding], "step")
    assert not card.told
    assert card.advice == finding.advice


def test_what_follows_is_told_once() -> None:
    consequence = Evidence("consequence", "plateau in loss", 30.0, "step")
    finding = replace(spike(10), evidence=(consequence,))
    (card,) = cards([finding], "step")
    assert [(e.name, e.value) for e in card.evidence] == [("plateau in loss", "step 30")]
    (card,) = cards([replace(finding, folded=(spike(30),))], "step")
    assert card.evidence == ()
    assert card.folded == ("loss-spike: loss jumped at 30",)


def test_findings_of_the_whole_run_stay_apart() -> None:
    whole = Finding("dense-eval", Severity.INFO, 0.9, "m", "eval/loss")
    assert repeated([whole, whole]) == ((0,), (1,))
