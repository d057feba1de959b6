"""Items of history rows: lengths that lead beyond the end of the file."""

from __future__ import annotations

import numpy as np

from curveread.readers.wandb.items import plain_items


def test_lengths_beyond_the_end_of_the_file_are_no_item_of_the_usual_form() -> None:
    buf = np.frombuffer(b"\x0a\x7f\x12\x7f" + b"x" * 8, np.uint8)
    one = np.zeros(1, np.int64)
    _, end, rest = plain_items(buf, one, one, np.array([12]))
    assert (end.size, rest.tolist()) == (0, [0])
