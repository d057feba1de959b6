"""What a check is: declared needs, options as dataclass fields, one pure ``detect``."""

from __future__ import annotations

import inspect
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

from curveread.arrays import BoolArray, FloatArray, IntArray
from curveread.docstrings import docstring
from curveread.errors import UsageError
from curveread.findings.finding import Finding
from curveread.run.incidents import Incident
from curveread.run.model import Attempt, Checkpoint, Curve, Run, Stated
from curveread.run.notes import DataNote
from curveread.run.roles import Role
from curveread.run.task import Task
from curveread.signals.decomposition import Decomposition, decompose
from curveread.signals.levels import median_error
from curveread.signals.median import median
from curveread.signals.repeats import significant_digits
from curveread.signals.trend import kendall_tau

__all__ = ["SECTIONS", "CurveView", "Detector", "Need", "Option", "Subject", "Views", "any_of", "views_of"]

SECTIONS = ("What it finds", "Why it matters", "How it decides", "When it is wrong", "References")

Need = frozenset[Role]
"""Roles of which at least one must be among the curves."""


def any_of(*roles: Role) -> Need:
    """Return a need that any of the roles meets."""
    return frozenset(roles)


class CurveView:
    """A curve as a check sees it: its usable points and their analysis, computed once for all checks.

    Parameters
    ----------
    curve
        The curve as logged.
    """

    def __init__(self, curve: Curve) -> None:
        self.curve = curve

    @property
    def tag(self) -> str:
        """The curve's name."""
        return self.curve.tag

    @property
    def unit(self) -> str:
        """Unit of its values, empty when not known."""
        return self.curve.unit

    @property
    def assumed_unit(self) -> str:
        """The unit, or the one that is most often that of such a curve: to reckon with, never to tell."""
        return self.unit or self.curve.known.assumed

    @cached_property
    def masked(self) -> BoolArray:
        """(n,) bool: exact zeros in a loss that is otherwise far from zero: a logger's stand-in, no measurement.

        Not where a loss is rounded and comes down to the last digit: there a zero is a measurement. One or two other
        values do not show how it comes down: a cross-entropy does not get from many digits to none.
        """
        value = self.curve.value
        zero = value == 0.0
        if self.curve.role not in (Role.TRAIN_LOSS, Role.EVAL_LOSS) or not zero.any():
            return np.zeros(value.size, dtype=bool)
        rest = value[~zero & self.curve.finite]
        if not rest.size or float(rest.min()) < 1e-3 * median(rest):
            return np.zeros(value.size, dtype=bool)
        if rest.size < 3 and (self.assumed_unit != "nats" or significant_digits(float(rest.min())) < 3):
            return np.zeros(value.size, dtype=bool)
        digit = np.diff(np.unique(rest)).min(initial=np.inf)
        if float(rest.min()) < 1.5 * float(digit) < np.inf:
            return np.zeros(value.size, dtype=bool)
        return np.asarray(zero)

    @cached_property
    def usable(self) -> BoolArray:
        """(n,) bool: points that are a finite measurement."""
        return self.curve.finite & ~self.masked

    @cached_property
    def step(self) -> IntArray:
        """(m,) int64: steps of the usable points."""
        return self.curve.step if bool(self.usable.all()) else self.curve.step[self.usable]

    @cached_property
    def value(self) -> FloatArray:
        """(m,) float64: the usable values."""
        return self.curve.value if bool(self.usable.all()) else self.curve.value[self.usable]

    @cached_property
    def parts(self) -> Decomposition:
        """Trend, residual and local noise scale of the usable values."""
        return decompose(self.value)

    def __len__(self) -> int:
        return int(self.value.size)

    def trend_at(self, step: IntArray) -> FloatArray:
        """Return its trend at steps of another curve, half a logging interval later: it is a mean since the last log.

        Parameters
        ----------
        step
            (k,) steps.

        Returns
        -------
        (k,) values in its own unit.
        """
        trend = self.parts.transform.back(self.parts.trend)
        return np.asarray(np.interp(step + self.cadence / 2.0, self.step, trend))

    @cached_property
    def cadence(self) -> float:
        """Median distance of its points in steps, 1.0 when there are fewer than two."""
        gaps = np.diff(self.curve.step)
        gaps = gaps[gaps > 0]
        return median(gaps) if gaps.size else 1.0


Views = Mapping[Role, tuple[CurveView, ...]]
"""role -> views of the curves of that role, the one with the most finite points first."""


def views_of(run: Run) -> Views:
    """Return the views of a run's curves."""
    return {role: tuple(CurveView(c) for c in run.of(role)) for role in Role}


@dataclass(frozen=True)
class Subject:
    """What a check is given: the curves it declared and the starts of the run.

    Parameters
    ----------
    views
        role -> views of the curves with that role, the best first; only roles that the check declared.
    attempts
        The starts of the run.
    first_step, last_step
        Where the run begins and ends.
    facts
        What the logs say about themselves: the run's config.
    stated
        What the user states about the run.
    crashed
        How the run ended, None where the log does not say.
    checkpoints
        Checkpoints that are on disk beside the log.
    notes
        What was noted while reading.
    x_axis
        What a step counts, in the log's words.
    trainer
        Whether Hugging Face's Trainer wrote the log, so that its arguments are worth naming.
    task
        What is trained.
    incidents
        What was printed beside the log about crashes.
    """

    views: Views
    attempts: tuple[Attempt, ...]
    first_step: int
    last_step: int
    facts: Mapping[str, Any] = field(default_factory=dict)
    stated: Stated = field(default_factory=Stated)
    crashed: bool | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    notes: tuple[DataNote, ...] = ()
    x_axis: str = "step"
    trainer: bool = False
    task: Task = field(default_factory=Task)
    incidents: tuple[Incident, ...] = ()

    def all(self, *roles: Role) -> tuple[CurveView, ...]:
        """Return the views of the roles, role after role."""
        return tuple(v for role in roles for v in self.views.get(role, ()))

    def first(self, *roles: Role) -> CurveView | None:
        """Return the best view of the first role that has one, None when none has."""
        return next(iter(self.all(*roles)), None)

    def eval_falls(self, begin: int, least: float) -> bool:
        """Return whether an evaluation loss goes on falling after a step, beyond doubt.

        Parameters
        ----------
        begin
            The step.
        least
            Smallest fall that counts, in log units (the loss's own unit where it is not positive throughout).
        """
        for view in self.all(Role.EVAL_LOSS):
            y = view.parts.y[view.step >= begin]
            third = y.size // 3
            if third < 2:
                continue
            fall = float(np.median(y[:third]) - np.median(y[-third:]))
            clear = fall > 4.0 * np.sqrt(2.0) * median_error(view.parts.noise, third)
            if fall > least and (clear or (y.size >= 8 and kendall_tau(y) < -0.8)):
                return True
        return False

    @property
    def length(self) -> int:
        """Steps between the first and the last, at least 1."""
        return max(self.last_step - self.first_step, 1)


class Option(NamedTuple):
    """An option of a check, as ``--set``, ``explain`` and the docs show it."""

    name: str
    type: str
    default: Any
    help: str


@dataclass(frozen=True)
class Detector(ABC):
    """Base of all checks: a subclass is one file, one rule, one dataclass whose fields are its options.

    A subclass sets ``rule``, ``needs`` and a docstring whose first line says what state it finds, followed
    by the sections of :data:`SECTIONS`; this is checked when the class is defined.
    """

    rule: ClassVar[str] = ""
    needs: ClassVar[tuple[Need, ...]] = ()
    uses: ClassVar[tuple[Role, ...]] = ()
    least: ClassVar[int] = 1
    """Usable points that at least one curve of every need must have."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if inspect.isabstract(cls):
            return
        if not re.fullmatch(r"[a-z]+(-[a-z]+)*", cls.rule):
            raise TypeError(f"{cls.__name__}.rule must be kebab-case words, not {cls.rule!r}")
        missing = [s for s in SECTIONS if s not in (cls.__doc__ or "")]
        if missing and sys.flags.optimize < 2:  # python -OO takes docstrings away
            raise TypeError(f"the docstring of {cls.__name__} lacks: {', '.join(missing)}")

    def lacks(self, subject: Subject) -> str:
        """Return what the check needs beyond its curves and does not find, as the reason why it did not run."""
        return ""

    @abstractmethod
    def detect(self, subject: Subject) -> list[Finding]:
        """Return what was found; an empty list means quiet."""

    @classmethod
    def summary(cls) -> str:
        """Return the first line of the docstring."""
        return docstring(cls).partition("\n")[0]

    @classmethod
    def explain(cls) -> str:
        """Return the docstring without its parameter list."""
        return docstring(cls)

    @classmethod
    def options(cls) -> tuple[Option, ...]:
        """Return the options with their defaults; the help is the field's ``help`` metadata."""
        return tuple(
            Option(f.name, str(f.type), None if f.default is MISSING else f.default, f.metadata.get("help", ""))
            for f in fields(cls)
        )

    @classmethod
    def configured(cls, values: Mapping[str, object]) -> Detector:
        """Return the check with some options set, each converted to the type of its default.

        Raises
        ------
        UsageError
            For an option that the check does not have, or a value that does not fit its type.
        """
        known = {o.name: o for o in cls.options()}
        out: dict[str, Any] = {}
        for name, raw in values.items():
            if name not in known:
                has = ", ".join(known) or "none"
                raise UsageError(f"{cls.rule} has no option {name!r}; it has: {has}")
            kind = type(known[name].default)
            try:
                out[name] = kind(raw)
            except (TypeError, ValueError) as error:
                raise UsageError(f"{cls.rule}.{name} takes {known[name].type}, not {raw!r}") from error
        return cls(**out)
