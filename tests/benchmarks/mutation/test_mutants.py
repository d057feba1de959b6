"""The mutants that are drawn: the same each time, one change each, no program that is the same."""

from __future__ import annotations

import ast
from itertools import islice
from pathlib import Path

from tests.conftest import needed

needed("cosmic_ray")

from tests.benchmarks.mutation.mutants import drawn  # noqa: E402

SOURCE = """
from __future__ import annotations
from typing import TYPE_CHECKING
import functools

if TYPE_CHECKING:
    from pathlib import Path


@functools.cache
def share(hits: int | None, size: int = 10) -> float | None:
    for a, b in zip([1], [2], strict=True):
        size += a - b
    if hits is None or len([hits]) == 0:
        return None
    return hits / size
"""


def _all(folder: Path, seed: int = 1) -> list[str]:
    (folder / "made.py").write_text(SOURCE)
    return [m.mutated for m in islice(drawn(folder, [Path("made.py")], seed), 200)]


def test_a_draw_can_be_repeated_and_another_seed_draws_otherwise(tmp_path: Path) -> None:
    assert _all(tmp_path) == _all(tmp_path)
    assert _all(tmp_path) != _all(tmp_path, 2)


def test_every_mutant_is_another_program_in_one_place(tmp_path: Path) -> None:
    mutants = [m for seed in range(5) for m in _all(tmp_path, seed)]
    assert len(set(mutants)) > 10
    for text in mutants:
        assert ast.dump(ast.parse(text)) != ast.dump(ast.parse(SOURCE))


def test_what_cannot_be_seen_from_outside_is_left_alone(tmp_path: Path) -> None:
    for seed in range(20):
        for text in _all(tmp_path, seed):
            assert "@functools.cache" in text
            assert "strict=False" not in text
            assert "if TYPE_CHECKING:" in text
            assert "(hits: int | None, size: int =" in text
            assert "len([hits]) <= 0" not in text
