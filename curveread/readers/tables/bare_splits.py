"""Columns that are called after a split alone, ``train,test``: the file's name says what they hold, ``losses.csv``."""

from __future__ import annotations

from collections.abc import Sequence

from curveread.readers.tables.columns import is_axis_name, is_bookkeeping
from curveread.run.roles import EVAL_WORDS, TELLING, TRAIN_WORDS, role_of, words
from curveread.run.tags.grammar import split_of

__all__ = ["tags_of_splits"]

_NO_METRIC = frozenset({"metric", "metrics"})
"""Words of a file's name that say that it holds metrics, not which one."""


def tags_of_splits(names: Sequence[str], stem: str) -> dict[str, str]:
    """Return column -> tag where all columns but the counter's are splits and the file is named after a metric.

    Parameters
    ----------
    names
        Those of the columns.
    stem
        The file's name without its extension: it names a metric, and no split.

    Returns
    -------
    dict of str to str
        ``train`` -> ``train/losses``; empty for any other table.
    """
    splits = [n for n in names if not is_axis_name(n) and not is_bookkeeping(n)]
    if not splits or any(n.lower() not in EVAL_WORDS | TRAIN_WORDS for n in splits):
        return {}
    if role_of(stem) not in TELLING or split_of(stem) or not _NO_METRIC.isdisjoint(words(stem)):
        return {}
    return {n: f"{n}/{stem}" for n in splits}
