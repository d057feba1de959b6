"""What stands over all rows of a sweep: which settings differ, what the bad runs share, which groups differ."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from curveread.findings.diagnosis import Statement
from curveread.run.equality import ByValue


@dataclass(frozen=True, slots=True)
class Outcome:
    """By what the runs are ranked: a curve that most of them have.

    Parameters
    ----------
    tag, unit, better
        The curve; ``better`` is ``down`` or ``up``.
    form
        ``tail`` (mean of the last tenth), ``last`` or ``best``: a field of its measure.
    """

    tag: str
    unit: str
    better: str
    form: str = "tail"


@dataclass(frozen=True, slots=True)
class Setting:
    """A hyper-parameter in which the runs differ.

    Parameters
    ----------
    name
        As in the rows' ``settings``.
    kind
        ``number`` or ``category``.
    values
        The distinct ones, numbers in their order.
    decades
        Whether its numbers are all positive and span more than one decade: shown and fitted on a log axis.
    seed
        Whether it only draws the random numbers.
    confounded
        Other settings that differ in exactly the same runs: none of them can be told from the others.
    """

    name: str
    kind: str
    values: tuple[str | int | float | bool, ...]
    decades: bool = False
    seed: bool = False
    confounded: tuple[str, ...] = ()

    def places(self, values: Iterable[str | int | float | bool | None]) -> list[int]:
        """Return where among the distinct values each of the rows' stands; −1 for one that is none of them."""
        key = plain_number if self.kind == "number" else _text
        known = {k: i for i, v in enumerate(self.values) if (k := key(v)) is not None}
        return [-1 if (k := key(v)) is None else known.get(k, -1) for v in values]


def plain_number(value: str | int | float | bool | None) -> int | float | None:
    """Return a value as a number: YAML reads ``1e-3`` as a text.

    A truth value is a category, and so are NaN and what no float can hold.
    """
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    return number if isinstance(value, str) else value


def _text(value: str | int | float | bool | None) -> str | None:
    return None if value is None else str(value)


@dataclass(frozen=True, slots=True, eq=False)
class Group(ByValue):
    """Runs whose settings differ in the seed only.

    Parameters
    ----------
    settings
        What they share of the settings that differ over the sweep.
    rows
        Their places in the sweep's rows.
    judged, broken
        How many have the outcome as a finite number; how many ended as wrecks.
    centre, low, high
        Interquartile mean of the outcome over the seeds, a wreck as worse than any number (so infinite where wrecks
        reach into the middle half), and its 95 % bootstrap interval, which is NaN for fewer than three seeds.
    tied
        Whether nothing tells it from the best group; None where no claim can be made.
    """

    settings: Mapping[str, str | int | float | bool]
    rows: tuple[int, ...]
    judged: int
    broken: int
    centre: float
    low: float
    high: float
    tied: bool | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Improvement(ByValue):
    """Probability that a run of a group is better than one of another, with its 95 % interval; places in ``groups``."""

    group: int
    than: int
    probability: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Side:
    """A side of a setting: ``lr``, ``>=``, 0.003; relations are ``>=``, ``<=`` for numbers, ``==`` for categories."""

    setting: str
    relation: str
    value: str | int | float | bool

    @property
    def sign(self) -> str:
        """The relation as people write it."""
        return {">=": "≥", "<=": "≤", "==": "="}[self.relation]


@dataclass(frozen=True, slots=True, eq=False)
class Association(ByValue):
    """Something that the runs on one side of a setting share more often than the others.

    Parameters
    ----------
    what
        A rule (``divergence``) or ``error``, the verdict.
    setting, relation, value
        The side, as in :class:`Side`.
    inside, inside_of, outside, outside_of
        41 of 47 runs on that side (and on all of ``given``), 2 of 153 others.
    effect, effect_low, effect_high
        Difference of the two shares, with its 95 % interval.
    p, p_corrected, comparisons
        Of one test; over all comparisons that were made, and how many those were.
    confounded
        Other settings that part these runs just as well.
    given
        Further sides, all of which these runs lie on: an interaction, where it says more than one side does.
    apart
        Runs that are left out since an association before this one told of them: those on all sides of one of these.
    """

    what: str
    setting: str
    relation: str
    value: str | int | float | bool
    inside: int
    inside_of: int
    outside: int
    outside_of: int
    effect: float
    effect_low: float
    effect_high: float
    p: float
    p_corrected: float
    comparisons: int
    confounded: tuple[str, ...] = ()
    given: tuple[Side, ...] = ()
    apart: tuple[tuple[Side, ...], ...] = ()

    @property
    def sides(self) -> tuple[Side, ...]:
        """All sides that the runs inside lie on, its own first."""
        return Side(self.setting, self.relation, self.value), *self.given


@dataclass(frozen=True, slots=True, eq=False)
class Importance(ByValue):
    """Share of the outcome's variance that a setting explains on its own (functional ANOVA), with its 95 % interval."""

    setting: str
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Optimum(ByValue):
    """The best range of a number.

    Parameters
    ----------
    setting
        Its name.
    low, high
        The least and greatest tried values that nothing tells from the best.
    edge
        From this tried value on most runs were wrecked; NaN where none was, or not on one side only.
    open
        ``low``, ``high`` or empty: at which end of the tried values the best range lies, so that it may go on beyond.
    sure
        Share of bootstrap resamples whose best value lies in the range.
    """

    setting: str
    low: float
    high: float
    edge: float
    open: str
    sure: float


@dataclass(frozen=True, slots=True, eq=False)
class Analysis(ByValue):
    """All that is said over the rows; everything may be empty.

    Parameters
    ----------
    outcome
        By what the runs are ranked; None where they share no curve that ranks.
    settings
        Those that differ.
    groups
        The best first.
    improvements
        Of the best group over each other one.
    associations
        The strongest effect first, behind it what else has the same rule; only what stands after the correction.
    importances
        The greatest share first.
    optima
        Of each number that matters.
    order
        Places of the rows: unread first, then the worst verdict first, within a verdict the worst outcome first.
    statements
        What it comes to, in words; topics ``broken``, ``best``, ``seeds``, ``setting``, ``ranking``, ``undetermined``.
    """

    outcome: Outcome | None = None
    settings: tuple[Setting, ...] = ()
    groups: tuple[Group, ...] = ()
    improvements: tuple[Improvement, ...] = ()
    associations: tuple[Association, ...] = ()
    importances: tuple[Importance, ...] = ()
    optima: tuple[Optimum, ...] = ()
    order: tuple[int, ...] = ()
    statements: tuple[Statement, ...] = ()
