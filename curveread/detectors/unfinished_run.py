"""The check ``unfinished-run``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Place, Tag, level
from curveread.findings.arguments import share as share_of
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.run.tags.kinds import TaskKind
from curveread.signals.events.change import change_of
from curveread.signals.median import median


@dataclass(frozen=True)
class UnfinishedRun(Detector):
    """The run stopped while it was still improving.

    What it finds
        A training loss that still falls clearly over the last fifth of the run, with a learning rate that has not
        come down: the end was set by a budget, a crash or a patience, not by the curve.

    Why it matters
        Going on may be the cheapest gain there is; and comparing such a run with a finished one compares lengths.

    How it decides
        The loss falls over the last fifth for certain (99 % interval of the Theil-Sen change), by ``least_gain`` of the
        progress of the whole run, and fell before it, too. The learning rate is still above ``decayed`` of its peak, or
        the log says that the run crashed; where no learning rate is logged, the fall must not be faster than in the
        fifth before, as a decaying schedule would make it. The evaluation loss, where there is one, is at its best
        at the end.

    When it is wrong
        A run that memorises its training data also falls on; without evaluations the two cannot be told apart.

    References
        Hoffmann et al., "Training Compute-Optimal Large Language Models", 2022, on comparing unfinished schedules.
    """

    rule: ClassVar[str] = "unfinished-run"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.TRAIN_LOSS),)
    uses: ClassVar[tuple[Role, ...]] = (Role.EVAL_LOSS, Role.LEARNING_RATE)
    least: ClassVar[int] = 60

    least_gain: float = field(default=0.06, metadata={"help": "fall over the last fifth as a share of all progress"})
    decayed: float = field(default=0.5, metadata={"help": "share of the peak below which the rate has decayed"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        view = subject.all(Role.TRAIN_LOSS)[0]
        n = len(view)
        if n < self.least or not bool(view.curve.finite[-1]) or int(view.step[-1]) < subject.last_step - n // 20:
            return []
        value, fifth = view.value, n // 5
        last, previous = change_of(value[-fifth:]), change_of(value[-2 * fifth : -fifth])
        start, end = median(value[: max(3, n // 100)]), median(value[-max(5, n // 50) :])
        progress = start - end
        before = [median(value[n - k * fifth : n - (k - 1) * fifth]) for k in (4, 3, 2)]
        if not before[0] > before[1] > before[2]:
            return []  # what falls now was lost before: a recovery
        if progress <= 0.0 or -last.mid < self.least_gain * progress or -last.high < 0.01 * progress:
            return []
        crashed = subject.crashed is True
        rate = subject.first(Role.LEARNING_RATE)
        if rate is not None and len(rate):
            open_end = float(rate.value[-1]) >= self.decayed * float(rate.value.max()) > 0.0
        else:
            open_end = -last.mid <= -previous.mid
        if not (open_end or crashed) or not _eval_improves(subject):
            return []
        return [self._finding(view, n - fifth, -last.mid / progress, -last.high, end, subject)]

    def _finding(
        self, view: CurveView, begin: int, share: float, least: float, end: float, subject: Subject
    ) -> Finding:
        last = int(view.step[-1])
        return Finding(
            rule=self.rule,
            severity=Severity.INFO,
            confidence=confidence_of(self.rule),
            tag=view.tag,
            first_step=int(view.step[begin]),
            peak_step=last,
            last_step=last,
            message=text(
                "the run {ended} at {end} while {tag} was still falling: "
                "{share} of all progress came in the last fifth, to about {level}",
                ended=text("crashed" if subject.crashed is True else "ended"),
                end=Place(last),
                tag=Tag(view.tag),
                share=share_of(share),
                level=level(end, view.unit),
            ),
            evidence=(
                Evidence("fall-over-the-last-fifth-at-least", "fall over the last fifth, at least", least, view.unit),
                Evidence(
                    "share-of-all-progress-in-the-last-fifth", "share of all progress in the last fifth", share, "ratio"
                ),
                Evidence("loss-at-the-end", "loss at the end", end, view.unit),
            ),
            also_explained_by=(
                "a budget that was chosen on purpose",
                *(() if subject.all(Role.EVAL_LOSS) else ("memorising: there is no evaluation loss",)),
            ),
            advice=(_next(subject),),
        )


def _next(subject: Subject) -> str:
    """Return what to do next; a training loss that falls alone may as well be memory."""
    if subject.task.kind is TaskKind.BOOSTING:
        return "Add rounds, as long as the metric on held-out data improves; stop early there."
    if not subject.all(Role.EVAL_LOSS):
        return "Evaluate the last checkpoint on held-out data, and go on from it where that still improves."
    return "Go on from the last checkpoint, or compare this run with others at equal steps only."


def _eval_improves(subject: Subject) -> bool:
    """Return whether the evaluation losses, where there are any, are best near the end."""
    for view in subject.all(Role.EVAL_LOSS):
        if len(view) >= 4:
            tail = max(1, len(view) // 5)
            if float(view.value[-tail:].min()) > float(view.value[:-tail].min()):
                return False
    return True
