"""The check ``eval-relapse``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.only_worse import only_worse
from curveread.detectors.shared.quality import measured_beside
from curveread.findings.arguments import Place, Tag, level, rough
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.run.roles import Role
from curveread.signals.median import median


@dataclass(frozen=True)
class EvalRelapse(Detector):
    """The run ended on an evaluation that had lost most of what was gained.

    What it finds
        A last evaluation loss that is several times the best one and nearer to the first, whether it swung like that
        before or not, and however few the evaluations are.

    Why it matters
        The weights of the end are not the ones that the best evaluation promises. An evaluation that swings like this
        says little about any one checkpoint.

    How it decides
        The last evaluation (the median of the last twentieth) is ``factor`` times the best and has given back ``share``
        of the gain from the first to the best. A quality metric that was measured with it must say the same: of what
        lies between its worst and its value at the best evaluation it lost ``share``; where there is none the factor
        is that to the power of one and a half. Where four evaluations or more since the best one all lie above it by
        three times their scatter they do not swing, and its square root is enough: also where the first evaluation was
        the best, as where a fine-tune spoils what it began with. Without an evaluation loss metrics are asked that are
        good when high: none ever rose above its first ten evaluations or tenth of the run, and one fell as a whole
        (Mann-Kendall, one in a hundred) so far that a tenth more of its answers are wrong. A loss that diverges or
        overfits is told as such.

    When it is wrong
        The next evaluation might have been good again: batch normalization with a small batch or a high rate swings.

    References
        Ioffe and Szegedy, "Batch Normalization", 2015 (running statistics); Prechelt, "Early Stopping - But When?",
        1998.
    """

    rule: ClassVar[str] = "eval-relapse"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.EVAL_LOSS, Role.EVAL_ACCURACY, Role.QUALITY_METRIC),)
    uses: ClassVar[tuple[Role, ...]] = (Role.ERROR_METRIC,)
    least: ClassVar[int] = 4

    factor: float = field(default=2.0, metadata={"help": "last evaluation loss over the best one"})
    share: float = field(default=0.5, metadata={"help": "share of the gain that was given back"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding per evaluation loss; without one, one of the metrics that only got worse."""
        judged = [self._judge(view, subject) for view in subject.all(Role.EVAL_LOSS) if len(view) >= self.least]
        found = [f for f in judged if f is not None]
        return found or ([] if judged else only_worse(subject, self.rule))

    def _judge(self, view: CurveView, subject: Subject) -> Finding | None:
        value, step, n = view.value, view.step, len(view)
        best = int(np.argmin(value))
        lowest, end = float(value[best]), median(value[-max(1, n // 20) :])
        gain = float(value[0]) - lowest
        if lowest <= 0.0 or end - lowest < self.share * gain:
            return None
        asked = subject.all(Role.EVAL_ACCURACY) or subject.all(Role.QUALITY_METRIC, Role.ERROR_METRIC)
        metrics = [m for m in asked if m.curve.direction and measured_beside(m, view)]
        stays = _stays_above(value[best + 1 :], lowest)
        if gain <= 0.0 and not stays:
            return None
        if end < self.factor ** ((0.5 if stays else 1.0) * (1.0 if metrics else 1.5)) * lowest:
            return None
        said = [self._metric(m, int(step[best])) for m in metrics]
        if metrics and not any(said):
            return None
        message = text(
            "{tag} ended at {end}, {times} times its best ({best} at {onset}){metric}",
            tag=Tag(view.tag),
            end=level(end, view.unit),
            times=rough(end / lowest),
            best=level(lowest),
            onset=Place(int(step[best])),
            metric=next((s for s in said if s), text("")),
        )
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING,
            confidence=confidence_of(self.rule),
            tag=view.tag,
            first_step=int(step[min(best + 1, n - 1)]),
            peak_step=int(step[best + int(np.argmax(value[best:]))]),
            last_step=int(step[-1]),
            message=message,
            evidence=(
                Evidence("best-evaluation-loss", "best evaluation loss", lowest, view.unit),
                Evidence("evaluation-loss-at-the-end", "evaluation loss at the end", end, view.unit),
                *(
                    [Evidence("gain-given-back", "share of the gain given back", (end - lowest) / gain, "ratio")]
                    if gain
                    else []
                ),
            ),
            also_explained_by=(
                "running statistics of batch normalization that lag behind the weights",
                "an evaluation set so small that a few examples move it",
            ),
            advice=(
                text("Keep the checkpoint nearest to {best}.", best=Place(int(step[best]))),
                "Lower the learning rate towards the end, or average weights, so that one evaluation can be trusted."
                if gain
                else "Train at a lower learning rate, or less of the model: what it began with was better.",
            ),
        )

    def _metric(self, metric: CurveView, at: int) -> Text | None:
        """Return that a metric lost most of what it had at a step, in words; None where it held."""
        more_is_better = metric.curve.direction == "higher"
        value, n = metric.value if more_is_better else -metric.value, len(metric)
        then = float(value[min(int(np.searchsorted(metric.step, at)), n - 1)])
        now = median(value[-max(1, n // 20) :])
        if then - now < self.share * (then - float(value.min())) or now >= then:
            return None
        said = ", and {tag} fell from {then} to {now}" if more_is_better else ", and {tag} went from {then} to {now}"
        return text(said, tag=Tag(metric.tag), then=level(abs(then)), now=level(abs(now)))


def _stays_above(after: FloatArray, lowest: float) -> bool:
    """Return whether the evaluations since the best one lie far above it, by what they scatter, and none comes near."""
    return after.size >= 4 and float(after.min()) - lowest > 3.0 * float(after.std())
