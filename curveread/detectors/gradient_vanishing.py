"""The check ``gradient-vanishing``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Tag, figure
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.signals.median import median


@dataclass(frozen=True)
class GradientVanishing(Detector):
    """Gradients no longer reach the model, or a part of it.

    What it finds
        A gradient norm of one layer or group that is many orders of magnitude below that of another, for most of the
        run; or the norm of all of them at next to nothing.

    Why it matters
        The starved part does not learn: saturated activations, missing residual connections, a detached graph.

    How it decides
        Where several gradient norms are logged, the smallest median is compared with the largest; below ``ratio``
        of it, it has vanished. The norm of the whole model has vanished where, for the second half of the run, it is
        below ``total`` of the loss, and the loss is not near its end (above a tenth of where it began). One that is
        exactly zero is what ``no-learning`` and ``plateau`` name.

    When it is wrong
        Groups that are frozen on purpose have no gradient. Norms of groups of very different size differ by
        their square root.

    References
        Hochreiter 1991; Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
        networks", 2010.
    """

    rule: ClassVar[str] = "gradient-vanishing"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.LAYER_GRAD_NORM, Role.GRAD_NORM),)
    uses: ClassVar[tuple[Role, ...]] = (Role.TRAIN_LOSS,)
    least: ClassVar[int] = 20

    ratio: float = field(default=1e-5, metadata={"help": "smallest norm against the largest below which it vanished"})
    total: float = field(default=1e-6, metadata={"help": "norm of the whole model, against its loss, that is nothing"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        norms = subject.all(Role.LAYER_GRAD_NORM, Role.GRAD_NORM)
        views = [v for v in norms if len(v) >= self.least and v.value.min() >= 0.0]
        if len(views) < 2:
            return self._whole(views, subject)
        medians = [median(v.value) for v in views]
        low, high = int(np.argmin(medians)), int(np.argmax(medians))
        limit = self.ratio * medians[high]
        if medians[low] >= limit:
            return []
        view, other = views[low], views[high]
        return [
            Finding(
                rule=self.rule,
                severity=Severity.WARNING,
                confidence=confidence_of(self.rule),
                tag=view.tag,
                first_step=int(view.step[int(np.argmax(view.value < limit))]),
                peak_step=int(view.step[int(np.argmin(view.value))]),
                last_step=int(view.step[-1]),
                message=text(
                    "{tag} is {low}, against {high} of {other}: gradients do not reach that part of the model",
                    tag=Tag(view.tag),
                    low=figure(medians[low]),
                    high=figure(medians[high]),
                    other=Tag(other.tag),
                ),
                evidence=(
                    Evidence("median-low", text("median {tag}", tag=Tag(view.tag)), medians[low], ""),
                    Evidence("median-high", text("median {tag}", tag=Tag(other.tag)), medians[high], ""),
                ),
                also_explained_by=("parameters that are frozen on purpose",),
                advice=("Look at the activations there: saturated or dead units, missing normalisation or residuals.",),
            )
        ]

    def _whole(self, views: list[CurveView], subject: Subject) -> list[Finding]:
        """Judge the norm of the whole model beside its loss."""
        loss = subject.first(Role.TRAIN_LOSS)
        if not views or loss is None or len(loss) < self.least:
            return []
        view = views[0]
        level, norm = (median(v.value[len(v) // 2 :]) for v in (loss, view))
        limit = self.total * level
        if not 0.0 < norm < limit or level < 0.1 * median(loss.value[:5]):
            return []
        above = np.flatnonzero(view.value >= limit)
        first = int(above[-1]) + 1 if above.size and above[-1] < len(view) // 2 else 0
        return [
            Finding(
                rule=self.rule,
                severity=Severity.WARNING,
                confidence=confidence_of(self.rule),
                tag=view.tag,
                first_step=int(view.step[first]),
                peak_step=int(view.step[first + int(np.argmin(view.value[first:]))]),
                last_step=int(view.step[-1]),
                message=text(
                    "{tag} is {norm} in the second half of the run while {loss} is still {level}: gradients vanish",
                    tag=Tag(view.tag),
                    norm=figure(norm),
                    loss=Tag(loss.tag),
                    level=figure(level),
                ),
                evidence=(Evidence("median-low", text("median {tag}", tag=Tag(view.tag)), norm, ""),),
                also_explained_by=("a loss that was scaled down before it was differentiated",),
                advice=(
                    "Look for saturated or dead units, a loss at its ceiling, and gradients below this precision.",
                ),
            )
        ]
