from __future__ import annotations

import pytest

from curveread.fleet.spool import Spool


def test_things_come_back_in_their_order_also_to_several_readers_at_once() -> None:
    spool = Spool({"n": n} for n in range(300))
    spool.append({"n": 300})
    assert len(spool) == 301
    assert spool[-1] == {"n": 300}
    assert spool[10:12] == [{"n": 10}, {"n": 11}]
    assert [(a["n"], b["n"]) for a, b in zip(spool, spool, strict=True)] == [(n, n) for n in range(301)]
    with pytest.raises(IndexError):
        spool[301]
