"""Text from logs made safe to show: control characters become visible, long names become short.

Tags, run names, messages and configs are written by programs and people that this package does not know. Escaping
for HTML, Markdown or a plotting library is the renderer's work; what happens here is the same for all of them.
"""

from __future__ import annotations

import unicodedata

__all__ = ["clean", "shorten", "words"]

_JOINERS = {"\u200c", "\u200d"}  # several scripts and emoji need them


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if char in "\n\r\t" or category in ("Zl", "Zp"):
        return " "
    if category == "Cs":
        return "\ufffd"
    if category == "Cc" or (category == "Cf" and char not in _JOINERS):
        return f"\\u{ord(char):04x}"
    return char


def clean(text: object) -> str:
    r"""Return ``text`` on one line, without characters that act instead of showing.

    Line breaks and tabs become spaces. Control characters and direction marks become their ``\u202e`` notation, and
    halves of surrogate pairs, which no file can hold, become the replacement character.
    """
    raw = str(text)
    return raw if raw.isascii() and raw.isprintable() else "".join(map(_visible, raw))


def shorten(text: object, length: int) -> str:
    """Return ``text`` cleaned and at most ``length`` characters long, an ellipsis in place of its middle.

    The end of a tag tells more than its middle, so two fifths of the room go to the end.
    """
    shown = clean(text)
    if len(shown) <= length:
        return shown
    if length <= 1:
        return "…"[:length]
    tail = (length - 1) * 2 // 5
    return shown[: length - 1 - tail] + "…" + (shown[-tail:] if tail else "")


def words(key: object) -> str:
    """Return a name with dashes as words: ``loss-spike`` -> ``loss spike``."""
    return clean(key).replace("-", " ")
