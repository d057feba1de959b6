"""What the tools answer, typed: the SDK makes the output schemas of these."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict  # pydantic wants this one below Python 3.12

__all__ = ["Checked", "Compared", "CurveLine", "Explained", "Figure", "FindingLine", "RunLine", "RunList", "Window"]

Number = float | str
"""A number, or the name of one that JSON lacks: NaN, Infinity, -Infinity."""


class RunLine(TypedDict):
    """A run: where it is and what was read of it."""

    path: str
    name: str
    formats: list[str]
    curves: int
    first_step: NotRequired[int]
    last_step: NotRequired[int]
    task: NotRequired[str]


class RunList(TypedDict):
    """The runs below a folder. Where there are too many to read, only folders with logs are named."""

    runs: list[RunLine]
    folders: list[str]
    left_out: int
    problems: list[str]


class EvidenceLine(TypedDict):
    """A measured figure with its unit."""

    key: str
    name: str
    value: Number
    unit: str


CauseLine = TypedDict(
    "CauseLine",
    {"cause": str, "share": float, "for": list[str], "against": list[str], "check": str, "fix": str},
)
"""What may lie behind a finding: share is its probability, check what would tell, fix what mends it."""


class FindingLine(TypedDict):
    """One thing that happened: warning and error ask for action. Steps are what the log calls step."""

    rule: str
    severity: str
    confidence: float | None
    message: str
    tag: NotRequired[str]
    first_step: NotRequired[int]
    peak_step: NotRequired[int]
    last_step: NotRequired[int]
    evidence: list[EvidenceLine]
    causes: NotRequired[list[CauseLine]]
    advice: list[str]


class CurveLine(TypedDict):
    """A curve: its name, what it is, and how long."""

    tag: str
    role: str
    unit: str
    points: int


class Figure(TypedDict):
    """A key figure of the run."""

    value: Number
    unit: str
    step: NotRequired[int]


class Checked(TypedDict):
    """What happened in a run. undetermined: there was nothing to judge it by, which is not ok."""

    path: str
    name: str
    task: str
    x_axis: str
    health: str
    headline: str
    findings: list[FindingLine]
    summary: dict[str, Figure]
    curves: list[CurveLine]
    not_checked: dict[str, str]
    failed: dict[str, str]
    notes: list[str]
    left_out: dict[str, int]


class Compared(TypedDict):
    """Runs side by side; ranked is empty where their losses cannot be ranked, and the conditions say why."""

    runs: list[dict[str, Any]]
    ranked: list[str]
    conditions: list[dict[str, Any]]
    statements: list[str]
    differing: dict[str, dict[str, str]]
    left_out: dict[str, int]


class Window(TypedDict):
    """A stretch of a curve. Where reduced is true, points are the lowest and highest of equal stretches, not all."""

    path: str
    tag: str
    role: str
    unit: str
    better: str
    in_window: int
    reduced: bool
    points: list[tuple[int, Number]]
    figures: dict[str, Number]


class Explained(TypedDict):
    """The page of a check or a cause; without a name the names of all, each with a line."""

    text: str
    checks: dict[str, str]
    causes: dict[str, str]
