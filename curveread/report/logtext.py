"""The report's door to :mod:`curveread.logtext`."""

from __future__ import annotations

from curveread.logtext import cell, clean, inert, quiet_json, shorten, storable, words

__all__ = ["cell", "clean", "inert", "quiet_json", "shorten", "storable", "words"]
