"""The scripts of the page as one, with the hash by which the page's policy lets it run.

uPlot (MIT) draws axes and follows the pointer; it is inlined as it was published, with its licence.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

__all__ = ["digest", "script", "style"]

UPLOT = "1.6.32"
_OWN = ("arrays.js", "axes.js", "rules.js", "draw.js", "marks.js", "panel.js", "page.js")


@cache
def script() -> str:
    """Return the text of the one script element: the library, then our own parts in a scope of their own."""
    own = "\n".join(_text(name) for name in _OWN)
    licence = _text("uplot/LICENSE").strip()
    library = _text("uplot/uPlot.iife.min.js").strip()
    return f"/*! uPlot {UPLOT}\n{licence}\n*/\n{library}\n(() => {{\n'use strict';\n{own}}})();\n"


@cache
def style() -> str:
    """Return the library's style sheet and that of the live charts."""
    return _text("uplot/uPlot.min.css") + _text("live.css")


@cache
def digest() -> str:
    """Return the SHA-256 of :func:`script` as a Content-Security-Policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script().encode("utf-8")).digest()).decode("ascii")


def _text(name: str) -> str:
    return resources.files("curveread.report.page.live").joinpath(name).read_text(encoding="utf-8")
