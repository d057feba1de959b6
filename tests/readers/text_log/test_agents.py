"""What agents' trainings print: means of the last episodes, whose number is part of the name."""

from __future__ import annotations

from pathlib import Path

import pytest

from curveread.run.roles import Role
from tests.readers.text_log.support import points, read


@pytest.mark.parametrize(
    "name",
    [
        "Avg Reward (last 10)",
        "Avg Reward (last 100 episodes)",
        "Reward (100-ep avg)",
        "Average reward over last 50",
        "Mean reward of the last 100 episodes",
    ],
)
def test_a_number_within_a_name_is_part_of_it(tmp_path: Path, name: str) -> None:
    rows = [(5000 * i, 20.0 * i - 80.5, round(0.3 * 0.9**i, 4)) for i in range(1, 9)]
    part = read(tmp_path, "".join(f"Step {s:7d} | {name}: {r:8.2f} | σ={d:.4f} | Episodes: 7\n" for s, r, d in rows))
    assert points(part, name) == [(s, r) for s, r, _ in rows]
    assert points(part, "σ") == [(s, d) for s, _, d in rows]
    assert part.curves[name].role is Role.REWARD


def test_a_number_in_brackets_counts_where_a_word_says_so(tmp_path: Path) -> None:
    part = read(
        tmp_path, "".join(f"Loss (epoch {e}): {3 - e / 4:.3f}, Accuracy (top 5): 0.{e}1\n" for e in range(1, 8))
    )
    assert points(part, "Loss") == [(e, 3 - e / 4) for e in range(1, 8)]
    assert points(part, "Accuracy (top 5)") == [(e, float(f"0.{e}1")) for e in range(1, 8)]
