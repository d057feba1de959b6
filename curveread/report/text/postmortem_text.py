"""The sections of a postmortem as Markdown and as a page."""

from __future__ import annotations

from importlib import resources

from curveread.findings.aftermath import Aftermath
from curveread.findings.diagnosis import Diagnosis
from curveread.report import facts
from curveread.report.logtext import clean, shorten
from curveread.report.text.markdown import address, escape, table
from curveread.report.text.postmortem import Bullets, Checks, Table, sections

__all__ = ["postmortem_markdown", "postmortem_page"]


def postmortem_markdown(
    diagnosis: Diagnosis, after: Aftermath, *, picture: str | None = None, title: str | None = None
) -> str:
    """Return the postmortem as Markdown, with tables and boxes to tick as GitHub renders them.

    Parameters
    ----------
    diagnosis, after
        What was found, and what it cost.
    picture
        Name of a picture beside the file, to be linked.
    title
        Stands in place of the run's name.
    """
    out = [f"# Postmortem: {escape(shorten(title or diagnosis.run.name, 120))}", "", escape(_meta(diagnosis)), ""]
    for i, section in enumerate(sections(diagnosis, after)):
        out += [f"## {section.heading}", ""]
        for block in section.blocks:
            match block:
                case Table(head, rows):
                    out += table(head, [tuple(escape(cell) for cell in row) for row in rows])
                case Bullets(items):
                    out += [*(f"- {escape(item)}" for item in items), ""]
                case Checks(items):
                    out += [*(f"- [ ] {escape(item)}" for item in items), ""]
                case text:
                    out += [escape(text), ""]
        if picture and i == 0:
            out += [f"![Charts of the run with numbered findings](<{address(picture)}>)", ""]
    return "\n".join(out)


def postmortem_page(
    diagnosis: Diagnosis, after: Aftermath, *, picture: str | None = None, title: str | None = None
) -> str:
    """Return the postmortem as a page of one file, which can be edited in the browser and saved.

    Parameters
    ----------
    diagnosis, after
        What was found, and what it cost.
    picture
        A PNG picture in Base64.
    title
        Stands in place of the run's name.
    """
    from jinja2 import Environment, StrictUndefined

    source = resources.files("curveread.report.page").joinpath("postmortem.html.jinja").read_text(encoding="utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(source)
    told = [
        {"heading": s.heading, "blocks": [(type(block).__name__, block) for block in s.blocks]}
        for s in sections(diagnosis, after)
    ]
    name = shorten(title or diagnosis.run.name, 120)
    return template.render(name=name, meta=_meta(diagnosis), sections=told, picture=picture)


def _meta(diagnosis: Diagnosis) -> str:
    from curveread.version import __version__

    command = f"{facts.command(diagnosis)} --postmortem"
    made = f"A draft from the logs, by curveread {__version__}: {shorten(clean(command), 300)}"
    return f"{made}. Edit it: … marks what only people know."
