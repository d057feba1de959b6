"""Colours and words: safe for the colour-blind (after Okabe and Ito), readable on white and on near black.

Colour never carries a meaning alone: severities differ in shape and word, curves in dots, dashes and key.
"""

from __future__ import annotations

from typing import NamedTuple


class Ink(NamedTuple):
    """A colour for light and for dark paper, and the dash pattern that tells it from the others without colour."""

    light: str
    dark: str
    dash: str = ""


INKS: dict[str, Ink] = {
    "train": Ink("#0072b2", "#56b4e9"),
    "eval": Ink("#a8327e", "#e58fc3"),
    "plain": Ink("#4a5560", "#aab4bd"),
    "third": Ink("#00795a", "#3cc79b", "7 3"),
    "fourth": Ink("#8a6100", "#e0b040", "2 3"),
    "fifth": Ink("#5d4fb3", "#a79cf0", "9 3 2 3"),
    "sixth": Ink("#333a40", "#d0d6db", "4 4"),
}
"""Curves: the train curve, the eval curve, a curve alone in its panel, further ones."""

HEALTH: dict[str, Ink] = {
    "ok": Ink("#007f5c", "#2bbd93"),
    "undetermined": Ink("#59636d", "#a0abb4"),
    "info": Ink("#2f6fa8", "#7cb8ea"),
    "warning": Ink("#e69f00", "#f0b429"),
    "error": Ink("#c8410b", "#ff7a45"),
}
"""Severities and the health of a run."""

PLAIN: dict[str, Ink] = {
    "ink": Ink("#1c2126", "#e4e8eb"),
    "soft": Ink("#59636d", "#a0abb4"),
    "grid": Ink("#eceef0", "#242a2f"),
}
"""What is neither a curve nor a finding: text and marked spots, axes and events, grid lines."""

STRIP = {"ok": 0.22, "undetermined": 0.22, "info": 0.45, "warning": 0.72, "error": 1.0}
"""Heights in the health strip: the graver, the taller."""

STROKES = {
    "raw": (1.0, 0.36),
    "sparse": (1.0, 0.7),
    "trend": (2.0, 1.0),
    "eval": (1.6, 1.0),
    "plain": (1.3, 1.0),
    "forecast": (1.6, 1.0),
}
"""Width and opacity of each kind of line."""

SHADES = {"noise": 0.13, "forecast": 0.24, "finding": 0.09}
"""Opacity of each kind of band, and of the stretch of a finding."""

FORECAST = "1.5 3.5"
"""Dashes of what was not logged."""


def dash(ink: str, kind: str) -> str:
    """Return the dash pattern of a line: that of its ink, none for the faint points, that of what was not logged."""
    return {"raw": "", "sparse": "", "forecast": FORECAST}.get(kind, INKS[ink].dash)


WORDS = {"ok": "OK", "undetermined": "Undetermined", "info": "Info", "warning": "Warning", "error": "Error"}
"""How a severity is written."""
