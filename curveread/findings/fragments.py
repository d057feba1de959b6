"""A finding as a notebook shows it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from curveread.findings.wording import measure, percent, span, sureness
from curveread.run.notebook import framed, head, table, told

if TYPE_CHECKING:
    from curveread.findings.finding import Finding

_EVIDENCE, _CAUSES, _ADVICE = 8, 3, 3


def finding_fragment(finding: Finding) -> str:
    """Return the finding with its evidence, its most probable causes and what to do."""
    where = span(finding.first_step, finding.last_step)
    small = (finding.severity.value, finding.tag or "", where, sureness(finding.confidence))
    rows = [(told(e.name), told(measure(e.value, e.unit), 200)) for e in finding.evidence[:_EVIDENCE]]
    causes = "".join(
        f"<li>{told(cause.title)} <span class='cr-small'>{html.escape(percent(cause.share))}</span></li>"
        for cause in finding.causes[:_CAUSES]
    )
    advice = "".join(f"<li>{told(words, 400)}</li>" for words in finding.advice[:_ADVICE])
    return framed(
        head(html.escape(finding.rule), small)
        + f"<p>{told(finding.message, 600)}</p>"
        + (table(("evidence", ""), rows) if rows else "")
        + (f"<p class='cr-small'>Likely causes</p><ul>{causes}</ul>" if causes else "")
        + (f"<p class='cr-small'>What to do</p><ul>{advice}</ul>" if advice else ""),
        finding.severity.value,
    )
