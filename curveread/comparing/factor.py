"""Losses that differ by a whole factor all along: one is a sum over micro-batches or devices, the other a mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from curveread.comparing.curves import curve_of
from curveread.findings.arguments import Name, Tag, number
from curveread.findings.comparison import ComparedRun
from curveread.findings.diagnosis import Statement
from curveread.findings.finding import Evidence
from curveread.findings.text import text
from curveread.run.hyperparameters import plain_settings
from curveread.run.roles import Role
from curveread.run.shared_steps import on_shared_steps

_BLOCKS, _LEAST = 12, 36
"""Stretches of which each must show the factor, and the points for that."""
_NEAR = 0.02
"""How near to a whole number the ratio must lie, in each stretch: seeds of one setting differ by less, two models by
more somewhere between the first loss and the last."""
_MOST, _TOLD = 1e5, 5
"""Largest factor, and pairs that are told at most."""
_FALL = 1.3
"""By what factor the loss must change over the run: a flat curve keeps any ratio."""


@dataclass(frozen=True, slots=True)
class _Factor:
    """The larger loss is ``times`` the smaller all along; ``first`` tells whether the first run's is the larger."""

    tag: str
    times: int
    first: bool


def factors(runs: Sequence[ComparedRun], role: Role) -> list[Statement]:
    """Return what is said of pairs whose loss of a role differs by a whole factor, at most five."""
    out: list[Statement] = []
    for one, other in combinations(runs, 2):
        if len(out) == _TOLD:
            break
        found = _between(one, other, role)
        if found is None:
            continue
        large, small = (one, other) if found.first else (other, one)
        because = _setting(large, small, found.times)
        sentence = text(
            "{tag} of {large} is {times} times that of {small} all along, so that one of them is a sum: "
            + ("{setting} differs by the same factor." if because else "look at gradient accumulation and world size."),
            tag=Tag(found.tag),
            large=Name(large.name),
            small=Name(small.name),
            times=number(found.times),
            **({"setting": Name(because)} if because else {}),
        )
        out.append(Statement("factor", sentence, (Evidence("factor", "factor", float(found.times), ""),)))
    return out


def _between(one: ComparedRun, other: ComparedRun, role: Role) -> _Factor | None:
    """Return the whole factor of 2 or more between two losses, None where there is none or it cannot be told.

    The medians of the ratio over twelve stretches of the common steps must all lie within 2 % of one whole number,
    while the loss changes by more than a factor of 1.3.
    """
    a, b = curve_of(one.diagnosis.run, role), curve_of(other.diagnosis.run, role)
    if a is None or b is None:
        return None
    shared = on_shared_steps(a, b)
    sound = np.isfinite(shared.one) & np.isfinite(shared.other) & (shared.one > 0.0) & (shared.other > 0.0)
    if int(sound.sum()) < _LEAST:
        return None
    x, y = np.log(shared.one[sound]), np.log(shared.other[sound])
    ratio = np.array([np.median(part) for part in np.array_split(x - y, _BLOCKS)])
    level = np.array([np.median(part) for part in np.array_split(x, _BLOCKS)])
    size = float(np.abs(np.median(ratio)))
    times = round(float(np.exp(size))) if size < np.log(_MOST) else 0
    if times < 2 or float(np.ptp(level)) < np.log(_FALL):
        return None
    if bool((np.abs(np.abs(ratio) - np.log(times)) > np.log1p(_NEAR)).any()):
        return None
    return _Factor(a.tag, times, bool(ratio[0] > 0.0))


def _setting(large: ComparedRun, small: ComparedRun, times: int) -> str:
    """Return the setting that differs by the same factor, empty where none does or several do."""
    one, other = (_numbers(r) for r in (large, small))
    found = [n for n in one if n in other and other[n] > 0.0 and one[n] == times * other[n]]
    return found[0] if len(found) == 1 else ""


def _numbers(run: ComparedRun) -> Mapping[str, float]:
    plain = plain_settings(run.diagnosis.run.config)
    return {n: float(v) for n, v in plain.items() if isinstance(v, int | float) and not isinstance(v, bool)}
