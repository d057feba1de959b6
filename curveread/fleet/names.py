"""Names of rows, no two the same: with their folders where two runs are called alike."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace

from curveread.fleet.store import Rows


def name_apart(rows: Rows, roots: list[str]) -> None:
    """Give rows of one name their folder's path below their root, and a number where that does not help."""
    counts = Counter(row.run for row in rows)
    if len(counts) == len(rows):
        return
    homes = Counter(row.path for row in rows if counts[row.run] > 1)
    taken = {name for name, count in counts.items() if count == 1}
    for place, row in enumerate(rows):
        if counts[row.run] == 1:
            continue
        below = os.path.relpath(row.path, roots[place]) if roots[place] else row.path
        below = row.path if below == "." else below
        name = below if homes[row.path] == 1 and below not in taken else f"{below}/{row.run}"
        choice, number = name, 2
        while choice in taken:
            choice, number = f"{name} #{number}", number + 1
        taken.add(choice)
        rows.put(place, replace(row, run=choice))
