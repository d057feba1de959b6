"""Text from logs made safe to show: control characters become visible, long names become short.

Tags, run names, messages and configs are written by programs and people that this package does not know. Escaping
for HTML, Markdown or a plotting library is the renderer's work; what happens here is the same for all of them.
"""

from __future__ import annotations

import json
import re
import unicodedata

_JOINERS = {"\u200c", "\u200d"}  # several scripts and emoji need them
_NONCHARACTERS = {"\ufffe", "\uffff"}  # no XML may hold them, and so no SVG
_COMMAND = re.compile(r"(?:^\s*(?=::))|(?<=##)(?=[\w.-]*\[)")
_COMMAND_IN_JSON = re.compile(r"(##[\w.-]*)\[")
_BEYOND_ASCII = re.compile(r"[^\n -~]")
_FORMULA = re.compile("[=+@\t\r\uff0b\uff0d\uff1d\uff20-]")


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if char in "\n\r\t" or category in ("Zl", "Zp"):
        return " "
    if category == "Cs" or char in _NONCHARACTERS:
        return "\ufffd"
    if category == "Cc" or (category == "Cf" and char not in _JOINERS):
        return f"\\u{ord(char):04x}" if char < "\U00010000" else f"\\U{ord(char):08x}"
    return char


def clean(text: object) -> str:
    r"""Return ``text`` on one line, without characters that act instead of showing.

    Line breaks and tabs become spaces. Control characters and direction marks become their ``\u202e`` notation, and
    what no XML file can hold, such as halves of surrogate pairs, becomes the replacement character.
    """
    raw = str(text)
    return raw if raw.isascii() and raw.isprintable() else "".join(map(_visible, raw))


def inert(line: str) -> str:
    r"""Return a line as it may be printed: a backslash stands in what a CI system would take for a command.

    GitHub obeys ``::add-mask::`` at the beginning of a line and ``##[error]`` anywhere, Azure ``##vso[…]`` and TeamCity
    ``##teamcity[…]``.
    """
    return _COMMAND.sub(lambda m: m.group() + "\\", line) if "::" in line or "##" in line else line


def quiet_json(text: str) -> str:
    r"""Return a JSON document whose characters that act, and CI systems' commands, are escapes: it means the same."""
    kept = _BEYOND_ASCII.sub(lambda m: m[0] if _visible(m[0]) == m[0] else json.dumps(m[0])[1:-1], text)
    return _COMMAND_IN_JSON.sub(r"\1\\u005b", kept)


def cell(text: str) -> str:
    """Return text as a cell of a CSV file: an apostrophe before what a spreadsheet would compute; numbers stay."""
    if not _FORMULA.match(text):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def storable(text: str) -> str:
    r"""Return text as UTF-8 can hold it: halves of surrogate pairs, as odd file names bring them, become ``\udc80``."""
    return text.encode("utf-8", "backslashreplace").decode()


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
