"""The learning rate decayed or was cut too early, or its schedule is over.

Looks like: the rate falls by decades, or to 0, where the loss turns flat; the gradient norm stays as it was. Where
the rate is not logged: the slope goes to zero at once. Speaks against it: a rate still in force; a gradient norm of
0; a loss at a floor that is known.

References: Hoffmann et al. 2022 (arXiv:2203.15556: the length of the cosine should match the run); PyTorch StepLR.
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.scene import Scene
from curveread.findings.arguments import Place
from curveread.findings.text import Text, text


def _fix(scene: Scene) -> Text:
    last = Place(scene.begin + scene.length)
    return text(
        ("Let the schedule end where the run does ({last}) and go on from before {at}, with the rate of then."),
        last=last,
        at=Place(scene.onset),
    )


CAUSE = Candidate(
    id="learning-rate-cut",
    title="the learning rate was cut",
    usual={
        Kind.STALL: 0.22,
        Kind.UNDERFIT: 0.1,
        Kind.MEMORISING: 0.01,
        Kind.SHIFT: 0.05,
    },
    signs={
        "rate-cut": (15, 0.05),
        "gradient-gone": (0.1, 1.3),
        "flat-from-start": (0.1, 1.5),
        "same-value": (0.2, 1.1),
        "rate-tiny": (0.3, 1),
        "sudden": (1, 1),
    },
    check=text(
        "Hold the planned number of steps of the schedule against the steps of the run; is it "
        "stepped once a batch or once an epoch?"
    ),
    fix=_fix,
)
