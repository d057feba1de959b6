"""Every check has a real training that shows its state and real trainings, of the same kind, on which it is quiet."""

from __future__ import annotations

import pytest

from curveread.detectors.registry import rules
from curveread.findings.finding import Severity
from tests.support.samples import CASES, diagnosed, everything, fits, labels_of

POLICIES = ("healthy-policy", "reward-collapse")
CLASSIFIERS = ("healthy-lightning", "healthy-layers")
LANGUAGE = ("healthy-plain", "healthy-noisy", "healthy-wsd")

QUIET: dict[str, tuple[str, ...]] = {
    "clipping-saturation": ("healthy-layers", "healthy-plain"),  # both name or use a ceiling that acts now and then
    "concurrent-writers": ("resumed-overlap", "resumed-with-a-hole"),  # two files, one after the other
    "crash": ("healthy-plain", "unfinished-run"),
    "dense-eval": ("healthy-plain", "healthy-layers", "generalization-stall"),
    "divergence": (*LANGUAGE, "objective-shift", "healthy-regularised", "resumed-lost-head", "oscillation"),
    "entropy-collapse": (*POLICIES, "reward-hacking"),
    "eval-below-train": ("healthy-regularised", "healthy-grokking", "healthy-lightning"),
    "eval-overhead": ("healthy-pace", "time-gap"),
    "generalization-stall": ("healthy-regularised", "overfitting", "healthy-wsd", "underfitting"),
    "eval-relapse": ("healthy-plain", "healthy-regularised", "generalization-stall", "spikes-several"),
    "gradient-explosion": ("divergence-learning-rate", "clipping-saturation", *POLICIES),
    "gradient-vanishing": ("healthy-layers",),
    "implausible-loss": ("loss-per-sequence", "healthy-perplexity"),
    "kl-blowup": (*POLICIES, "reward-hacking"),
    "learning-rate-jump": ("healthy-wsd", "plateau-schedule-ended", "resumed-lost-head"),
    "level-shift": ("healthy-plain", "healthy-wsd", "resumed-overlap", "odd-batches"),
    "loss-spike": (*LANGUAGE, *CLASSIFIERS, "healthy-epoch-staircase", "odd-batches", "objective-shift"),
    "masked-nan": ("nan-loss", "healthy-grokking", "step-gap"),
    "metric-collapse": ("healthy-lightning", "healthy-policy", "underfitting"),
    "missing-warmup": ("clipping-saturation", "gradient-vanishing", "unfinished-run"),  # none warms up, none leaps
    "no-learning": (*CLASSIFIERS, "underfitting", "unfinished-run", "plateau-schedule-ended"),
    "nonfinite-loss": ("spike-recovers", "divergence-slow", "healthy-noisy"),
    "oscillation": ("healthy-plain", "healthy-layers", "healthy-regularised", "generalization-stall"),
    "outlier-batch": ("healthy-plain", "healthy-layers"),
    "overfitting": ("healthy-grokking", "healthy-regularised", "generalization-stall", "healthy-wsd"),
    "perplexity-mismatch": ("healthy-perplexity",),
    "plateau": (*LANGUAGE, *CLASSIFIERS, "healthy-grokking"),
    "restart": ("step-gap", "time-gap", "healthy-plain"),
    "reward-hacking": (*POLICIES, "kl-blowup"),
    "sparse-eval": ("healthy-plain", "healthy-grokking"),
    "sparse-logging": ("healthy-plain", "healthy-wsd", "healthy-lightning"),
    "step-gap": ("time-gap", "resumed-overlap", "resumed-with-a-hole"),
    "throughput-drop": ("healthy-pace",),
    "time-gap": ("healthy-pace", "step-gap", "throughput-drop"),
    "underfitting": CLASSIFIERS[:1],
    "unfinished-run": ("healthy-wsd", "healthy-plain", "healthy-layers"),
    "unnormalized-loss": ("healthy-perplexity",),
}
"""rule -> cases that are judged by it, and quiet. Where it can be, runs of the same kind as the one that shows it."""


def test_every_rule_has_a_sample_that_shows_it() -> None:
    labelled = {event["rule"] for case in CASES for event in labels_of(case)["events"]}
    assert set(rules()) - labelled == set(), "train one (sample_logs/make) whose labels.json names the rule"


def test_every_rule_has_a_sample_on_which_it_is_quiet() -> None:
    assert set(rules()) == {rule for rule, cases in QUIET.items() if cases}, "name a case in the table above"
    for rule, cases in QUIET.items():
        shown = {case for case in CASES for event in labels_of(case)["events"] if event["rule"] == rule}
        assert not shown & set(cases), rule


@pytest.mark.parametrize("rule", rules())
def test_a_rule_is_quiet_where_it_should_be(rule: str) -> None:
    for case in QUIET[rule]:
        dx = diagnosed(case)
        assert [f.message for f in everything(dx) if f.rule == rule] == [], case
        assert rule in {q.rule for q in dx.quiet}, f"{case}: {[n for n in dx.not_checked if n.rule == rule]}"


@pytest.mark.parametrize("case", CASES)
def test_a_sample_shows_what_its_label_says(case: str) -> None:
    labels, dx = labels_of(case), diagnosed(case)
    assert dx.failed == ()
    for event in labels["events"]:
        if not event["benign"]:
            assert any(fits(f, event, labels) for f in everything(dx)), event
    if labels["head"]:
        assert dx.findings[0].rule in labels["head"], dx.verdict.headline


@pytest.mark.parametrize("case", CASES)
def test_a_sample_gives_no_alarm_that_its_label_does_not_explain(case: str) -> None:
    labels = labels_of(case)
    known = [e for e in labels["events"] if not e["benign"] and e["severity"] != "info"]
    loud = [f for f in diagnosed(case).findings if f.severity is not Severity.INFO]
    assert [f.message for f in loud if not any(fits(f, event, labels) for event in known)] == []
    if labels["healthy"]:
        assert loud == []
