"""A finding and what stands around it in the log: what the signs of causes are read from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.attribution.lead import Watched, lead_at
from curveread.case import Case
from curveread.causes.kinds import KINDS, Kind
from curveread.detectors.base import CurveView
from curveread.findings.finding import Finding
from curveread.findings.lead import Lead
from curveread.run.roles import LOSSES, Role
from curveread.signals.median import median
from curveread.signals.scale import mad_scale
from curveread.signals.schedule.changes import RateStretch, stretches

_SIGMAS = 5.0
"""A level has moved when it stands so many of its own noise scales away."""


class Stage:
    """What the findings of one run share: its curves, the findings, and what signs read of whole curves.

    ``findings`` are all, those that were folded included; ``events`` the same before many of a kind were gathered into
    one, ``findings`` where nothing was.
    """

    def __init__(self, case: Case, findings: Sequence[Finding], events: Sequence[Finding] = ()) -> None:
        self.case, self.findings, self.events = case, findings, events or findings
        self._watched: dict[str, Watched] = {}

    def first(self, *roles: Role) -> CurveView | None:
        """Return the first view with points of the roles, in their order."""
        return next((v for role in roles for v in self.case.views.get(role, ()) if len(v)), None)

    @cached_property
    def by_tag(self) -> dict[str, CurveView]:
        """Tag -> its curve."""
        return {v.tag: v for views in self.case.views.values() for v in views}

    @cached_property
    def by_rule(self) -> dict[str, list[Finding]]:
        """Rule -> its findings."""
        found: dict[str, list[Finding]] = {}
        for f in self.findings:
            found.setdefault(f.rule, []).append(f)
        return found

    @cached_property
    def schedule(self) -> list[RateStretch]:
        """The stretches of the learning rate; none where it is not logged."""
        rate = self.first(Role.LEARNING_RATE)
        return [] if rate is None else stretches(rate.value)

    @cached_property
    def usual_norm(self) -> float:
        """Median of the gradient norm, 0 where it is not logged."""
        norm = self.first(Role.GRAD_NORM)
        return 0.0 if norm is None else median(norm.value)

    def watched(self, view: CurveView) -> Watched:
        """Return a curve as one that may move first."""
        return self._watched.setdefault(view.tag, Watched(view))

    def onsets(self, kind: Kind | None, tag: str | None) -> IntArray:
        """Return the onsets of all events of a kind in one curve, in order."""
        return self._onsets.get((kind, tag), np.empty(0, dtype=np.int64))

    @cached_property
    def _onsets(self) -> dict[tuple[Kind | None, str | None], IntArray]:
        found: dict[tuple[Kind | None, str | None], set[int]] = {}
        for f in self.events:
            if f.first_step is not None:
                found.setdefault((KINDS.get(f.rule), f.tag), set()).add(f.first_step)
        return {key: np.array(sorted(steps), dtype=np.int64) for key, steps in found.items()}


class Scene:
    """One finding of a run, with the curves around it and the stage that it shares with the others."""

    def __init__(self, stage: Stage, finding: Finding) -> None:
        self.stage, self.case, self.run, self.finding = stage, stage.case, stage.case.run, finding

    def first(self, *roles: Role) -> CurveView | None:
        """Return the first view with points of the roles, in their order."""
        return self.stage.first(*roles)

    @property
    def curve(self) -> CurveView | None:
        """The curve that the finding is about."""
        return self.stage.by_tag.get(self.finding.tag or "")

    @cached_property
    def train(self) -> CurveView | None:
        """The training loss, that of the finding where it is one."""
        own = self.curve
        return own if own is not None and own.curve.role is Role.TRAIN_LOSS else self.first(Role.TRAIN_LOSS)

    @cached_property
    def evaluation(self) -> CurveView | None:
        """The evaluation loss, that of the finding where it is one."""
        own = self.curve
        return own if own is not None and own.curve.role is Role.EVAL_LOSS else self.first(Role.EVAL_LOSS)

    @property
    def counterpart(self) -> CurveView | None:
        """The evaluation that goes with the finding: an accuracy for that of the training, a loss for all else."""
        own = self.curve
        if own is not None and own.curve.role is Role.TRAIN_ACCURACY:
            return self.first(Role.EVAL_ACCURACY)
        return self.evaluation

    @cached_property
    def rate(self) -> CurveView | None:
        """The learning rate."""
        return self.first(Role.LEARNING_RATE)

    @cached_property
    def norm(self) -> CurveView | None:
        """The gradient norm."""
        return self.first(Role.GRAD_NORM)

    @property
    def begin(self) -> int:
        """First step of the run."""
        return self.run.first_step or 0

    @cached_property
    def length(self) -> int:
        """Steps of the run, at least 1."""
        return max((self.run.last_step or 0) - self.begin, 1)

    @property
    def onset(self) -> int:
        """Where the finding begins; the begin of the run for one without a place."""
        return self.finding.first_step if self.finding.first_step is not None else self.begin

    @property
    def peak(self) -> int:
        """Its worst point; its onset where it has none."""
        return self.finding.peak_step if self.finding.peak_step is not None else self.onset

    @property
    def end(self) -> int:
        """Where it ends; the end of the run where that is not known."""
        last = self.finding.last_step
        return last if last is not None else self.begin + self.length

    @cached_property
    def slack(self) -> float:
        """Steps that two things may lie apart and still belong together: the cadence of the log."""
        view = next((v for v in (self.curve, self.train) if v is not None), None)
        return max(view.cadence if view is not None else 1.0, 2.0)

    @cached_property
    def near(self) -> float:
        """Steps within which what happened just before an onset lies: three logged points, 2 % of the run at least."""
        return max(3.0 * self.slack, 0.02 * self.length)

    def around(self, view: CurveView, before: int, after: int) -> tuple[FloatArray, FloatArray]:
        """Return up to so many usable values before the onset, and from the onset on."""
        at = int(np.searchsorted(view.step, self.onset))
        return view.value[max(0, at - before) : at], view.value[at : at + after]

    def others(self, *rules: str) -> list[Finding]:
        """Return the findings of other checks, by their names."""
        return [f for rule in rules for f in self.stage.by_rule.get(rule, ()) if f is not self.finding]

    def lead_against(self, view: CurveView) -> Lead | None:
        """Return which of the training loss and a curve moved first; None where one did not move, or is not there."""
        if self.train is None:
            return None
        return lead_at(self.finding, self.stage.watched(self.train), self.stage.watched(view))

    @cached_property
    def norm_moved(self) -> bool | None:
        """Whether the gradient norm left its noise upward at the event; None where the log cannot say."""
        if self.norm is None or self.finding.first_step is None:
            return None
        before, after = self.around(self.norm, 30, max(3, self.points))
        return moved(before, after) if before.size >= 5 and after.size else None

    @cached_property
    def points(self) -> int:
        """Logged points of its own curve from its onset to its end."""
        if self.curve is None:
            return 0
        a, b = np.searchsorted(self.curve.curve.step, [self.onset, self.end])
        return max(int(b) - int(a), 1)

    @cached_property
    def losses(self) -> list[CurveView]:
        """Training and evaluation losses."""
        return [v for role in LOSSES for v in self.case.views.get(role, ()) if len(v)]


def moved(before: FloatArray, after: FloatArray) -> bool:
    """Return whether the highest value after a place stands above what the values before it reach by their noise."""
    level = median(before)
    noise = max(mad_scale(before - level), 0.01 * abs(level))
    return float(after.max()) > max(level + _SIGMAS * noise, float(before.max()))
