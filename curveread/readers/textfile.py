"""Text of a log file: gzip, byte order marks, UTF-16 and stray bytes are dealt with here once."""

from __future__ import annotations

import zlib
from pathlib import Path

from curveread.errors import ReadError
from curveread.readers.regular import open_regular, read_regular
from curveread.run.notes import DataNote, NoteKind

__all__ = ["head_of", "plain_suffix", "read_text"]

_HEAD = 1 << 16


def plain_suffix(path: Path) -> str:
    """Return the lower-case suffix without a trailing ``.gz``: ``log.csv.gz`` -> ``.csv``."""
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def head_of(path: Path, size: int = _HEAD) -> str:
    """Return the text of the first bytes of a file, empty when it cannot be read or begins binary."""
    try:
        with open_regular(path) as file:
            raw = file.read(size)
    except OSError:
        return ""
    if raw.startswith(b"\x1f\x8b"):
        raw = _gunzip(raw)[0][:size]
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
    if raw.startswith(b"\x1f\x8b"):
        raw, cut = _gunzip(raw)
        if cut:
            notes.append(
                DataNote(
                    NoteKind.TRUNCATED, str(path), f"the gzip stream is damaged or cut; {len(raw)} bytes of text kept"
                )
            )
    text, damaged = _decode(raw)
    if damaged:
        notes.append(
            DataNote(NoteKind.CORRUPT, str(path), "some bytes are not text in the file's encoding and were replaced")
        )
    return text, size, notes


def _gunzip(raw: bytes) -> tuple[bytes, bool]:
    """Return what a gzip file holds, as far as it goes, and whether its end is missing."""
    out = []
    while raw[:2] == b"\x1f\x8b":
        stream = zlib.decompressobj(wbits=31)
        try:
            out.append(stream.decompress(raw))
        except zlib.error:
            return b"".join(out) + _until_error(raw), True
        if not stream.eof:
            return b"".join(out), True
        raw = stream.unused_data
    return b"".join(out), False


def _until_error(raw: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    out = []
    for at in range(0, len(raw), 512):
        try:
            out.append(stream.decompress(raw[at : at + 512]))
        except zlib.error:
            break
    return b"".join(out)


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
