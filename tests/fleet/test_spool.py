from __future__ import annotations

import tempfile

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


def test_what_has_no_room_on_disk_is_kept_in_memory() -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    things = [bytes([at]) * 1000 for at in range(20)]
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        spool = Spool(things)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    spool.append(b"more")
    assert list(spool) == [*things, b"more"]


def test_where_no_file_can_be_made_all_is_kept_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/no/such/folder")
    assert list(Spool("abc")) == ["a", "b", "c"]
