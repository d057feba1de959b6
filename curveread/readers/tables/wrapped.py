"""Cells that hold one number as a program prints it: ``tensor(0.5, grad_fn=<AddBackward0>)``, ``[0.5]``, ``85.5%``."""

from __future__ import annotations

import re

_NUMBER = r"([-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|nan|inf))"
_LISTED = rf"\[*\s*{_NUMBER}\s*\]*"
_SAID = r"(?:,\s*\w+=(?:<[^<>]*>|\([^()]*\)|[^,()<>]+))*"
_WRAPPED = re.compile(
    rf"(?:\w+\.)*(?:tensor|array|parameter|float\d*|double|u?int\d+)\({_LISTED}{_SAID}\)"  # PyTorch, NumPy, JAX
    rf"|<tf\.Tensor:[^<>]*numpy={_NUMBER}>"
    rf"|\[+\s*{_NUMBER}\s*\]+"
    rf"|{_NUMBER}\s?%",
    re.IGNORECASE,
)


def unwrapped(cell: str) -> str:
    """Return the number in a tensor, an array, a list of one number or a percentage; any other cell as it is."""
    if not cell.rstrip().endswith((")", "]", ">", "%")):
        return cell
    found = _WRAPPED.fullmatch(cell.strip())
    return cell if found is None or found.lastindex is None else found[found.lastindex]
