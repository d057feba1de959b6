"""Reads a text as the log that a trainer left, and shows its curves as points."""

from __future__ import annotations

from pathlib import Path

from curveread.readers.base import Part
from curveread.readers.text_log.reader import TextLogReader
from curveread.run.notes import NoteKind

__all__ = ["points", "read", "read_all", "said"]

READER = TextLogReader()


def read_all(folder: Path, text: str, name: str = "run.log") -> list[Part]:
    """Write a text into a folder and read it; the reader must claim it."""
    path = folder / name
    path.write_bytes(text.encode())
    assert READER.claims(path)
    return READER.read(path)


def read(folder: Path, text: str, name: str = "run.log") -> Part:
    """Write and read a text that holds one training."""
    (part,) = read_all(folder, text, name)
    return part


def points(part: Part, tag: str) -> list[tuple[int, float]]:
    """Return the points of a curve."""
    curve = part.curves[tag]
    return list(zip(curve.step.tolist(), curve.value.tolist(), strict=True))


def said(part: Part, kind: NoteKind) -> str:
    """Return what the notes of a kind say."""
    return " / ".join(n.message for n in part.notes if n.kind is kind)
