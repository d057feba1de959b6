"""The check ``outlier-batch``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.arrays import IntArray
from curveread.detectors.base import Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.loss_spike import LossSpike
from curveread.findings.arguments import Count, Labelled, Place, PlaceList, Tag, level
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import Role
from curveread.signals.scale import noise_of
from curveread.signals.tail import tail_of

_FEW = 10
"""Odd batches in a run that are nothing to act on."""

_ONE = "{points} of {tag} stands out of its noise at {top}: {value}, against {around} around it"
_SEVERAL = "{points} of {tag} stand out of its noise, the highest at {top}: {value}, against {around} around it"


@dataclass(frozen=True)
class OutlierBatch(Detector):
    """Single batches lie in the far tail of the training loss's own noise.

    What it finds
        One or two logged points at a time that noise with the tail of this curve would hardly make, but that are not
        high enough to be sure. Higher ones are a ``loss-spike``.

    Why it matters
        Rare odd batches (short, repeated, of another language, wrongly decoded) are natural and harmless one by one;
        many of them say something about the data, and make the gradient noisier than it need be.

    How it decides
        The tail of the residuals from the trend is learnt from the curve itself, as for ``loss-spike``. A point above
        ``height`` local noise scales, of which fewer than ``unexpected`` as high are expected in a run this long, is
        reported when it stays below what a ``loss-spike`` needs; above ``tall`` it is reported whatever the tail: where
        odd batches come all along they are its tail. All of them are one finding. A noise that
        goes as high at more than ``rare`` of the points is heavy all along and has no outliers.

    When it is wrong
        A curve with few points has a poorly known noise scale. A logged mean over many batches hides single ones.

    References
        ZClip, arXiv:2504.02507, on the tail of gradient norms and losses; OLMo 2, arXiv:2501.00656, section 3.
    """

    rule: ClassVar[str] = "outlier-batch"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.TRAIN_LOSS),)
    least: ClassVar[int] = 100

    height: float = field(default=5.0, metadata={"help": "height above the trend in robust standard deviations"})
    unexpected: float = field(default=0.1, metadata={"help": "points as high that noise may be expected to make"})
    tall: float = field(default=12.0, metadata={"help": "height that is reported whatever the tail"})
    rare: float = field(default=0.002, metadata={"help": "largest share of the points above ``tall``"})
    head: float = field(default=0.03, metadata={"help": "share of the points at the start that is not judged"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        view = subject.all(Role.TRAIN_LOSS)[0]
        n = len(view)
        z = view.parts.z
        np.clip(z, -1e6, 1e6, out=z)
        spread = noise_of(z)
        if spread <= 0.0:
            return []
        z /= spread
        spike = LossSpike()
        skip = max(15, int(self.head * n))
        tail = tail_of(z[skip:], 1, spike.floor)
        limit = max(spike.narrow * spike.floor, tail.height(spike.false_events / 2.0) if tail else 0.0)
        surprising = tail.height(self.unexpected) if tail else np.inf
        usual = surprising > self.tall and float((z[skip:] > self.tall).sum()) <= max(1.0, self.rare * n)
        if usual:
            surprising = self.tall
        high = skip + np.flatnonzero(z[skip:] > max(self.height, surprising))
        if high.size == 0:
            return []
        # Three in a row, or a neighbour beyond the threshold, is another thing than an odd batch.
        groups = np.split(high, np.flatnonzero(np.diff(high) > 2) + 1)
        groups = [g for g in groups if g.size <= 2 and float(z[g].max()) < limit]
        if not groups:
            return []
        at = np.concatenate(groups)
        top = int(at[np.argmax(z[at])])
        share = at.size / n
        # Those that come all along begin nowhere: the highest is shown.
        first, last = (top, top) if usual else (int(at[0]), int(at[-1]))
        around = float(view.parts.transform.back(view.parts.trend[top : top + 1])[0])
        template = _ONE if at.size == 1 else _SEVERAL
        return [
            Finding(
                rule=self.rule,
                severity=Severity.INFO,
                confidence=confidence_of(self.rule),
                tag=view.tag,
                first_step=int(view.step[first]),
                peak_step=int(view.step[top]),
                last_step=int(view.step[last]),
                message=text(
                    template,
                    points=Count(at.size, "point"),
                    tag=Tag(view.tag),
                    top=Place(int(view.step[top])),
                    value=level(float(view.value[top]), view.unit),
                    around=level(around),
                ),
                evidence=(
                    Evidence("outlying-points", "outlying points", float(at.size), "points"),
                    Evidence("at", "at", text("{steps}", steps=_places(view.step[at]))),
                    Evidence("share-of-the-points", "share of the points", share, "ratio"),
                    Evidence("highest", "highest", float(z[top]), "robust standard deviations"),
                    Evidence(
                        "where-a-spike-would-begin",
                        "where a spike would begin",
                        float(limit),
                        "robust standard deviations",
                    ),
                ),
                also_explained_by=("data with a heavy tail: short, rare or hard examples",),
                advice=("Look at their batches, or take larger batches.",) if at.size > _FEW else (),
            )
        ]


def _places(step: IntArray, most: int = 8) -> Labelled:
    return Labelled(PlaceList(tuple(map(int, step[:most])), last="", more=max(0, step.size - most)))
