"""The check ``unnormalized-loss``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from curveread.detectors.base import CurveView, Detector, Need, Subject, any_of
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Name, Tag, count, figure
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.text import Text, text
from curveread.language.perplexity import uniform
from curveread.run.roles import Role
from curveread.run.settings import number_of
from curveread.signals.median import median

_FACTORS = (
    ("gradient_accumulation_steps", "the gradient accumulation steps"),
    ("gradient_accumulation", "the gradient accumulation steps"),
    ("max_seq_length", "the tokens of a sequence"),
    ("sequence_length", "the tokens of a sequence"),
    ("seq_length", "the tokens of a sequence"),
    ("block_size", "the tokens of a sequence"),
    ("max_length", "the tokens of a sequence"),
    ("per_device_train_batch_size", "the sequences of a batch"),
    ("batch_size", "the sequences of a batch"),
)


_SUMMED = (
    *_FACTORS[:2],
    ("accumulate_grad_batches", "the gradient accumulation steps"),
    ("accumulation_steps", "the gradient accumulation steps"),
    ("world_size", "the number of processes"),
    ("num_processes", "the number of processes"),
    ("n_gpu", "the number of devices"),
    ("num_gpus", "the number of devices"),
)
"""What a training loss is summed over, where it should be a mean."""


@dataclass(frozen=True)
class UnnormalizedLoss(Detector):
    """The loss is a sum, or per sequence, and not the mean per token.

    What it finds
        A language model's loss that starts far above ln(vocabulary), the loss of guessing evenly, and stays above it
        while it falls. And a training loss that is the evaluation loss times a constant.

    Why it matters
        Its perplexity is meaningless, it cannot be compared with other runs, and its gradients grow with the length of
        the sequences or the accumulation steps: the learning rate is not what it seems.

    How it decides
        The config must tell of a language model and its vocabulary, or the user state its size; else nothing is
        checked. The loss begins at ``start`` times ln(vocabulary) or more, falls by a twentieth at least, and never
        comes down to ln(vocabulary): a model that learns cannot stay worse than guessing. A setting that equals the
        ratio (sequence length, accumulation steps) is named.
        Beside an evaluation loss that falls by ``moved`` and needs no vocabulary: training and evaluation are paired at
        each evaluation; their ratio is ``factor`` or more, and nine in ten of the pairs lie within a tenth of it. That
        is a warning where a setting (accumulation steps, number of devices) is of that size, else worth knowing.

    When it is wrong
        A bad initialisation starts high, too, but falls below ln(vocabulary) within a few steps. A second loss term
        that is large. A fine-tune starts low: a factor below about ten does not show there, unless an evaluation loss
        shows it. Terms that only the training loss holds hardly keep its ratio to the evaluation loss.

    References
        Karpathy, "A Recipe for Training Neural Networks", 2019 (loss at initialisation: ln of the number of classes);
        "Bugs in LLM Training: Gradient Accumulation Fix", Hugging Face and Unsloth, 2024.
    """

    rule: ClassVar[str] = "unnormalized-loss"
    needs: ClassVar[tuple[Need, ...]] = (any_of(Role.TRAIN_LOSS, Role.EVAL_LOSS),)
    least: ClassVar[int] = 10

    start: float = field(default=2.0, metadata={"help": "start, in units of ln(vocabulary), that is far above it"})
    factor: float = field(default=1.8, metadata={"help": "training loss over evaluation loss that is told"})
    moved: float = field(default=0.1, metadata={"help": "fall of the evaluation loss that makes a ratio tell (log)"})

    def lacks(self, subject: Subject) -> str:
        """Return that nobody says how large the vocabulary is, or that the loss is one over a vocabulary."""
        if subject.first(Role.TRAIN_LOSS) is not None and subject.first(Role.EVAL_LOSS) is not None:
            return ""
        if subject.task.vocabulary is None:
            return "nothing says that a language model is trained, and of how many tokens"
        if not subject.task.language:
            return "nothing says that a language model is trained"
        return ""

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding, about the training loss where there is one."""
        vocabulary, source = subject.task.vocabulary, subject.task.vocabulary_from
        for view in subject.all(Role.TRAIN_LOSS, Role.EVAL_LOSS):
            if vocabulary is None or not subject.task.language or len(view) < self.least:
                continue
            found = self._judge(view, vocabulary, source, subject)
            if found is not None:
                return [found]
        found = self._multiple(subject)
        return [found] if found is not None else []

    def _multiple(self, subject: Subject) -> Finding | None:
        """Find a training loss that is the evaluation loss times a constant."""
        train, view = subject.first(Role.TRAIN_LOSS), subject.first(Role.EVAL_LOSS)
        if train is None or view is None or len(view) < 4 or len(train) < self.least:
            return None
        if min(float(train.value.min()), float(view.value.min())) <= 0.0:
            return None
        ratio = train.trend_at(view.step) / view.value
        typical = median(ratio)
        fall = float(np.log(view.value[0] / view.value.min()))
        if typical < self.factor or fall < self.moved:
            return None
        if float((np.abs(ratio / typical - 1.0) < 0.1).mean()) < 0.9:
            return None
        named = self._named(typical, subject, _SUMMED)
        if named is None and typical < 2.0 * self.factor:
            return None
        message = text(
            "{train} is about {ratio} times {eval} at every evaluation, while both fall: it is not the same mean",
            train=Tag(train.tag),
            ratio=figure(typical),
            eval=Tag(view.tag),
        )
        if named is not None:
            message += text("; that is the size of {setting}", setting=named)
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING if named is not None else Severity.INFO,
            confidence=0.9 if named else 0.6,
            tag=train.tag,
            first_step=int(view.step[0]),
            peak_step=int(view.step[0]),
            last_step=int(view.step[-1]),
            message=message,
            evidence=(Evidence("training-loss-against-evaluation-loss", "median ratio", typical, "ratio"),),
            also_explained_by=("terms that only the training loss holds", "an evaluation of another, easier text"),
            advice=(
                "Divide the training loss by it, or compare the evaluation losses only: a sum over accumulation steps "
                "or devices is no mean.",
            ),
        )

    def _judge(self, view: CurveView, vocabulary: int, source: str, subject: Subject) -> Finding | None:
        guess = uniform(vocabulary)
        value = view.value
        if view.unit != "nats" or float(value.min()) <= guess:
            return None
        first = median(value[: max(1, min(3, len(view) // 20))])
        best = float(np.quantile(value, 0.1))
        if first < self.start * guess or best > 0.95 * first:
            return None
        ratio = first / guess
        named = self._named(ratio, subject)
        message = text(
            "{tag} begins at {start}, {ratio} times ln({vocabulary}) = {guess}, the loss of guessing, "
            "and never falls below that: it is not a mean per token",
            tag=Tag(view.tag),
            start=figure(first),
            ratio=figure(ratio),
            vocabulary=count(vocabulary),
            guess=figure(guess),
        )
        evidence = [
            Evidence("loss-at-the-start", "loss at the start", first, view.unit),
            Evidence("guessing", text("ln({vocabulary})", vocabulary=count(vocabulary)), guess, "nats"),
            Evidence("start-against-guessing", "start against guessing", ratio, "ratio"),
            Evidence("vocabulary-from", "vocabulary from", text("{setting}", setting=Name(source))),
        ]
        if named:
            evidence.append(Evidence("a-setting-of-that-size", "a setting of that size", named))
        return Finding(
            rule=self.rule,
            severity=Severity.WARNING,
            confidence=confidence_of(self.rule),
            tag=view.tag,
            first_step=int(view.step[0]),
            peak_step=int(view.step[0]),
            last_step=int(view.step[-1]),
            message=message,
            evidence=tuple(evidence),
            also_explained_by=("a further loss term that is large", "a vocabulary that is not the model's"),
            advice=(
                text("Divide by {setting}: log and train on the mean over the tokens that count.", setting=named)
                if named
                else "Log and train on the mean over all tokens of the batch that count (reduction='mean').",
                "Do not take a perplexity from this loss, and do not compare it with other runs.",
            ),
        )

    def _named(self, ratio: float, subject: Subject, settings: tuple[tuple[str, str], ...] = _FACTORS) -> Text | None:
        """Return the setting that equals the ratio within a quarter, in words; None when none does."""
        for name, what in settings:
            value = number_of(subject.facts, name)
            if value is not None and value >= 2 and abs(ratio / value - 1.0) <= 0.25:
                return text("{what} ({setting} = {value})", what=text(what), setting=Name(name), value=count(value))
        return None
