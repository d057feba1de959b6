"""Runs side by side: what compares, what does not, and what is not known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import curveread as cr
from curveread.api import write_comparison
from curveread.errors import UsageError
from curveread.findings.comparison import Comparison
from curveread.findings.diagnosis import KeyFigure
from curveread.report.page.comparison import page
from curveread.report.text.comparison import text
from curveread.run.axes import with_axis
from curveread.run.model import Curve, Run
from tests.readings.made import decaying, made

EVALS = np.linspace(3.0, 2.0, 40) + 0.005 * (-1.0) ** np.arange(40)
SAME = {"tokenizer_name": "gpt2", "dataset_name": "org/wikitext", "block_size": 1024}


def _run(name: str, lower: float = 0.0, **config: Any) -> Run:
    return made(decaying() - lower, evals=EVALS - lower, rate=np.ones(2000), name=name, config=SAME | config)


def _said(found: Comparison, topic: str) -> str:
    return " ".join(s.text for s in found.statements if s.topic == topic)


def _verdicts(found: Comparison) -> dict[str, str]:
    return {c.name: c.verdict for c in found.conditions}


def test_runs_of_the_same_data_are_ranked() -> None:
    found = cr.compare([_run("a"), _run("b", 0.2), _run("c", 0.2001)])
    assert _verdicts(found) == {"tokenizer": "same", "data set": "same", "sequence length": "same"}
    assert found.ranked == ("c", "b", "a")
    assert _said(found, "comparable") == ""
    assert "Lowest eval loss: c" in _said(found, "ranking")
    assert "as good within the noise of an eval: b; next is a, 0.2 higher" in _said(found, "ranking")


@pytest.mark.parametrize(
    ("config", "name", "setting"),
    [
        ({"tokenizer_name": "llama"}, "tokenizer", "tokenizer_name"),
        ({"vocab_size": 32000}, "tokenizer", "vocab_size"),
        ({"dataset_name": "org/c4"}, "data set", "dataset_name"),
        ({"block_size": 2048}, "sequence length", "block_size"),
        ({"args": {"max_seq_length": 4096}}, "sequence length", "max_seq_length"),
    ],
)
def test_what_differs_is_named_and_nothing_is_ranked(config: dict[str, Any], name: str, setting: str) -> None:
    a = _run("a", vocab_size=50257, max_seq_length=1024)
    found = cr.compare([a, _run("b", 0.5, **config), made(decaying(1000), evals=EVALS[:20], name="c", config=SAME)])
    assert _verdicts(found)[name] == "different"
    assert found.ranked == ()
    assert f"not ranked: the {name} differs ({setting}: " in _said(found, "comparable")
    assert _said(found, "ranking") == _said(found, "same-steps") == ""


def test_bits_per_byte_are_offered_for_different_tokenizers_only() -> None:
    other = {"tokenizer_name": "llama"}
    assert "they need each one's tokens per byte" in _said(cr.compare([_run("a"), _run("b", **other)]), "comparable")
    known = [
        replace(d, summary={**d.summary, "best_eval_bits_per_byte": KeyFigure(v, "bits", 5)})
        for d, v in ((cr.diagnose(_run("a")), 0.95), (cr.diagnose(_run("b", **other)), 0.91))
    ]
    assert "Bits per byte compare across tokenizers: b 0.91, a 0.95." in _said(cr.compare(known), "comparable")
    data = _said(cr.compare([_run("a"), _run("b", dataset_name="c4", **other)]), "comparable")
    assert "its per byte" not in data


def test_the_unknown_is_said_and_not_guessed() -> None:
    bare = made(evals=EVALS, name="bare")
    found = cr.compare([_run("a"), bare])
    assert set(_verdicts(found).values()) == {"unknown"}
    assert "do not say whether the runs share the tokenizer, data set and sequence length" in _said(found, "comparable")
    partly = cr.compare([_run("a"), made(evals=EVALS, name="b", config={"dataset_name": "wikitext"})])
    assert _verdicts(partly) == {"tokenizer": "unknown", "data set": "same", "sequence length": "unknown"}


def test_paths_to_the_same_data_on_other_machines_are_the_same() -> None:
    a, b = ({"data_path": p, "dataset_name": None} for p in ("/home/me/data/fineweb/", "C:\\data\\fineweb"))
    assert _verdicts(cr.compare([_run("a", **a), _run("b", **b)]))["data set"] == "same"


def test_shorter_runs_are_held_against_the_same_step() -> None:
    short = made(decaying(1000), evals=EVALS[:20], name="short", config=SAME)
    found = cr.compare([_run("long"), short])
    assert "At step 1,000, which all reached" in _said(found, "same-steps")
    table = found.table
    assert table.loc["long", "eval_loss_at_common_step"] == pytest.approx(EVALS[19])
    assert table.loc["short", "steps"] == 1000
    assert list(table.index) == ["long", "short"]


def test_places_are_named_by_the_axis_of_the_runs() -> None:
    counter = Curve("epoch", np.array([0, 2000]), np.array([0.0, 4.0]))
    runs = [made(decaying(), evals=EVALS, name="a"), made(decaying(1000), evals=EVALS[:20] - 0.1, name="b")]
    on_epochs = [with_axis(replace(r, curves={**r.curves, "epoch": counter}), "epoch") for r in runs]
    found = cr.compare(on_epochs)
    assert "around epoch 4)" in _said(found, "ranking")
    assert not any("step" in s.text for s in found.statements)


def test_an_outlier_at_the_same_step_is_pointed_out() -> None:
    def spiked(name: str, at: int) -> Run:
        loss = decaying(seed=len(name))
        loss[at : at + 2] += 3.0
        return made(loss, name=name)

    assert "a, bb jump at the same step 800" in _said(
        cr.compare([spiked("a", 800), spiked("bb", 800), spiked("ccc", 1200)]), "shared-outlier"
    )
    assert _said(cr.compare([spiked("a", 800), spiked("bb", 1200)]), "shared-outlier") == ""


def test_settings_that_differ_are_listed_and_results_are_none() -> None:
    a, b = (
        _run("a", learning_rate=1e-3, train_runtime=5.0, run_name="x"),
        _run("b", learning_rate=3e-4, train_runtime=6.0),
    )
    assert cr.compare([a, b]).differing == {"learning_rate": {"a": "0.001", "b": "0.0003"}}


def test_curves_are_aligned_on_common_steps() -> None:
    found = cr.compare([_run("a"), made(decaying(1000), name="b")])
    train, evals = found.aligned["train-loss"], found.aligned["eval-loss"]
    assert train.value.shape == (2, train.step.size)
    assert np.isfinite(train.value[0]).all()
    assert np.isnan(train.value[1][train.step > 999]).all()
    assert evals.tags == ("eval/loss", "")
    assert np.isnan(evals.value[1]).all()
    at = int(np.searchsorted(evals.step, 1000))
    assert evals.value[0][at] == pytest.approx(np.interp(evals.step[at], 50 * np.arange(1, 41), EVALS))


def test_runs_of_unlike_length_are_laid_over_each_other() -> None:
    found = cr.compare([_run("a"), made(decaying(1000), name="b")], align="share")
    train = found.aligned["train-loss"]
    assert (train.step[0], train.step[-1]) == (0.0, 100.0)
    assert np.isfinite(train.value[:, 1:-1]).all()
    assert found.plot().axes[-1].get_xlabel() == "share of the run (%)"
    with pytest.raises(UsageError, match="use step or share"):
        cr.compare([_run("a"), _run("b")], align="epoch")


def test_names_are_told_apart() -> None:
    found = cr.compare([_run("same"), _run("same"), _run("other")])
    assert len({r.name for r in found.runs}) == 3
    assert found.runs[2].name == "other"


def test_one_run_is_too_few() -> None:
    with pytest.raises(UsageError, match="at least two"):
        cr.compare([_run("a")])


def test_runs_without_any_loss_compare_too() -> None:
    empty = Run("empty", "empty", {})
    found = cr.compare([empty, replace(empty, name="void")])
    assert found.statements == ()
    assert found.plot().axes == []
    assert "empty" in text(found)


def test_every_form_holds_the_statements(tmp_path: Path) -> None:
    found = cr.compare([_run("a<b>&", 0.1, tokenizer_name="<script>alert(1)</script>"), _run("_$x^{$")])
    assert len(found.plot().axes) == 4
    html = page(found)
    assert "<script>alert" not in html
    assert "a&lt;b&gt;&amp;" in html
    assert "data:image/png;base64," in html
    assert '<th scope="row">Steps</th>' in html  # few runs stand side by side, so that nothing is cut
    assert "the tokenizer differs" in text(found)
    data = json.loads(found.to_json())
    assert [r["name"] for r in data["runs"]] == ["a<b>&", "_$x^{$"]
    assert data["ranked"] == []
    for name in ("c.html", "c.json", "c.txt", "c.png"):
        assert write_comparison(found, tmp_path / name).stat().st_size > 500
    with pytest.raises(UsageError, match="must end in"):
        write_comparison(found, tmp_path / "c.doc")
    assert "<script>" not in (found._repr_html_() or "<script>")


def test_no_noise_that_can_be_seen_is_no_interval_of_nothing() -> None:
    step = np.arange(12.0)
    runs = [cr.read_all({"loss": 3.0 - 0.1 * step + up, "val_loss": 3.0 - 0.1 * step + up})[0] for up in (0.0, 0.25)]
    said = " ".join(s.text for s in cr.compare(runs).statements)
    assert "0.25" in said
    assert "give or take" not in said
