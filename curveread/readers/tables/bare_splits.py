"""Columns called after a split, ``train,test``, a statistic, or by pandas, ``,0``: the file's name says the metric."""

from __future__ import annotations

from collections.abc import Sequence

from curveread.readers.tables.columns import is_axis_name, is_bookkeeping
from curveread.run.roles import EVAL_WORDS, TELLING, TRAIN_WORDS, Role, role_of, words
from curveread.run.tags.grammar import split_of

_NO_METRIC = frozenset({"metric", "metrics"})
"""Words of a file's name that say that it holds metrics, not which one."""
_SUMS = frozenset({"total", "sum"})
"""Columns that add up the others."""
_EACH, _STATISTICS = {"mean", "min", "max"}, ("mean", "median", "stdev", "std", "max", "min")
"""Columns that sum up several episodes: those that must all be there, and those that may."""
_UNNAMED = ["", "0"]
"""What pandas writes above an index and values that have no name."""


def tags_of_splits(names: Sequence[str], stem: str) -> dict[str, str]:
    """Return column -> tag where all columns but the counter's are splits, or pandas' ``0``, in a file of a metric.

    Parameters
    ----------
    names
        Those of the columns.
    stem
        The file's name without its extension: it names a metric, and no split.

    Returns
    -------
    dict of str to str
        ``train`` -> ``train/losses``, ``0`` -> ``losses``; empty for any other table.
    """
    unnamed = list(names) in (_UNNAMED, _UNNAMED[1:])
    splits = [n for n in names if not is_axis_name(n) and not is_bookkeeping(n) and n.lower() not in _SUMS]
    if not unnamed and (not splits or any(n.lower() not in EVAL_WORDS | TRAIN_WORDS for n in splits)):
        return {}
    if role_of(stem) not in TELLING or split_of(stem) or not _NO_METRIC.isdisjoint(words(stem)):
        return {}
    return {"0": stem} if unnamed else {n: f"{n}/{stem}" for n in splits}


def tags_of_statistics(names: Sequence[str], stem: str) -> dict[str, str]:
    """Return column -> tag of statistics in a file called after a metric: ``scores/mean`` in PFRL's scores.txt."""
    measured = role_of(stem) in TELLING or role_of(stem) is Role.QUALITY_METRIC
    return {n: f"{stem}/{n}" for n in names if n in _STATISTICS} if measured and _EACH.issubset(names) else {}
