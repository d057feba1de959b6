"""The notebooks run from top to bottom, are stored without output, and end in a decision."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
Shown = dict[str, dict[str, str]]
"""Cell id -> what it showed, by MIME type."""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_stored_without_output(path: Path) -> None:
    stored = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in stored["cells"] if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert stored["metadata"]["kernelspec"]["name"] == "python3"
    assert code[-1]["id"] == "decision"


@pytest.fixture(scope="module")
def kernel() -> Iterator[KernelManager]:
    """A kernel for all of them, one after the other: its start costs more than a notebook."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))  # it is a process of its own
        started = KernelManager(kernel_name="python3")
        started.start_kernel(cwd=str(ROOT / "notebooks"))
    yield started
    started.shutdown_kernel(now=True)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_runs_and_decides(path: Path, kernel: KernelManager) -> None:
    shown = _run(path, kernel)
    assert shown["decision"]["text/plain"].strip()
    globals()[f"_{path.stem[3:]}"](shown)


def _one_run(shown: Shown) -> None:
    assert "overfit" in shown["verdict"]["text/plain"].lower()
    assert "<table" in shown["read"]["text/html"]
    assert "overfitting" in shown["verdict"]["text/html"]
    assert "Likely causes" in shown["finding"]["text/html"]
    assert len(shown["figure"]["image/png"]) > 20_000
    assert "reward-hacking" in shown["unchecked"]["text/plain"]
    assert "keep the checkpoint nearest to step 160 (4.378 nats)" in shown["decision"]["text/plain"]


def _seeds(shown: Shown) -> None:
    assert len(shown["plot"]["image/png"]) > 20_000
    assert "eval/loss" in shown["outcome"]["text/plain"]
    assert shown["table"]["text/html"].count("<tr") == 7
    assert shown["pairs"]["text/html"].count("<tr") == 6
    assert "three seeds or more" in shown["two"]["text/plain"]
    assert "[None, None, None, None, None, None]" in shown["two"]["text/plain"]
    assert shown["decision"]["text/plain"] == "tied with the best: lr 0.01, 0.03, 0.1; take 0.01\n"


def _sweep(shown: Shown) -> None:
    assert "in 4 of 4 runs with lr ≥ 1, in 0 of 20 others" in shown["said"]["text/plain"]
    assert "lr &gt;= 1" in shown["associations"]["text/html"]
    assert "edge=1.0" in shown["optimum"]["text/plain"]
    assert len(shown["plot"]["image/png"]) > 20_000
    assert "lr1-seed" in shown["worst"]["text/html"]
    assert shown["decision"]["text/plain"] == "next: lr from 0.01 to 0.1, below 1\n"


def _perplexity(shown: Shown) -> None:
    assert "healthy-perplexity: 1.00 to 1.00 times exp(loss)" in shown["mismatch"]["text/plain"]
    assert "perplexity-mismatch" in shown["wrong"]["text/html"]
    assert len(shown["gaps"]["image/png"]) > 10_000
    assert "the gap grew from" in shown["said"]["text/plain"]
    assert "overfitting: report 79.69, of step 160; at the end it was 789.49" in shown["decision"]["text/plain"]


def _reinforcement_learning(shown: Shown) -> None:
    assert "healthy-policy: Nothing needs attention." in shown["read"]["text/plain"]
    assert len(shown["rewards"]["image/png"]) > 20_000
    assert "eval/reward fell" in shown["finding"]["text/html"]
    assert "kl-blowup" in shown["blowup"]["text/html"]
    decided = shown["decision"]["text/plain"]
    assert "reward-hacking: keep step 130, eval reward 0.96" in decided
    assert "read samples from after step 304 first (kl-blowup)" in decided


def _detection(shown: Shown) -> None:
    assert "detection" in shown["read"]["text/html"]
    assert len(shown["parts"]["image/png"]) > 20_000
    decided = shown["decision"]["text/plain"]
    assert "lowest validation loss: epoch 35, mAP 0.745" in decided
    assert "highest mAP: epoch 47, mAP 0.765" in decided
    assert "from 24 on" in decided


def _own_check(shown: Shown) -> None:
    assert "no-learning: ['no-learning', 'slow-start']" in shown["runs"]["text/plain"]
    assert "healthy-lightning: []" in shown["runs"]["text/plain"]
    assert "sound runs have 0.60" in shown["finding"]["text/html"]
    assert "sound runs have 0.99" in shown["strict"]["text/plain"]
    assert shown["decision"]["text/plain"].splitlines()[2:] == [
        "no-learning: stop",
        "unfinished-run: no accuracy to judge by",
    ]


def _dataframe_and_wandb(shown: Shown) -> None:
    assert "rose from 2.13 to 2.61" in shown["verdict"]["text/html"]
    assert "Not judged" in shown["anonymous"]["text/plain"]
    assert "a rose from 2.13 to 2.61 nats after step 751" in shown["named"]["text/plain"]
    assert "buckets" in shown["export"]["text/plain"]
    assert shown["around"]["text/html"].count("<tr") == 7
    assert "go on from step 750 or before\nthe learning rate was raised" in shown["decision"]["text/plain"]


def _run(path: Path, kernel: KernelManager) -> Shown:
    """Execute a notebook where it lies, with none of the names of the one before."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell("%reset -f", id="reset"))
    NotebookClient(notebook, km=kernel, timeout=120).execute()
    shown: Shown = {}
    for cell in notebook.cells:
        found = shown.setdefault(cell["id"], {})
        for output in cell.get("outputs", ()):
            if output["output_type"] == "stream":
                found["text/plain"] = found.get("text/plain", "") + output["text"]
            else:
                for kind, text in output["data"].items():
                    found[kind] = found.get(kind, "") + text
    return shown
