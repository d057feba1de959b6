"""Run -> tidy DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from curveread.logtext import storable

if TYPE_CHECKING:
    from curveread.run.model import Run

COLUMNS = ("run", "tag", "step", "wall_time", "value")


def to_frame(run: Run) -> pd.DataFrame:
    """Return every point of every curve, a row each.

    Returns
    -------
    pandas.DataFrame
        Columns ``run``, ``tag``, ``step`` (int64, float64 by epochs), ``wall_time`` (float64 seconds, NaN where the
        log has no clock), ``value`` (float64), curve after curve in the run's order. In names, halves of surrogate
        pairs, which pandas cannot hold, are written out.
    """
    curves = list(run.curves.values())
    lengths = [len(c) for c in curves]
    walls = [np.full(len(c), np.nan) if c.wall_time is None else c.wall_time for c in curves]
    return pd.DataFrame(
        {
            "run": np.repeat(np.array([storable(run.name)], dtype=object), sum(lengths)),
            "tag": np.repeat(np.array([storable(c.tag) for c in curves], dtype=object), lengths),
            "step": np.concatenate([c.step for c in curves] or [np.empty(0, np.int64)]),
            "wall_time": np.concatenate(walls or [np.empty(0)]),
            "value": np.concatenate([c.value for c in curves] or [np.empty(0)]),
        },
        columns=list(COLUMNS),
    )


def to_wide(run: Run) -> pd.DataFrame:
    """Return a column for every curve, indexed by ``step``; of several values of a curve at one step the last."""
    columns = [c.to_series() for c in run.curves.values() if len(c)]
    if not columns:
        return pd.DataFrame(index=pd.Index([], name="step"))
    return pd.concat([c[~c.index.duplicated(keep="last")] for c in columns], axis=1, sort=True)
