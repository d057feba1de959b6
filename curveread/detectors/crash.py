"""The check ``crash``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from curveread.detectors.base import Detector, Need, Subject
from curveread.detectors.confidence import confidence_of
from curveread.findings.arguments import Place
from curveread.findings.finding import Evidence, Finding, Severity
from curveread.findings.incidents import incident_text
from curveread.findings.text import text
from curveread.run.incidents import root_of

_HARD = ("out-of-memory", "collective", "loss-scale", "segfault", "disk", "device")
"""What ends a training that nobody wanted to end."""

_ADVICE = {
    "out-of-memory": "Lower the batch or the sequence length and accumulate instead; or checkpoint activations.",
    "collective": "Look at the first rank that fell silent, not at the one that timed out; then at the network.",
    "loss-scale": "Gradients were not finite at any loss scale: train in bf16, or look what overflows.",
    "disk": "Free the disk, or keep fewer checkpoints.",
    "device": "Have the device checked before it is used again.",
    "time-limit": "Save a checkpoint before the limit, and let the next job resume from it.",
}


@dataclass(frozen=True)
class Crash(Detector):
    """Something other than the training's own end ended the run.

    What it finds
        A line beside the log that says what ended the run: memory, communication between the devices, a loss scale at
        its minimum, a full disk, a time limit, a signal, an exception.

    Why it matters
        A curve that merely stops looks finished. What it reached is not what the run was meant to reach.

    How it decides
        The line stands in a text file beside the log, and no further step is printed behind it. Of several the first
        that says what happened. What nobody wants is a warning; a time limit, a kill, an interruption and an
        exception, which may come after the last step, are worth knowing.

    When it is wrong
        A line that another program wrote into the same file. A test of memory that is meant to fail.

    References
        PyTorch documentation, "Frequently Asked Questions" (out of memory) and "torch.distributed" (timeouts);
        Micikevicius et al., "Mixed Precision Training", ICLR 2018 (loss scaling).
    """

    rule: ClassVar[str] = "crash"
    needs: ClassVar[tuple[Need, ...]] = ()

    def detect(self, subject: Subject) -> list[Finding]:
        """Return at most one finding."""
        cause = root_of([i for i in subject.incidents if i.final])
        if cause is None:
            return []
        last = subject.last_step
        return [
            Finding(
                rule=self.rule,
                severity=Severity.WARNING if cause.kind in _HARD else Severity.INFO,
                confidence=confidence_of(self.rule),
                tag=None,
                first_step=last,
                peak_step=last,
                last_step=last,
                message=text("the run ended at {end}: {what}", end=Place(last), what=incident_text(cause)),
                evidence=(Evidence("ended-by", "what ended it", incident_text(cause)),),
                advice=(_ADVICE[cause.kind],) if cause.kind in _ADVICE else (),
            )
        ]
