"""Scalars of an event file, decoded column by column.

Records of one length are gathered as the rows of a matrix. Their checksums are tested, then the rows are
matched with the layouts known for that length; a row that fits none is parsed and gives a new layout. The
numbers of all rows of a layout are decoded at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from curveread.arrays import BoolArray, ByteArray, IntArray
from curveread.readers.protobuf import NotAMessage
from curveread.readers.tensorboard.columns import alike, column, numbers, rounded, varints, words
from curveread.readers.tensorboard.crc32c import (
    SHORT,
    Words,
    crc_of_rows,
    crc_of_spans,
    mask,
    unmask,
)
from curveread.readers.tensorboard.event import Value, parse
from curveread.readers.tensorboard.known import KnownLayout, Tags
from curveread.readers.tensorboard.memory import PAD, Log
from curveread.readers.tensorboard.series import Clocks, GrowingSeries, Series, by_tag, split
from curveread.readers.tensorboard.tfrecord import HEADER, Damage, Frames, walk

_CHUNK = 1 << 20
"""Bytes of rows worked on at once: they stay in the processor's cache."""
_SETTLED = 1 << 18
"""Points from which on they are put where they are to stay."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file: its number, from 0, the byte at which its header begins, and the bytes of its data."""

    number: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record whose frame holds and whose data do not, and what is wrong with it."""

    number: int
    start: int
    reason: str


@dataclass(frozen=True, slots=True)
class Scalars:
    """All that an event file holds for a run.

    Parameters
    ----------
    series
        tag -> points, in the order in which the tags first appear.
    records
        Records in the file, the bad ones included.
    bad
        Records that were left out, in the order of the file.
    damage
        Stretches of the file that hold no record, in order.
    other
        Records that say something beside scalars: session starts, text, hyper-parameters.
    rounded
        tag -> how many of its whole numbers float64 does not hold.
    tensors
        Tags whose numbers were stored as tensors, as TensorFlow 2 does.
    others
        Records of the tag that has most of those that are not scalars: histograms, images, texts.
    """

    series: dict[str, Series]
    records: int
    bad: list[BadRecord]
    damage: list[Damage]
    other: list[Record]
    rounded: dict[str, int] = field(default_factory=dict)
    tensors: frozenset[str] = frozenset()
    others: int = 0


def scalars(log: Log) -> Scalars:
    """Check and decode all records of a file."""
    decoder, damage = Decoder(log), list[Damage]()
    for frames in walk(log, damage):
        decoder.add(frames)
        log.passed(int(frames.start[0]), frames.end)
        decoder.settle(_SETTLED, frames.end / log.size)
    return decoder.found(damage)


class Decoder:
    """Takes records, batch by batch and length by length, and keeps the pieces that it decodes.

    They lie in the file, or in the stretch of it that was appended last.
    """

    def __init__(self, log: Log) -> None:
        self.log = log
        self.records = 0
        self.bad: list[BadRecord] = []
        self.other: list[Record] = []
        self._known: dict[int, list[KnownLayout]] = {}
        self._tags: dict[bytes, int] = {}
        self._pieces: list[tuple[int, Series]] = []
        self._settled: dict[int, GrowingSeries] = {}
        self._clocks: Clocks = {}
        self._plugins: dict[int, tuple[int, str]] = {}  # tag -> the first record that names a plugin, and its name
        self._tensors: set[int] = set()
        self.others: Counter[bytes] = Counter()
        self._rounded: dict[int, int] = {}  # tag -> points

    def found(self, damage: list[Damage]) -> Scalars:
        """Return all that was decoded so far, with the stretches that hold no record."""
        return Scalars(
            self.series(),
            self.records,
            sorted(self.bad, key=lambda b: b.number),
            damage,
            sorted(self.other, key=lambda r: r.number),
            self.rounded(),
            self.tensors(),
            max(self.others.values(), default=0),
        )

    def add(self, frames: Frames) -> None:
        """Check and decode a batch of records."""
        first = self.records
        self.records += frames.start.size
        sound = self._check_long(frames, first)
        for length, index in _by_length(frames.length):
            if length > SHORT:
                index = index[sound[index]]
            start = frames.start[index]
            record = index + first
            if record.size == 1 and length > SHORT and not self._holds_numbers(int(record[0]), int(start[0]), length):
                continue
            width = (length + 4 + 15) // 8 * 8  # data and checksum, and 8 bytes so that any number is read as one word
            size = max(1, _CHUNK // width)
            for a in range(0, record.size, size):
                self._chunk(record[a : a + size], start[a : a + size], length, width)

    def _check_long(self, frames: Frames, first: int) -> BoolArray:
        """Check the long records; the short ones are checked where they are decoded, (n,) bool."""
        sound = np.ones(frames.start.size, dtype=np.bool_)
        long = np.flatnonzero(frames.length > SHORT)
        if long.size:
            start, length = frames.start[long], frames.length[long]
            self.log.look(int(start[0]), int(start[-1] + length[-1]) + HEADER)
            crc = crc_of_spans(self.log.buffer, start + (HEADER + PAD), length)
            sound[long] = self._right(long + first, start, crc, unmask(self.log.words(start + length + HEADER)))
        return sound

    def _right(self, record: IntArray, start: IntArray, crc: Words, stored: Words) -> BoolArray:
        """Return which records have the right checksum, (n,) bool, and keep word of the others."""
        right: BoolArray = crc == stored
        if not right.all():
            for i in np.flatnonzero(~right).tolist():
                reason = f"data checksum 0x{mask(int(crc[i])):08x}, expected 0x{mask(int(stored[i])):08x}"
                self.bad.append(BadRecord(int(record[i]), int(start[i]), reason))
        return right

    def _holds_numbers(self, number: int, start: int, length: int) -> bool:
        """Return whether a record that is alone in its length needs decoding; an image should not be copied for it."""
        try:
            layout = parse(self.log.view(start + HEADER, length))
        except NotAMessage:
            return True
        if any(v.number or v.plugin is not None for v in layout.values):
            return True
        if layout.needs_a_look:
            self.other.append(Record(number, start, length))
        for value in layout.values:
            self.others[self.log.view(start + HEADER, length)[slice(*value.tag)].tobytes()] += 1
        return False

    def _chunk(self, record: IntArray, start: IntArray, length: int, width: int) -> None:
        """Find the layout of records of one length and decode those of each."""
        rows = self.log.gather(start + HEADER, width)
        known = self._known.setdefault(length, [])
        tried = 0
        while record.size:
            if tried == len(known):
                if length <= SHORT and not _sound(rows[:1], length)[0]:
                    right = self._right(record, start, crc_of_rows(rows, length), unmask(column(rows, "<u4", length)))
                    record, start, rows = record[right], start[right], rows[right]
                    continue
                try:
                    known.append(KnownLayout(parse(rows[0, :length].data), rows[0]))
                except NotAMessage as e:
                    reason = f"its checksum is right, but it is not an event: {e}"
                    self.bad.append(BadRecord(int(record[0]), int(start[0]), reason))
                    record, start, rows = record[1:], start[1:], rows[1:]
                    continue
            fits = known[tried].fits(rows)
            if fits.all():
                known.insert(0, known.pop(tried))  # it will fit most of what comes next, too
                self._decode(record, start, rows, known[0])
                return
            if fits.any():
                self._decode(record[fits], start[fits], rows[fits], known[tried])
                record, start, rows = record[~fits], start[~fits], rows[~fits]
            tried += 1

    def _decode(self, record: IntArray, start: IntArray, rows: ByteArray, known: KnownLayout) -> None:
        """Check and decode rows of one layout."""
        layout, length = known.layout, known.layout.length
        tags = [self._tags_of(rows, v) for v in known.values]
        if length <= SHORT:
            right = self._right(record, start, known.checksum(rows, tags), unmask(column(rows, "<u4", length)))
            if not right.all():
                self._decode(record[right], start[right], rows[right], known)
                return
        if layout.needs_a_look:
            pairs = zip(record.tolist(), start.tolist(), strict=True)
            self.other += [Record(number, at, length) for number, at in pairs]
        if not known.values or not record.size:
            return
        a, b = layout.wall_time
        wall_time = column(rows, "<f8", a).copy() if b else np.zeros(record.size)
        step = varints(rows, layout.step).view(np.int64)
        for value, t in zip(known.values, tags, strict=True):
            if value.plugin is not None:
                for tag, i in zip(t.numbers, t.rows, strict=True):
                    if tag not in self._plugins or record[i] < self._plugins[tag][0]:
                        self._plugins[tag] = (int(record[i]), value.plugin)
            if value.number is None:
                for i in t.rows:
                    self.others[rows[i, slice(*value.tag)].tobytes()] += 1 if t.which is not None else record.size
                continue
            if value.tensor:
                self._tensors.update(t.numbers)
            if (lost := rounded(rows, value.number)) is not None:
                which = np.zeros(record.size, np.int64) if t.which is None else t.which
                for tag, n in zip(t.numbers, np.bincount(which[lost], minlength=len(t.numbers)).tolist(), strict=True):
                    self._rounded[tag] = self._rounded.get(tag, 0) + n
            points = Series(record, step, wall_time, numbers(rows, value.number), value.number.bits)
            if t.which is None:
                self._pieces.append((t.numbers[0], points))
            else:
                self._pieces += [(t.numbers[k], piece) for k, piece in split(t.which, points)]

    def settle(self, most: int, read: float) -> None:
        """Put more than so many points together, tag by tag; what was decoded so far is then no piece any more.

        ``read`` is the share of the file that was read.
        """
        if sum(piece.record.size for _, piece in self._pieces) > most:
            record = np.uint32 if self.log.size < 1 << 36 else np.int64  # one has 16 bytes at least
            for tag, piece in self._pieces:
                if tag not in self._settled:
                    self._settled[tag] = GrowingSeries(self._clocks, record)
                self._settled[tag].add(piece, read)
            self._pieces = []

    def pieces(self, first: int) -> Iterator[tuple[str, Series]]:
        """Yield tag and points of the pieces that were decoded from the ``first`` on."""
        names = list(self._tags)
        for tag, points in self._pieces[first:]:
            yield names[tag].decode("utf-8", "replace"), points

    def __len__(self) -> int:
        """Return how many pieces were decoded."""
        return len(self._pieces)

    def _tags_of(self, rows: ByteArray, value: Value) -> Tags:
        """Tell apart the tags of rows."""
        a, b = value.tag
        keeper = alike(words(rows, value.tag))
        if keeper is None:
            return Tags([self._number(rows[0, a:b].tobytes())], [0], None)
        heads = np.flatnonzero(keeper == np.arange(keeper.size, dtype=np.int32))
        place = np.empty(keeper.size, dtype=np.uint8 if heads.size <= 256 else np.uint16)
        place[heads] = np.arange(heads.size, dtype=place.dtype)
        at = heads.tolist()
        return Tags([self._number(rows[i, a:b].tobytes()) for i in at], at, place[keeper])

    def _number(self, tag: bytes) -> int:
        return self._tags.setdefault(tag, len(self._tags))

    def rounded(self) -> dict[str, int]:
        """Return of each tag how many whole numbers were rounded; tags without any are left out."""
        return {name.decode("utf-8", "replace"): n for name, i in self._tags.items() if (n := self._rounded.get(i, 0))}

    def tensors(self) -> frozenset[str]:
        """Return the tags whose numbers were stored as tensors."""
        return frozenset(name.decode("utf-8", "replace") for name, i in self._tags.items() if i in self._tensors)

    def series(self) -> dict[str, Series]:
        """Return everything decoded, tag by tag in the order of the file."""
        if self._settled:
            self.settle(0, 1.0)
            points = {tag: whole.series().by_record() for tag, whole in self._settled.items()}
            self._settled = {}
        else:
            points = by_tag(self._pieces)
        self._pieces = list(points.items())
        names: dict[str, list[Series]] = {}
        for name, tag in self._tags.items():
            plugin = self._plugins.get(tag, (0, ""))[1]
            if tag in points and not (tag in self._tensors and plugin not in ("", "scalars")):
                names.setdefault(name.decode("utf-8", "replace"), []).append(points[tag])
        series = {name: Series.joined(parts).by_record() for name, parts in names.items()}
        return dict(sorted(series.items(), key=lambda item: int(item[1].record[0])))


def _sound(rows: ByteArray, length: int) -> BoolArray:
    """Return which rows, data and stored checksum behind them, have the right checksum, (n,) bool."""
    sound: BoolArray = crc_of_rows(rows, length) == unmask(column(rows, "<u4", length))
    return sound


def _by_length(length: IntArray) -> Iterator[tuple[int, IntArray]]:
    """Yield each length with the places of its records, in the order of the file."""
    giant = 65535
    short = np.minimum(length, giant).astype(np.uint16)  # 16 bits are sorted by radix
    order = np.argsort(short, kind="stable")
    counts = np.bincount(short, minlength=giant + 1)
    ends = np.cumsum(counts)
    for size in np.flatnonzero(counts[:giant]).tolist():
        yield size, order[ends[size] - counts[size] : ends[size]]
    for place in order[ends[giant] - counts[giant] :].tolist():
        yield int(length[place]), np.array([place])
