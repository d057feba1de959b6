"""The check ``time-gap``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.detectors.base import Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import PlaceList, duration
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.signals.median import median, quantile_of

_CLOCKS = (Role.TRAIN_LOSS, Role.LEARNING_RATE, Role.GRAD_NORM, Role.REWARD)


@dataclass(frozen=True)
class TimeGap(Detector):
    """Wall time passed without steps.

    What it finds
        A pause between two logged points that is far longer than any other of the run: a hang, a pre-emption, a
        suspended machine.

    Why it matters
        It costs time and money, and it often goes with a restart, a lost worker or a slow file system.

    How it decides
        The intervals of the densest curve with a clock; one counts when it is ``times`` the 99th percentile of
        all intervals, ``least_seconds`` long and ``least_share`` of the whole wall time. A pause at a restart
        belongs to the ``restart``.

    When it is wrong
        A clock that was set while the run went on looks the same. Evaluations or checkpoints that are rarer than one in
        a hundred points and take very long are pauses, too.

    References
        OPT-175B logbook (metaseq chronicles), on hangs and lost nodes.
    """

    rule: ClassVar[str] = "time-gap"
    needs: ClassVar[tuple[Need, ...]] = (any_of(*_CLOCKS),)
    least: ClassVar[int] = 20

    times: float = field(default=20.0, metadata={"help": "times the 99th percentile of the intervals"})
    least_seconds: float = field(default=60.0, metadata={"help": "shortest pause that is reported"})
    least_share: float = field(default=0.05, metadata={"help": "share of the whole wall time it must be"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return a finding per pause, at most five."""
        with_clock = [v for v in subject.all(*_CLOCKS) if v.curve.wall_time is not None]
        if not with_clock:
            return []
        view = max(with_clock, key=lambda v: len(v.curve))
        wall, step = view.curve.wall_time, view.curve.step
        assert wall is not None
        known = np.isfinite(wall)
        if not known.all():
            wall, step = wall[known], step[known]
        gaps = np.diff(wall)
        if gaps.size < self.least:
            return []
        usual = quantile_of(gaps.size, lambda at: np.maximum(gaps[at], 0.0), 0.99)
        total = float(wall.max() - wall.min())
        limit = max(self.times * usual, self.least_seconds, self.least_share * total)
        starts = [a.first_step for a in subject.attempts[1:]]
        wide = np.flatnonzero(gaps > limit)[:5]
        found = [i for i in wide if not any(int(step[i]) < s <= int(step[i + 1]) for s in starts)]
        return [
            Finding(
                rule=self.rule,
                severity=Severity.INFO,
                confidence=confidence_of(self.rule),
                tag=view.tag,
                first_step=int(step[i]),
                peak_step=int(step[i]),
                last_step=int(step[i + 1]),
                message=text(
                    "{pause} passed between {steps}; usually it is {usual}",
                    pause=duration(gaps[i]),
                    steps=PlaceList((int(step[i]), int(step[i + 1]))),
                    usual=duration(np.median(gaps)),
                ),
                evidence=(
                    Evidence("pause", "pause", float(gaps[i]), "s"),
                    Evidence("usual-interval", "usual interval", median(gaps), "s"),
                    Evidence("share-of-the-wall-time", "share of the wall time", float(gaps[i]) / total, "ratio"),
                ),
                also_explained_by=("a clock that was set during the run",),
                advice=("Look at the machine's log of that time: pre-emption, a hang of a worker, a full disk.",),
            )
            for i in found
        ]
