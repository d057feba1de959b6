"""Rows -> the settings in which they differ, coded: numbers or categories, seeds, and what cannot be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from curveread.arrays import IntArray
from curveread.findings.sweep.analysis import Setting, plain_number
from curveread.findings.sweep.row import SweepRow
from curveread.run.hyperparameters import is_hyperparameter
from curveread.run.settings import last_part

_SEEDS = frozenset(
    (
        "seed random_seed manual_seed rng rng_seed global_seed torch_seed np_seed numpy_seed env_seed data_seed "
        "random_state seed_everything pythonhashseed rng_key prng_key fold repeat rep replicate replica repetition"
    ).split()
)
_PLACES = frozenset(
    (
        "run run_id run_name experiment experiment_name exp_name job job_id slurm_job_id trial_id trial_number uuid "
        "version port master_port pid time created hostname node rank local_rank user tag tags notes comment url "
        "wandb_run_id hp_metric checkpoint resume_from_checkpoint save_dir log_dir root_dir default_root_dir"
    ).split()
)
"""Entries that draw random numbers or number the repeats; and those that only tell one run from another."""
_MANY = 8


@dataclass(frozen=True, slots=True)
class Column:
    """A setting over all rows: (n,) for each the place of its value in ``setting.values``; -1 where it has none."""

    setting: Setting
    code: IntArray

    @property
    def number(self) -> bool:
        """Whether its values have an order."""
        return self.setting.kind == "number"


def columns(rows: Sequence[SweepRow]) -> list[Column]:
    """Return the settings in which the rows differ, by name; names and places of runs are left out. O(n) a setting."""
    names = sorted({name for row in rows for name in row.settings})
    made = [_column(name, [row.settings.get(name) for row in rows]) for name in names if _was_set(name)]
    return _confounded([c for c in made if c is not None])


def told_apart(found: Sequence[Column]) -> list[Column]:
    """Return the columns without seeds, one for all that are confounded with each other."""
    out: list[Column] = []
    for column in found:
        if not column.setting.seed and not any(column.setting.name in c.setting.confounded for c in out):
            out.append(column)
    return out


def _was_set(name: str) -> bool:
    last = last_part(name)
    return is_hyperparameter(last) and last not in _PLACES


def _column(name: str, values: Sequence[str | int | float | bool | None]) -> Column | None:
    """Return a setting's column; None where the rows do not differ in it, or where it is only their name."""
    numbers = [plain_number(v) for v in values]
    numeric = all(x is not None or v is None for x, v in zip(numbers, values, strict=True))
    numeric = numeric and len(set(numbers) - {None}) > 1  # one that some runs lack is set or not
    keys: Sequence[str | int | float | None] = numbers if numeric else [None if v is None else str(v) for v in values]
    distinct = sorted({k for k in keys if k is not None})
    absent = any(k is None for k in keys)
    if len(distinct) + absent < 2 or not distinct:
        return None
    if not numeric and len(distinct) > _MANY and len(distinct) == len(keys):
        return None
    place = {key: i for i, key in enumerate(distinct)}
    code = np.array([-1 if k is None else place[k] for k in keys])
    shown: dict[int, str | int | float | bool] = {}
    for at, value, number in zip(code.tolist(), values, numbers, strict=True):
        if at >= 0 and value is not None:
            shown.setdefault(at, number if numeric and isinstance(value, str) and number is not None else value)
    decades = numeric and float(distinct[0]) > 0 and float(distinct[-1]) > 10 * float(distinct[0])
    setting = Setting(
        name=name,
        kind="number" if numeric else "category",
        values=tuple(shown[i] for i in range(len(distinct))),
        decades=decades,
        seed=_draws(last_part(name)),
    )
    return Column(setting, code)


def _draws(name: str) -> bool:
    return name in _SEEDS or name.endswith("_seed") or name.startswith("seed_")


def _confounded(found: Sequence[Column]) -> list[Column]:
    """Return the columns with the names of those that part the runs alike; counts that go with a seed are seeds."""
    seeds = {_parting(c.code) for c in found if c.setting.seed and _shared(c)}
    found = [
        replace(c, setting=replace(c.setting, seed=True)) if _whole(c) and _parting(c.code) in seeds else c
        for c in found
    ]
    set_ = [c for c in found if not c.setting.seed]
    once = np.unique(np.stack([c.code for c in set_]), axis=1) if set_ else np.empty((0, 0), np.int64)
    alike: dict[bytes, list[str]] = {}
    keys = {c.setting.name: _alike(c, codes) for c, codes in zip(set_, once, strict=True)}
    for name, key in keys.items():
        alike.setdefault(key, []).append(name)
    others = {name: tuple(n for n in alike[key] if n != name) for name, key in keys.items()}
    return [replace(c, setting=replace(c.setting, confounded=others.get(c.setting.name, ()))) for c in found]


def _shared(column: Column) -> bool:
    """Return whether most values were set in several runs."""
    return 2 * len(column.setting.values) <= column.code.size


def _whole(column: Column) -> bool:
    return _shared(column) and all(isinstance(v, int) and not isinstance(v, bool) for v in column.setting.values)


def _alike(column: Column, code: IntArray) -> bytes:
    """Return what is the same for settings that (m,) configurations cannot tell apart.

    Where nearly every configuration has a value of its own, as in a random search, every such setting parts them alike:
    then numbers are alike only in the same or the opposite order, and categories with themselves.
    """
    if 2 * np.unique(code).size <= code.size:
        return _parting(code)
    if not column.number:
        return column.setting.name.encode()
    turned: IntArray = code.max() - code
    return min(code.tobytes(), turned.tobytes())


def _parting(code: IntArray) -> bytes:
    """Return how a column parts what it is of: its values numbered as they first appear."""
    _, first, place = np.unique(code, return_index=True, return_inverse=True)
    order: IntArray = np.argsort(np.argsort(first))
    return order[place].tobytes()
