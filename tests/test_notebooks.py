"""The notebooks run from top to bottom and are stored without output."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_stored_without_output(path: Path) -> None:
    stored = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in stored["cells"] if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert stored["metadata"]["kernelspec"]["name"] == "python3"


def test_one_run_reaches_its_verdict_and_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # the kernel is a process of its own
    outputs = _run(ROOT / "notebooks" / "01_one_run.ipynb")
    assert "overfit" in outputs["verdict"]["text/plain"].lower()
    assert "<table" in outputs["read"]["text/html"]
    assert "overfitting" in outputs["verdict"]["text/html"]
    assert len(outputs["figure"]["image/png"]) > 20_000


def test_seeds_are_grouped_and_two_make_no_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    outputs = _run(ROOT / "notebooks" / "02_seeds.ipynb")
    assert "eval/loss" in outputs["outcome"]["text/plain"]
    assert outputs["table"]["text/html"].count("<tr") == 7
    assert outputs["pairs"]["text/html"].count("<tr") == 6
    assert "three seeds or more" in outputs["two"]["text/plain"]
    assert "[None, None, None, None, None, None]" in outputs["two"]["text/plain"]


def test_a_sweep_says_what_broke_and_what_is_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    outputs = _run(ROOT / "notebooks" / "03_sweep.ipynb")
    assert "in 4 of 4 runs with lr ≥ 1, in 0 of 20 others" in outputs["said"]["text/plain"]
    assert "lr &gt;= 1" in outputs["associations"]["text/html"]
    assert "edge=1.0" in outputs["optimum"]["text/plain"]
    assert len(outputs["plot"]["image/png"]) > 20_000
    assert "lr1-seed" in outputs["worst"]["text/html"]


def _run(path: Path) -> dict[str, dict[str, str]]:
    """Execute a notebook where it lies; return cell id -> what it showed, by MIME type."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    shown: dict[str, dict[str, str]] = {}
    for cell in notebook.cells:
        found = shown.setdefault(cell["id"], {})
        for output in cell.get("outputs", ()):
            if output["output_type"] == "stream":
                found["text/plain"] = found.get("text/plain", "") + output["text"]
            else:
                for kind, text in output["data"].items():
                    found[kind] = found.get(kind, "") + text
    return shown
