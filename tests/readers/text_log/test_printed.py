"""Numbers as they are printed."""

from __future__ import annotations

import re

import numpy as np

from curveread.readers.text_log.line.printed import STAMP, floats


def test_a_number_that_the_end_of_the_file_cut_is_none() -> None:
    assert floats([b"1.5", b"2,400", b"1E3"]).tolist() == [1.5, 2400.0, 1000.0]
    found = floats([b"1.5", b"1.35E", b"2,400"])
    assert found[[0, 2]].tolist() == [1.5, 2400.0]
    assert np.isnan(found[1])


def test_a_date_is_no_end_of_a_longer_number() -> None:
    assert re.search(STAMP, b"9223372036854775808-11-30 10:00:00,123 step 10: loss 1.5") is None
    assert re.search(STAMP, b"[2026-11-30 10:00:00,123] step 10: loss 1.5") is not None
