"""Labelled and public logs: every run folder is one run with all its points, every file reads or says why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curveread.discovery.discover import read_runs
from curveread.discovery.tree import claimed_by
from curveread.errors import ReadError
from curveread.run.model import Run
from curveread.run.notes import NoteKind

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

_NOT_LOGS = {"README.md", "INDEX.tsv", "wandb-summary.json", "hparams.yaml"}
_REFUSED = ("reuters_1.csv", "reuters_10.csv", "run_1.csv", "run_2.csv", ".profile-empty")


@pytest.fixture(scope="module")
def trained(corpus_trained: Path) -> list[tuple[dict[str, Any], list[Run]]]:
    labels = [json.loads(line) for line in (corpus_trained / "labels.jsonl").read_text().splitlines()]
    return [(label, read_runs(corpus_trained / "runs" / label["run_id"])) for label in labels]


def test_every_folder_is_exactly_one_run(trained: list[tuple[dict[str, Any], list[Run]]]) -> None:
    several = {label["run_id"]: [r.name for r in runs] for label, runs in trained if len(runs) != 1}
    assert not several
    assert len(trained) >= 112
    assert all(runs[0].name == label["run_id"] for label, runs in trained)


def test_primary_series_are_there_with_all_points(trained: list[tuple[dict[str, Any], list[Run]]]) -> None:
    wrong = {}
    for label, (run,) in trained:
        for split in ("train", "val"):
            tag = label["primary_series"][split]
            if tag and tag not in run:
                wrong[label["run_id"]] = f"{tag} is not among {list(run.curves)}"
        tag = label["primary_series"]["train"]
        if not tag or tag not in run or label["framework"] == "lightning":  # Lightning logs every n-th step only
            continue
        curve = run[tag]
        shown = int(curve.finite.sum())
        logged = sum(int(c.finite.sum()) for a in run.attempts for c in a.curves.values() if c.tag == curve.tag)
        if label["points"] not in (shown, logged):
            wrong[label["run_id"]] = (
                f"{tag}: {shown} points shown, {logged} in all attempts, {label['points']} were logged"
            )
        first = min(a.first_step for a in run.attempts)
        last = max(a.last_step for a in run.attempts)
        if (first, last) != (label["first_step"], label["last_step"]):
            wrong[label["run_id"]] = f"steps {first} to {last}, expected {label['first_step']} to {label['last_step']}"
    assert not wrong


def test_first_value_that_is_not_finite(trained: list[tuple[dict[str, Any], list[Run]]]) -> None:
    """Also where pandas wrote NaN as a blank, and where one form of the run cannot hold NaN."""
    checked = 0
    for label, (run,) in trained:
        first, tag = label.get("first_nonfinite_step"), label["primary_series"]["train"]
        if first is None or not tag:
            continue
        curve = run[tag]
        bad = curve.step[~curve.finite]
        assert bad.size, label["run_id"]
        assert int(bad[0]) == first, label["run_id"]
        checked += 1
    assert checked >= 6


def test_forms_of_one_run_agree(trained: list[tuple[dict[str, Any], list[Run]]]) -> None:
    assert sum(len(run.sources) > 1 for _, (run,) in trained) >= 20
    disagreements = {
        label["run_id"]: n.message for label, (run,) in trained for n in run.notes if n.kind is NoteKind.DISAGREEMENT
    }
    assert not disagreements


def test_resumed_runs_have_their_attempts(trained: list[tuple[dict[str, Any], list[Run]]]) -> None:
    attempts = {
        label["run_id"]: [(a.first_step, a.last_step) for a in run.attempts]
        for label, (run,) in trained
        if len(run.attempts) > 1
    }
    assert attempts == {
        "hf13_resume_noopt": [(1, 500), (1, 600)],
        "r02_noopt_bump": [(0, 899), (900, 1499)],
        "r06_warm_again": [(0, 999), (1000, 1599)],
        "r07_jsonl_duplicates": [(0, 799), (650, 1299)],
        "r08_step_reset_zero": [(0, 699), (0, 599)],
        "x03_resume_then_diverge": [(0, 799), (700, 1799)],
    }


def test_every_public_file_reads_or_says_why_not(corpus_public: Path) -> None:
    read, refused = 0, {}
    for path in sorted(p for p in corpus_public.rglob("*") if p.is_file()):
        reader = claimed_by(path)
        if reader is None:
            assert path.name in _NOT_LOGS or path.name.endswith(_REFUSED), path
            continue
        try:
            parts = reader.read(path)
        except ReadError as error:
            refused[path.name] = str(error)
            continue
        for part in parts:
            assert part.curves or part.notes, path
            for curve in part.curves.values():
                assert np.all(np.diff(curve.step) >= 0)
        read += 1
    assert read > 290
    assert all(name in said for name, said in refused.items())


def test_public_trees_become_runs(corpus_public: Path) -> None:
    expected = {
        "ArabelaTso+DeepFD": 11,
        "druidowm+nanoGPT": 8,
        "InfectionMedicineProteomics+BINN-fork": 5,
        "huggingface+trl": 1,
        "NVIDIA+Megatron-LM": 2,
        "TheDatumOrg+TSB-AD": 4,
        "tloen+alpaca-lora": 3,
        "keras-team+keras": 1,
    }
    found = {name: len(read_runs(corpus_public / name)) for name in expected}
    assert found == expected
    runs = read_runs(corpus_public / "karpathy+nanoGPT")
    twice = [r for r in runs if len(r.sources) == 2]
    assert twice, "histories that were downloaded twice are one run"
    assert all(r["val/loss"].step.tolist() == list(range(0, 5001, 250)) for r in runs)
    names = [r.name for r in read_runs(corpus_public / "DLR-RM+stable-baselines3")]
    assert len(set(names)) == len(names)


def test_every_public_folder_reads_as_a_tree(corpus_public: Path) -> None:
    without = "awslabs+sagemaker-debugger"
    folders = [f for f in sorted(corpus_public.iterdir()) if f.is_dir() and f.name != without]
    assert all(read_runs(f) for f in folders)
    with pytest.raises(ReadError, match="no scalar among them"):
        read_runs(corpus_public / without)
