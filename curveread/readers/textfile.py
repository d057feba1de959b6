"""Text of a log file: gzip, byte order marks, UTF-16 and stray bytes are dealt with here once."""

from __future__ import annotations

import zlib
from pathlib import Path

from curveread.errors import ReadError
from curveread.readers.regular import open_regular, read_regular
from curveread.run.notes import DataNote, NoteKind

__all__ = ["ENCODED", "head_of", "is_encoded", "plain_suffix", "read_text"]

_HEAD = 1 << 16
_GZIP = b"\x1f\x8b"
ENCODED = (_GZIP, b"\xff\xfe", b"\xfe\xff")
"""How a compressed file begins, or one in UTF-16."""
_PIECE = 512
"""Bytes that are expanded at once: of a damaged piece nothing is kept."""
_EXPANDED = 1 << 24
_RATIO = 50
"""Times its size that a large gzip file may expand; logs shrink to a tenth, progress bars to a thirtieth."""


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
        raw = _gunzip(raw, size)[0]
    if b"\x00" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
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
        most = max(_EXPANDED, _RATIO * size)
        raw, reason = _gunzip(raw, most)
        if len(raw) == most:
            raw = raw[: raw.rfind(b"\n") + 1]  # the line in which it was left may be cut within a number
        if reason:
            notes.append(DataNote(NoteKind.TRUNCATED, str(path), f"{reason}; {len(raw)} bytes of text kept"))
    text, damaged = _decode(raw)
    if damaged:
        notes.append(
            DataNote(NoteKind.CORRUPT, str(path), "some bytes are not text in the file's encoding and were replaced")
        )
    return text, size, notes


def _gunzip(raw: bytes, most: int) -> tuple[bytes, str]:
    """Return what a gzip file holds, as far as it goes, and why that is not all; in pieces, each of them taken once."""
    out: list[bytes] = []
    stream = zlib.decompressobj(wbits=31)
    at = 0
    while at < len(raw):
        piece = raw[at : at + _PIECE]
        try:
            out.append(stream.decompress(piece, most))
        except zlib.error:
            break
        most -= len(out[-1])
        if most <= 0:
            return b"".join(out), "the gzip stream expands far beyond its size"
        at += len(piece) - len(stream.unused_data)
        if stream.eof:
            if raw[at : at + 2] != _GZIP:
                return b"".join(out), ""
            stream = zlib.decompressobj(wbits=31)
    return b"".join(out), "the gzip stream is damaged or cut"


def _decode(raw: bytes) -> tuple[str, bool]:
    """Return the text and whether bytes had to be replaced."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif raw.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    else:
        encoding = "utf-8"
    try:
        return raw.decode(encoding), False
    except UnicodeDecodeError:
        return raw.decode(encoding, "replace"), True
