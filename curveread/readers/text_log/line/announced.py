"""Lines without metrics that say what comes next: ``Testing in eval mode``, ``Now continue training``, ``Epoch 3``."""

from __future__ import annotations

import re

_EVALUATIONS = {
    **dict.fromkeys(("test", "tests", "testing"), "test"),
    **dict.fromkeys(("eval", "evaluate", "evaluating", "evaluation"), "eval"),
    **dict.fromkeys(("val", "valid", "validate", "validating", "validation"), "validation"),
}
_TRAININGS = frozenset("train training trainings".split())
_EPOCHS = frozenset("epoch epochs".split())
_OVER = frozenset("done finished finish complete completed over ended ends end passed".split())
_AROUND = frozenset(
    (
        "start starts started starting begin begins beginning run runs running do doing now perform performing enter "
        "entering switch switching continue continuing to into in on at for of after with the a model network mode "
        "phase trainer loop stage step set data dataset split samples images results result error errors metrics "
        "summary report is being info debug and"
    ).split()
)
"""Words that may stand around that of an evaluation; any other makes the line speak of something else."""
_HEAD = re.compile(r"^.*(?: - |\] |>> |\| )")
"""What a logger puts in front of a text."""
_WORD = re.compile(r"[A-Za-z]+")
_LONGEST, _MOST = 120, 8


def announced(line: bytes) -> str | None:
    """Return the split that the metrics below a line are of, empty for the training; None where it says nothing.

    The line is no record, or one that only counts.
    """
    if len(line) > _LONGEST:
        return None
    said = [w.lower() for w in _WORD.findall(_HEAD.sub("", line.decode("utf-8", "replace")))]
    if not 0 < len(said) <= _MOST:
        return None
    splits = [_EVALUATIONS[w] for w in said if w in _EVALUATIONS]
    if not _TRAININGS.isdisjoint(said) or (splits and not _OVER.isdisjoint(said)):
        return ""
    if not splits:
        return None if _EPOCHS.isdisjoint(said) else ""
    return splits[0] if all(w in _AROUND or w in _EPOCHS or w in _EVALUATIONS for w in said) else None
