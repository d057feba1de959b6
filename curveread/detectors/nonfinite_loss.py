"""The check ``nonfinite-loss``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.arrays import FloatArray, IntArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.nonfinite import earlier, loss_that_goes_on, precision
from curveread.findings.arguments import Count, Name, Place, Tag, count, figure
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import text
from curveread.run.roles import LOSS_TERMS, LOSSES, Role
from curveread.signals.median import median

_EVALUATION = "Look for an empty split, labels that are all masked, or an evaluation in half precision."
_BEFORE = 10
"""Points of the gradient norm, just before the loss, that are looked at."""


@dataclass(frozen=True)
class NonfiniteLoss(Detector):
    """A loss is NaN or infinite.

    What it finds
        Stretches of NaN, +Inf or -Inf in a training or evaluation loss, each with its first and last step.

    Why it matters
        A NaN loss makes NaN gradients, and one optimiser step with them destroys all weights. Everything
        after the first NaN is usually lost; what is worth keeping is the last checkpoint before it.

    How it decides
        Any non-finite value counts; in a part of a loss (policy, value, auxiliary) only one that lasts
        to the end, and so in a curve that is not understood: for that it is an info.
        Values closer than ``gap`` logged points make one stretch; more than
        ``most`` stretches are one finding. The gradient norm before the first one is compared with
        its median. Another loss, or a gradient norm, that was not finite before, in the stretch that leads up to it,
        is told with its step. It is a warning where less than a tenth of the points are lost and the loss is finite
        again, or where an evaluation is not finite beside a training loss that is.

    When it is wrong
        A logger may write NaN where nothing was measured (an empty split, a metric without positives). The
        Trainer of Hugging Face filters NaN by default, so a log without NaN does not prove that there was none:
        see ``masked-nan``. Curves that are NaN by design, such as ``explained_variance``, are not losses and
        are not judged.

    References
        PyTorch documentation, "Automatic Mixed Precision", on inf and NaN gradients; Micikevicius et al.,
        "Mixed Precision Training", ICLR 2018.
    """

    rule: ClassVar[str] = "nonfinite-loss"
    needs: ClassVar[tuple[Need, ...]] = (any_of(*LOSSES, *LOSS_TERMS, Role.OTHER),)
    uses: ClassVar[tuple[Role, ...]] = (Role.GRAD_NORM,)
    least: ClassVar[int] = 0

    gap: int = field(default=3, metadata={"help": "logged points between two stretches that still count as one"})
    most: int = field(default=5, metadata={"help": "more stretches than this are one finding"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return a finding per stretch of each loss."""
        out: list[Finding] = []
        for view in subject.all(*LOSSES, *LOSS_TERMS, Role.OTHER):
            bad = np.flatnonzero(~view.curve.finite)
            if bad.size == 0:
                continue
            if view.curve.role not in LOSSES and view.curve.finite[-1]:
                continue  # a part of a loss may have nothing to measure for a while; the whole loss tells
            groups = np.split(bad, np.flatnonzero(np.diff(bad) > self.gap) + 1)
            if len(groups) > self.most:
                groups = [bad]
            out += [self._finding(view, g, subject) for g in groups]
        return out

    def _severity(self, role: Role | None, lost: bool, bad: float) -> Severity:
        """Return how grave it is: an error where the run is lost, or a tenth of its points."""
        if role is Role.OTHER:
            return Severity.INFO
        return Severity.ERROR if lost or (bad >= 0.1 and role is not Role.EVAL_LOSS) else Severity.WARNING

    def _finding(self, view: CurveView, at: IntArray, subject: Subject) -> Finding:
        curve = view.curve
        first, last = int(at[0]), int(at[-1])
        names = [n for n, there in _kinds(curve.value[at]) if there]
        to_end = last == len(curve) - 1
        onset, end = Place(int(curve.step[first])), Place(int(curve.step[last]))
        where = text("from {onset} to the end ({end})" if to_end else "from {onset} to {end}", onset=onset, end=end)
        if first == last:
            where = text("at {onset}", onset=onset)
        message = text("{tag} is {what} {where}", tag=Tag(curve.tag), what=Name(" and ".join(names)), where=where)
        if not to_end and curve.role in LOSSES:
            message += text(", and finite again since")
        if at.size > 1:
            message += text(": {bad} of {points} logged points", bad=count(at.size), points=count(len(curve)))
        evidence = [Evidence("non-finite-points", "non-finite points", float(at.size), "points")]
        before = curve.value[:first][np.isfinite(curve.value[:first])]
        if before.size:
            evidence.append(Evidence("last-finite-value", "last finite value", float(before[-1]), "as logged"))
        start = int(curve.step[first])
        before_it = earlier(subject, view, start)
        if before_it is not None:
            message += before_it.message()
            evidence += before_it.evidence()
            start = before_it.step
            onset = Place(start)
        else:
            evidence += _gradient(subject, start)
        only_eval = curve.role is Role.EVAL_LOSS and loss_that_goes_on(subject, int(curve.step[first])) is not None
        if only_eval:
            message += text(", while the training loss is finite: look at the evaluation before the weights")
        advice: list[str] = [_EVALUATION if only_eval else precision(subject.facts)]
        kept = [c.step for c in subject.checkpoints if c.step < start]
        if to_end and not only_eval:
            on_disk = text(" (the last one on disk: {last})", last=Place(max(kept))) if kept else text("")
            advice.insert(0, text("Go back to a checkpoint before {onset}{on_disk}.", onset=onset, on_disk=on_disk))
        return Finding(
            rule=self.rule,
            severity=self._severity(curve.role, to_end and not only_eval, at.size / len(curve)),
            confidence=confidence_of(self.rule),
            tag=curve.tag,
            first_step=int(curve.step[first]),
            peak_step=int(curve.step[first]),
            last_step=int(curve.step[last]),
            message=message,
            evidence=tuple(evidence),
            also_explained_by=("a value that was not measured and logged as NaN",) if not to_end else (),
            advice=tuple(advice),
        )


def _kinds(value: FloatArray) -> list[tuple[str, bool]]:
    return [
        ("NaN", bool(np.isnan(value).any())),
        ("+Inf", bool(np.isposinf(value).any())),
        ("-Inf", bool(np.isneginf(value).any())),
    ]


def _gradient(subject: Subject, step: int) -> list[Evidence]:
    """Return how large the gradient norm was in the logged points just before ``step``, against its median."""
    norm = subject.first(Role.GRAD_NORM)
    if norm is None:
        return []
    before = norm.value[norm.step < step]
    if before.size < 20 or median(before) <= 0.0:
        return []
    ratio = float(before[-_BEFORE:].max() / np.median(before))
    return [
        Evidence(
            "largest-gradient-norm-before",
            text(
                "largest {tag} in the {points} before, against its median ({median})",
                tag=Tag(norm.tag),
                points=Count(_BEFORE, "point"),
                median=figure(np.median(before)),
            ),
            ratio,
            "ratio",
        )
    ]
