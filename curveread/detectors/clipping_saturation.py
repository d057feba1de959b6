"""The check ``clipping-saturation``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from curveread.arrays import BoolArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Tag, figure, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.run.roles import Role
from curveread.signals.median import median

_SETTINGS = ("max_grad_norm", "clip_grad", "gradient_clip_val", "grad_clip", "clip_grad_norm", "gradient_clipping")


@dataclass(frozen=True)
class ClippingSaturation(Detector):
    """The gradient norm is clipped at most steps.

    What it finds
        Norms that were logged after clipping and lie exactly at the ceiling, or norms that were logged before it and
        lie above the ceiling that the run's config names.

    Why it matters
        Clipping that always acts is not a safety net: the step length is then set by the ceiling instead of the
        gradient, and the curve of the norm can no longer warn of anything.

    How it decides
        After the warm-up (the first tenth), and in the second half alone, more than ``share`` of the norms are at the
        largest value, to one part in a thousand (and some clearly below it, so that there is a ceiling), or above the
        ceiling of the config. It is a warning only when the median norm of the second half is ``far`` times the ceiling
        or more; adaptive optimisers take milder clipping without harm, so that is information.

    When it is wrong
        A norm that is constant for another reason (a normalised update) is at its largest value, too. A config
        that lists a ceiling which the training does not use.

    References
        Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", ICML 2013; Zhang et
        al., "Why gradient clipping accelerates training", ICLR 2020.
    """

    rule: ClassVar[str] = "clipping-saturation"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.GRAD_NORM),)
    least: ClassVar[int] = 50

    share: float = field(default=0.5, metadata={"help": "share of the steps at or above the ceiling"})
    far: float = field(default=5.0, metadata={"help": "median norm, in ceilings, above which it is a warning"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        view = subject.all(Role.GRAD_NORM)[0]
        n = len(view)
        if n < self.least or n < 0.9 * len(view.curve):
            return []
        value = view.value[n // 10 :]
        top = float(value.max())
        at_top = _share(value >= (1.0 - 1e-3) * top)
        # A norm that hardly moves is not at a ceiling: some steps must fall clearly below it.
        if top > 0.0 and at_top > self.share and float((value < 0.98 * top).mean()) > 0.01:
            message = text(
                "{tag} lies at its ceiling of {ceiling} at {share} of the logged steps",
                tag=Tag(view.tag),
                ceiling=figure(top),
                share=share(at_top),
            )
            return [self._finding(view, message, at_top, top, None)]
        ceiling = _ceiling(subject.facts)
        if ceiling is None:
            return []
        above = _share(value > 1.0001 * ceiling)
        if above <= self.share:
            return []
        typical = median(value[value.size // 2 :]) / ceiling
        message = text(
            "{tag} was above the clipping ceiling of {ceiling} at {share} of the logged steps",
            tag=Tag(view.tag),
            ceiling=figure(ceiling),
            share=share(above),
        )
        if typical >= self.far:
            message += text("; in the second half it was typically {times} times as large", times=figure(typical))
        return [self._finding(view, message, above, ceiling, typical)]

    def _finding(
        self, view: CurveView, message: Text, clipped: float, ceiling: float, typical: float | None
    ) -> Finding:
        warn = typical is not None and typical >= self.far
        evidence = [
            Evidence("share-of-the-steps-that-were-clipped", "share of the steps that were clipped", clipped, "ratio"),
            Evidence("ceiling", "ceiling", ceiling, ""),
        ]
        if typical is not None:
            evidence.append(
                Evidence(
                    "median-norm-of-the-second-half-against-the-ceiling",
                    "median norm of the second half against the ceiling",
                    typical,
                    "ratio",
                )
            )
        n = len(view)
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING if warn else Severity.INFO,
            confidence=confidence_of(self.rule),
            tag=view.tag,
            first_step=int(view.step[n // 10]),
            peak_step=int(view.step[n // 10 + int(np.argmax(view.value[n // 10 :]))]),
            last_step=int(view.step[-1]),
            message=message,
            evidence=tuple(evidence),
            also_explained_by=("a ceiling that was chosen so low on purpose, as some fine-tuning recipes do",),
            advice=("Raise the ceiling to about the 90th percentile of the unclipped norm, or lower the rate.",),
        )


def _share(hit: BoolArray) -> float:
    """Return the share of hits over all and over the second half, whichever is smaller."""
    return float(min(hit.mean(), hit[hit.size // 2 :].mean()))


def _ceiling(facts: Mapping[str, Any]) -> float | None:
    """Return the clipping ceiling that the config names, None when it names none."""
    for name, raw in facts.items():
        if name.rsplit("/", 1)[-1].rsplit(".", 1)[-1] in _SETTINGS:
            try:
                value = float(raw)
            except (TypeError, ValueError):
                continue
            if np.isfinite(value) and value > 0.0:
                return value
    return None
