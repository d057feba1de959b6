"""What broke an attempt that was rolled back is told; a resume of a healthy run stays quiet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import curveread as cr
from curveread.findings.diagnosis import Diagnosis
from curveread.findings.finding import Severity
from tests.support.curves import decay


def written(folder: Path, *attempts: tuple[int, np.ndarray]) -> Diagnosis:
    """Write the attempts (first step, losses) into one CSV, as an appending logger does, and diagnose it."""
    rows = ["step,loss"]
    for first, loss in attempts:
        rows += [f"{first + i},{v:.6g}" for i, v in enumerate(loss)]
    (folder / "log.csv").write_text("\n".join(rows) + "\n")
    return cr.diagnose(cr.read(folder))


def diverging(at: int, n: int = 1300, to: float = 3.0) -> np.ndarray:
    loss = decay(n, seed=1)
    loss[at:] *= np.linspace(1.1, to, n - at)
    return loss


def test_divergence_that_a_restart_rolled_back_is_a_warning(tmp_path: Path) -> None:
    dx = written(tmp_path, (0, diverging(1050)), (1000, decay(2000, seed=2)[1000:]))
    gone = [f for f in dx.findings if f.message.startswith("in attempt 1")]
    assert [f.rule for f in gone] == ["divergence"]
    assert gone[0].severity is Severity.WARNING
    assert gone[0].message.startswith("in attempt 1, rolled back at the restart at step 1,000: loss ")
    assert gone[0].first_step == pytest.approx(1050, abs=20)
    assert gone[0].get("attempt") == "1 of 2"
    assert gone[0].get("steps-rolled-back") == 300
    assert dx.worst is Severity.WARNING  # it was mended
    assert [p.name for p in dx.phases] == ["learning"]  # the joined curves hold no divergence
    assert "divergence" not in {q.rule for q in dx.quiet}


def test_nan_that_a_restart_rolled_back_is_a_warning(tmp_path: Path) -> None:
    first = decay(1200, seed=1)
    first[1150:] = np.nan
    dx = written(tmp_path, (0, first), (1000, decay(2000, seed=2)[1000:]))
    gone = [f for f in dx.findings if f.message.startswith("in attempt 1")]
    assert [(f.rule, f.severity.value, f.first_step) for f in gone] == [("nonfinite-loss", "warning", 1150)]


def test_spike_that_a_restart_rolled_back_is_information(tmp_path: Path) -> None:
    first = decay(1300, seed=1)
    first[1100:1110] *= 2.5
    dx = written(tmp_path, (0, first), (1000, decay(2000, seed=2)[1000:]))
    gone = [f for f in dx.findings if f.message.startswith("in attempt 1")]
    assert [(f.rule, f.severity.value) for f in gone] == [("loss-spike", "info")]


def test_what_the_next_attempt_shows_too_is_told_once(tmp_path: Path) -> None:
    spiked = decay(2000, seed=1)
    spiked[1100:1110] *= 2.5
    again = decay(2000, seed=2)
    again[1100:1110] *= 2.5
    dx = written(tmp_path, (0, spiked[:1300]), (1000, again[1000:]))
    assert [f.rule for f in dx.findings] == ["loss-spike", "restart"]


def test_each_of_several_attempts_is_looked_at(tmp_path: Path) -> None:
    second = decay(1500, seed=3)
    second[1450:] = np.nan
    dx = written(tmp_path, (0, diverging(1050)), (1000, second[1000:]), (1400, decay(2400, seed=2)[1400:]))
    told = {f.message.split(",")[0]: f.rule for f in dx.findings if f.message.startswith("in attempt")}
    assert told == {"in attempt 1": "divergence", "in attempt 2": "nonfinite-loss"}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("sigma", [0.005, 0.05])
def test_healthy_resume_stays_quiet(tmp_path: Path, seed: int, sigma: float) -> None:
    before, after = decay(1300, sigma, seed=seed), decay(2000, sigma, seed=100 + seed)
    dx = written(tmp_path, (0, before), (1000, after[1000:]))
    assert not [f for f in dx.findings if f.message.startswith("in attempt")]


@pytest.mark.parametrize("case", ["resumed-overlap", "resumed-lost-head"])
def test_sample_resumes_tell_nothing_of_their_attempts(samples: Path, case: str) -> None:
    dx = cr.diagnose(cr.read(samples / case))
    assert not [f for f in dx.findings if f.message.startswith("in attempt")]


@pytest.mark.corpus
@pytest.mark.parametrize(
    "run", ["hf13_resume_noopt", "r07_jsonl_duplicates", "r08_step_reset_zero", "x03_resume_then_diverge"]
)
def test_trained_resumes_tell_nothing_of_their_attempts(corpus_trained: Path, run: str) -> None:
    dx = cr.diagnose(cr.read(corpus_trained / "runs" / run))
    assert not [f for f in dx.findings if f.message.startswith("in attempt")]


def test_select_also_chooses_for_attempts(tmp_path: Path) -> None:
    written(tmp_path, (0, diverging(1050)), (1000, decay(2000, seed=2)[1000:]))
    assert cr.diagnose(cr.read(tmp_path), select=["plateau"]).findings == ()


def test_a_check_that_breaks_on_an_attempt_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from curveread.detectors.divergence import Divergence

    detect = Divergence.detect

    def broken(self: Divergence, subject: object) -> object:
        if subject.last_step == 1299:  # type: ignore[attr-defined]
            raise ValueError("attempt")
        return detect(self, subject)  # type: ignore[arg-type]

    monkeypatch.setattr(Divergence, "detect", broken)
    dx = written(tmp_path, (0, diverging(1050)), (1000, decay(2000, seed=2)[1000:]))
    assert [(f.rule, f.error) for f in dx.failed] == [("divergence", "ValueError: attempt")]


@pytest.mark.slow
def test_no_alarm_on_healthy_resumes_and_none_missed_over_noise_laws_and_lengths() -> None:
    """Half of the runs are resumed in good health, half were rolled back for a divergence or NaN."""
    from curveread.diagnose import diagnose
    from curveread.discovery.stitch import Start, stitch
    from curveread.run.model import Curve, Run

    rng = np.random.default_rng(5)
    laws = (
        lambda n: 0.015 * rng.standard_normal(n),
        lambda n: 0.015 * rng.standard_t(3, n),
        lambda n: 0.015 * (rng.gamma(2, 1, n) - 2),
        lambda n: 0.08 * rng.standard_normal(n),
    )
    for k in range(160):
        n, noise = int(rng.choice([1000, 3000, 10_000])), laws[k % 4]
        step = np.arange(n)
        base = 2.2 + 6 * (step / (n / 400) + 1) ** -0.45
        first, second = base * np.exp(noise(n)), base * np.exp(noise(n))
        stop = int(n * rng.uniform(0.3, 0.9))
        back = int(stop * rng.uniform(0.8, 0.95))
        onset = back + int((stop - back) * rng.uniform(0.1, 0.6))
        broken = (k // 4) % 4
        if broken == 1:
            first[onset:stop] *= np.linspace(1.0, 2.5, stop - onset)
        elif broken == 3:
            first[onset:] = np.nan
        attempts = (Start({"loss": Curve("loss", step[:stop], first[:stop])}, "a"),)
        joined = stitch([*attempts, Start({"loss": Curve("loss", step[back:], second[back:])}, "b")])
        findings = diagnose(Run("r", "r", joined.curves, attempts=joined.attempts)).findings
        loud = [f.rule for f in findings if f.message.startswith("in attempt") and f.severity is not Severity.INFO]
        assert loud == ([] if broken in (0, 2) else ["divergence" if broken == 1 else "nonfinite-loss"]), (k, n)
