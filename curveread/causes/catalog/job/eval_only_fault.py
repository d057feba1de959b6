"""The evaluation alone is wrong.

A broken evaluation batch, shards in turn, statistics of batch normalisation, the mode, too few examples.

Looks like: the evaluation jumps, for one evaluation or for good, or zigzags while the training loss does not move
at all. Speaks against it: the training loss moves, too; a gap that grows slowly as the training loss falls.

References: Ioffe and Szegedy 2015 (arXiv:1502.03167); PyTorch documentation on Module.eval.
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.findings.text import text

CAUSE = Candidate(
    id="eval-only-fault",
    title="the evaluation alone is wrong",
    usual={
        Kind.EVAL_SPIKE: 0.45,
        Kind.SWING: 0.2,
        Kind.MEMORISING: 0.03,
        Kind.EVAL_BELOW: 0.12,
        Kind.SPIKE: 0.02,
        Kind.NONFINITE: 0.02,
        Kind.COLLAPSE: 0.05,
    },
    signs={
        "dies-away": (0.3, 1.1),
        "eval-jumped": (25, 0.5),
        "train-moved": (0.05, 8),
        "train-swings": (0.1, 3),
        "many-passes": (0.7, 1.2),
        "sudden": (1.5, 0.7),
        "train-goes-on-falling": (1, 1),
    },
    check=text(
        "Evaluate the same checkpoint again, on a fixed set, once in evaluation mode and once in training mode."
    ),
    fix=text("Evaluate on a fixed set in evaluation mode; compute the statistics of normalisation anew."),
)
