"""Older, other or partly loaded weights.

Looks like: at a restart the loss jumps back to an earlier level, or to that of untrained weights, and is learned
along the old curve while step and rate go on. Speaks against it: a loss on its trend; no restart and no earlier
level.

References: PyTorch load_state_dict.
"""

from __future__ import annotations

from curveread.causes.candidate import Candidate
from curveread.causes.kinds import Kind
from curveread.causes.scene import Scene
from curveread.findings.arguments import Place
from curveread.findings.text import Text, text


def _fix(scene: Scene) -> Text:
    return text("Load the newest checkpoint before {at} and go on from there.", at=Place(scene.onset))


CAUSE = Candidate(
    id="wrong-checkpoint-restored",
    title="older or other weights were loaded",
    usual={
        Kind.STALL: 0.02,
        Kind.RESTART: 0.1,
        Kind.SHIFT: 0.08,
        Kind.SPIKE: 0.01,
    },
    signs={
        "size-changed": (0.3, 1),
        "not-even-frequencies": (4, 0.9),
        "above-all-before": (0.15, 1.05),
        "learned-anew": (1.5, 0.6),
        "fell-off": (0.15, 1.5),
        "eval-left-behind": (0.4, 1.3),
        "pretrained": (5, 1),
        "at-chance": (3, 0.7),
        "policy-learns": (0.5, 1),
        "at-restart": (20, 0.05),
        "level-of-before": (12, 0.1),
        "eval-moved": (1.3, 0.7),
        "rate-raised": (0.5, 1),
    },
    check=text("Look at path and hash of the checkpoint that was loaded, and at missing keys (strict loading)."),
    fix=_fix,
)
