"""The tables of confidence claim no more than was seen, on programs and repositories other than those judged."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from curveread.detectors.confidence import confidence_of, in_task
from curveread.run.tags.kinds import TaskKind
from tests.benchmarks.accuracy import RECORDED
from tests.benchmarks.calibration import Stated, calibration, fitted, left_out, raw, strength, using


def strewn(right: int, of: int, group: str, confidence: float | None = 0.9, rule: str = "plateau") -> list[Stated]:
    return [Stated(group, rule, "unknown", confidence, i < right) for i in range(of)]


def stated_after(findings: Sequence[Stated], rule: str = "plateau", strength: float = 0.0) -> float | None:
    """Return the confidence of a rule once the tables are fitted on findings."""
    with using(fitted(findings)):
        return confidence_of(rule, strength)


def test_confidences_are_held_against_what_was_right() -> None:
    fits = calibration([*strewn(90, 100, "a"), *strewn(60, 100, "b", 0.6), *strewn(3, 4, "c", None)])
    assert (fits["findings"], fits["unmeasured"], fits["sure"]) == (200, [3, 4], [0, 0])
    assert fits["error"] == pytest.approx(0, abs=1e-9)
    assert fits["brier"] < fits["base"]
    sure = calibration(strewn(50, 100, "a", 0.95))
    assert (sure["error"], sure["sure"]) == (pytest.approx(0.45), [50, 100])
    assert sure["brier"] > sure["base"]


def test_a_few_findings_claim_little_and_one_program_claims_nothing() -> None:
    assert stated_after(strewn(50, 50, "a")) is None
    seven = stated_after([f for name in "abcdefg" for f in strewn(1, 1, name)])
    many = stated_after([f for i in range(100) for f in strewn(1, 1, f"program {i}")])
    assert seven is not None
    assert many is not None
    assert 0.85 < seven < 0.95 < many
    alike = stated_after([f for name in "abc" for f in strewn(30, 30, name)])  # three programs, however long they ran
    assert alike is not None
    assert alike < 0.95
    wrong = stated_after([f for name in "abcdefg" for f in strewn(1, 2, name)])
    assert wrong is not None
    assert wrong < 0.75


def test_what_is_clearer_is_surer_as_far_as_it_was() -> None:
    rng = np.random.default_rng(0)
    strengths = rng.uniform(0.0, 3.0, 400)
    right = rng.random(400) < 1.0 / (1.0 + np.exp(0.5 - 1.5 * strengths))
    seen = [
        Stated(f"program {i}", "plateau", "unknown", None, bool(y), strength=float(x))
        for i, (x, y) in enumerate(zip(strengths, right, strict=True))
    ]
    faint, clear = stated_after(seen), stated_after(seen, strength=3.0)
    assert faint is not None
    assert clear is not None
    assert faint < 0.55
    assert clear > 0.93


def test_a_kind_of_training_in_which_the_checks_err_is_less_sure_and_so_is_one_never_seen() -> None:
    good = [f for i in range(30) for f in strewn(1, 1, f"program {i}")]
    play = [Stated(f"game {i}", "plateau", "reinforcement-learning", None, i % 2 == 0) for i in range(10)]
    with using(fitted([*good, *play])):
        in_play = in_task("plateau", confidence_of("plateau"), TaskKind.POLICY_RL)
        in_speech = in_task("plateau", confidence_of("plateau"), TaskKind.SPEECH)
        elsewhere = in_task("plateau", confidence_of("plateau"), TaskKind.UNKNOWN)
        assert in_task("time-gap", None, TaskKind.UNKNOWN) is None
    assert in_play == in_speech
    assert in_play is not None
    assert elsewhere is not None
    assert in_play < 0.85 < elsewhere


def test_a_group_left_out_does_not_judge_itself() -> None:
    """Where one program is never right, the others cannot know it."""
    findings = [*strewn(0, 50, "odd"), *(f for name in "abcd" for f in strewn(50, 50, name))]
    said = {f.group: f.confidence for f in left_out(findings)}
    assert (said["odd"] or 0.0) > 0.85
    assert all((said[name] or 1.0) < 0.85 for name in "abcd")


def test_strengths_are_read_back_from_what_is_said_raw() -> None:
    with raw():
        for x in (-10.0, -0.3, 0.0, 4.0):
            said = in_task("overfitting", confidence_of("overfitting", x), TaskKind.PLAY)
            assert said is not None
            assert strength(said) == pytest.approx(x)


def test_recorded_confidences_hold_on_what_was_left_aside() -> None:
    fit = json.loads(RECORDED.read_text(encoding="utf-8"))["outside"]["calibration"]
    right, sure = fit["sure"]
    assert fit["findings"] >= 30
    assert fit["error"] <= 0.06
    assert right >= 0.93 * sure
