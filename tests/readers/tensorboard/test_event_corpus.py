"""Every public and trained event file: each value that TensorBoard reads is read, or a note says why not."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from curveread.readers.tensorboard.reader import TensorBoardReader
from curveread.run.notes import NoteKind
from tests.support.event_files import accumulated, points

pytestmark = pytest.mark.corpus
READER = TensorBoardReader()


def differences(path: Path) -> list[str]:
    """Return how the reader differs from EventAccumulator for one file."""
    (part,) = READER.read(path)
    if any(n.kind is NoteKind.CORRUPT for n in part.notes):  # EventAccumulator stops there
        return []
    got, want = points(part.curves), accumulated(path)
    out = [f"{path}: {tag} is missing" for tag in want if tag not in got]
    for tag, rows in got.items():
        logged = want.get(tag, [])
        if len(logged) > 1 and all(step == 0 for step, _, _ in logged):
            logged = [(i, value, wall) for i, (_, value, wall) in enumerate(logged)]
        if part.segments:  # stitched: what a later attempt logged again is gone from the curve, not from the segments
            rows = [row for segment in part.segments if tag in segment for row in points(segment)[tag]]
            rows.sort(key=lambda row: row[0])
        if rows != logged:
            out.append(f"{path}: {tag}: {len(rows)} points, expected {len(logged)}")
    return out


def event_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*tfevents*") if READER.claims(p) and p.is_file())


@pytest.mark.parametrize("every", [6, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("which", ["public", "trained"])
def test_every_value_of_the_corpus(which: str, every: int, request: pytest.FixtureRequest) -> None:
    files = event_files(request.getfixturevalue(f"corpus_{which}"))
    assert len(files) >= 40
    assert [d for path in files[::every] for d in differences(path)] == []


def test_equals_tbparse(corpus_trained: Path) -> None:
    from tbparse import SummaryReader

    compared = 0
    for path in event_files(corpus_trained)[:8]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = SummaryReader(str(path), event_types={"scalars"}, extra_columns={"wall_time"}).scalars
        (part,) = READER.read(path)
        for tag, rows in frame.groupby("tag") if len(frame) else ():
            curve = part.curves[tag]
            assert curve.wall_time is not None
            for got, want in ((curve.step, rows.step), (curve.value, rows.value), (curve.wall_time, rows.wall_time)):
                np.testing.assert_array_equal(got, want)
            compared += len(rows)
    assert compared > 5_000
