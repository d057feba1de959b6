"""Text of a log file: gzip, byte order marks, UTF-16 and stray bytes are dealt with here once."""

from __future__ import annotations

import zlib
from pathlib import Path

from curveread.errors import CorruptLogError, ReadError
from curveread.limits import limits, too_much
from curveread.readers.regular import open_regular, read_regular
from curveread.run.notes import DataNote, NoteKind

_HEAD = 1 << 16
_GZIP = b"\x1f\x8b"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
ENCODED = (_GZIP, *_UTF16)
"""How a compressed file begins, or one in UTF-16."""
MARK = b"\xef\xbb\xbf"
"""How a file in UTF-8 may begin."""
_PIECE, _HEAD_PIECE = 1 << 12, 16
_EXPANDED = 1 << 24
"""Bytes that a gzip stream may be ahead of so many times what was read of it as the limit says; logs shrink to a tenth,
progress bars to a thirtieth, and what grows a thousandfold is stopped after little more than those bytes."""
_FAR = "the gzip stream expands far beyond its size"


def stem_of(path: Path) -> str:
    """Return the file's name without its extension and a trailing ``.gz``: ``log.csv.gz`` -> ``log``."""
    return path.name.removesuffix(".gz").rsplit(".", 1)[0]


def plain_suffix(path: Path) -> str:
    """Return the lower-case suffix without a trailing ``.gz``: ``log.csv.gz`` -> ``.csv``."""
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def is_encoded(path: Path) -> bool:
    """Return whether a file is compressed or in UTF-16, so that what is appended cannot be read by itself."""
    try:
        with open_regular(path) as file:
            return file.read(2) in ENCODED
    except OSError:
        return True


def head_of(path: Path, size: int = _HEAD) -> str:
    """Return the text of the first bytes of a file, empty when it cannot be read or begins binary."""
    try:
        with open_regular(path) as file:
            raw = file.read(size)
    except OSError:
        return ""
    if raw.startswith(_GZIP):
        raw = _gzip_head(raw, size)
    if b"\x00" in raw and not raw.startswith(_UTF16):
        raw = raw[: raw[: raw.index(b"\x00")].rfind(b"\n") + 1]  # a hole of zeros after a crash: the lines before it
    return _decode(raw)[0]


def read_text(path: Path) -> tuple[str, int, list[DataNote]]:
    """Return text, size on disk in bytes, and notes on what could not be decoded; ReadError when unreadable."""
    notes: list[DataNote] = []
    try:
        raw = read_regular(path)
    except OSError as error:
        raise ReadError(f"{path}: {error.strerror or error}") from error
    size = len(raw)
    if raw.startswith(_GZIP):
        raw, reason = _gunzip(raw)
        if reason and not raw:
            raise CorruptLogError(f"{path}: {reason}, and nothing stands before it")
        if reason.startswith(_FAR):
            raw = raw[: raw.rfind(b"\n") + 1]  # the line in which it was left may be cut within a number
        if reason:
            notes.append(DataNote(NoteKind.TRUNCATED, str(path), f"{reason}; {len(raw)} bytes of text kept"))
    text, damaged = _decode(raw)
    if damaged:
        notes.append(
            DataNote(NoteKind.CORRUPT, str(path), "some bytes are not text in the file's encoding and were replaced")
        )
    return text, size, notes


def _gunzip(raw: bytes) -> tuple[bytes, str]:
    """Return what a gzip file holds, as far as it goes, and why that is not all.

    Its members are taken one by one, as many as were appended. Nothing of a member that is damaged is kept: the stream
    decodes on behind the place, to numbers that nobody wrote, and its checksum does not say where that is.
    """
    out = bytearray()
    stream, begin, at = zlib.decompressobj(wbits=31), 0, 0
    ratio = limits().gzip
    while at < len(raw):
        piece = raw[at : at + _PIECE]
        most = _EXPANDED + ratio * (at + len(piece))
        try:
            out += stream.decompress(piece, most - len(out))
        except zlib.error:  # also for a checksum that does not hold
            return _without_damage(out, begin)
        if len(out) >= most:
            return bytes(out), f"{_FAR}, {too_much('gzip')}"
        at += len(piece) - len(stream.unused_data)
        if stream.eof:
            begin = len(out)
            if raw[at : at + 2] != _GZIP:
                return bytes(out), ""
            stream = zlib.decompressobj(wbits=31)
    if len(out) == begin:
        return bytes(out), ""
    said = int.from_bytes(raw[-4:], "little")  # a stream that is not cut ends with the size of its text
    if len(out) - begin <= 2 * said <= 4 * (len(out) - begin):
        return _without_damage(out, begin)
    return bytes(out), "the gzip stream is cut before its checksum"


def _without_damage(out: bytearray, begin: int) -> tuple[bytes, str]:
    return bytes(out[:begin]), f"the gzip stream is damaged; {len(out) - begin} bytes that it decodes to were left out"


def _gzip_head(raw: bytes, most: int) -> bytes:
    """Return the first bytes that a gzip file decodes to, be it damaged or not: enough to know its format."""
    out = bytearray()
    stream, at = zlib.decompressobj(wbits=31), 0
    try:
        while at < len(raw) and len(out) < most:
            piece = raw[at : at + _HEAD_PIECE]  # of a damaged piece nothing is kept
            out += stream.decompress(piece, most - len(out))
            at += len(piece) - len(stream.unused_data)
            if stream.eof:
                stream = zlib.decompressobj(wbits=31)
    except zlib.error:
        pass
    return bytes(out)


def _decode(raw: bytes) -> tuple[str, bool]:
    """Return the text and whether bytes had to be replaced."""
    if raw.startswith(_UTF16):
        encoding = "utf-16"
    elif raw.startswith(MARK):
        encoding = "utf-8-sig"
    else:
        encoding = "utf-8"
    try:
        return raw.decode(encoding), False
    except UnicodeDecodeError:
        return raw.decode(encoding, "replace"), True
