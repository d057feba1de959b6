"""The check ``throughput-drop``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.arrays import IntArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Place, Tag, duration, figure, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role, is_eval, words
from curveread.run.tags.kinds import TaskKind
from curveread.signals.schedule.pace import Slowdown, rates, slowdown

_STEPS = {"iteration", "iter", "step", "batch"}
"""Words in the name of a time that say it is that of a step."""

_CLOCKS = (Role.TRAIN_LOSS, Role.LEARNING_RATE, Role.GRAD_NORM, Role.REWARD)


@dataclass(frozen=True)
class ThroughputDrop(Detector):
    """The training became slower and stayed slow.

    What it finds
        A logged throughput, a logged time per step, or the steps per second of the log's clock, that became well worse
        than its best and did not come back.

    Why it matters
        A throttled or shared machine, a slow worker or a starved data loader costs money until somebody looks.

    How it decides
        Medians of 20 blocks, which evaluations and checkpoints do not move: the last fifth is below ``share`` of the
        best three blocks in a row, and so is every block of it, nearly. A logged throughput is taken before a time per
        step, and that before the clock. Runs of less than ``least_seconds`` of work are not judged.

    When it is wrong
        A batch, a sequence length or a model that grew during the run makes steps slower by design; so do RL episodes
        that become longer.

    References
        Chowdhery et al., "PaLM", 2022, and the OPT-175B logbook, on watching throughput for failing hosts.
    """

    rule: ClassVar[str] = "throughput-drop"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.THROUGHPUT, Role.TIME, *_CLOCKS),)
    least: ClassVar[int] = 60

    share: float = field(default=0.7, metadata={"help": "largest ratio of the end to the best that is a drop"})
    least_seconds: float = field(default=600.0, metadata={"help": "shortest work, in seconds, that is judged"})

    def lacks(self, subject: Subject) -> str:
        """Return that the run collects before it learns: steps of an environment alone are no training's speed."""
        early = subject.task.kind is TaskKind.VALUE_RL
        return "a value-based policy steps faster while it only fills its replay buffer" if early else ""

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        work, clock_steps, clock_rate, clock_tag = 0.0, np.empty(0, np.int64), np.empty(0), ""
        with_clock = [v for v in subject.all(*_CLOCKS, Role.THROUGHPUT) if v.curve.wall_time is not None]
        if with_clock:
            view = max(with_clock, key=lambda v: len(v.curve))
            assert view.curve.wall_time is not None
            clock_steps, clock_rate, work = rates(view.curve.step, view.curve.wall_time)
            clock_tag = view.tag
            if work < self.least_seconds:
                return []
        for view in subject.all(Role.THROUGHPUT):
            if is_eval(view.tag) or len(view) < self.least or float(view.value.min()) < 0.0:
                continue
            found = slowdown(view.value, self.share)
            return [self._finding(view.tag, view.step, found, "")] if found else []
        for view in subject.all(Role.TIME):
            if len(view) < self.least or not self._of_steps(view, subject):
                continue
            found = slowdown(1.0 / view.value, self.share)
            return [self._finding(view.tag, view.step, found, "", view.unit)] if found else []
        found = slowdown(clock_rate, self.share)
        return [self._finding(clock_tag, clock_steps, found, "steps/s")] if found else []

    def _of_steps(self, view: CurveView, subject: Subject) -> bool:
        """Return whether a curve is the time of a training step, in a run that is long enough.

        The iterations of reinforcement learning hold episodes, whose length is part of what is learnt.
        """
        seconds = {"s": 1.0, "ms": 1e-3}.get(view.unit, 1.0) * float(view.value.sum()) * max(view.cadence, 1.0)
        named = bool(_STEPS & set(words(view.tag))) and not is_eval(view.tag) and not subject.all(Role.REWARD)
        return named and float(view.value.min()) > 0.0 and seconds >= self.least_seconds

    def _finding(self, tag: str, step: IntArray, found: Slowdown, unit: str, time: str | None = None) -> Finding:
        first, last = int(step[found.index]), int(step[-1])
        ratio = found.end / found.best
        if time is None:
            best, end = found.best, found.end
            message = text(
                "{what} ran at {share} of its best speed from {onset} on ({end} against {best})",
                what=text("the training") if unit else Tag(tag),
                share=share(ratio),
                onset=Place(first),
                end=figure(end),
                best=figure(best, unit),
            )
        else:
            best, end = 1.0 / found.best, 1.0 / found.end
            message = text(
                "{what} grew from {best} to {end} from {onset} on: {share} of the best speed",
                what=Tag(tag),
                share=share(ratio),
                onset=Place(first),
                end=figure(end, time),
                best=figure(best),
            )
        measured_in = unit if time is None else time
        evidence = [
            Evidence("best-level", "best level", best, measured_in),
            Evidence("level-of-the-last-fifth", "level of the last fifth", end, measured_in),
            Evidence("against-the-best", "against the best", ratio, "ratio"),
        ]
        if unit:
            lost = (last - first) * (1.0 / max(found.end, 1e-300) - 1.0 / found.best)
            evidence.append(Evidence("time-lost", "time lost", float(lost), "s"))
            message += text("; that cost about {lost}", lost=duration(lost))
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING,
            confidence=confidence_of(self.rule),
            tag=tag,
            first_step=first,
            peak_step=first,
            last_step=last,
            message=message,
            evidence=tuple(evidence),
            also_explained_by=(
                "steps that do more work on purpose: a larger batch or model, longer inputs or episodes",
            ),
            advice=(
                "Look at that time for throttled or shared GPUs, a slow worker, a full disk or a starved loader.",
                *(
                    ("It goes on getting slower: look for what piles up, in memory or on disk.",)
                    if found.steady
                    else ()
                ),
            ),
        )
