"""Numbers as they are printed."""

from __future__ import annotations

import numpy as np

from curveread.readers.text_log.line.printed import floats


def test_a_number_that_the_end_of_the_file_cut_is_none() -> None:
    assert floats([b"1.5", b"2,400", b"1E3"]).tolist() == [1.5, 2400.0, 1000.0]
    found = floats([b"1.5", b"1.35E", b"2,400"])
    assert found[[0, 2]].tolist() == [1.5, 2400.0]
    assert np.isnan(found[1])
