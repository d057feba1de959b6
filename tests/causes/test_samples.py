"""What the causes of the trained samples are, by how they were trained (``sample_logs/make``)."""

from __future__ import annotations

from pathlib import Path

import pytest

import curveread as cr
from curveread import api
from tests.support.samples import told

TRAINED = {
    "divergence-learning-rate": {"divergence": "learning-rate-raised"},
    "divergence-slow": {"divergence": "learning-rate-raised"},
    "gradient-vanishing": {"gradient-vanishing": "no-gradient"},
    "leakage": {"eval-below-train": "leakage"},
    "missing-warmup": {"missing-warmup": "missing-warmup"},
    "nan-logged-as-zero": {"masked-nan": "numerical-overflow"},
    "nan-loss": {"nonfinite-loss": "numerical-overflow"},
    "objective-shift": {"level-shift": "data-changed"},
    "odd-batches": {"outlier-batch": "bad-batch"},
    "overfitting": {"overfitting": "too-little-data"},
    "plateau-schedule-ended": {"plateau": "learning-rate-cut"},
    "resumed-overlap": {"restart": "job-restarted"},
    "reward-hacking": {"metric-collapse": "mode-or-policy-collapse"},
    "slow-evaluation": {"eval-overhead": "input-pipeline-or-hardware-slow"},
    "spike-recovers": {"loss-spike": "bad-batch"},
    "step-gap": {"step-gap": "logger-fault"},
    "throughput-drop": {"throughput-drop": "input-pipeline-or-hardware-slow"},
    "underfitting": {"underfitting": "too-small-model"},
}


@pytest.mark.parametrize("case", TRAINED)
def test_the_first_cause_is_what_was_done_in_the_training(case: str) -> None:
    findings = told(case).findings
    first = {f.rule: f.causes[0].cause for f in reversed(findings) if f.causes}
    assert TRAINED[case].items() <= first.items()


def test_the_fix_of_a_learning_rate_names_the_rate_that_was_sound() -> None:
    finding = next(f for f in told("divergence-slow").findings if f.rule == "divergence")
    fix = str(finding.causes[0].fix)
    assert "Keep lr at or below 0.02" in fix
    assert "the loss was best at step" in fix


def test_causes_are_told_on_the_axis_that_was_asked_for(samples: Path) -> None:
    found = cr.diagnose(cr.read(samples / "divergence-slow", x="epoch")).causes
    said = [str(w) for c in found for w in (*c.speaks_for, *c.speaks_against, c.check, c.fix)]
    assert any("epoch" in words for words in said)
    assert not [words for words in said if "step " in words]


def test_what_was_accepted_leaves_no_cause_behind(samples: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    found = cr.diagnose(cr.read(samples / "overfitting"))
    known.write_text(found.to_json(), encoding="utf-8")
    assert found.causes
    assert api.accept(found, api.read_baseline(known)).causes == ()
