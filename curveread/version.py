"""The version: one fact, read by the package, its results and its build."""

from __future__ import annotations

__version__ = "0.1.0"
