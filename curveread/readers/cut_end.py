"""The last number of a log whose writer was killed, or still writes: it may be cut."""

from __future__ import annotations

from collections.abc import Sequence

BEFORE = 8
"""Numbers before the last one that are looked at."""
_FEWEST = 3
LEFT_OUT = "the last line ends without a line break, its last number may be cut; it was left out"


def is_whole(cell: bytes | str, before: Sequence[bytes | str]) -> bool:
    """Return whether the number at the very end of a file is known to be whole.

    It is when it has as many decimals as each number at its place in the lines before: they are printed with a fixed
    number of them. Of ``3.68`` nobody can say otherwise that it is not the begin of ``3.6816``, nor of ``1e-0``.

    Parameters
    ----------
    cell
        The number as written.
    before
        Those at its place in the lines before, blanks left out; a few do.
    """
    shape = _shape(cell)
    shapes = {_shape(other) for other in before[-BEFORE:]}
    return bool(shape) and len(before) >= _FEWEST and shapes == {shape}


def _shape(cell: bytes | str) -> str:
    """Return what stands behind the point, every digit as 0; empty without a point."""
    text = cell if isinstance(cell, str) else cell.decode("ascii", "replace")
    return "".join("0" if c.isdigit() else c for c in text.strip().partition(".")[2])
