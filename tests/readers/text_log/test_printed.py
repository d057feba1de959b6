"""Numbers as they are printed."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from curveread.readers.text_log.line.printed import STAMP, floats
from tests.readers.text_log.support import points, read


def test_a_number_that_the_end_of_the_file_cut_is_none() -> None:
    assert floats([b"1.5", b"2,400", b"1E3"]).tolist() == [1.5, 2400.0, 1000.0]
    found = floats([b"1.5", b"1.35E", b"2,400"])
    assert found[[0, 2]].tolist() == [1.5, 2400.0]
    assert np.isnan(found[1])


def test_a_date_is_no_end_of_a_longer_number() -> None:
    assert re.search(STAMP, b"9223372036854775808-11-30 10:00:00,123 step 10: loss 1.5") is None
    assert re.search(STAMP, b"[2026-11-30 10:00:00,123] step 10: loss 1.5") is not None


def test_dates_in_words_are_no_metrics(tmp_path: Path) -> None:
    heads = (
        "Mon 26 May 2021 23:12:1{e} INFO  epoch {e}",
        "Wed May 26 23:12:1{e} 2021 epoch {e}",
        "May 26, 2021 epoch {e}",
    )
    for head in heads:
        text = "".join(f"{head.format(e=e)} [time: 1.2s, train loss: 2.{e}]\n" for e in range(5))
        part = read(tmp_path, text)
        assert points(part, "train loss") == [(e, float(f"2.{e}")) for e in range(5)]
        assert set(part.curves) == {"time", "train loss"}
