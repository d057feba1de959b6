"""The templates and style sheets of the HTML pages."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from curveread.logtext import clean, shorten
from curveread.report.page.svg.curves import sparkline
from curveread.report.text.document import Code, Spark
from curveread.run.notebook import STYLE

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


@cache
def asset(name: str) -> str:
    """Return the text of a template or style sheet."""
    return resources.files("curveread.report.page").joinpath(name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Return what renders the templates: all that stands in them is cleaned and escaped, a missing name is an error."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    made = Environment(
        loader=FunctionLoader(asset), autoescape=True, undefined=StrictUndefined, trim_blocks=True, finalize=_shown
    )
    made.filters |= {"shorten": shorten, "kind": lambda block: type(block).__name__, "sparkline": _spark}
    made.globals["policy"] = _policy
    made.globals["style"] = Markup(STYLE)
    made.tests |= {"code": lambda cell: isinstance(cell, Code), "spark": lambda cell: isinstance(cell, Spark)}
    return made


def _shown(value: object) -> object:
    from markupsafe import Markup

    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _policy(digest: str = "") -> Markup:
    """Return the Content-Security-Policy of a page: nothing is fetched or sent; the one script has this digest."""
    from markupsafe import Markup

    script = f"script-src '{digest}'; " if digest else ""
    return Markup(
        f"default-src 'none'; {script}style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def _spark(cell: Spark) -> Markup:
    from markupsafe import Markup

    return Markup(sparkline(cell.values))
