"""The bar of a sweep in a notebook."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from curveread.fleet import progress

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_logs"


def test_nothing_is_shown_outside_a_notebook() -> None:
    assert progress.shown() is None


def test_a_notebook_shows_a_bar_while_it_works_and_none_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a kernel of its own: what was shown, and what is left of it."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    code = f"""
import curveread as cr
from curveread.fleet import progress
progress._PATIENCE = progress._PAUSE = 0.0
from IPython import display
seen, html = [], display.HTML
display.HTML = lambda text: seen.append(text) or html(text)
cr.sweep({str(SAMPLES / "odd-batches")!r}, {str(SAMPLES / "leakage")!r}, "nowhere", jobs=1)
print(seen)
"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    bar, printed = notebook.cells[0].outputs
    assert bar.data["text/html"] == ""
    assert '<progress value="1" max="2"></progress> 1 of 2 logs read' in printed.text
