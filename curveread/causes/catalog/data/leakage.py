"""Evaluation data, or the answer, are in the training data or the features.

Looks like: an evaluation loss far below the training loss with a widening gap, without dropout or augmentation; one
that follows the training loss into memorisation over many passes with no gap; one that drops to the level of
training in one evaluation. Speaks against it: dropout, mixing or a penalty in the training loss only; an easier
evaluation set (a constant gap from the start).

References: Kaufman et al. 2012, "Leakage in data mining"; Kapoor and Narayanan 2023.
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.findings.text import text

CAUSE = Candidate(
    id="leakage",
    title="evaluation data are in the training data",
    usual={
        Kind.EVAL_BELOW: 0.75,
    },
    signs={
        "many-passes": (1.5, 0.7),
        "regularised": (0.4, 1.5),
    },
    check=text(
        "Search for duplicates and shared groups between the two sets, look at single features, "
        "evaluate on a fresh set."
    ),
    fix=text("Split again by group and by time, drop the feature that holds the answer, and evaluate anew."),
)
