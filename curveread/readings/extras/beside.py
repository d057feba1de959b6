"""What was logged beside the curves around the findings: histograms of weights and gradients, pictures, texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from curveread.errors import ReadError
from curveread.findings.extras.beside import Beside, Picture, Spread
from curveread.findings.finding import Finding
from curveread.interop.tbparse import EventFile, event_files
from curveread.run.model import Run

if TYPE_CHECKING:
    import pandas as pd

_BYTES = 64 << 20
"""tbparse takes a second for about 4 MB; of larger logs nothing is read again for a report."""
_FINDINGS, _TAGS = 3, 6
_PICTURE_BYTES = 128 << 10
"""A page holds its pictures itself: larger ones are left to the viewer of the logger."""
_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}
"""First bytes of an encoded image -> its kind; what is none of these is not put on a page."""


def beside(run: Run, findings: Sequence[Finding]) -> tuple[Beside, ...]:
    """Return what lies around the first findings, the tags whose values changed most first."""
    placed = [f for f in findings if f.first_step is not None][:_FINDINGS]
    if not placed or not _more_than_scalars(run):
        return ()
    histograms = _around(run, placed, run.histograms(), _spread)
    texts = _around(run, placed, run.text(), lambda row, step: (step, str(row["value"])))
    images = run.images()
    if not images.empty:
        images = images[[_kind(v) != "" and len(v) <= _PICTURE_BYTES for v in images["value"]]]
    pictures = _around(run, placed, images, _picture)
    return (*histograms, *pictures, *texts)


def _more_than_scalars(run: Run) -> bool:
    """Return whether event files of a bearable size hold values that are not scalars."""
    from curveread.readers.tensorboard.memory import load
    from curveread.readers.tensorboard.scalars import scalars

    def holds(file: EventFile) -> bool:
        return scalars(load(file.path)).others > 1  # a text that was logged once is a setting

    try:
        files = event_files(run) if run.event_files else []
        return 0 < sum(f.path.stat().st_size for f in files) <= _BYTES and any(map(holds, files))
    except (ReadError, OSError):
        return False  # a file that is gone or damaged by now


def _around(
    run: Run, findings: Sequence[Finding], table: pd.DataFrame, made: Callable[[Any, float], Any]
) -> Iterator[Beside]:
    """Yield what stands around each finding, of the tags that changed most."""
    if table.empty:
        return
    step = table["step"].to_numpy(np.int64)
    if run.placement:
        step = run.placement.rounded(run.placement.between(step))
    for finding in findings:
        onset = float(finding.first_step or 0)
        found = []
        for tag in table["tag"].unique():
            rows = np.flatnonzero(table["tag"] == tag)
            if rows.size < 2:
                continue
            before, after = rows[step[rows] < onset], rows[step[rows] >= onset]
            pair = [made(table.iloc[i], float(step[i])) for i in (*before[-1:], *after[:1])]
            sides = (pair[0] if before.size else None, pair[-1] if after.size else None)
            found.append(Beside(finding.rule, onset, str(tag), *sides))
        yield from sorted(found, key=_change, reverse=True)[:_TAGS]


def _change(item: Beside) -> float:
    """Return how much wider or narrower the values became, 0 where that cannot be said."""
    one, other = item.before, item.after
    if not (isinstance(one, Spread) and isinstance(other, Spread) and one.deviation > 0.0 and other.deviation > 0.0):
        return 0.0
    return float(abs(np.log(other.deviation / one.deviation)))


def _kind(data: bytes) -> str:
    return next((kind for begin, kind in _KINDS.items() if data.startswith(begin)), "")


def _picture(row: Any, step: float) -> Picture:
    data = bytes(row["value"])
    return Picture(step, _kind(data), data, int(row["width"]), int(row["height"]))


def _spread(row: Any, step: float) -> Spread:
    n, total, squares = (float(row[key]) for key in ("num", "sum", "sum_squares"))
    if not (np.isfinite(total) and np.isfinite(squares)):  # not stored: every value counts as the middle of its bucket
        limits, counts = row["limits"], row["counts"][1:]
        middle = 0.5 * (limits[1:] + limits[:-1])
        total, squares = float(counts @ middle), float(counts @ middle**2)
    n = max(n, 1.0)
    mean, variance = total / n, squares / n - (total / n) ** 2
    return Spread(step, mean, float(np.sqrt(max(variance, 0.0))), float(row["min"]), float(row["max"]))
