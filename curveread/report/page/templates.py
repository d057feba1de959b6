"""The templates and style sheets of the HTML pages."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from curveread.report.logtext import shorten
from curveread.report.page.svg.curves import sparkline
from curveread.report.text.document import Code, Spark

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["asset", "environment"]


@cache
def asset(name: str) -> str:
    """Return the text of a template or style sheet."""
    return resources.files("curveread.report.page").joinpath(name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Return what renders the templates: all that stands in them is escaped, a missing name is an error."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    made = Environment(loader=FunctionLoader(asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.filters |= {"shorten": shorten, "kind": lambda block: type(block).__name__, "sparkline": _spark}
    made.tests |= {"code": lambda cell: isinstance(cell, Code), "spark": lambda cell: isinstance(cell, Spark)}
    return made


def _spark(cell: Spark) -> Markup:
    from markupsafe import Markup

    return Markup(sparkline(cell.values))
