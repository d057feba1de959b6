"""The model learns its training data by heart: too many passes over too little.

Looks like: the training loss falls on, to about 0, the evaluation loss turns up for good; many epochs; stairs in
the training loss at the borders of epochs. Speaks against it: the first pass; a training loss that rises as well; a
sudden turn; only the evaluation odd.

References: Prechelt 1998, "Early Stopping - But When?"; Muennighoff et al. 2023 (arXiv:2305.16264).
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.scene import Scene
from curveread.findings.arguments import Place
from curveread.findings.text import Text, text
from curveread.run.tags.kinds import TaskKind


def _fix(scene: Scene) -> Text:
    task, best = scene.case.task, Place(scene.onset)
    if task.kind is TaskKind.BOOSTING:
        words = (
            "Predict with the rounds up to {best}; for the next run stop there, or take smaller trees, a lower "
            "learning rate, row and column sampling or a larger L2 penalty."
        )
        return text(words, best=best)
    words = (
        "Keep the checkpoint nearest to {best}; for the next run stop there, or add {more}, dropout or weight decay."
    )
    return text(words, best=best, more=text("data" if task.language else "data, augmentation"))


CAUSE = Candidate(
    id="too-little-data",
    title="too many passes over too little data",
    usual={
        Kind.MEMORISING: 0.9,
        Kind.DIVERGENCE: 0.02,
    },
    signs={
        "eval-jumped": (0.08, 1.1),
        "train-goes-on-falling": (2, 0.5),
        "many-passes": (2.5, 0.4),
        "sudden": (0.6, 1.2),
        "train-moved": (0.5, 1.1),
    },
    check=text("Train on half and on all of the data: does the turn come later with more?"),
    fix=_fix,
)
