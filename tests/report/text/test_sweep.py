"""A sweep in the terminal."""

from __future__ import annotations

from curveread.report.text.sweep import text
from tests.report.sweeps import grid, sweep, unread


def test_statements_come_first_then_the_worst_rows() -> None:
    lines = text(sweep((*grid(), unread("lost")))).splitlines()
    assert lines[0] == "16 runs, 3 broken, 1 unread"
    assert lines[2] == "Divergence in 3 of 3 runs with lr >= 10, in none of 12 others."
    head = next(i for i, line in enumerate(lines) if line.startswith("Verdict"))
    assert lines[head].split() == ["Verdict", "Run", "last", "10", "%", "best", "lr", "seed", "findings"]
    assert lines[head + 1].split()[:2] == ["Unread", "lost"]
    assert lines[head + 1].endswith("checksum")
    assert lines[head + 2].split() == ["Error", "run-0012", "NaN", "903.2", "10", "0", "divergence"]
    assert len(lines) == head + 17


def test_a_narrow_terminal_leaves_out_settings_that_matter_less() -> None:
    made = text(sweep(), width=70)
    assert all(len(line) <= 70 for line in made.splitlines())
    head = next(line for line in made.splitlines() if line.startswith("Verdict"))
    assert "lr" in head
    assert "seed" not in head


def test_a_long_list_is_cut_and_says_so() -> None:
    lines = text(sweep(), most=4).splitlines()
    assert lines[-1] == "and 11 more"
    assert sum("run-" in line for line in lines) == 4
