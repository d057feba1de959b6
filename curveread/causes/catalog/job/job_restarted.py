"""A plain resume, or a double start; no harm of its own.

Looks like: steps twice or going back, a second file or process, a step counter at 0 with a trained loss, a pause
with steps missing. Speaks against it: one writer, even steps and an even clock.

References: TensorBoard SummaryWriter(purge_step); documentation on resuming W&B runs.
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.scene import Scene
from curveread.findings.arguments import Place
from curveread.findings.text import Text, text


def _check(scene: Scene) -> Text:
    return text("Read the log of the scheduler and the console output around {at}.", at=Place(scene.onset))


CAUSE = Candidate(
    id="job-restarted",
    title="the job was restarted",
    usual={
        Kind.RESTART: 0.78,
        Kind.MISSING_STEPS: 0.3,
        Kind.SLOW: 0.2,
        Kind.RATE: 0.03,
    },
    signs={
        "level-of-before": (0.3, 1.2),
        "bump-after": (0.5, 1.2),
        "steps-missing": (1.3, 0.6),
        "two-writers": (3, 1),
        "clock-gap": (2, 1),
        "logged-meanwhile": (0.1, 1.2),
    },
    check=_check,
    fix=text("Keep the later rows; purge on resume, and give every run a folder of its own."),
)
