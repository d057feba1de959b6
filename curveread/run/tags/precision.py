"""Which metric a detector is judged by: the average precision over all sizes and thresholds."""

from __future__ import annotations

from curveread.run.tags.words import words

_HEADS = ("map", "ap")


def is_average_precision(tag: str) -> bool:
    """Return whether a tag names an average precision, of whatever sizes and thresholds."""
    return any(head in words(tag) for head in _HEADS)


def is_overall_precision(tag: str) -> bool:
    """Return whether a tag names the average precision that detectors are compared by (COCO's: 0.5 to 0.95, all sizes).

    Examples
    --------
    >>> [is_overall_precision(t) for t in ("bbox_mAP", "metrics/mAP50-95(B)", "metrics/mAP50(B)", "bbox_mAP_l", "loss")]
    [True, True, False, False, False]
    """
    have = words(tag)
    head = next((h for h in _HEADS if h in have), None)
    if head is None:
        return False
    after = have[have.index(head) + 1 :]
    return not after or "95" in after
