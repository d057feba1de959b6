"""The check ``masked-nan``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.arrays import BoolArray, IntArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.detectors.shared.nonfinite import earlier, precision
from curveread.findings.arguments import AxisWord, Place, Tag, count, level
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.run.roles import Role
from curveread.signals.median import median


@dataclass(frozen=True)
class MaskedNan(Detector):
    """A logger hid NaN losses behind a number, usually an exact 0.0.

    What it finds
        Exact zeros in a loss that is otherwise far from zero, where something else says that the run was
        broken: a NaN gradient norm or evaluation loss, or zeros from there to the end. And a loss that
        blew up and is then missing while other curves of the same cadence go on: tables write NaN as an empty cell.
        And an evaluation loss that is 0 throughout.

    Why it matters
        It looks like a perfect loss. The Trainer of Hugging Face replaces NaN losses by default
        (``logging_nan_inf_filter=True``): a window of nothing but NaN is logged as exactly 0.0.

    How it decides
        A zero counts when all other values are positive, above a thousandth of their median and not down to the last
        digit that is logged, or when the gradient norm is NaN at the same step. It is sure when the
        gradient norm or the evaluation loss is NaN at or after it, or when at least ``run`` zeros in a row
        reach the end of the log; otherwise nothing is said. A missing loss counts when its last value was ``blow_up``
        times its median, or the last gradient norm was infinite, and another curve goes on for 5 % of the run. An
        evaluation loss that is 0 at all of its ``evaluations`` or more, beside a training loss that never is, was not
        measured.

    When it is wrong
        A loss that truly reaches zero comes near it first, and is not flagged. Losses that are zero for
        batches without targets come back, and are not flagged. Policy losses (GRPO, PPO) move around zero
        with both signs, and are not flagged.

    References
        transformers, ``TrainingArguments.logging_nan_inf_filter``; issue huggingface/transformers#31391.
    """

    rule: ClassVar[str] = "masked-nan"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.TRAIN_LOSS),)
    uses: ClassVar[tuple[Role, ...]] = (Role.GRAD_NORM, Role.EVAL_LOSS)
    least: ClassVar[int] = 1

    blow_up: float = field(default=1e4, metadata={"help": "last value against the median that says that NaN followed"})
    evaluations: int = field(default=5, metadata={"help": "evaluations of exactly 0 that are proof enough"})
    run: int = field(default=3, metadata={"help": "zeros in a row up to the end that are proof enough"})

    def detect(self, subject: Subject) -> list[Finding]:
        """Return a finding for the first curve with masked values."""
        for view in subject.all(Role.TRAIN_LOSS):
            zero = np.flatnonzero(view.masked | _beside_nan(view, subject))
            if zero.size:
                found = self._judge(view, zero, subject)
                if found is not None:
                    return [found]
        return self._missing(subject.all(Role.TRAIN_LOSS)[0], subject) or self._never_measured(subject)

    def _never_measured(self, subject: Subject) -> list[Finding]:
        """Find an evaluation loss that is exactly 0 every time, beside a training loss that never is."""
        trained = all(float(v.value.min()) > 0.0 for v in subject.all(Role.TRAIN_LOSS) if len(v))
        views = [v for v in subject.all(Role.EVAL_LOSS) if len(v) >= self.evaluations and not v.value.any()]
        return [self._nothing(v) for v in views[:1] if trained]

    def _nothing(self, view: CurveView) -> Finding:
        first, last = int(view.step[0]), int(view.step[-1])
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING,
            confidence=confidence_of(self.rule, 0.0),
            tag=view.tag,
            first_step=first,
            peak_step=first,
            last_step=last,
            message=text(
                "{tag} is exactly 0 at each of {points} evaluations: nothing was measured",
                tag=Tag(view.tag),
                points=count(len(view)),
            ),
            evidence=(Evidence("points-logged-as-zero", "points logged as exactly 0.0", float(len(view)), "points"),),
            advice=("Look where the evaluation adds up its loss, and whether the logger is given it.",),
        )

    def _missing(self, view: CurveView, subject: Subject) -> list[Finding]:
        """Find a loss that blew up and is not logged any more while the run goes on."""
        last = int(view.curve.step[-1])
        if last >= subject.last_step - 0.05 * subject.length or not view.curve.finite[-1]:
            return []
        ratio = float(view.value[-1]) / max(median(np.abs(view.value)), 1e-300)
        norm = subject.first(Role.GRAD_NORM)
        before = norm.curve.value[norm.curve.step <= last][-1:] if norm is not None else np.empty(0)
        infinite = bool(before.size and np.isinf(before[0]))
        if ratio < self.blow_up and not infinite:
            return []
        first = int(last + view.cadence)
        evidence = [
            Evidence("last-logged-value", "last logged value", float(view.value[-1]), view.unit),
            Evidence(
                "run-goes-on-to-step", text("run goes on to {axis}", axis=AxisWord()), float(subject.last_step), "step"
            ),
        ]
        if norm is not None and infinite:
            evidence.append(Evidence("last-gradient-norm", text("last {tag}", tag=Tag(norm.tag)), float(before[0]), ""))
        return [
            Finding(
                rule=self.rule,
                severity=Severity.ERROR,
                confidence=confidence_of(self.rule),
                tag=view.tag,
                first_step=first,
                peak_step=first,
                last_step=subject.last_step,
                message=text(
                    "{tag} is missing from {onset} on, right after a value of {last}: NaN, left out by the log",
                    tag=Tag(view.tag),
                    onset=Place(first),
                    last=level(float(view.value[-1]), view.unit),
                ),
                evidence=tuple(evidence),
                also_explained_by=("logging of this curve that was switched off",),
                advice=(text("Go back to a checkpoint before {last}.", last=Place(last)),),
            )
        ]

    def _judge(self, view: CurveView, zero: IntArray, subject: Subject) -> Finding | None:
        curve = view.curve
        first, last = int(curve.step[zero[0]]), int(curve.step[zero[-1]])
        proof: list[Evidence] = [
            Evidence("points-logged-as-zero", "points logged as exactly 0.0", float(zero.size), "points")
        ]
        strength = -1.0
        for other in subject.all(Role.GRAD_NORM, Role.EVAL_LOSS):
            bad = other.curve.step[~other.curve.finite]
            bad = bad[bad >= first]
            if bad.size:
                name = text("non-finite {tag} from {axis}", tag=Tag(other.tag), axis=AxisWord())
                proof.append(Evidence("non-finite-from", name, float(bad[0]), "step"))
                strength = 1.0
        tail = 0
        while tail < zero.size and zero[-1 - tail] == len(curve) - 1 - tail:
            tail += 1
        if tail >= self.run:
            strength = max(strength, 0.0)
        if strength < 0.0:
            return None
        onset = first
        message = text(
            "{tag} reads exactly 0.0 {where}: NaN hidden by the logger, not convergence",
            tag=Tag(curve.tag),
            where=_where(first, last, zero.size, len(curve), to_the_end=bool(tail)),
        )
        before = earlier(subject, view, first)
        if before is not None:
            onset = before.step
            message += before.message()
            proof += before.evidence()
        advice: list[str] = [
            precision(subject.facts),
            "Set logging_nan_inf_filter=False, so that the next run shows NaN as NaN."
            if subject.trainer
            else "Have the logger write NaN as NaN.",
        ]
        if onset > int(curve.step[0]):
            advice.insert(0, text("Go back to a checkpoint before {onset}.", onset=Place(onset)))
        return Finding(
            rule=self.rule,
            severity=Severity.ERROR,
            confidence=confidence_of(self.rule, strength),
            tag=curve.tag,
            first_step=first,
            peak_step=first,
            last_step=last,
            message=message,
            evidence=tuple(proof),
            also_explained_by=()
            if strength > 0.0
            else ("batches without any target token, whose loss is 0 by definition",),
            advice=tuple(advice),
        )


def _beside_nan(view: CurveView, subject: Subject) -> BoolArray:
    """Return (n,) bool: zeros of a loss at steps at which a gradient norm is NaN."""
    curve = view.curve
    nan = [v.curve.step[np.isnan(v.curve.value)] for v in subject.all(Role.GRAD_NORM)]
    return np.asarray((curve.value == 0.0) & np.isin(curve.step, np.concatenate([*nan, np.empty(0, np.int64)])))


def _where(first: int, last: int, zeros: int, points: int, *, to_the_end: bool) -> Text:
    if first == last:
        return text("at {onset}", onset=Place(first))
    where = text("from {onset} to {end}", onset=Place(first), end=text("the end") if to_the_end else Place(last))
    if zeros == points:
        return text("at each of {points} logged points", points=count(points))
    if to_the_end:
        return where
    return text("at {zeros} of {points} logged points, {where}", zeros=count(zeros), points=count(points), where=where)
