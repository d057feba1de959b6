"""Finding, Evidence, Severity: one statement about a run, with its place and its proof."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from curveread.findings.cause import Cause
from curveread.run.equality import ByValue

__all__ = ["Evidence", "Finding", "Severity", "json_number"]


class Severity(StrEnum):
    """How grave a finding is: ``info`` < ``warning`` < ``error``; the last two mean: someone should act.

    Members compare by gravity, also with their names.

    Examples
    --------
    >>> Severity.ERROR > Severity.WARNING >= "warning"
    True
    >>> max([Severity.INFO, Severity.WARNING])
    <Severity.WARNING: 'warning'>
    """

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0, 1 or 2: for comparing and ordering."""
        return ("info", "warning", "error").index(self.value)

    def __lt__(self, other: str) -> bool:
        return self.rank < Severity(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Severity(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Severity(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Severity(other).rank


def json_number(value: float) -> float | str:
    """Return ``value``, or its name as a string when JSON has no number for it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


@dataclass(frozen=True, slots=True, eq=False)
class Evidence(ByValue):
    """A measured figure that supports a finding: it cannot exist without its unit.

    Parameters
    ----------
    key
        What code finds it by: kebab-case, the same in every run. Several pieces of evidence of a finding may share one.
    name
        What was measured, in words.
    value
        The figure, or a short text where the evidence is not a number.
    unit
        ``nats``, ``steps``, ``ratio``, ``sigma``, … ; empty for a pure count or a text.
    """

    key: str
    name: str
    value: float | str
    unit: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the evidence as the result JSON holds it."""
        value = json_number(self.value) if isinstance(self.value, float | int) else str(self.value)
        return {"key": self.key, "name": str(self.name), "value": value, "unit": self.unit}


@dataclass(frozen=True, slots=True, eq=False)
class Finding(ByValue):
    """One thing that happened in a run.

    Parameters
    ----------
    rule
        Name of the check, e.g. ``loss-spike``.
    severity
        How grave.
    confidence
        0..1: share of such findings that are right; None where that was never measured.
    tag
        The curve it was seen in, None for a finding about the whole run.
    first_step, peak_step, last_step
        Onset, worst point, end; None only for findings about the whole run.
    message
        One sentence with place and size.
    evidence, also_explained_by, advice
        Figures with units; other explanations; what to do next.
    causes
        What may lie behind it, the most probable first; none for what tells of a setting.
    folded
        Findings that follow from this one and are not listed beside it.

    Examples
    --------
    >>> import curveread as cr
    >>> finding = cr.diagnose("sample_logs/overfitting").findings[0]
    >>> finding.rule, str(finding.severity), finding.tag, finding.first_step
    ('overfitting', 'error', 'eval_loss', 160)
    >>> round(finding.get("best-evaluation-loss"), 3), finding.evidence[0].unit
    (4.378, 'nats')
    >>> finding.causes[0].cause
    'too-little-data'
    """

    rule: str
    severity: Severity
    confidence: float | None
    message: str
    tag: str | None = None
    first_step: int | None = None
    peak_step: int | None = None
    last_step: int | None = None
    evidence: tuple[Evidence, ...] = ()
    also_explained_by: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    folded: tuple[Finding, ...] = field(default=(), repr=False)

    def __repr__(self) -> str:
        curve = f" in {self.tag!r}" if self.tag is not None else ""
        place = f", steps {self.first_step}–{self.last_step}" if self.first_step is not None else ""
        return f"<Finding {self.rule} ({self.severity.value}){curve}{place}: {self.message}>"

    def get(self, key: str) -> float | str | None:
        """Return the value of the first evidence with this key, None when there is none."""
        return next((e.value for e in self.evidence if e.key == key), None)

    def _repr_html_(self) -> str:
        from curveread.findings.fragments import finding_fragment

        return finding_fragment(self)

    def to_json(self) -> dict[str, Any]:
        """Return the finding as the result JSON holds it; what is not known is left out."""
        out: dict[str, Any] = {
            "rule": self.rule,
            "severity": self.severity.value,
            "confidence": None if self.confidence is None else round(self.confidence, 4),
        }
        for name in ("tag", "first_step", "peak_step", "last_step"):
            value = getattr(self, name)
            if value is not None:
                out[name] = value
        out["message"] = str(self.message)
        out["evidence"] = [e.to_json() for e in self.evidence]
        out["also_explained_by"] = [str(words) for words in self.also_explained_by]
        out["advice"] = [str(words) for words in self.advice]
        if self.causes:
            out["causes"] = [cause.to_json() for cause in self.causes]
        return out
