"""An event file that still grows: each stretch that was appended is walked and decoded once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from curveread.arrays import FloatArray
from curveread.readers.base import Following, Part
from curveread.readers.tensorboard.config import configuration
from curveread.readers.tensorboard.memory import Log, held
from curveread.readers.tensorboard.scalars import Decoder, Scalars
from curveread.readers.tensorboard.session import RunEvents, run_events
from curveread.readers.tensorboard.tfrecord import HEADER, Damage, walk
from curveread.run.notes import DataNote

Build = Callable[[Path, int, bytes, Scalars, RunEvents, dict[str, Any], list[DataNote]], Part]


class GrowingEvents(Following):
    """The records of an event file so far, and what makes the part of a run of them."""

    def __init__(self, path: Path, build: Build) -> None:
        self._path, self._build = path, build
        self._rest, self._head = b"", b""
        self._begin = 0  # the byte of the file at which the rest begins
        self._decoder = Decoder(held(b""))
        self._damage: list[Damage] = []
        self._events = RunEvents()
        self._config: dict[str, Any] = {}
        self._unread: list[DataNote] = []

    def feed(self, raw: bytes) -> Mapping[str, FloatArray]:
        """Take what was appended; a record that is not whole, or bytes in which none begins, wait for the rest."""
        log = held(self._rest + raw)
        self._head = self._head or log.bytes_at(0, HEADER)
        decoder, damage = self._decoder, list[Damage]()
        decoder.log = log
        pieces, bad, other, before = len(decoder), len(decoder.bad), len(decoder.other), decoder.records
        for frames in walk(log, damage):
            decoder.add(frames)
        self._say(log, other)
        decoder.other[other:] = [replace(r, start=r.start + self._begin) for r in decoder.other[other:]]
        decoder.bad[bad:] = [replace(b, start=b.start + self._begin) for b in decoder.bad[bad:]]
        read = damage.pop().start if damage and damage[-1].end == log.size else log.size
        for d in damage:
            at = self._begin
            self._damage.append(replace(d, start=d.start + at, end=d.end + at, before=d.before + before))
        self._rest = log.bytes_at(read, log.size - read)
        self._begin += read
        values = defaultdict[str, list[FloatArray]](list)
        for tag, points in decoder.pieces(pieces):
            values[tag].append(points.value)
        return {tag: np.concatenate(found) for tag, found in values.items()}

    def parts(self) -> list[Part]:
        """Return the records so far as a part of a run."""
        found, size = self._decoder.found(self._damage), self._begin + len(self._rest)
        return [self._build(self._path, size, self._head, found, self._events, self._config, self._unread)]

    def _say(self, log: Log, first: int) -> None:
        """Read what the new records hold beside numbers; what was said of the run first stays."""
        records = sorted(self._decoder.other[first:], key=lambda r: r.number)
        run_events(log, records, self._events)
        config, unread = configuration(log, self._events.config, self._path.name)
        self._events.config.clear()
        self._config = config | self._config
        self._unread += unread
