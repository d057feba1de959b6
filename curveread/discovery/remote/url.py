"""URLs on a command line and in messages: what is one, and how it is told without what is secret in it."""

from __future__ import annotations

import os
import re
from pathlib import Path

Place = Path | str
"""Where logs are: a path, or a URL, which is text."""

_URL = re.compile(r"[a-z][a-z0-9+.\-]+(::[a-z][a-z0-9+.\-]+)*://", re.IGNORECASE)
_USER = re.compile(r"(?<!github)(?<=://)[^/\s@'\"]+@")
_QUERY = re.compile(r"(://[^\s?'\"]*)\?[^\s'\"]+")


def is_url(path: object) -> bool:
    """Return whether a path is a URL of something that lies elsewhere."""
    return isinstance(path, str) and _URL.match(path) is not None and not path.lower().startswith("file:")


def place(path: str | os.PathLike[str]) -> Place:
    """Return a path as it was meant: a URL stays text (a :class:`~pathlib.Path` would take a slash out of it)."""
    if is_url(path):
        return os.fspath(path)
    if isinstance(path, str) and path.lower().startswith("file://"):
        from urllib.parse import unquote, urlsplit

        return Path(unquote(urlsplit(path).path))
    return Path(path)


def discreet(text: str) -> str:
    """Return text in which URLs have lost user, password and query, which may be a signature."""
    return _QUERY.sub(r"\1", _USER.sub("…@", text))
