"""The checks stay as good as they were recorded to be: ``python -m tests.benchmarks.accuracy --write`` records them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curveread.run.model import Curve, Run
from tests.benchmarks import outside, synthetic
from tests.benchmarks.accuracy import RECORDED, by_curveread, figures, part, scan, synthetic_set
from tests.benchmarks.checks import made, seconds
from tests.benchmarks.corpora import Case, sample_logs, trained
from tests.benchmarks.events import KINDS, Event, Label, Seen
from tests.benchmarks.rivals import RULES, curves_of
from tests.benchmarks.scoring import Tally, judge, row
from tests.benchmarks.tables import BEGIN, END, PAGES

ROOT = Path(__file__).resolve().parents[1]
FALL = 0.02  # of F1, that is still noise
BUDGET = 0.05  # of the healthy runs


@cache
def recorded() -> dict[str, Any]:
    return json.loads(RECORDED.read_text(encoding="utf-8"))


@cache
def seen_in(name: str) -> tuple[tuple[Case, list[Seen]], ...]:
    """Return the cases of a set with what the checks find in each."""
    cases = {"samples": sample_logs, "trained": trained, "part": part, "synthetic": synthetic_set}
    return tuple((case, by_curveread(case)) for case in cases[name]())


TRAINED = pytest.param("trained", marks=[pytest.mark.corpus, pytest.mark.slow])


@cache
def tallies(name: str) -> tuple[Tally, ...]:
    return tuple(judge(case.label, seen) for case, seen in seen_in(name))


def fallen(now: dict[str, Any], before: dict[str, Any]) -> list[str]:
    """Return the kinds whose F1 fell, with both figures; a kind that is gone fell to nothing."""
    return [
        f"{KINDS[kind].title}: {then['f1']:.3f} -> {f1:.3f}"
        for kind, then in before["kinds"].items()
        if (f1 := now["kinds"].get(kind, {}).get("f1", 0.0)) < then["f1"] - FALL
    ]


def missed(found: Iterable[Tally]) -> str:
    """Return what was missed and which alarms had no reason, for the message of a failure."""
    lines = [f"missed {t.label.name} {e.kind} at {e.start:g}" for t in found for e in t.missed]
    lines += [f"no reason: {t.label.name} {j.seen}" for t in found for j in t.alarms if not j.right]
    return "\n".join(lines)


# --- the checks on labelled runs ---


@pytest.mark.parametrize("name", ["samples", TRAINED])
def test_quiet_healthy_runs_stay_quiet(name: str, request: pytest.FixtureRequest) -> None:
    if name == "trained":
        request.getfixturevalue("corpus_trained")
    now = figures(tallies(name))
    assert now["healthy"] == recorded()["sets"][name]["healthy"]
    assert set(now["alarmed"]) - set(recorded()["sets"][name]["alarmed"]) == set(), missed(tallies(name))


@pytest.mark.parametrize("name", ["samples", TRAINED, pytest.param("part", marks=pytest.mark.slow)])
def test_no_f1_falls(name: str, request: pytest.FixtureRequest) -> None:
    if name == "trained":
        request.getfixturevalue("corpus_trained")
    now, before = figures(tallies(name)), recorded()["sets"][name]
    assert now["runs"] == before["runs"]
    assert fallen(now, before) == [], missed(tallies(name))


@pytest.mark.slow
def test_healthy_part_of_the_synthetic_family_stays_quiet() -> None:
    """Another NumPy may round a run over the threshold: one more is let pass."""
    loud = [t for t in scan(case for case in part() if case.label.healthy) if t.alarmed]
    assert len(loud) <= len(recorded()["sets"]["part"]["alarmed"]) + 1


@pytest.mark.slow
def test_synthetic_family() -> None:
    assert fallen(figures(tallies("synthetic")), recorded()["sets"]["synthetic"]) == [], missed(tallies("synthetic"))


@pytest.mark.slow
def test_false_alarm_budget() -> None:
    found = scan(synthetic.healthy())
    loud = [t.label.name for t in found if t.alarmed]
    assert len(found) >= 500
    assert len(loud) <= BUDGET * len(found), loud


@pytest.mark.slow
def test_noises_that_nothing_was_set_on_stay_quiet() -> None:
    found = scan(synthetic.healthy(2, laws=synthetic.OTHERS))
    loud = [t.label.name for t in found if t.alarmed]
    assert len(loud) <= BUDGET * len(found), loud


def test_a_check_that_falls_silent_or_cries_wolf_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from curveread.detectors.loss_spike import LossSpike

    as_they_are = seen_in("samples")
    monkeypatch.setattr(LossSpike, "detect", lambda self, subject: [])
    concerned = {c.label.name for c, seen in as_they_are if any(s.rule == "loss-spike" for s in seen)}
    silent = [(c, by_curveread(c) if c.label.name in concerned else seen) for c, seen in as_they_are]
    now = figures([judge(c.label, seen) for c, seen in silent])
    assert [line.split(":")[0] for line in fallen(now, recorded()["sets"]["samples"])] == ["spike"]
    wolf = [judge(c.label, [*seen, Seen("plateau", first=c.label.first)]) for c, seen in seen_in("samples")]
    assert len(figures(wolf)["alarmed"]) == recorded()["sets"]["samples"]["healthy"]
    assert any(line.startswith("plateau") for line in fallen(figures(wolf), recorded()["sets"]["samples"]))


@pytest.mark.parametrize("page", PAGES)
def test_pages_show_what_is_recorded(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert text.split(BEGIN)[1].split(END)[0] == PAGES[page](recorded())


# --- how is counted ---


def label(*events: Event, healthy: bool = False, ambiguous: bool = False, name: str = "run") -> Label:
    return Label(name, "family", 0, 1000, 1, events, healthy=healthy, ambiguous=ambiguous)


SPIKE = Event("spike", 500, 510, (499, 505))
DIVERGENCE = Event("divergence", 600, None, (600, 650))


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        (Seen("loss-spike", first=500, last=505), True),
        (Seen("loss-spike", first=489, last=489), True),  # 1 % before the window
        (Seen("loss-spike", first=488, last=488), False),
        (Seen("loss-spike", first=400, last=600), False),  # much wider than the spike
        (Seen("loss-spike", "info", first=500, last=505), False),
        (Seen("plateau", first=500, last=505), False),
        (Seen("loss-spike"), False),
    ],
)
def test_a_spike_is_found_where_it_is(seen: Seen, found: bool) -> None:
    assert judge(label(SPIKE), [seen]).found == ({"spike": 1} if found else {})


@pytest.mark.parametrize(("first", "found"), [(569, False), (570, True), (620, True), (680, True), (681, False)])
def test_a_slow_event_must_begin_in_its_window(first: int, found: bool) -> None:
    tally = judge(label(DIVERGENCE), [Seen("divergence", "error", first, 1000)])
    assert bool(tally.found) is found
    assert bool(tally.missed) is not found


def test_a_finding_finds_one_event_only() -> None:
    tally = judge(label(SPIKE, Event("spike", 520, 525, (519, 524))), [Seen("loss-spike", first=505, last=521)])
    assert (tally.required["spike"], tally.found["spike"]) == (2, 1)


def test_what_need_not_be_found_still_explains() -> None:
    hidden = Event("spike", 500, 510, (499, 505), visible=False)
    tally = judge(label(hidden), [Seen("loss-spike", first=500, last=505)])
    assert tally.required == {}
    assert [j.right for j in tally.alarms] == [True]


def test_a_consequence_is_explained_beside_its_cause_only() -> None:
    tally = judge(label(DIVERGENCE), [Seen("loss-spike", first=700), Seen("loss-spike", first=100)])
    assert [j.right for j in tally.alarms] == [True, False]


def test_an_info_is_no_alarm_but_names_a_restart() -> None:
    restart = Event("resume", 300, None, (300, 310))
    tally = judge(label(restart, healthy=True), [Seen("restart", "info", 301), Seen("plateau", "info", 100)])
    assert tally.found == {"resume": 1}
    assert not tally.alarmed
    assert [j.seen.rule for j in tally.alarms] == ["restart"]


def test_rivals_get_the_benefit_of_the_doubt() -> None:
    seen = [Seen("divergence", "info")]
    assert judge(label(DIVERGENCE), seen).found == {}
    assert judge(label(DIVERGENCE), seen, rival=True).found == {"divergence": 1}
    assert not judge(label(healthy=True), seen, rival=True).alarmed


def test_an_ambiguous_run_is_not_counted() -> None:
    tally = judge(label(SPIKE, ambiguous=True), [Seen("plateau", first=0)])
    assert (tally.required, tally.alarms) == ({}, [])


def test_row_counts_over_runs() -> None:
    right = judge(label(SPIKE), [Seen("loss-spike", first=520, last=520)])
    silent = judge(label(SPIKE), [])
    wrong = judge(label(healthy=True), [Seen("loss-spike", first=1), Seen("loss-spike", first=2)])
    r = row([right, silent, wrong], ["spike"])
    assert (r.events, r.alarms, r.recall, r.onset) == (2, 3, 0.5, 0.015)
    assert r.precision == pytest.approx(1 / 3)
    assert r.f1 == pytest.approx(0.4)
    assert r.low <= r.f1 <= r.high


@pytest.mark.corpus
@pytest.mark.slow
def test_counts_agree_with_the_corpus_own_scorer(corpus_trained: Path) -> None:
    """On what the checks find, and on findings strewn at random, which hit every corner of the rules."""
    scorer = outside.scorer("score")
    entries = [json.loads(line) for line in (corpus_trained / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    cases, told = zip(*seen_in("trained"), strict=True)
    rng = np.random.default_rng(0)
    for rival in (False, True):
        for found in (list(told), [_strewn(c, rng) for c in cases]):
            theirs = scorer.score(entries, [[_as_scored(s) for s in seen] for seen in found], rival)
            ours = [judge(c.label, seen, rival=rival) for c, seen in zip(cases, found, strict=True)]
            assert sum(t.label.healthy for t in ours) == theirs["healthy"]
            alarmed = {t.label.name for t in ours if t.label.healthy and t.alarmed}
            assert alarmed == {name for name, _ in theirs["false_alarms"]}
            for kind, expected in theirs["detail"].items():
                r = row(ours, [kind])
                assert (r.events, r.recall) == (expected["events"], pytest.approx(expected["recall"])), kind
                assert np.nan_to_num(r.precision) == pytest.approx(expected["precision"]), kind
                assert r.f1 == pytest.approx(expected["f1"]), kind


def _strewn(case: Case, rng: np.random.Generator) -> list[Seen]:
    """Return findings of any rule and severity, near the events and elsewhere, some without a place."""
    rules = sorted(set().union(*(k.fits | k.follows for k in KINDS.values())))
    near = [e.start for e in case.label.events] or [case.label.first]
    out = []
    for _ in range(int(rng.integers(0, 8))):
        at = float(rng.choice(near)) + rng.normal(0, 0.03) * case.label.length
        where = None if rng.random() < 0.1 else at
        last = None if where is None or rng.random() < 0.3 else at + rng.exponential(0.05) * case.label.length
        out.append(Seen(str(rng.choice(rules)), str(rng.choice(["info", "warning", "error"])), where, last))
    return out


def _as_scored(seen: Seen) -> dict[str, Any]:
    return {"rule": seen.rule, "severity": seen.severity, "first": seen.first, "peak": seen.first, "last": seen.last}


# --- the synthetic family, the rules in use ---


def test_synthetic_runs_are_the_same_each_time_and_half_are_healthy() -> None:
    cases = synthetic_set()
    assert sum(c.label.healthy for c in cases) * 2 >= len(cases)
    assert len({c.label.name for c in cases}) == len(cases)
    assert {c.label.family for c in cases} == {f"synthetic {law.name}" for law in synthetic.LAWS}
    assert {e.kind for c in cases for e in c.label.events} == set(synthetic.FAULTS)
    once, twice = (part()[70].runs()[0] for _ in range(2))
    assert all(np.array_equal(once[tag].value, twice[tag].value, equal_nan=True) for tag in once.curves)


def test_synthetic_faults_are_in_the_curve_where_the_label_says() -> None:
    for case in synthetic.faulty(1, (1_000,), synthetic.LAWS[:1]):
        run, event = case.runs()[0], case.label.events[0]
        loss, at = run["train/loss"].value, int(event.start)
        if event.kind == "nan":
            assert np.isfinite(loss[:at]).all()
            assert np.isnan(loss[at])
        elif event.kind == "spike":
            assert loss[at] > loss[at - 20 : at].max()
        elif event.kind == "overfit":
            evals = run["eval/loss"]
            assert evals.value[-1] > evals.value[evals.step <= at][-1]


def test_rules_in_use_fire_as_their_sources_say() -> None:
    rng = np.random.default_rng(1)
    t = np.arange(2_000)
    calm = 2 + 0.01 * rng.standard_normal(t.size)
    spike = calm.copy()
    spike[1_500] += 0.2  # 20 sd, 10 %
    jump = calm.copy()
    jump[1_500:1_510] = 25.0
    lost = calm.copy()
    lost[900:] = np.nan
    falling = 5 * 0.998**t  # 2 % in ten logs
    evals = Curve("eval/loss", t[::50], np.r_[np.linspace(3, 2, 20), np.linspace(2.05, 3, 20)])
    fired = {
        name: {r.name: {s.rule for s in r.fire(curves_of(_run(loss, evals)))} for r in RULES}
        for name, loss in {"calm": calm, "spike": spike, "jump": jump, "nan": lost, "falling": falling}.items()
    }
    spikes = {name: {rule for rule, rules in by.items() if "loss-spike" in rules} for name, by in fired.items()}
    assert spikes["calm"] == spikes["falling"] == set()
    assert spikes["spike"] == {"OLMo-core, 6 sd of 128", "OLMo 2, 7 sd of 1,000"}
    assert spikes["jump"] == {r.name for r in RULES if "loss-spike" in r.names}
    assert {rule for rule, rules in fired["nan"].items() if "nonfinite-loss" in rules} == {
        "Megatron-LM, 10x",
        "Lightning SpikeDetection",
        "Keras TerminateOnNaN",
    }
    stuck = {"SageMaker LossNotDecreasing", "PyTorch ReduceLROnPlateau"}
    assert {rule for rule, rules in fired["calm"].items() if "plateau" in rules} == stuck
    assert {rule for rule, rules in fired["falling"].items() if "plateau" in rules} == set()
    early = next(r for r in RULES if r.name.startswith("Keras EarlyStopping"))
    assert [(s.first, s.last) for s in early.fire(curves_of(_run(calm, evals)))] == [(950, 1_200)]


def _run(loss: np.ndarray, evals: Curve) -> Run:
    curve = Curve("train/loss", np.arange(loss.size), loss)
    return Run("made", "made", {c.tag: c for c in (curve, evals)})


def test_the_run_that_is_timed_is_diagnosed_in_full() -> None:
    assert seconds(made(5_000)) < 5.0


def _names(found: Sequence[Tally]) -> list[str]:
    return [t.label.name for t in found]


def test_every_sample_log_is_counted(samples: Path) -> None:
    assert _names(tallies("samples")) == sorted(p.parent.name for p in samples.glob("*/labels.json"))
