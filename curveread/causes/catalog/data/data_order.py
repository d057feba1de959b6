"""The data come unshuffled: blocks, domains, classes, clients or shards in turn.

Looks like: the loss swings with a fixed period (block, epoch, round), train and evaluation in opposite phase;
stairs. Speaks against it: only the evaluation swings while the training loss is smooth; a cyclic learning rate of
that period.

References: Bottou 2012, "Stochastic Gradient Descent Tricks"; French 1999; McMahan et al. 2017 (arXiv:1602.05629).
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.findings.text import text

CAUSE = Candidate(
    id="data-order",
    title="the data are not shuffled",
    usual={
        Kind.SWING: 0.5,
        Kind.SPIKE: 0.04,
        Kind.SHIFT: 0.04,
    },
    signs={
        "same-step-in-siblings": (2, 1),
        "size-changed": (0.5, 1),
        "fell-off": (0.7, 1.2),
        "falls-when-cut": (0.3, 1),
        "dies-away": (0.2, 1.3),
        "regular": (4, 0.6),
        "at-epoch": (4, 0.7),
        "train-swings": (3, 0.3),
        "rate-raised": (0.4, 1),
    },
    check=text("Hold the period against the length of a block, a shard and an epoch; run once with shuffling."),
    fix=text("Shuffle, or mix the sources within each batch."),
)
