"""The check ``perplexity-mismatch``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np

from curveread.arrays import FloatArray
from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Tag, figure, share
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.language.perplexity import nats_from_bits, nats_from_perplexity, perplexity, uniform
from curveread.run.roles import LOSSES, Role, is_eval, words
from curveread.signals.median import median

_BINARY = (
    text("it is 2 to the power of the loss, which is right for a loss in bits only"),
    "Take exp of a loss in nats, or 2 to the power of a loss in bits.",
)
_SPLITS = ((Role.EVAL_PERPLEXITY, Role.EVAL_LOSS), (Role.TRAIN_PERPLEXITY, Role.TRAIN_LOSS))


class _Pair(NamedTuple):
    """A logged perplexity beside a loss, where both have a point at the same step."""

    perplexity: CurveView
    loss: CurveView
    step: FloatArray
    logged: FloatArray
    nats: FloatArray

    @property
    def named_bits(self) -> bool:
        """Whether the loss is one that fairseq logs in bits: it calls it ``nll_loss``."""
        return {"nll", "loss"} <= set(words(self.loss.tag))

    @property
    def excess(self) -> FloatArray:
        """(n,) ln(logged perplexity) minus the loss: 0 where they agree."""
        return np.asarray(nats_from_perplexity(self.logged) - self.nats)


@dataclass(frozen=True)
class PerplexityMismatch(Detector):
    """The logged perplexity is not exp(loss).

    What it finds
        A perplexity that does not belong to the loss beside it, and what it is instead: the mean of the batches'
        perplexities, 2 to the power of a loss in nats, or the perplexity of another curve.

    Why it matters
        The mean of perplexities is larger than the perplexity of the mean loss, and single bad batches decide it.
        Published figures are exp of the mean loss per token; another quantity cannot be held against them. As a rough
        scale for English, per word or GPT-2 token: about 15 is a model of a billion parameters on edited prose, 20 to
        25 a good one of a hundred million and more, 50 a recurrent model or one early in training, 100 to 200 counted
        n-grams. Per character 2 to 5 is usual. Another tokenizer, test set or context length makes it another number;
        bits per byte compare.

    How it decides
        Both curves are compared where they share steps, at least ``least`` of them, with losses below 20 nats (many
        loggers clip there) and above zero. They agree when at 90 % of the steps ln(perplexity) is the loss within
        ``slack`` nats, and nothing is reported below a median of ``clear``, as coarse rounding makes it. Else base 2,
        the losses of the other split and other losses are tried in turn; a perplexity that is always higher, by an
        amount that stays below a few nats, is taken for a mean of perplexities (Jensen's inequality). Where one of
        several losses fits it is quiet. Base 2 is right for a loss in bits: it is an info, quiet for fairseq's
        ``nll_loss``, and a warning only where the loss begins at ln(vocabulary) and so is in nats.

    When it is wrong
        A loss with label smoothing or auxiliary terms is larger than the cross-entropy that the perplexity comes from.
        A training loss of one batch beside a running perplexity differs by right.

    References
        Jelinek et al. 1977 (perplexity); Jensen 1906. The scale: Radford et al. 2019 (GPT-2), Dai et al. 2019
        (Transformer-XL), Grave et al. 2017 (LSTM), Mikolov and Zweig 2012 (n-grams).
    """

    rule: ClassVar[str] = "perplexity-mismatch"
    needs: ClassVar[tuple[Need, ...]] = (
        any_of(Role.TRAIN_PERPLEXITY, Role.EVAL_PERPLEXITY),
        any_of(Role.TRAIN_LOSS, Role.EVAL_LOSS),
    )
    uses: ClassVar[tuple[Role, ...]] = (Role.COMPONENT_LOSS,)
    least: ClassVar[int] = 3

    slack: float = field(default=0.02, metadata={"help": "difference in nats that does not count"})
    clear: float = field(default=0.05, metadata={"help": "median difference in nats above which it is reported"})

    def lacks(self, subject: Subject) -> str:
        """Return that no perplexity shares its steps with a loss of its split."""
        if not any(self._pairs(subject, *split) for split in _SPLITS):
            return "no perplexity has points at the steps of a loss of the same split"
        return ""

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding per split."""
        found = [self._judge(self._pairs(subject, *split), subject) for split in _SPLITS]
        return [f for f in found if f is not None]

    def _pairs(self, subject: Subject, kind: Role, loss: Role) -> list[_Pair]:
        """Return the perplexity with the most points beside every loss of a role that it can be compared with."""
        view = subject.first(kind)
        if view is None:
            return []
        terms = [v for v in subject.all(Role.COMPONENT_LOSS) if is_eval(v.tag) == (loss is Role.EVAL_LOSS)]
        others = (*subject.all(loss), *terms)  # beside a smoothed loss, fairseq logs the likelihood as a term
        pairs = (self._pair(view, other) for other in others if other.unit in ("nats", "bits"))
        return [p for p in pairs if p is not None]

    def _pair(self, view: CurveView, loss: CurveView) -> _Pair | None:
        step, i, j = np.intersect1d(view.step, loss.step, return_indices=True)
        logged = view.value[i]
        nats = loss.value[j] if loss.unit == "nats" else nats_from_bits(loss.value[j])
        good = (nats > 0.0) & (nats < 20.0) & (logged > 0.0)
        if int(good.sum()) < self.least:
            return None
        return _Pair(view, loss, step[good].astype(np.float64), logged[good], nats[good])

    def _agrees(self, pair: _Pair, nats: FloatArray | None = None) -> bool:
        """Return whether the perplexity is that of the pair's loss, or of the one that is given."""
        nats = pair.nats if nats is None else nats
        difference = np.abs(nats_from_perplexity(pair.logged) - nats)
        return float((difference <= self.slack).mean()) >= 0.9

    def _judge(self, pairs: list[_Pair], subject: Subject) -> Finding | None:
        if not pairs or any(self._agrees(p) for p in pairs):
            return None
        binary = [p for p in pairs if p.loss.unit == "nats" and self._agrees(p, np.asarray(nats_from_bits(p.nats)))]
        if any(p.named_bits for p in binary):
            return None
        pair = (binary or pairs)[0]
        excess = median(pair.excess)
        if abs(excess) < self.clear:
            return None
        what, advice = _BINARY if binary else self._explained(pair, subject)
        at = int(np.argmax(np.abs(pair.excess)))
        ratio = float(np.exp(min(excess, 700.0)))
        away = share(abs(ratio - 1.0)) if ratio < 10.0 else text("{times} times", times=figure(ratio))
        last = pair.logged.size - 1
        return Finding(
            rule=self.rule,
            severity=Severity.INFO if binary and not self._in_nats(pair, subject) else Severity.WARNING,
            confidence=confidence_of(self.rule),
            tag=pair.perplexity.tag,
            first_step=int(pair.step[0]),
            peak_step=int(pair.step[at]),
            last_step=int(pair.step[last]),
            message=text(
                "{perplexity} is not exp({loss}): usually {away} {side} it ({logged} against {expected} at the end); "
                "{what}",
                perplexity=Tag(pair.perplexity.tag),
                loss=Tag(pair.loss.tag),
                away=away,
                side=text("above" if excess > 0 else "below"),
                logged=figure(pair.logged[last]),
                expected=figure(perplexity(float(pair.nats[last]))),
                what=what,
            ),
            evidence=(
                Evidence(
                    "median-of-ln-perplexity-minus-the-loss", "median of ln(perplexity) minus the loss", excess, "nats"
                ),
                Evidence("steps-compared", "steps compared", float(pair.logged.size), "points"),
                Evidence(
                    "perplexity-of-the-loss-at-the-end",
                    "perplexity of the loss at the end",
                    perplexity(float(pair.nats[last])),
                    "",
                ),
            ),
            also_explained_by=(
                "label smoothing or further terms in the loss",
                "a loss and a perplexity that were averaged over different stretches",
            ),
            advice=(advice, "Compare with other runs and papers by exp of the mean loss per token only."),
        )

    def _in_nats(self, pair: _Pair, subject: Subject) -> bool:
        """Return whether the loss begins at ln(vocabulary), and so is surely not a loss in bits."""
        vocabulary = subject.task.vocabulary
        return vocabulary is not None and abs(float(pair.loss.value[0]) / uniform(vocabulary) - 1.0) < 0.15

    def _explained(self, pair: _Pair, subject: Subject) -> tuple[Text, str]:
        """Return what the log holds instead, and what to do."""
        for other in subject.all(*LOSSES):
            rival = self._pair(pair.perplexity, other) if other is not pair.loss and other.unit == "nats" else None
            if rival is not None and self._agrees(rival):
                return (
                    text("it is exp({tag})", tag=Tag(other.tag)),
                    "Log the perplexity of the split that its name says.",
                )
        if float((pair.excess > 0.0).mean()) >= 0.95 and median(pair.excess) < 3.0:
            what = text("always above, as the mean of the batches' perplexities is")
            return what, "Average the loss over all tokens first and take the exponential of that."
        return text("no usual rule leads from one to the other"), "Look at how both are computed."
