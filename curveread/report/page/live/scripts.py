"""The scripts of the page as one, with the hash by which the page's policy lets it run.

uPlot (MIT) draws axes and follows the pointer; it is inlined as it was published, with its licence.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

UPLOT = "1.6.32"
_SHARED = ("dom.js", "arrays.js", "axes.js", "rules.js", "draw.js")
_SWEEP = ("model", "colours", "frame", "outcomes", "lines", "table", "page")
_PARTS = {
    "run": (*_SHARED, "marks.js", "panel.js", "page.js"),
    "sweep": (*_SHARED, *(f"sweep/{n}.js" for n in _SWEEP)),
}


@cache
def script(page: str = "run") -> str:
    """Return the text of the one script element of a page, ``run`` or ``sweep`` (of many runs), in a scope of its own.

    The library stands before that of a run; a sweep's charts, drawn by the thousand, do without it.
    """
    own = "(() => {\n'use strict';\n" + "\n".join(map(_text, _PARTS[page])) + "})();\n"
    if page != "run":
        return own
    licence = _text("uplot/LICENSE").strip()
    return f"/*! uPlot {UPLOT}\n{licence}\n*/\n{_text('uplot/uPlot.iife.min.js').strip()}\n{own}"


@cache
def style(page: str = "run") -> str:
    """Return the style sheet of a page's live charts."""
    return _text("sweep/sweep.css" if page == "sweep" else "uplot/uPlot.min.css") + _text("live.css")


@cache
def digest(page: str = "run") -> str:
    """Return the SHA-256 of :func:`script` as a Content-Security-Policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script(page).encode("utf-8")).digest()).decode("ascii")


def _text(name: str) -> str:
    return resources.files("curveread.report.page.live").joinpath(name).read_text(encoding="utf-8")
