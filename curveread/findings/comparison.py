"""Comparison: several runs side by side, and whether their losses can be ranked at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from curveread.arrays import FloatArray, IntArray
from curveread.errors import UsageError
from curveread.findings.diagnosis import Diagnosis, Statement
from curveread.findings.finding import json_number
from curveread.run.equality import ByValue

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """A run's row: its name, unlike all others', its diagnosis, and its figures by column; a missing one is unknown."""

    name: str
    diagnosis: Diagnosis
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must be the same for losses to compare: tokenizer, data set, sequence length.

    Parameters
    ----------
    name
        What it is, in words.
    verdict
        ``same``, ``different`` or ``unknown``.
    setting
        The setting that says so, empty when unknown.
    values
        What it says, by run; runs whose log does not say are left out.
    """

    name: str
    verdict: str
    setting: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the condition as the comparison's JSON holds it."""
        return {"name": self.name, "verdict": self.verdict, "setting": self.setting, "values": dict(self.values)}


@dataclass(frozen=True, slots=True, eq=False)
class Aligned(ByValue):
    """One loss of all runs on the same steps.

    Parameters
    ----------
    step
        (m,) steps, or per cent of each run's own length.
    value
        (runs, m) the train loss's trend, the evals joined by straight lines; NaN where a run has none.
    tags
        The curve of each run, empty where it has none.
    """

    step: IntArray | FloatArray
    value: FloatArray
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Difference(ByValue):
    """A run's loss less the same loss of the reference, over stretches of their common steps.

    Parameters
    ----------
    run, reference
        Their names.
    tag, unit
        The run's curve.
    step
        (k,) middle of each stretch.
    value, low, high
        (k,) mean difference and its 95 % interval.
    """

    run: str
    reference: str
    tag: str
    unit: str
    step: FloatArray
    value: FloatArray
    low: FloatArray
    high: FloatArray


class ComparisonRenderer(Protocol):
    """Shows a comparison; handed in by :mod:`curveread.api`."""

    def figure(self, comparison: Comparison) -> Figure:
        """Return the matplotlib figure."""

    def fragment(self, comparison: Comparison) -> str:
        """Return the HTML that a notebook shows."""


@dataclass(frozen=True, eq=False)
class Comparison(ByValue):
    """Several runs side by side.

    Parameters
    ----------
    runs
        A row per run, in the order given.
    conditions
        What must be the same for the losses to compare, and whether it is.
    ranked
        Names of the runs, the best eval loss first; empty where they are not to be ranked.
    statements
        What the comparison says, in words.
    differing
        Settings in which the runs differ: name -> value by run.
    aligned
        ``train-loss`` and ``eval-loss`` on common steps.
    axis
        What the aligned losses lie on: ``step`` and its like, or ``share`` of each run's own length.
    differences
        The losses of the runs less those of one of them: the best ranked, else the first.
    renderer
        Draws it.
    """

    runs: tuple[ComparedRun, ...]
    conditions: tuple[Condition, ...]
    ranked: tuple[str, ...]
    statements: tuple[Statement, ...]
    differing: Mapping[str, Mapping[str, str]]
    aligned: Mapping[str, Aligned]
    axis: str = "step"
    differences: tuple[Difference, ...] = ()
    renderer: ComparisonRenderer | None = field(default=None, repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the figures that at least one run has, in their order."""
        return tuple(dict.fromkeys(name for run in self.runs for name in run.figures))

    @property
    def table(self) -> pd.DataFrame:
        """The rows as a DataFrame, indexed by the runs' names; unknown figures are NaN."""
        import pandas as pd

        rows = [
            {"health": r.diagnosis.verdict.health}
            | {c: r.figures.get(c) for c in self.columns}
            | {"findings": len(r.diagnosis.findings), "verdict": str(r.diagnosis.verdict.headline)}
            for r in self.runs
        ]
        return pd.DataFrame(rows, index=pd.Index([r.name for r in self.runs], name="run"))

    def plot(self) -> Figure:
        """Return the aligned curves as a matplotlib figure.

        Raises
        ------
        UsageError
            When the comparison was built by hand, without :func:`curveread.compare`.
        """
        if self.renderer is None:
            raise UsageError("this Comparison has no renderer; make it with curveread.compare(runs)")
        return self.renderer.figure(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as one JSON object; what is not known is left out."""
        from curveread.version import __version__

        return {
            "schema_version": 1,
            "curveread_version": __version__,
            "runs": [
                {
                    "name": r.name,
                    "path": r.diagnosis.run.path,
                    "health": r.diagnosis.verdict.health,
                    "headline": r.diagnosis.verdict.headline,
                    "figures": {name: json_number(value) for name, value in r.figures.items()},
                    "findings": [f.rule for f in r.diagnosis.findings],
                }
                for r in self.runs
            ],
            "conditions": [c.to_json() for c in self.conditions],
            "ranked": list(self.ranked),
            "statements": [s.to_json() for s in self.statements],
            "differing": {name: dict(values) for name, values in self.differing.items()},
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return :meth:`to_dict` as text that every JSON parser reads."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False, ensure_ascii=False)

    def _repr_html_(self) -> str | None:
        return self.renderer.fragment(self) if self.renderer is not None else None

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(repr(r.name) for r in self.runs)}>"
