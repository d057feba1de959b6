"""The lines of a text log, in pieces, without colours and carriage returns."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from curveread.errors import ReadError
from curveread.readers.regular import not_too_large, open_regular
from curveread.readers.textfile import ENCODED, MARK, head_of, read_text
from curveread.run.notes import DataNote

_CHUNK = 1 << 20
_ENDLESS = 1 << 20
"""A line of this length is not a record: what stands behind is dropped, so that a file of one line costs no more."""
GLIMPSE = 1 << 16
_COLOUR = re.compile(rb"\x1b\[[\d;]*+m")
_ESCAPE = re.compile(rb"\x1b(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]|[@-Z\\-_])")
_BACK = re.compile(rb"\x08{2,}")
"""Keras goes back to the start of its line by as many backspaces."""
_WRAPPED = re.compile(rb"(?:\b(?:np|numpy)\.)?(?:float\d\d|tensor)\(([-+\w.]{1,24})(?:, \w{1,12}=[^()]{1,24})?\)")
"""What newer NumPy and torch print around a number: ``np.float32(0.5)``, ``tensor(0.5, device='cuda:0')``."""
_WIDE = {"：": ": ", "，": ", ", "；": "; ", "、": ", ", "。": ". ", "（": " (", "）": ")", "【": "[", "】": "]"}
_WIDE |= {"｜": "|", "％": "%", "＝": "="}
"""How Chinese and Japanese write what stands between names and numbers."""
_WIDE_BYTES = {wide.encode(): narrow.encode() for wide, narrow in _WIDE.items()}
_WIDE_SIGN = re.compile(b"|".join(_WIDE_BYTES))


def plain(raw: bytes) -> bytes:
    """Return text without terminal escapes, wrapped numbers and wide signs, every carriage return a line break."""
    if b"\x1b" in raw:
        raw = _COLOUR.sub(b"", raw)
        if b"\x1b" in raw:
            raw = _ESCAPE.sub(b"", raw)
    if b"\b" in raw:
        raw = _BACK.sub(b"\r", raw)
    if b"np.float" in raw or b"tensor(" in raw:
        raw = _WRAPPED.sub(rb"\1", raw)
    if b"#011" in raw:  # how syslog, and with it SageMaker, writes a tab
        raw = raw.replace(b"#011", b"\t")
    if b"\xef\xbc" in raw or b"\xe3\x80" in raw:
        raw = _WIDE_SIGN.sub(lambda sign: _WIDE_BYTES[sign[0]], raw)
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return raw


def glimpse(path: Path) -> Iterator[bytes]:
    """Yield the first 64 kB of a file, then its last: programs print much before a training starts."""
    try:
        with open_regular(path) as file:
            size = file.seek(0, 2)
            file.seek(0)
            encoded = file.read(2) in ENCODED
            yield plain(head_of(path, GLIMPSE).encode("utf-8", "replace"))
            if size > GLIMPSE and not encoded:
                file.seek(max(GLIMPSE, size - GLIMPSE))
                yield plain(file.read(GLIMPSE).partition(b"\n")[2])
    except OSError:
        return


@dataclass(slots=True)
class Lines:
    """A file as pieces of whole lines; a file of any size costs the memory of one piece.

    Once it was read it has a size, notes on what could not be decoded, and what stands behind the last line break.
    """

    path: Path
    size: int = 0
    notes: list[DataNote] = field(default_factory=list)
    unfinished: bytes = b""

    def pieces(self, size: int = 0) -> Iterator[list[bytes]]:
        """Yield lists of lines of about ``size`` bytes, 1 MB each by default; ReadError when it cannot be read."""
        rest = b""
        for raw in self._chunks(size or _CHUNK):
            cut = max(raw.rfind(b"\n"), raw.rfind(b"\r")) + 1
            if not cut:
                rest = (rest + raw)[:_ENDLESS]
                continue
            yield plain(rest + raw[:cut]).split(b"\n")
            rest = raw[cut:]
        if rest:
            self.unfinished = plain(rest)
            yield [self.unfinished]

    def _chunks(self, size: int) -> Iterator[bytes]:
        try:
            with open_regular(self.path) as file:
                not_too_large(os.fstat(file.fileno()).st_size, self.path)
                first = file.read(size)
                if not first.startswith(ENCODED):
                    while first:
                        self.size += len(first)
                        yield first.removeprefix(MARK) if self.size == len(first) else first
                        first = file.read(size)
                    return
        except OSError as error:
            raise ReadError(f"{self.path}: {error.strerror or error}") from error
        text, self.size, self.notes = read_text(self.path)
        yield text.encode("utf-8", "replace")
