"""Diagnosis: all that was found in one run, as an object, a table and the result JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from curveread.errors import UsageError
from curveread.findings.cause import Cause
from curveread.findings.finding import Evidence, Finding, Severity, json_number
from curveread.plural import amount
from curveread.run.equality import ByValue
from curveread.run.model import Run
from curveread.run.roles import Role

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from curveread.findings.extras.beside import Beside
    from curveread.findings.extras.drawing import Drawing, Ruler
    from curveread.findings.forecast import Forecast

__all__ = [
    "SCHEMA_VERSION",
    "Diagnosis",
    "Extras",
    "Failed",
    "KeptCheckpoint",
    "KeyFigure",
    "NotChecked",
    "Phase",
    "Quiet",
    "Renderer",
    "Statement",
    "TimelineEntry",
    "Verdict",
]

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole diagnosis in one sentence.

    Parameters
    ----------
    health
        ``ok``, ``info``, ``warning`` or ``error``: the gravest finding; ``undetermined`` where nothing can be judged.
    headline
        One sentence that a person reads first.
    """

    health: str
    headline: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the run: ``warmup``, ``learning``, ``converged``, ``stalled``, ``memorising``, ``diverged``."""

    name: str
    first_step: int
    last_step: int


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A key figure of the run with its unit and, where it has one, its step; a label where its key names it badly."""

    value: float
    unit: str = ""
    step: int | None = None
    label: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the figure as the result JSON holds it."""
        out: dict[str, Any] = {"value": json_number(self.value), "unit": self.unit}
        if self.step is not None:
            out["step"] = self.step
        return out


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened at a step: a restart, a finding, a change of the learning rate."""

    step: int
    kind: str
    text: str
    wall_time: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the entry as the result JSON holds it."""
        out: dict[str, Any] = {"step": self.step}
        if self.wall_time is not None:
            out["wall_time"] = json_number(self.wall_time)
        return out | {"kind": self.kind, "text": str(self.text)}


@dataclass(frozen=True, slots=True)
class Statement:
    """A reading of the run in words: no fault, no alarm.

    Parameters
    ----------
    topic
        What it is about: ``phases``, ``perplexity``, ``gap``, ``cadence``, ``keep``, ``schedule``, ``metric`` …
    text
        One or two sentences.
    evidence
        The figures behind it.
    """

    topic: str
    text: str
    evidence: tuple[Evidence, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the statement as the result JSON holds it."""
        return {"topic": self.topic, "text": str(self.text), "evidence": [e.to_json() for e in self.evidence]}


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A checkpoint on disk, and whether it is as good as the best eval; None where no eval can say."""

    step: int
    path: str
    tied_with_best: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the checkpoint as the result JSON holds it."""
        out: dict[str, Any] = {"step": self.step, "path": self.path, "kept": True}
        return out if self.tied_with_best is None else out | {"tied_with_best": self.tied_with_best}


@dataclass(frozen=True, slots=True)
class Quiet:
    """A check that ran and found nothing."""

    rule: str


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A check that could not run, and why.

    Parameters
    ----------
    rule
        Name of the check.
    reason
        Why, in words.
    lacking
        Roles of the curves of which the log would need one; empty where another thing is missing.
    """

    rule: str
    reason: str
    lacking: tuple[Role, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as the result JSON holds it."""
        out: dict[str, Any] = {"rule": self.rule, "reason": str(self.reason)}
        return out | {"lacking": [role.value for role in self.lacking]} if self.lacking else out


@dataclass(frozen=True, slots=True)
class Failed:
    """A check that broke, and its error."""

    rule: str
    error: str


class Renderer(Protocol):
    """Shows a diagnosis; handed in by :mod:`curveread.api`, so that this floor needs no plotting library."""

    def figure(self, diagnosis: Diagnosis, tags: Sequence[str] | None, ax: Axes | None) -> Figure:
        """Return the annotated matplotlib figure."""

    def fragment(self, diagnosis: Diagnosis) -> str:
        """Return the HTML that a notebook shows."""


class Extras(Protocol):
    """What a report needs and a check does not, made when it is asked for; a plain value, so that it can be pickled."""

    def drawings(self, diagnosis: Diagnosis) -> tuple[Drawing, ...]:
        """Return the curves reduced to what a picture needs."""

    def rulers(self, diagnosis: Diagnosis) -> tuple[Ruler, ...]:
        """Return what else the axis of steps can count."""

    def digests(self, diagnosis: Diagnosis) -> Mapping[str, str]:
        """Return path -> SHA-256 of the input files that are as they were read."""

    def beside(self, diagnosis: Diagnosis) -> tuple[Beside, ...]:
        """Return what was logged beside the curves around the findings."""


@dataclass(frozen=True, eq=False)
class Diagnosis(ByValue):
    """What happened in one run.

    Parameters
    ----------
    run
        The run.
    findings
        The findings, gravest first, then by step.
    verdict
        The sentence to read first.
    quiet, not_checked, failed
        The other three outcomes of a check; every check is in exactly one of the four.
    phases, timeline, summary
        As in the result JSON.
    statements
        Readings in words, in the order in which a report shows them.
    accepted
        Findings that are in the baseline already: neither in ``findings`` nor in the verdict.
    checkpoints
        The checkpoints on disk.
    forecast
        Where the loss is going, or why that cannot be said; None where it was not asked for.
    extras
        Makes the drawings, the rulers and the digests of the input files when a report asks for them.
    renderer
        Shows the diagnosis as a figure or in a notebook.

    Examples
    --------
    >>> import curveread as cr
    >>> dx = cr.diagnose("sample_logs/overfitting")
    >>> dx.verdict.headline
    'eval_loss was best at step 160 (4.38 nats) and rose 52 % to 6.67 by the end, while the training loss went on ...'
    >>> [f.rule for f in dx.findings], dx.summary["best_eval_loss"].step
    (['overfitting'], 160)
    >>> {n.rule: n.reason for n in dx.not_checked}["reward-hacking"]
    'no reward among the curves'
    """

    run: Run
    findings: tuple[Finding, ...]
    verdict: Verdict
    quiet: tuple[Quiet, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    failed: tuple[Failed, ...] = ()
    phases: tuple[Phase, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    summary: Mapping[str, KeyFigure] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()
    accepted: tuple[Finding, ...] = ()
    checkpoints: tuple[KeptCheckpoint, ...] = ()
    forecast: Forecast | None = None
    extras: Extras | None = field(default=None, repr=False)
    renderer: Renderer | None = field(default=None, repr=False)

    @cached_property
    def drawings(self) -> tuple[Drawing, ...]:
        """The curves reduced to what a picture needs; made at the first use."""
        return self.extras.drawings(self) if self.extras else ()

    @cached_property
    def rulers(self) -> tuple[Ruler, ...]:
        """What else the axis of steps can count; made at the first use."""
        return self.extras.rulers(self) if self.extras else ()

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """Path -> SHA-256 of the input files that are as they were read; made at the first use."""
        return self.extras.digests(self) if self.extras else {}

    @cached_property
    def beside(self) -> tuple[Beside, ...]:
        """Histograms and texts that were logged around the findings; read at the first use."""
        return self.extras.beside(self) if self.extras else ()

    @property
    def worst(self) -> Severity | None:
        """The gravest severity among the findings, None without findings."""
        return max((f.severity for f in self.findings), default=None)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes of the gravest alarm, the most probable first; empty without an alarm."""
        alarm = next((f for f in self.findings if f.severity is not Severity.INFO), None)
        return () if alarm is None else alarm.causes

    def to_dict(self) -> dict[str, Any]:
        """Return the result as the contract's JSON object."""
        from curveread.run.overview import about, place
        from curveread.version import __version__

        run = self.run
        forecast = {} if self.forecast is None else {"forecast": self.forecast.to_json()}
        described = about(run) | {"curves": [place(c) for c in run.curves.values() if len(c)]}
        accepted = {"accepted": [f.to_json() for f in self.accepted]} if self.accepted else {}
        return {
            "schema_version": SCHEMA_VERSION,
            "curveread_version": __version__,
            "run": described,
            "verdict": {"health": self.verdict.health, "headline": str(self.verdict.headline)},
            "summary": {name: reading.to_json() for name, reading in self.summary.items()},
            "phases": [{"name": p.name, "first_step": p.first_step, "last_step": p.last_step} for p in self.phases],
            "statements": [s.to_json() for s in self.statements],
            "timeline": [t.to_json() for t in self.timeline],
            "checkpoints": [c.to_json() for c in self.checkpoints],
            **forecast,
            "findings": [f.to_json() for f in self.findings],
            **accepted,
            "not_checked": [n.to_json() for n in self.not_checked],
            "failed": [{"rule": f.rule, "error": f.error} for f in self.failed],
            "notes": [n.to_json() for n in run.notes],
        }

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return the result JSON: one object, valid for every JSON parser."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False, ensure_ascii=False)

    def to_frame(self) -> pd.DataFrame:
        """Return the findings as a table, a row each."""
        import pandas as pd

        columns = ("rule", "severity", "confidence", "tag", "first_step", "peak_step", "last_step", "message")
        rows = [
            {c: getattr(f, c) for c in columns} | {"severity": f.severity.value, "message": str(f.message)}
            for f in self.findings
        ]
        frame = pd.DataFrame(rows, columns=list(columns))
        return frame.astype(
            {"confidence": "float64", "first_step": "Int64", "peak_step": "Int64", "last_step": "Int64"}
        )

    def plot(self, *, tags: str | Sequence[str] | None = None, ax: Axes | None = None) -> Figure:
        """Return the annotated matplotlib figure of the run.

        Parameters
        ----------
        tags
            Draw this curve or these only.
        ax
            Draw into these axes instead of a new figure.

        Raises
        ------
        UsageError
            When the diagnosis was built by hand, without :func:`curveread.diagnose`.
        """
        if self.renderer is None:
            raise UsageError("this Diagnosis has no renderer; make it with curveread.diagnose(run)")
        return self.renderer.figure(self, [tags] if isinstance(tags, str) else tags, ax)

    def _repr_html_(self) -> str | None:
        return self.renderer.fragment(self) if self.renderer is not None else None

    def __repr__(self) -> str:
        count = amount(len(self.findings), "finding")
        failed = f", {amount(len(self.failed), 'failed check')}" if self.failed else ""
        return f"<Diagnosis of {self.run.name!r}: {self.verdict.health}, {count}{failed}: {self.verdict.headline}>"
