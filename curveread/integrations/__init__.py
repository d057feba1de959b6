"""Where curveread meets other programs: what they ask of it, and what it hands them.

``curveread.integrations.transformers``, ``.lightning`` and ``.keras`` each have a ``ReportCallback`` that writes the
report when a training ends or dies; ``report_at_end`` is a context manager that does so for any training.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from curveread.integrations.report import report_at_end

__all__ = ["report_at_end"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from curveread.integrations import report

        return getattr(report, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
