"""Run -> a file with every point: CSV, Parquet or JSON, a row per point."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from curveread.arrays import FloatArray
from curveread.errors import ExportError, UsageError
from curveread.logtext import cell
from curveread.report.files import put
from curveread.run.model import Run

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("csv", "parquet", "json")


def table_format(path: Path) -> str:
    """Return the format that a file name asks for.

    Raises
    ------
    UsageError
        When it asks for none that can be written.
    """
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in FORMATS:
        raise UsageError(f"{path}: the name must end in {', '.join('.' + f for f in FORMATS)} to say what to write")
    return suffix


def write_table(runs: Sequence[Run], path: Path, *, smoothed: Callable[[FloatArray], FloatArray] | None = None) -> int:
    """Write all points of the runs into one tidy table and count its rows; the file appears whole or not at all.

    ``smoothed``, (n,) -> (n,), makes a further column from the values of each curve.

    Raises
    ------
    ExportError
        When the file cannot be written, or Parquet is asked for and pyarrow is not installed.

    Notes
    -----
    Columns as :meth:`Run.to_frame`. CSV and JSON write non-finite values as ``NaN``, ``Infinity`` and ``-Infinity``
    (in JSON as strings) and leave out a wall time that the log does not have; Parquet keeps both as NaN. In a CSV
    file a name that a spreadsheet would compute gets an apostrophe before it.
    """
    import pandas as pd

    forms: dict[str, Callable[[pd.DataFrame], str | bytes]] = {"csv": _csv, "parquet": _parquet, "json": _json}
    form = forms[table_format(path)]
    frames = [run.to_frame() for run in runs]
    if smoothed is not None:
        for run, frame in zip(runs, frames, strict=True):
            frame["smoothed"] = np.concatenate([smoothed(c.value) for c in run.curves.values()] or [np.empty(0)])
    frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    put(path, form(frame))
    return len(frame)


def _csv(frame: pd.DataFrame) -> str:
    named = {c: _named(frame[c].to_numpy(np.float64)) for c in ("value", "smoothed") if c in frame}
    names = {c: frame[c].map({text: cell(text) for text in frame[c].unique()}) for c in ("run", "tag")}
    return frame.assign(**named, **names).to_csv(index=False, lineterminator="\n")


def _parquet(frame: pd.DataFrame) -> bytes:
    if find_spec("pyarrow") is None:
        raise ExportError("Parquet needs the package pyarrow: pip install pyarrow (or export to .csv or .json)")
    out = io.BytesIO()
    frame.to_parquet(out, index=False, engine="pyarrow")
    return out.getvalue()


def _json(frame: pd.DataFrame) -> str:
    columns = {c: _named(frame[c].to_numpy(np.float64)) if frame[c].dtype == np.float64 else frame[c] for c in frame}
    clock = np.isfinite(frame["wall_time"].to_numpy(np.float64)).tolist()
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*(c.tolist() for c in columns.values()), strict=True)]
    for row, known in zip(rows, clock, strict=True):
        if not known:
            del row["wall_time"]
    lines = (json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _named(values: FloatArray) -> pd.Series[Any]:
    """Return the values as objects, the non-finite ones by their names."""
    import pandas as pd

    out = pd.Series(values, dtype=object)
    out[np.isnan(values)] = "NaN"
    out[np.isposinf(values)] = "Infinity"
    out[np.isneginf(values)] = "-Infinity"
    return out
