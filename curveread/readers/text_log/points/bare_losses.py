"""Numbers that are called after a split alone, ``train 3.572 | val 3.603``: what falls throughout is a loss."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from curveread.arrays import FloatArray
from curveread.readers.tables.columns import Column
from curveread.readers.text_log.line.words import eval_word, is_split, is_telling

_FEWEST = 3


def losses_named(columns: Mapping[str, Column]) -> dict[str, Column]:
    """Return the columns, those that are called after a split alone as losses where that of the training falls.

    Training lowers what it minimises, and a score that is printed beside it rises. Where another column names a metric,
    a split in front of a number may be anything.
    """
    bare = [tag for tag in columns if is_split(tag)]
    train = [tag for tag in bare if not eval_word(tag)]
    if not train or any(map(is_telling, columns)) or not all(_falls(columns[tag].value) for tag in train):
        return dict(columns)
    return {f"{tag} loss" if tag in bare else tag: column for tag, column in columns.items()}


def _falls(value: FloatArray) -> bool:
    """Return whether each of the last third of the values lies below each of the first."""
    finite = value[np.isfinite(value)]
    third = finite.size // 3
    return finite.size >= _FEWEST and bool(finite.min() > 0.0 and finite[-third:].max() < finite[:third].min())
