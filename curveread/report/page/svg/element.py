"""A small SVG writer: elements with their attributes, everything escaped."""

from __future__ import annotations

import html

from curveread.logtext import clean, shorten


def escape(text: object) -> str:
    """Return text cleaned and escaped, for content and for attributes in double quotes."""
    return html.escape(clean(text), quote=True)


def tag(name: str, content: str = "", /, **attributes: object) -> str:
    """Return an element around markup that is escaped already.

    Attributes are written with dashes for underscores, ``cls`` as ``class``; floats with one decimal; None is left out.
    """
    said = "".join(f' {_name(k)}="{_value(v)}"' for k, v in attributes.items() if v is not None)
    return f"<{name}{said}>{content}</{name}>" if content else f"<{name}{said}/>"


def label(
    x: float, y: float, text: object, cls: str | None = None, anchor: str | None = None, **attributes: object
) -> str:
    """Return a ``<text>`` whose baseline begins (or ends, or has its middle) at ``x``, ``y``."""
    where = {"x": float(x), "y": float(y), "text_anchor": None if anchor == "start" else anchor}
    return tag("text", escape(text), **where, cls=cls, **attributes)


def title(text: object) -> str:
    """Return a ``<title>``: what a browser shows when the pointer rests on the element around it."""
    return f"<title>{escape(shorten(text, 400))}</title>"


def joined(parts: list[str], **attributes: object) -> str:
    """Return a group of elements."""
    return tag("g", "".join(parts), **attributes) if parts else ""


def _name(key: str) -> str:
    return (
        "class"
        if key == "cls"
        else key
        if key in ("viewBox", "patternUnits", "patternTransform")
        else key.replace("_", "-")
    )


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return html.escape(str(value), quote=True)
