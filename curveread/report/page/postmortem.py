"""The postmortem as a page that can be edited in the browser."""

from __future__ import annotations

from curveread.findings.diagnosis import Diagnosis
from curveread.findings.impact import Impact
from curveread.logtext import shorten
from curveread.report.page.templates import environment
from curveread.report.text.postmortem import postmortem
from curveread.report.text.postmortem_text import meta


def postmortem_page(
    diagnosis: Diagnosis, after: Impact, *, picture: str | None = None, title: str | None = None
) -> str:
    """Return the postmortem as a page, with a picture in Base64, that can be edited in the browser and saved."""
    return (
        environment()
        .get_template("postmortem.html.jinja")
        .render(
            name=shorten(title or diagnosis.run.name, 120),
            meta=meta(diagnosis),
            sections=postmortem(diagnosis, after),
            picture=picture,
        )
    )
