"""The run was resumed with its weights but without moments, schedule or scaler.

Looks like: at a restart a bump of some steps, the gradient norm up, or a second warm-up; or slower progress after.
Speaks against it: no restart; a smooth course.

References: PyTorch tutorial, "Saving and Loading a General Checkpoint".
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.findings.text import text

CAUSE = Candidate(
    id="optimizer-state-lost",
    title="the optimizer's state was lost at a resume",
    usual={
        Kind.RESTART: 0.12,
        Kind.SPIKE: 0.03,
        Kind.DIVERGENCE: 0.01,
        Kind.SHIFT: 0.04,
    },
    signs={
        "at-restart": (25, 0.03),
        "bump-after": (8, 0.5),
        "level-of-before": (0.7, 1),
        "returned-at-once": (1, 1),
    },
    check=text("List what the checkpoint holds and what the resume loads: optimizer, scheduler, scaler, random state."),
    fix=text("Save and load optimizer, scheduler, scaler and random state with the weights."),
)
