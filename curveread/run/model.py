"""Run and Attempt: what every reader makes and every check reads, of :class:`~curveread.run.curve.Curve`."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.errors import ArgumentError, ReadError
from curveread.run.curve import Curve
from curveread.run.equality import ByValue
from curveread.run.incidents import Incident
from curveread.run.notes import DataNote
from curveread.run.roles import Role
from curveread.run.tags.kinds import Kind

if TYPE_CHECKING:
    import pandas as pd

    from curveread.run.placement import Placement

__all__ = ["Attempt", "Checkpoint", "Curve", "EventFiles", "FloatArray", "IntArray", "Run", "Source", "Stated"]


@dataclass(frozen=True, slots=True)
class Source:
    """A file that a run was read from.

    Parameters
    ----------
    path
        The file, as the user would name it.
    format
        Name of the reader's format (``tensorboard``, ``wandb``, ``trainer-state`` …).
    bytes
        Its size.
    """

    path: str
    format: str
    bytes: int

    def to_json(self) -> dict[str, str | int]:
        """Return the source as the result JSON holds it."""
        return {"path": self.path, "format": self.format, "bytes": self.bytes}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint that the log's folder holds or mentions.

    Parameters
    ----------
    step
        The training step it was saved at.
    path
        Where it is, as the user would name it.
    """

    step: int
    path: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What the user states about a run: it wins over what the logs say.

    Parameters
    ----------
    vocab_size
        Tokens in the vocabulary.
    tokens_per_byte
        Tokens that a byte of text takes.
    """

    vocab_size: int | None = None
    tokens_per_byte: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Attempt(ByValue):
    """One start of a run: what was logged between a start and the next one.

    Parameters
    ----------
    first_step, last_step
        Where the attempt logged.
    curves
        All points of the attempt, tag -> Curve.
    superseded
        Those of its points that a later attempt logged again, tag -> Curve.
    started
        Wall time of its first point in seconds, or None.
    source
        The file it was read from.
    """

    first_step: int
    last_step: int
    curves: Mapping[str, Curve]
    superseded: Mapping[str, Curve] = field(default_factory=dict)
    started: float | None = None
    source: str = ""

    def __repr__(self) -> str:
        count = f"{len(self.curves)} {'curve' if len(self.curves) == 1 else 'curves'}"
        again = sum(map(len, self.superseded.values()))
        later = f", {again:,} points logged again later" if again else ""
        return f"<Attempt: {count}, steps {self.first_step}–{self.last_step}{later}>"


class EventFiles(Protocol):
    """Shows a run's event files as tbparse does; handed in by :mod:`curveread.api`, which knows the readers."""

    def scalars(self, run: Run, *, pivot: bool, extra_columns: Collection[str]) -> pd.DataFrame:
        """Return tbparse's table of scalars."""

    def histograms(self, run: Run) -> pd.DataFrame:
        """Return the histograms."""

    def images(self, run: Run) -> pd.DataFrame:
        """Return the images, encoded."""

    def text(self, run: Run) -> pd.DataFrame:
        """Return the texts."""

    def hparams(self, run: Run) -> pd.DataFrame:
        """Return the hyper-parameters."""


@dataclass(frozen=True, eq=False)
class Run(ByValue):
    """A finished training run, as its logs tell it.

    Parameters
    ----------
    name
        Short name, usually the folder's.
    path
        Where it was read from.
    curves
        tag -> Curve, stitched over all attempts: the latest attempt wins.
    sources, notes, config
        The files, what was lost or repaired in them, and the hyper-parameters found there.
    attempts
        The starts of the run in order; the superseded points are in them.
    checkpoints
        Checkpoints in the folder, by step.
    x_axis
        What ``step`` counts, in the log's own words (``step``, ``train/global_step``, ``epoch`` …).
    crashed
        True or False where the log says how the run ended, None where it does not.
    incidents
        What was printed beside the log about crashes, in the order of files and lines.
    stated
        What the user states about it.
    placement
        Of a run that was placed on another axis (:func:`curveread.run.axes.with_axis`): the run by the steps of its
        log, and where each of them lies now. None for all others.
    task
        What kind of training it is; None where nobody looked yet.
    event_files
        Shows what the run's event files hold beside its curves.
    copy
        Where ``path`` is a URL: where what was fetched of it lies here, as long as it is kept; else empty.

    Examples
    --------
    >>> run = Run.from_dict({"loss": [2.4, 1.9, 1.7], "val_loss": ([0, 2], [2.5, 2.0])})
    >>> run
    <Run 'data': 2 curves, steps 0–2>
    >>> list(run), run["val_loss"].value.tolist()
    (['loss', 'val_loss'], [2.5, 2.0])
    """

    name: str
    path: str
    curves: Mapping[str, Curve]
    sources: tuple[Source, ...] = ()
    notes: tuple[DataNote, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    attempts: tuple[Attempt, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    x_axis: str = "step"
    crashed: bool | None = None
    incidents: tuple[Incident, ...] = ()
    stated: Stated = field(default_factory=Stated)
    placement: Placement | None = field(default=None, repr=False)
    task: Kind | None = None
    event_files: EventFiles | None = field(default=None, repr=False, compare=False)
    copy: str = field(default="", repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "curves", MappingProxyType(dict(self.curves)))
        object.__setattr__(self, "config", MappingProxyType(dict(self.config)))

    @classmethod
    def from_dict(cls, curves: Mapping[str, Any], **known: Any) -> Run:
        """Return a run of numbers in memory.

        Parameters
        ----------
        curves
            Name -> values (their steps are 0, 1, 2 …, or what the dict holds under ``step``); a tuple of steps and
            values; a pandas Series, whose index counts the steps; or a Curve.
        known
            As in :meth:`from_frame`.

        Raises
        ------
        UsageError
            When a curve is none, or an argument does not fit.

        Examples
        --------
        >>> run = Run.from_dict({"m": [0.9, 0.5, 0.4]}, roles={"m": "eval_loss"})
        >>> run.of(Role.EVAL_LOSS)
        (<Curve 'm' (eval-loss): 3 points, steps 0–2, 0.9 → 0.4>,)
        """
        if not isinstance(curves, Mapping):
            raise ArgumentError("curves", type(curves).__name__, "expected a dict; curveread.read takes much else")
        return cls._made(curves, **known)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, **known: Any) -> Run:
        """Return the run in a DataFrame, wide or long.

        Parameters
        ----------
        frame
            Wide: a column for every curve, and one, or the index, that counts the steps. Long: the columns ``tag``,
            ``step`` and ``value``. A frame of several runs is for :func:`curveread.read_all`.
        known
            What the names do not say: ``name`` of the run; ``step``, the column that counts the steps; by the name of a
            curve ``roles`` (``{"m": "eval_loss"}``, or a :class:`Role`), ``better`` (``up``, ``down``, ``none``) and
            ``units``; ``task`` and ``config``, the hyper-parameters.

        Raises
        ------
        UsageError
            When there is no curve in it, or an argument does not fit.
        SeveralRunsError
            When several runs are in it.

        Examples
        --------
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"iteration": [100, 200], "nll": [2.5, 2.1]})
        >>> Run.from_frame(frame, step="iteration", roles={"nll": "train_loss"}, config={"lr": 0.1})["nll"]
        <Curve 'nll' (train-loss): 2 points, steps 100–200, 2.5 → 2.1>
        """
        if not hasattr(frame, "columns"):
            raise ArgumentError("frame", type(frame).__name__, "expected a DataFrame; curveread.read takes much else")
        return cls._made(frame, **known)

    @classmethod
    def _made(cls, what: object, **known: Any) -> Run:
        # named, not imported: how an object is read is known two floors up, and there a Run is filled
        made: Run = importlib.import_module("curveread.api.making").run_from(what, **known)
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self.curves)

    def __getitem__(self, tag: str) -> Curve:
        """Return the curve called ``tag`` (or known under that alias).

        Raises
        ------
        KeyError
            With the names that are there.
        """
        if tag in self.curves:
            return self.curves[tag]
        for curve in self.curves.values():
            if tag in curve.aliases:
                return curve
        raise KeyError(f"{tag!r} is not among the curves: {', '.join(self.curves) or 'none'}")

    def __contains__(self, tag: object) -> bool:
        return tag in self.curves or any(tag in c.aliases for c in self.curves.values())

    def of(self, role: Role) -> tuple[Curve, ...]:
        """Return the curves of a role, the one with the most finite points first."""
        found = [c for c in self.curves.values() if c.role is role and len(c)]
        return tuple(sorted(found, key=lambda c: (-int(c.finite.sum()), len(c.tag), c.tag)))

    @cached_property
    def first_step(self) -> int | None:
        """Smallest step of all curves, None for a run without points."""
        steps: list[int] = [c.step[0].item() for c in self.curves.values() if len(c)]
        return min(steps) if steps else None

    @cached_property
    def last_step(self) -> int | None:
        """Largest step of all curves, None for a run without points."""
        steps: list[int] = [c.step[-1].item() for c in self.curves.values() if len(c)]
        return max(steps) if steps else None

    @cached_property
    def wall_seconds(self) -> float | None:
        """Seconds between the first and the last point with a clock, None without one."""
        clocks = [c.wall_time[np.isfinite(c.wall_time)] for c in self.curves.values() if c.wall_time is not None]
        clocks = [w for w in clocks if w.size]
        if not clocks:
            return None
        return float(max(w.max() for w in clocks) - min(w.min() for w in clocks))

    def to_frame(
        self, layout: str = "tidy", *, pivot: bool = False, extra_columns: Collection[str] = ()
    ) -> pd.DataFrame:
        """Return all points as a DataFrame.

        Parameters
        ----------
        layout
            ``tidy``: a row for every point of every curve: run, tag, step, wall_time, value. ``wide``: a row for every
            step and a column for every curve, NaN where it was not logged; of several values at a step the last.
            ``tbparse``: the scalars of the run's event files, equal to
            ``tbparse.SummaryReader(path, pivot=…, extra_columns=…).scalars``.
        pivot
            For ``tbparse``: a column for every tag instead of a row for every point.
        extra_columns
            For ``tbparse``: any of ``wall_time``, ``dir_name`` and ``file_name``.

        Raises
        ------
        ArgumentError
            For a layout or a column that does not exist.
        ReadError
            For ``tbparse``, when the run was not read from event files.

        Examples
        --------
        >>> run = Run.from_dict({"loss": [2.4, 1.9], "val_loss": ([1], [2.5])})
        >>> run.to_frame("wide")
              loss  val_loss
        step
        0      2.4       NaN
        1      1.9       2.5
        """
        if layout == "tbparse":
            return self._events.scalars(self, pivot=pivot, extra_columns=extra_columns)
        if layout not in ("tidy", "wide"):
            raise ArgumentError("layout", layout, "there is no such layout; use tidy, wide or tbparse")
        if pivot or extra_columns:
            raise ArgumentError("layout", layout, "pivot and extra_columns are of the layout tbparse")
        from curveread.run.frame import to_frame, to_wide

        return to_frame(self) if layout == "tidy" else to_wide(self)

    def histograms(self) -> pd.DataFrame:
        """Return the histograms of the run's event files, read by tbparse.

        Returns
        -------
        pandas.DataFrame
            A row each: ``tag``, ``step``, ``counts`` and ``limits`` (the buckets; the first count is 0 and the first
            limit the left edge), ``min``, ``max``, ``num``, ``sum``, ``sum_squares``, ``wall_time``, ``dir_name``,
            ``file_name``. Empty where there are none.

        Raises
        ------
        ReadError
            When the run was not read from event files.
        """
        return self._events.histograms(self)

    def images(self) -> pd.DataFrame:
        """Return the images of the run's event files, read by tbparse, as they were encoded.

        Returns
        -------
        pandas.DataFrame
            A row each: ``tag``, ``step``, ``value`` (bytes of a PNG, JPEG or GIF), ``width``, ``height``,
            ``wall_time``, ``dir_name``, ``file_name``. Empty where there are none.

        Raises
        ------
        ReadError
            When the run was not read from event files.
        """
        return self._events.images(self)

    def text(self) -> pd.DataFrame:
        """Return the texts of the run's event files, read by tbparse.

        Returns
        -------
        pandas.DataFrame
            A row each: ``tag``, ``step``, ``value``, ``wall_time``, ``dir_name``, ``file_name``. Empty where there are
            none.

        Raises
        ------
        ReadError
            When the run was not read from event files.
        """
        return self._events.text(self)

    def hparams(self) -> pd.DataFrame:
        """Return the hyper-parameters in the run's event files, read by tbparse.

        Returns
        -------
        pandas.DataFrame
            A row each: ``tag``, ``value``, ``dir_name``, ``file_name``. Empty where there are none.

        Raises
        ------
        ReadError
            When the run was not read from event files.
        """
        return self._events.hparams(self)

    @property
    def _events(self) -> EventFiles:
        if self.event_files is None:
            raise ReadError(f"{self.name}: a run that was not read by curveread.read has no event files")
        return self.event_files

    def _repr_html_(self) -> str:
        from curveread.run.fragments import run_fragment

        return run_fragment(self)

    def __repr__(self) -> str:
        count = f"{len(self.curves)} {'curve' if len(self.curves) == 1 else 'curves'}"
        return f"<Run {self.name!r}: {count}, steps {self.first_step}–{self.last_step}>"
