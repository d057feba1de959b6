"""``results.txt`` of YOLOv3, YOLOv5 and YOLOv7: fifteen columns without names, which their numbers tell apart."""

from __future__ import annotations

import re

import numpy as np

from curveread.readers.tables.columns import Column
from curveread.readers.text_log.blocks.headed import Header
from curveread.readers.text_log.line.printed import NUMBER

_ROW = re.compile(rb"\s*+\d++/\d++\s++[\d.]++G(?:\s++" + NUMBER + rb"){13}\s*+")
_PRECISION, _RECALL, _MAP50, _MAP = (f"metrics/{n}" for n in ("precision", "recall", "mAP_0.5", "mAP_0.5:0.95"))
_COLUMNS = (
    *"epoch,gpu_mem,train/box_loss,train/obj_loss,train/cls_loss,train/total_loss,targets,img_size".split(","),
    *(_PRECISION, _RECALL, _MAP50, _MAP),
    *"val/box_loss,val/obj_loss,val/cls_loss".split(","),
)
_DIGITS = 0.012
"""Relative error of an F1 made of a precision and a recall of three digits, and of its own."""


def unheaded(line: bytes) -> Header | None:
    """Return the columns of a row that is written without names, as YOLOv5 writes them; None for another line."""
    return Header((_COLUMNS,)) if _ROW.fullmatch(line) else None


def renamed(columns: dict[str, Column]) -> dict[str, Column]:
    """Return the columns with what YOLOv3 wrote where later versions write their second mAP under a name of its own.

    That is F1 where it is 2PR/(P+R) throughout. What lies above the mAP at an IoU of 0.5 is no mean of it and of mAPs
    at stricter ones, whatever it is.
    """
    if not columns.keys() >= set(_COLUMNS[2:]):
        return columns
    found = [columns[name] for name in (_PRECISION, _RECALL, _MAP50, _MAP)]
    if len({c.row.size for c in found}) > 1:
        return columns
    precision, recall, loose, other = (c.value for c in found)
    sums = precision + recall
    f1 = np.divide(2.0 * precision * recall, sums, out=np.zeros_like(sums), where=sums > 0.0)
    name = _MAP
    if f1.any() and bool(np.all(np.abs(other - f1) <= _DIGITS * f1)):
        name = "metrics/F1"
    elif bool(np.any(other > loose * (1.0 + _DIGITS))):
        name = f"metrics/column {_COLUMNS.index(_MAP) + 1}"
    return {name if tag == _MAP else tag: column for tag, column in columns.items()}
