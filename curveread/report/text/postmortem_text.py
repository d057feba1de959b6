"""The postmortem as Markdown."""

from __future__ import annotations

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.impact import Impact
from curveread.logtext import clean, shorten
from curveread.report import facts
from curveread.report.files import address
from curveread.report.text.markdown import blocks, escape
from curveread.report.text.postmortem import postmortem


def postmortem_markdown(
    diagnosis: Diagnosis, after: Impact, *, picture: str | None = None, title: str | None = None
) -> str:
    """Return the postmortem as Markdown, with tables and boxes to tick as GitHub renders them."""
    out = [f"# Postmortem: {escape(shorten(title or diagnosis.run.name, 120))}", "", escape(meta(diagnosis)), ""]
    for i, section in enumerate(postmortem(diagnosis, after)):
        out += [f"## {section.heading}", ""]
        out += blocks(section)
        if picture and i == 0:
            out += [f"![Charts of the run with numbered findings](<{address(picture)}>)", ""]
    return "\n".join(out)


def meta(diagnosis: Diagnosis) -> str:
    """Return the line under the title: what made the draft, and how to go on from there."""
    from curveread.version import __version__

    command = f"{facts.command(diagnosis.run)} --postmortem"
    made = f"A draft from the logs, by curveread {__version__}: {shorten(clean(command), 300)}"
    return f"{made}. Edit it: … marks what only people know."
