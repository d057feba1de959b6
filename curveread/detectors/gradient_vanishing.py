"""The check ``gradient-vanishing``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.detectors.base import Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Tag, figure
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role

__all__ = ["GradientVanishing"]


@dataclass(frozen=True)
class GradientVanishing(Detector):
    """Gradients no longer reach a part of the model.

    What it finds
        A gradient norm of one layer or group that is many orders of magnitude below that of another, for most of the
        run.

    Why it matters
        The starved part does not learn: saturated activations, missing residual connections, a detached graph.

    How it decides
        Where several gradient norms are logged, the smallest median is compared with the largest; below ``ratio``
        of it, it has vanished. A single norm says nothing about layers; where it falls to nothing the ``plateau``
        names it.

    When it is wrong
        Groups that are frozen on purpose have no gradient. Norms of groups of very different size differ by
        their square root.

    References
        Hochreiter 1991; Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
        networks", 2010.
    """

    rule: ClassVar[str] = "gradient-vanishing"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.LAYER_GRAD_NORM),)
    uses: ClassVar[tuple[Role, ...]] = (Role.GRAD_NORM,)
    least: ClassVar[int] = 20

    ratio: float = field(default=1e-5, metadata={"help": "smallest norm against the largest below which it vanished"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        norms = subject.all(Role.LAYER_GRAD_NORM, Role.GRAD_NORM)
        views = [v for v in norms if len(v) >= self.least and v.value.min() >= 0.0]
        if len(views) < 2:
            return []
        medians = [float(np.median(v.value)) for v in views]
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
