"""The check ``generalization-stall``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Place, Tag, level, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.signals.events.change import LevelChange, change_of
from curveread.signals.median import median


@dataclass(frozen=True)
class GeneralizationStall(Detector):
    """The evaluation loss stopped improving while the training loss goes on falling.

    What it finds
        A stretch up to the end of the run over which the evaluation loss is flat and the training loss still falls:
        what is learned there does not carry over to new data.

    Why it matters
        The compute of that stretch bought nothing, and it is where ``overfitting`` begins when the run goes on.

    How it decides
        The longest tail from ``longest`` down to ``shortest`` of the evaluations over which the 99 % interval of the
        change (Theil-Sen) lies within ``flat`` of the level: flat beyond doubt, not merely without a significant
        slope. Over the same steps the training loss must fall for certain by at least ``train_fall`` of its level and
        ``train_share`` of all its progress, and be below the evaluation loss at the end.

    When it is wrong
        Late generalisation (grokking) looks like this before it happens. A training loss that is averaged over
        repeated data falls at every epoch. Accuracy may still improve.

    References
        Prechelt, "Early Stopping - But When?", 1998; Schuirmann 1987 (equivalence test).
    """

    rule: ClassVar[str] = "generalization-stall"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.TRAIN_LOSS), any_of(Role.EVAL_LOSS))
    least: ClassVar[int] = 12

    longest: float = field(default=0.8, metadata={"help": "longest tail that is tried, as a share of the evaluations"})
    shortest: float = field(default=0.3, metadata={"help": "shortest tail that is tried"})
    flat: float = field(default=0.02, metadata={"help": "change, as a share of the level, that is flat"})
    train_fall: float = field(default=0.1, metadata={"help": "fall of the training loss as a share of its level"})
    train_share: float = field(default=0.03, metadata={"help": "fall of the training loss as a share of its progress"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding per evaluation loss."""
        train = subject.all(Role.TRAIN_LOSS)[0]
        found = [self._judge(v, train) for v in subject.all(Role.EVAL_LOSS) if len(v) >= self.least]
        return [f for f in found if f is not None]

    def _judge(self, view: CurveView, train: CurveView) -> Finding | None:
        value, n = view.value, len(view)
        if len(train) < self.least or float(value.min()) <= 0.0 or float(train.value.min()) <= 0.0:
            return None
        for part in np.arange(self.longest, self.shortest - 1e-9, -0.1):
            tail = round(part * n)
            if tail < 6 or n - tail < 2:
                continue
            change = change_of(np.log(value[-tail:]))
            if max(-change.low, change.high) > self.flat or float(value[0]) <= median(value[-tail:]):
                continue
            fall = self._train(train, int(view.step[n - tail]))
            if fall is None or median(train.value[-3:]) >= median(value[-3:]):
                return None
            return self._finding(view, n - tail, change, fall)
        return None

    def _train(self, train: CurveView, first: int) -> float | None:
        """Return the certain relative fall of the training loss since ``first``, None when it is too small."""
        tail = train.value[train.step >= first]
        if tail.size < 10:
            return None
        change = change_of(np.log(tail))
        progress = median(train.value[: max(3, len(train) // 100)]) - median(tail[-3:])
        enough = float(np.median(tail[:3]) - np.median(tail[-3:])) >= self.train_share * progress
        return -change.mid if enough and -change.high >= self.train_fall else None

    def _finding(self, view: CurveView, begin: int, change: LevelChange, fall: float) -> Finding:
        first, last = int(view.step[begin]), int(view.step[-1])
        stayed_at = median(view.value[begin:])
        flat = (last - first) / max(last - int(view.step[0]), 1)
        return Finding(
            rule=self.rule,
            severity=Severity.INFO,
            confidence=confidence_of(self.rule),
            tag=view.tag,
            first_step=first,
            peak_step=first,
            last_step=last,
            message=text(
                "{tag} stayed at {level} over the last {share} of the run (from {onset} on), "
                "while the training loss fell by another {fall}",
                tag=Tag(view.tag),
                level=level(stayed_at, view.unit),
                share=share(flat),
                onset=Place(first),
                fall=share(1.0 - np.exp(-fall)),
            ),
            evidence=(
                Evidence("level-of-the-evaluation-loss", "level of the evaluation loss", stayed_at, view.unit),
                Evidence(
                    "its-change-since-at-most", "its change since, at most", max(-change.low, change.high), "log units"
                ),
                Evidence(
                    "fall-of-the-training-loss-since", "fall of the training loss since", float(fall), "log units"
                ),
                Evidence("share-of-the-run", "share of the run", flat, "ratio"),
            ),
            also_explained_by=(
                "late generalisation that has not come yet",
                "an evaluation set too small to show a small gain",
            ),
            advice=(
                text(
                    "The checkpoint of {onset} does as well; more data or regularisation would do more.",
                    onset=Place(first),
                ),
            ),
        )
