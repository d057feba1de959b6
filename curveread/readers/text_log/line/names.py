"""The name of a printed number: the words in front of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from curveread.readers.text_log.line.words import is_split, trimmed
from curveread.run.tags.counters import counter_of

Span = tuple[int, int]

_CUTS = re.compile(rb"[,;|\t\[\]{}<>]|  +| -+ |(?<=[\w)]{5})\. |^\. |: |\) |[\"'](?!s )|=")
_OWN_BRACKET = re.compile(rb"[\w)]\s?\([^()]{1,20}(?:\([^()]{0,12}\))?\)$")
_ABBREVIATED = re.compile(rb"(\b[A-Za-z]{2,4})\.$")
_NAME = re.compile(rb"[A-Za-z_\xc3\xce\xcf\xe3-\xed]")
"""How a name begins; letters with accents, of Greek (``\u03b5: 0.05``) and of Eastern scripts count as well."""
_LETTER = re.compile(r"[^\W_]")
_CODE = re.compile(r"(?:\w+\.[\w.]+|__main__):[\w<>]+$")
"""A place in the source, ``module.path:function``, as Loguru prints it before a line's number."""


@dataclass(frozen=True, slots=True)
class Name:
    """The words in front of a number; empty where there are none."""

    text: str
    key: Span
    explicit: bool = False
    assigned: bool = False
    bracketed: bool = False
    inside: bool = False


UNNAMED = Name("", (0, 0))


def name_before(gap: bytes, offset: int) -> Name:
    """Return the name at the end of the text in front of a number."""
    numbered = gap.endswith(b"#")  # Epoch #3
    text = gap.rstrip(b"#").rstrip() if numbered else gap.rstrip()
    bracketed = numbered or text.endswith((b"[", b"([", b"=["))
    text = text.rstrip(b"[(\"'").rstrip()
    text = _ABBREVIATED.sub(rb"\1", text)
    if text.endswith((b"->", b"=>")):
        text = text[:-2].rstrip() + b"="
    explicit = text.endswith((b":", b"="))
    assigned = explicit and text.endswith(b" =") and gap.endswith(b" ")
    if explicit:
        text = text.rstrip(b":= \t")
    elif (
        (not gap[-1:].isspace() and not bracketed)
        or text.endswith((b"-", b",", b"|", b";", b"]", b"/", b"+", b"*", b"%", b"."))
        or (text.endswith(b")") and not _OWN_BRACKET.search(text))
    ):
        return UNNAMED
    begin = 0
    for cut in _CUTS.finditer(text):
        if cut.end() < len(text) and not _closes(text, cut.start()):
            begin = cut.end()
        elif cut.end() == len(text):
            return UNNAMED
    piece = text[begin:]
    cut_at = _unbalanced(piece)
    inside = cut_at > 0 and piece[cut_at - 1 : cut_at] == b"("
    begin += cut_at
    words = text[begin:].decode("utf-8", "replace").split()
    while len(words) > 1 and not _LETTER.search(words[0]):  # - Train Loss: 0.3, ## Epoch no. 4
        words = words[1:]
    kept = trimmed(words)[-(5 if explicit else 3) :]
    kept = trimmed(kept)
    if not kept or not _NAME.match(kept[0].encode()[:1]):
        kept = [w for w in kept if _NAME.match(w.encode()[:1])][-1:] if kept else []
        if not kept:
            return UNNAMED
    if len(kept) > 1 and kept[0].endswith(".") and is_split(kept[0][:-1]):  # Val. Loss: a heading as Train. is
        kept = kept[1:]
    name = " ".join(kept)
    if _CODE.match(name):
        return UNNAMED
    if len(name) > 80 or (numbered and counter_of(name) is None):
        return UNNAMED
    first = text.rfind(kept[0].encode(), 0, len(text))
    whole = text.find(b" ".join(w.encode() for w in kept), begin)
    first = whole if whole >= 0 else max(text.find(kept[0].encode(), begin), 0) if first < begin else first
    return Name(name, (offset + first, offset + len(text)), explicit, assigned, bracketed, inside)


def _closes(text: bytes, at: int) -> bool:
    """Return whether a cut is the end of a bracket that belongs to a name: ``Data (t) :``."""
    return text[at : at + 1] == b")" and text.find(b"(", 0, at) > 0 and text[at + 1 :].strip() == b""


def _unbalanced(piece: bytes) -> int:
    """Return where the text behind the last bracket without a partner begins."""
    depth = 0
    for i in range(len(piece) - 1, -1, -1):
        c = piece[i]
        if c == 41:
            depth += 1
        elif c == 40:
            if depth == 0:
                return i + 1
            depth -= 1
    if depth:
        opened, last = 0, 0
        for i, c in enumerate(piece):
            if c == 40:
                opened += 1
            elif c == 41:
                if opened == 0:
                    last = i + 1
                else:
                    opened -= 1
        return last
    return 0
